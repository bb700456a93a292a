//! Scores a prefix or pattern in one segment: the union of the postings of hundreds of forms.
//!
//! Bounds of hundreds of lists add up to nothing useful, and looking a document up in all of them takes long. So the
//! lists are merged once into one with scores, unless only a few documents are looked up.

use std::{io, ops::Range};

use tantivy::DocId;

use super::{
    bm25f::Bm25f,
    word_scorer::{Sum, WordScorer},
};
use crate::search::postings::{BoundWord, Extent, Terms, seek};

/// Looking a document up in a list takes as long as merging this many postings.
const LOOK_UP_COST: usize = 8;

/// Documents whose frequencies are added up at a time. Their sums fit into the caches of a processor, and each list
/// is entered only a few times.
const MERGED_AT_ONCE: DocId = 1 << 16;

/// Scores a prefix or pattern.
pub(crate) struct PatternScorer<'s> {
    bm25f: &'s Bm25f<'s>,
    word: WordScorer<'s>,
    /// All documents with their scores, once the lists are merged.
    merged: Option<(Vec<DocId>, Vec<f32>)>,
    /// The document whose bound was asked for last, by its index.
    at: usize,
}

impl<'s> PatternScorer<'s> {
    /// Opens the postings of the forms.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord) -> io::Result<Self> {
        Ok(Self { bm25f, word: WordScorer::open(bm25f, word, Terms::Full)?, merged: None, at: 0 })
    }

    /// The number of postings.
    pub fn cost(&self) -> u64 {
        self.word.cost()
    }

    /// The documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let mut docs = Vec::new();
        self.score_window(window, &mut |found, _| docs.extend_from_slice(found));
        docs
    }

    /// Visits the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let (docs, scores) = self.merged();
        let start = docs.partition_point(|&doc| doc < window.start);
        let range = start..seek(docs, start, window.end);
        visit(&docs[range.clone()], &scores[range]);
    }

    /// Retains the documents that match.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        if self.is_looked_up(docs.len()) {
            return self.word.retain(docs);
        }
        let mut scores = self.scores(docs).into_iter();
        docs.retain(|_| scores.next().is_some_and(|score| score > 0.0));
    }

    /// The scores of documents in ascending order, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        if self.is_looked_up(docs.len()) {
            return self.word.scores(docs);
        }
        let ((found, scores), mut at) = (self.merged(), 0);
        let score = |&doc: &DocId| {
            at = seek(found, at, doc);
            if found.get(at) == Some(&doc) { scores[at] } else { 0.0 }
        };
        docs.iter().map(score).collect()
    }

    /// An upper bound of the scores of some documents: the highest of them, once the lists are merged.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let Some((docs, scores)) = &self.merged else { return self.word.highest_score() };
        match extent {
            Extent::Window(window) => {
                let mut max = 0.0_f32;
                self.score_window(window, &mut |_, scores| max = scores.iter().copied().fold(0.0, f32::max));
                max
            }
            Extent::Block(doc) => {
                let is_behind = self.at.checked_sub(1).is_some_and(|at| docs[at] >= *doc);
                self.at = seek(docs, if is_behind { 0 } else { self.at }, *doc);
                if docs.get(self.at) == Some(doc) { scores[self.at] } else { 0.0 }
            }
        }
    }

    fn is_looked_up(&self, docs: usize) -> bool {
        let look_ups = docs.saturating_mul(self.word.terms().saturating_mul(LOOK_UP_COST));
        self.merged.is_none() && (look_ups as u64) < self.cost()
    }

    fn merged(&mut self) -> (&[DocId], &[f32]) {
        let (docs, scores) = self.merged.get_or_insert_with(|| {
            let (mut docs, mut scores) = (Vec::new(), Vec::new());
            let max_doc = self.bm25f.segment.reader.max_doc();
            let mut sums = vec![(0.0, 0.0); MERGED_AT_ONCE.min(max_doc) as usize];
            for start in (0..max_doc).step_by(MERGED_AT_ONCE as usize) {
                let window = start..start.saturating_add(MERGED_AT_ONCE).min(max_doc);
                self.word.each_frequency(&window, |Sum { doc, title, body }| {
                    let sum = &mut sums[(doc - start) as usize];
                    *sum = (sum.0 + title, sum.1 + body);
                });
                for (doc, sum) in window.zip(&mut sums).filter(|(_, sum)| **sum != (0.0, 0.0)) {
                    let (title, body) = std::mem::take(sum);
                    docs.push(doc);
                    scores.push(self.word.score(Sum { doc, title, body }));
                }
            }
            (docs, scores)
        });
        (docs, scores)
    }
}
