//! Scores a prefix or pattern in one segment: the union of the postings of hundreds of forms.
//!
//! Bounds of hundreds of lists add up to nothing useful, and looking a document up in all of them takes long. So the
//! lists are merged once into one with scores, unless only a few documents are looked up.

use std::{io, ops::Range};

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::Bm25f,
    word_scorer::WordScorer,
};
use crate::{
    index::Segment,
    search::postings::{BoundWord, Terms, seek},
};

/// Looking a document up in a list takes as long as merging this many postings.
const LOOK_UP_COST: usize = 8;

/// Scores a prefix or pattern.
pub(crate) struct PatternScorer<'s> {
    segment: &'s Segment,
    word: WordScorer<'s>,
    /// All documents, once the lists are merged.
    merged: Option<ScoredBatch>,
    /// The document whose bound was asked for last, by its index.
    at: usize,
}

impl<'s> PatternScorer<'s> {
    /// Opens the postings of the forms.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord) -> io::Result<Self> {
        Ok(Self {
            segment: bm25f.segment,
            word: WordScorer::open(bm25f, word, Terms::Full)?,
            merged: None,
            at: 0,
        })
    }

    /// The number of postings.
    pub fn cost(&self) -> u64 {
        self.word.cost()
    }

    /// Appends the documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        let merged = self.merged();
        docs.extend_from_slice(&merged.docs[merged.range(window)]);
    }

    /// Retains the documents that match.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        if self.is_looked_up(docs.len()) {
            return self.word.retain(docs);
        }
        let mut found = self.merged().finder();
        docs.retain(|&doc| found.find(doc).is_some());
    }

    /// Appends the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, batch: &mut ScoredBatch) {
        let merged = self.merged();
        batch.append(merged, merged.range(window));
    }

    /// Appends the scores of documents in ascending order, `NO_MATCH` for those that do not match.
    pub fn score_docs(&mut self, docs: &[DocId], batch: &mut ScoredBatch) {
        if self.is_looked_up(docs.len()) {
            return self.word.score_docs(docs, batch);
        }
        let mut found = self.merged().finder();
        for &doc in docs {
            let (score, freq) = found.find(doc).unwrap_or((NO_MATCH, 0));
            batch.push(doc, score, freq);
        }
    }

    /// An upper bound of the scores of some documents: the highest of them, once the lists are merged.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let Some(merged) = &self.merged else { return self.word.highest_score() };
        match extent {
            Extent::Window(window) => merged.scores[merged.range(window)].iter().copied().fold(0.0, f32::max),
            Extent::Block(doc) => {
                let is_behind = self.at.checked_sub(1).is_some_and(|at| merged.docs[at] >= *doc);
                self.at = seek(&merged.docs, if is_behind { 0 } else { self.at }, *doc);
                if merged.docs.get(self.at) == Some(doc) { merged.scores[self.at] } else { 0.0 }
            }
        }
    }

    fn is_looked_up(&self, docs: usize) -> bool {
        let look_ups = docs.saturating_mul(self.word.terms().saturating_mul(LOOK_UP_COST));
        self.merged.is_none() && (look_ups as u64) < self.cost()
    }

    fn merged(&mut self) -> &ScoredBatch {
        self.merged.get_or_insert_with(|| {
            let (mut merged, max_doc) = (ScoredBatch::default(), self.segment.reader.max_doc());
            for start in (0..max_doc).step_by(WINDOW_LEN as usize) {
                self.word.add_up(&(start..start.saturating_add(WINDOW_LEN).min(max_doc)), &mut merged);
            }
            merged
        })
    }
}
