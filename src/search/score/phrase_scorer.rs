//! Scores a phrase, or two phrases near each other, in one segment.
//!
//! Positions are read only of documents that have all words and pairs of words, and once for retaining and scoring.

use std::{io, ops::Range};

use tantivy::DocId;

use super::{
    bm25f::{Bm25f, Factors, STEP, to_steps},
    fold,
    node::idf_of_phrase,
    word_scorer::WordScorer,
};
use crate::search::{
    plan::Phrase,
    positions::PhraseMatcher,
    postings::{BoundWord, Extent, Position, Terms, doc_of, in_doc},
    weights::BOUND_SLACK,
};

/// The number of documents whose positions are read at a time: enough to read each block of positions once, and few
/// enough for the memory that documents of a million words take.
const READ_AT_ONCE: usize = 256;

/// Scores a phrase, or two phrases near each other.
pub(crate) struct PhraseScorer<'s> {
    /// One or two.
    phrases: Vec<OpenPhrase<'s>>,
    within: u32,
    weight: f32,
    /// The documents that were retained last, in order, with their scores.
    retained: Vec<(DocId, f32)>,
}

impl<'s> PhraseScorer<'s> {
    /// Opens the postings and positions of a phrase, or of two phrases within a distance in words, which has a weight.
    pub fn open(
        bm25f: &'s Bm25f<'s>,
        phrases: &[Phrase<BoundWord>],
        (within, weight): (u32, f32),
    ) -> io::Result<Self> {
        let phrases = phrases.iter().map(|phrase| OpenPhrase::open(bm25f, phrase));
        Ok(Self { phrases: phrases.collect::<io::Result<_>>()?, within, weight, retained: Vec::new() })
    }

    /// A position costs about as much as ten postings.
    pub fn cost(&self) -> u64 {
        let words = self.phrases.iter().flat_map(|phrase| phrase.pairs.iter().chain(&phrase.words));
        10 * words.map(WordScorer::cost).min().unwrap_or_default()
    }

    /// The documents of a window that have all words and pairs, in order.
    pub fn approximate_docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let mut words: Vec<_> = self.phrases.iter_mut().flat_map(OpenPhrase::words_and_pairs).collect();
        words.sort_by_key(|word| word.cost());
        let [rarest, others @ ..] = &mut words[..] else { return Vec::new() };
        let mut docs = rarest.docs(window);
        others.iter_mut().for_each(|word| word.retain(&mut docs));
        docs
    }

    /// Retains the documents that have all words and pairs.
    pub fn approximate_retain(&mut self, docs: &mut Vec<DocId>) {
        let words = self.phrases.iter_mut().flat_map(OpenPhrase::words_and_pairs);
        words.for_each(|word| word.retain(docs));
    }

    /// Retains the documents that match.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        self.retained = self.score(docs);
        docs.clear();
        docs.extend(self.retained.iter().map(|(doc, _)| doc));
    }

    /// The scores of documents, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let known = |doc: DocId| {
            let at = self.retained.binary_search_by_key(&doc, |(doc, _)| *doc).ok()?;
            Some(self.retained[at].1)
        };
        if let Some(scores) = docs.iter().map(|&doc| known(doc)).collect() {
            return scores;
        }
        let mut found = self.score(docs).into_iter().peekable();
        let score = |doc: &DocId| found.next_if(|(other, _)| other == doc).map_or(0.0, |(_, score)| score);
        docs.iter().map(score).collect()
    }

    /// Those of some documents that match, in order, with their scores.
    fn score(&mut self, docs: &[DocId]) -> Vec<(DocId, f32)> {
        let Self { phrases, within, weight, .. } = self;
        let mut scored = Vec::new();
        for docs in docs.chunks(READ_AT_ONCE) {
            match &mut phrases[..] {
                [phrase] => scored.append(&mut phrase.score(docs)),
                [left, right] => {
                    let scores = left.score(docs);
                    let sought: Vec<DocId> = scores.iter().map(|(doc, _)| *doc).collect();
                    let mut others = right.score(&sought).into_iter().peekable();
                    let (side, other) = (left.matcher.side(), right.matcher.side());
                    let is_near = |&at: &usize| side.nearest(at, &other, *within).is_some();
                    let near = (0..side.starts.len()).filter(is_near).map(|at| doc_of(side.starts[at]));
                    let near: Vec<DocId> = near.collect();
                    for (doc, score) in scores {
                        let Some((_, other)) = others.next_if(|(other, _)| *other == doc) else { continue };
                        if near.binary_search(&doc).is_ok() {
                            scored.push((doc, to_steps((score + other) * *weight)));
                        }
                    }
                }
                _ => {}
            }
        }
        scored
    }

    /// An upper bound of the score of each of some documents that have all words.
    pub fn max_scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let mut bounds = vec![0.0; docs.len()];
        for phrase in &mut self.phrases {
            bounds.iter_mut().zip(phrase.max_scores(docs)).for_each(|(sum, bound)| *sum += bound);
        }
        bounds.iter_mut().for_each(|bound| *bound = self.weigh_bound(*bound));
        bounds
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let sum = self.phrases.iter_mut().map(|phrase| phrase.max_score(extent)).sum();
        self.weigh_bound(sum)
    }

    fn weigh_bound(&self, bound: f32) -> f32 {
        if self.phrases.len() > 1 { to_steps(bound * self.weight) + STEP } else { bound }
    }
}

/// A phrase, opened in one segment.
struct OpenPhrase<'s> {
    bm25f: &'s Bm25f<'s>,
    factors: Factors,
    slop: Option<u32>,
    /// The words, each once, the rarest first.
    words: Vec<WordScorer<'s>>,
    pairs: Vec<WordScorer<'s>>,
    matcher: PhraseMatcher<'s>,
}

impl<'s> OpenPhrase<'s> {
    fn open(bm25f: &'s Bm25f<'s>, phrase: &Phrase<BoundWord>) -> io::Result<Self> {
        let (matcher, words) = PhraseMatcher::open(bm25f.segment, phrase)?;
        let open = |word| WordScorer::open(bm25f, word, Terms::Full);
        let mut words = words.into_iter().map(open).collect::<io::Result<Vec<_>>>()?;
        words.sort_by_key(WordScorer::cost);
        Ok(Self {
            bm25f,
            factors: Factors { idf: idf_of_phrase(phrase), weight: phrase.weight },
            slop: phrase.slop,
            words,
            pairs: phrase.pairs.iter().map(open).collect::<io::Result<_>>()?,
            matcher,
        })
    }

    fn words_and_pairs(&mut self) -> impl Iterator<Item = &mut WordScorer<'s>> {
        self.pairs.iter_mut().chain(&mut self.words)
    }

    /// Those of some documents that match, in order, with their scores.
    fn score(&mut self, docs: &[DocId]) -> Vec<(DocId, f32)> {
        let by_doc = self.matcher.starts(docs).chunk_by(|&one, &other| doc_of(one) == doc_of(other));
        let score = |starts: &[Position]| {
            let doc = doc_of(starts[0]);
            let (title, body) = count_by_field(starts, self.bm25f.segment.title_words(doc));
            let saturated = self.bm25f.saturated(self.bm25f.norms.of(doc), (title as f32, body as f32));
            (doc, self.factors.apply(saturated))
        };
        by_doc.map(score).collect()
    }

    /// Adjacent words occur at least as often as the phrase; a sloppy phrase starts at an occurrence of any of them.
    fn max_score(&mut self, extent: &Extent) -> f32 {
        let bounds = self.words.iter_mut().map(|word| word.max_frequency(extent));
        let bound = if self.slop.is_some() { bounds.sum() } else { bounds.fold(f32::INFINITY, f32::min) };
        self.factors.bound(self.bm25f.saturate(bound))
    }

    /// The same of each of some documents. The rarest word bounds an exact phrase nearly as well as all of them.
    fn max_scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let words = if self.slop.is_some() { self.words.len() } else { 1 };
        let found = self.words.iter_mut().take(words).map(|word| word.frequencies(docs));
        let found =
            found.reduce(fold(|one: (f32, f32), other: (f32, f32)| (one.0 + other.0, one.1 + other.1)));
        let (found, mut bounds) = (found.unwrap_or_default(), Vec::with_capacity(docs.len()));
        let factors = Factors { weight: self.factors.weight * BOUND_SLACK, ..self.factors };
        self.bm25f.score(docs, &found, factors, &mut bounds);
        // Scores are rounded to steps.
        bounds.iter_mut().for_each(|bound| *bound += STEP);
        bounds
    }
}

/// How many of the starts of a phrase are in the title, and in the body.
pub(super) fn count_by_field(starts: &[Position], title_words: u32) -> (u32, u32) {
    let in_title = starts.iter().filter(|&&start| in_doc(start) < title_words).count();
    let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
    (count(in_title), count(starts.len() - in_title))
}
