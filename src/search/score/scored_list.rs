//! Documents of one segment with their scores for a node of the query.
//!
//! The scores of a word are computed on demand, except in short lists.

use std::sync::Arc;

use tantivy::DocId;

use super::bm25f::Bm25f;
use crate::search::postings::{self, DocSet, Frequencies, Frequency};

/// Documents in ascending order with their scores.
#[derive(Debug, Default)]
pub(crate) struct ScoredList {
    pub docs: DocSet,
    scores: Scores,
    /// An upper bound of all scores.
    pub max_score: f32,
}

/// Stands for an unknown number of positions, and for this many or more.
pub(crate) const UNCOUNTED: u8 = u8::MAX;

/// Lists up to this length are scored when they are built. Fewer under test, so that small corpora have both
/// kinds.
const PRECOMPUTED: usize = if cfg!(test) { 40 } else { 1 << 12 };

#[derive(Debug)]
enum Scores {
    /// Scores and upper bounds of the numbers of positions.
    Known(Vec<f32>, Vec<u8>),
    Words(Words),
}

impl Default for Scores {
    fn default() -> Self {
        Self::Known(Vec::new(), Vec::new())
    }
}

/// The scores of a word, by its frequencies.
#[derive(Debug)]
struct Words {
    frequencies: Frequencies,
    bm25f: Arc<Bm25f>,
    /// Inverse document frequency and weight, multiplied in this order: float products depend on it.
    factors: [f32; 2],
    /// Upper bounds by frequency code.
    max_scores: Vec<f32>,
    /// Precomputed scores; empty in long lists.
    scores: Vec<f32>,
}

impl Words {
    fn score(&self, doc: DocId, at: usize) -> f32 {
        if let Some(&score) = self.scores.get(at) {
            return score;
        }
        self.compute(doc, at)
    }

    #[inline]
    fn compute(&self, doc: DocId, at: usize) -> f32 {
        let frequency = self.frequencies.get(at);
        self.bm25f.score(doc, frequency.title, frequency.body) * self.factors[0] * self.factors[1]
    }
}

impl ScoredList {
    /// A list with known scores.
    pub fn known(docs: DocSet, scores: Vec<f32>, positions: Vec<u8>) -> Self {
        let max_score = scores.iter().copied().fold(0.0, f32::max);
        Self { docs, scores: Scores::Known(scores, positions), max_score }
    }

    /// The list of a word.
    pub fn of_word(docs: DocSet, frequencies: Frequencies, bm25f: Arc<Bm25f>, factors: [f32; 2]) -> Self {
        let bound = |frequency: &Frequency| {
            bm25f.max_score(frequency.title, frequency.body) * factors[0] * factors[1]
        };
        let max_scores: Vec<f32> = frequencies.distinct().iter().map(bound).collect();
        let mut words = Words { frequencies, bm25f, factors, max_scores, scores: Vec::new() };
        let mut max_score = words.max_scores.iter().copied().fold(0.0, f32::max);
        if docs.len() <= PRECOMPUTED {
            let mut scores = Vec::with_capacity(docs.len());
            docs.each(|doc| scores.push(words.compute(doc, scores.len())));
            max_score = scores.iter().copied().fold(0.0, f32::max);
            words.scores = scores;
        }
        Self { docs, scores: Scores::Words(words), max_score }
    }

    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        let scores = match &self.scores {
            Scores::Known(scores, positions) => scores.capacity() * 4 + positions.capacity(),
            Scores::Words(words) => {
                words.frequencies.size()
                    + (words.max_scores.capacity() + words.scores.capacity()) * size_of::<f32>()
            }
        };
        self.docs.size() + scores
    }

    /// The score of the document at a rank.
    #[inline]
    pub fn score(&self, doc: DocId, at: usize) -> f32 {
        match &self.scores {
            Scores::Known(scores, _) => scores.get(at).copied().unwrap_or_default(),
            Scores::Words(words) => words.score(doc, at),
        }
    }

    /// All scores, if they are precomputed.
    pub fn scores(&self) -> Option<&[f32]> {
        match &self.scores {
            Scores::Known(scores, _) => Some(scores),
            Scores::Words(words) => (words.scores.len() == self.docs.len()).then_some(&words.scores),
        }
    }

    /// An upper bound of the score at a rank, cheaper than the score.
    #[inline]
    pub fn max_score_at(&self, at: usize) -> f32 {
        let score = |scores: &[f32]| scores.get(at).copied();
        match &self.scores {
            Scores::Known(scores, _) => score(scores).unwrap_or_default(),
            Scores::Words(words) => score(&words.scores)
                .or_else(|| words.max_scores.get(usize::from(words.frequencies.code(at))).copied())
                .unwrap_or(self.max_score),
        }
    }

    /// An upper bound of the number of positions at a rank, or `UNCOUNTED`.
    #[inline]
    pub fn positions(&self, at: usize) -> u8 {
        match &self.scores {
            Scores::Known(_, positions) => positions.get(at).copied().unwrap_or(UNCOUNTED),
            Scores::Words(words) => words.frequencies.get(at).positions,
        }
    }

    /// The score of a document and its number of positions.
    pub fn get(&self, doc: DocId) -> Option<(f32, u8)> {
        let at = self.docs.at(doc)?;
        Some((self.score(doc, at), self.positions(at)))
    }

    /// Visits all documents in order, with their ranks.
    pub fn each(&self, mut visit: impl FnMut(usize, DocId)) {
        let mut at = 0;
        self.docs.each(|doc| {
            visit(at, doc);
            at += 1;
        });
    }

    /// Visits, in order, the documents that may score `least` or more. The visitor returns the next `least`.
    pub fn for_each_above(&self, mut least: f32, mut visit: impl FnMut(usize, DocId) -> f32) {
        for start in (0..self.len()).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(self.len());
            // Counting is vectorised, unlike a search for the first.
            let any = match &self.scores {
                Scores::Known(scores, _) => any_above(&scores[block.clone()], least),
                Scores::Words(Words { scores, .. }) if !scores.is_empty() => {
                    any_above(&scores[block.clone()], least)
                }
                Scores::Words(words) => {
                    let codes = words.frequencies.codes(&block).iter();
                    codes.filter(|code| words.max_scores[usize::from(**code)] >= least).count() > 0
                }
            };
            if any {
                self.docs.each_at(block, |at, doc| {
                    if self.max_score_at(at) >= least {
                        least = visit(at, doc);
                    }
                });
            }
        }
    }

    /// Visits the documents in a range with their scores, as `DocSet::each_between`.
    pub fn each_between(
        &self,
        (start, end): (DocId, DocId),
        hint: usize,
        mut visit: impl FnMut(DocId, f32),
    ) -> usize {
        let scores = match &self.scores {
            Scores::Known(scores, _) => &scores[..],
            Scores::Words(words) if !words.scores.is_empty() => &words.scores,
            Scores::Words(words) => {
                return self
                    .docs
                    .each_between(start, end, hint, |at, doc| visit(doc, words.compute(doc, at)));
            }
        };
        self.docs.each_between(start, end, hint, |at, doc| visit(doc, scores[at]))
    }
}

/// Scores are compared in blocks of this size.
const BLOCK: usize = 64;

fn any_above(scores: &[f32], least: f32) -> bool {
    scores.iter().filter(|score| **score >= least).count() > 0
}

/// Builds a list in the order of its documents.
pub(crate) struct ScoredListBuilder {
    docs: Vec<DocId>,
    scores: Vec<f32>,
    positions: Vec<u8>,
}

impl ScoredListBuilder {
    pub fn new() -> Self {
        Self { docs: Vec::new(), scores: Vec::new(), positions: Vec::new() }
    }

    /// Appends a document.
    pub fn push(&mut self, doc: DocId, score: f32, positions: u8) {
        self.docs.push(doc);
        self.scores.push(score);
        self.positions.push(positions);
    }

    /// The list, in a segment with `all` documents.
    pub fn build(self, all: DocId) -> ScoredList {
        ScoredList::known(DocSet::of(self.docs, all), self.scores, self.positions)
    }
}

/// Looks documents up in ascending order.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'s> {
    list: &'s ScoredList,
    cursor: postings::Cursor<'s>,
}

impl<'s> Cursor<'s> {
    pub fn new(list: &'s ScoredList) -> Self {
        Self { list, cursor: postings::Cursor::new(&list.docs) }
    }

    /// The score and the number of positions of a document in the list.
    pub fn get(&mut self, doc: DocId) -> Option<(f32, u8)> {
        let at = self.cursor.find(doc)?;
        Some((self.list.score(doc, at), self.list.positions(at)))
    }

    /// Whether the list has a document.
    #[inline]
    pub fn has(&mut self, doc: DocId) -> bool {
        self.cursor.has(doc)
    }
}
