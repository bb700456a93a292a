//! Scores phrases, and phrases near each other, in one segment.
//!
//! Positions are read only of documents that have all words of the phrase, and once for listing and scoring.

use std::ops::Range;

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::{Bm25f, Factors},
    node::{PhraseNode, count_by_field},
    word_scorer::WordScorer,
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        positions::{PhraseMatcher, are_near},
        postings::{BoundWord, Terms},
    },
};

/// Scores a phrase.
pub(crate) struct PhraseScorer<'s> {
    segment: &'s Segment,
    bm25f: &'s Bm25f<'s>,
    phrase: &'s PhraseNode,
    /// The words, each once.
    words: Vec<WordScorer<'s>>,
    /// The words, the rarest first.
    order: Vec<usize>,
    matcher: PhraseMatcher<'s>,
    /// The latest results, in order of documents: score and number of starts.
    results: Vec<(DocId, f32, u32)>,
}

/// How many results are kept, at least: those of the windows that are listed and scored together.
const KEPT_RESULTS: usize = 2 * WINDOW_LEN as usize;

impl<'s> PhraseScorer<'s> {
    pub fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        phrase: &'s PhraseNode,
    ) -> Result<Self> {
        let open = |word| WordScorer::open(context, (segment, bm25f), word);
        let mut distinct: Vec<&BoundWord> = Vec::new();
        for (_, word) in &phrase.slots {
            if !distinct.iter().any(|known| known.has_terms_of(word)) {
                distinct.push(word);
            }
        }
        let words: Vec<_> = distinct.into_iter().map(open).collect::<Result<_>>()?;
        let mut order: Vec<usize> = (0..words.len()).collect();
        order.sort_by_key(|&word| words[word].cost(Terms::Full));
        let matcher = PhraseMatcher::open(context, segment, &phrase.matched())?;
        Ok(Self { segment, bm25f, phrase, words, order, matcher, results: Vec::new() })
    }

    /// A position costs about as much as ten postings.
    pub fn cost(&self) -> u64 {
        let rarest = self.order.first().map_or(0, |&word| self.words[word].cost(Terms::Full));
        10 * rarest
    }

    /// Appends the documents of a window that have all words, in order.
    pub fn approximate_docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        let mut found = Vec::new();
        let mut order = self.order.iter();
        if let Some(&rarest) = order.next() {
            self.words[rarest].docs(window, Terms::Full, &mut found);
        }
        order.for_each(|&word| self.words[word].retain(&mut found));
        docs.append(&mut found);
    }

    /// Retains the documents that have all words.
    pub fn approximate_retain(&mut self, docs: &mut Vec<DocId>) {
        self.order.iter().for_each(|&word| self.words[word].retain(docs));
    }

    /// Retains the documents that have the phrase.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        // An exact phrase stops at the first word that a document does not have.
        if self.phrase.slop.is_some() {
            self.approximate_retain(docs);
        }
        self.results.clear();
        docs.retain(|&doc| self.score(doc).0 != NO_MATCH);
    }

    pub fn score_docs(&mut self, docs: &[DocId], batch: &mut ScoredBatch) {
        for &doc in docs {
            let (score, starts) = self.score(doc);
            batch.push(doc, score, starts);
        }
    }

    /// The score of a document and the number of starts of the phrase.
    fn score(&mut self, doc: DocId) -> (f32, u32) {
        match self.results.binary_search_by_key(&doc, |(doc, ..)| *doc) {
            Ok(at) => (self.results[at].1, self.results[at].2),
            Err(at) => {
                let (score, starts) = self.compute_score(doc);
                if at == self.results.len() {
                    if at >= 2 * KEPT_RESULTS {
                        self.results.drain(..KEPT_RESULTS);
                    }
                    self.results.push((doc, score, starts));
                }
                (score, starts)
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a phrase in one document are small")]
    fn compute_score(&mut self, doc: DocId) -> (f32, u32) {
        let starts = self.matcher.starts(doc);
        if starts.is_empty() {
            return (NO_MATCH, 0);
        }
        let (title, body) = count_by_field(starts, self.segment.title_words(doc));
        (self.factors().apply(self.bm25f.score(doc, title as f32, body as f32)), title + body)
    }

    fn factors(&self) -> Factors {
        Factors { idf: self.phrase.idf, weight: self.phrase.weight }
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let bound = match (&self.order[..], self.phrase.slop, extent) {
            // Looking the others up takes longer than what they save.
            (&[rarest, ..], None, Extent::Doc(_)) => self.words[rarest].max_frequency(extent),
            (_, slop, _) => combine(self.words.iter_mut().map(|word| word.max_frequency(extent)), slop),
        };
        self.factors().apply(self.bm25f.saturate(bound))
    }
}

/// An upper bound of the frequency of a phrase, given those of its words. Adjacent words occur at least as often as
/// the phrase; a sloppy phrase starts at an occurrence of any of them.
fn combine(bounds: impl Iterator<Item = f32>, slop: Option<u32>) -> f32 {
    if slop.is_some() { bounds.sum() } else { bounds.fold(f32::INFINITY, f32::min) }
}

/// Scores two phrases within a distance in words.
pub(crate) struct NearScorer<'s> {
    sides: [PhraseScorer<'s>; 2],
    within: u32,
    weight: f32,
}

impl<'s> NearScorer<'s> {
    pub fn new(sides: [PhraseScorer<'s>; 2], within: u32, weight: f32) -> Self {
        Self { sides, within, weight }
    }

    pub fn cost(&self) -> u64 {
        self.sides.iter().map(PhraseScorer::cost).min().unwrap_or_default()
    }

    /// Appends the documents of a window that have all words of both phrases, in order.
    pub fn approximate_docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        let [left, right] = &mut self.sides;
        let (rarer, other) = if left.cost() <= right.cost() { (left, right) } else { (right, left) };
        let mut found = Vec::new();
        rarer.approximate_docs(window, &mut found);
        other.approximate_retain(&mut found);
        docs.append(&mut found);
    }

    /// Retains the documents that have all words of both phrases.
    pub fn approximate_retain(&mut self, docs: &mut Vec<DocId>) {
        self.sides.iter_mut().for_each(|side| side.approximate_retain(docs));
    }

    /// Retains the documents that have both phrases near each other.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        self.approximate_retain(docs);
        self.sides.iter_mut().for_each(|side| side.results.clear());
        docs.retain(|&doc| self.score(doc) != NO_MATCH);
    }

    pub fn score_docs(&mut self, docs: &[DocId], batch: &mut ScoredBatch) {
        for &doc in docs {
            let score = self.score(doc);
            batch.push(doc, score, u32::MAX);
        }
    }

    fn score(&mut self, doc: DocId) -> f32 {
        let [left, right] = &mut self.sides;
        let scores = (left.score(doc).0, right.score(doc).0);
        if scores.0 == NO_MATCH || scores.1 == NO_MATCH {
            return NO_MATCH;
        }
        let limit = left.matcher.limit(doc);
        if are_near(&left.matcher.side(doc), &right.matcher.side(doc), self.within, limit) {
            (scores.0 + scores.1) * self.weight
        } else {
            NO_MATCH
        }
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        self.sides.iter_mut().map(|side| side.max_score(extent)).sum::<f32>() * self.weight
    }
}
