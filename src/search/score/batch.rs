//! Batches of scored documents, and the windows that they come from.

use std::ops::Range;

use tantivy::DocId;

use crate::search::postings::seek;

/// The number of documents in a window: their scores stay in the processor's caches.
pub(crate) const WINDOW_LEN: DocId = 1 << 12;

/// The score of a document that does not match.
pub(crate) const NO_MATCH: f32 = f32::NEG_INFINITY;

/// Which documents an upper bound holds for.
#[derive(Clone, Copy)]
pub(crate) enum Extent<'e> {
    /// All documents of a window.
    Window(&'e Range<DocId>),
    /// A document, from the blocks that it is in. Nothing is decoded.
    Block(DocId),
}

/// Documents with their scores.
#[derive(Debug, Default)]
pub(crate) struct ScoredBatch {
    pub docs: Vec<DocId>,
    pub scores: Vec<f32>,
    /// An upper bound of the number of positions; `u32::MAX` if unknown.
    pub freqs: Vec<u32>,
}

impl ScoredBatch {
    /// Makes room for this many documents.
    pub fn reserve(&mut self, docs: usize) {
        self.docs.reserve(docs);
        self.scores.reserve(docs);
        self.freqs.reserve(docs);
    }

    pub fn push(&mut self, doc: DocId, score: f32, freq: u32) {
        self.docs.push(doc);
        self.scores.push(score);
        self.freqs.push(freq);
    }

    pub fn clear(&mut self) {
        self.docs.clear();
        self.scores.clear();
        self.freqs.clear();
    }

    /// Where the documents of a window are.
    pub fn range(&self, window: &Range<DocId>) -> Range<usize> {
        let start = self.docs.partition_point(|&doc| doc < window.start);
        start..seek(&self.docs, start, window.end)
    }

    /// Appends a part of another batch.
    pub fn append(&mut self, other: &Self, part: Range<usize>) {
        self.docs.extend_from_slice(&other.docs[part.clone()]);
        self.scores.extend_from_slice(&other.scores[part.clone()]);
        self.freqs.extend_from_slice(&other.freqs[part]);
    }

    /// The scores with the numbers of positions.
    pub fn scores(&self) -> impl Iterator<Item = (f32, u32)> {
        self.scores.iter().copied().zip(self.freqs.iter().copied())
    }

    /// Finds documents, which must be asked for in ascending order.
    pub fn finder(&self) -> Finder<'_> {
        Finder { batch: self, at: 0 }
    }

    /// Drops the documents that do not match.
    pub(super) fn retain_matches(&mut self) {
        let mut kept = 0;
        for at in 0..self.docs.len() {
            if self.scores[at] != NO_MATCH {
                self.docs[kept] = self.docs[at];
                self.scores[kept] = self.scores[at];
                self.freqs[kept] = self.freqs[at];
                kept += 1;
            }
        }
        self.docs.truncate(kept);
        self.scores.truncate(kept);
        self.freqs.truncate(kept);
    }
}

/// A place in a batch that moves forward.
pub(crate) struct Finder<'b> {
    batch: &'b ScoredBatch,
    at: usize,
}

impl Finder<'_> {
    /// The score and the frequency of a document, if it matches.
    #[inline]
    pub fn find(&mut self, doc: DocId) -> Option<(f32, u32)> {
        let ScoredBatch { docs, scores, freqs } = self.batch;
        self.at = seek(docs, self.at, doc);
        if docs.get(self.at) != Some(&doc) || scores[self.at] == NO_MATCH {
            return None;
        }
        Some((scores[self.at], freqs[self.at]))
    }
}
