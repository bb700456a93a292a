//! Scores a prefix or pattern in one segment: the union of the postings of hundreds of forms.
//!
//! Bounds of hundreds of lists add up to nothing useful, and looking a document up in all of them takes long. So the
//! frequencies of all forms are added up, chunk by chunk, unless only a few documents of a chunk are looked up.
//! Only the documents that are asked for are scored.

use std::{io, ops::Range};

use tantivy::DocId;

use super::{
    bm25f::{Bm25f, Frequencies},
    docs_where, retain_marked,
    word_scorer::{WordScorer, is_match, windows},
};
use crate::search::postings::{BoundWord, Terms, seek};

/// Documents whose frequencies are added up at a time. They fit into the caches of a processor, and each list is
/// entered only a few times.
const CHUNK_LEN: DocId = 1 << 16;

/// Scores a prefix or pattern.
pub(crate) struct PatternScorer<'s> {
    bm25f: &'s Bm25f<'s>,
    pub word: WordScorer<'s>,
    /// The documents whose frequencies were added up last.
    chunk: Range<DocId>,
    frequencies: Vec<Frequencies>,
    /// The documents that were retained last, with their frequencies.
    retained: (Vec<DocId>, Vec<Frequencies>),
}

impl<'s> PatternScorer<'s> {
    /// Opens the postings of the forms.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord) -> io::Result<Self> {
        let word = WordScorer::open(bm25f, word, Terms::Full)?;
        Ok(Self { bm25f, word, chunk: 0..0, frequencies: Vec::new(), retained: Default::default() })
    }

    /// The documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let (mut docs, mut start) = (Vec::new(), window.start);
        while start < window.end {
            self.add_up(start);
            let end = self.chunk.end.min(window.end);
            let slots = self.slot(start)..self.slot(end);
            docs.append(&mut docs_where(start, &self.frequencies[slots], |found| is_match(*found)));
            start = end;
        }
        docs
    }

    /// Retains the documents that match.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        let mut found = self.find(docs);
        let marked: Vec<bool> = found.iter().map(|found| is_match(*found)).collect();
        retain_marked(docs, &marked);
        retain_marked(&mut found, &marked);
        self.retained = (docs.clone(), found);
    }

    /// The scores of documents in ascending order, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let found = self.find(docs);
        self.word.score(docs, &found)
    }

    /// The frequencies in documents in ascending order.
    fn find(&mut self, docs: &[DocId]) -> Vec<Frequencies> {
        let (retained, mut at) = (&self.retained, 0);
        let is_added_up = docs.first().is_none_or(|first| self.chunk.contains(first));
        let known = docs.iter().map(|&doc| {
            at = seek(&retained.0, at, doc);
            (!is_added_up && retained.0.get(at) == Some(&doc)).then(|| retained.1[at])
        });
        if let Some(found) = known.collect() {
            return found;
        }
        let mut found = Vec::with_capacity(docs.len());
        for (chunk, part) in windows(docs, CHUNK_LEN) {
            if !self.chunk.contains(&part[0]) && !self.word.is_read(&chunk, part) {
                found.append(&mut self.word.find(part));
            } else {
                self.add_up(part[0]);
                found.extend(part.iter().map(|&doc| self.frequencies[self.slot(doc)]));
            }
        }
        found
    }

    /// Adds up the frequencies in the chunk of a document.
    fn add_up(&mut self, doc: DocId) {
        if !self.chunk.contains(&doc) {
            let start = doc - doc % CHUNK_LEN;
            let end = start.saturating_add(CHUNK_LEN).min(self.bm25f.segment.reader.max_doc());
            self.chunk = start..end;
            self.word.add_up(&self.chunk, &mut self.frequencies);
        }
    }

    fn slot(&self, doc: DocId) -> usize {
        (doc - self.chunk.start) as usize
    }
}
