//! Scores a query word in one segment: the union of the postings of its terms.
//!
//! Different terms of a word describe the same occurrences, so a document counts the term with the highest
//! frequency, not the sum; only the expansions of a prefix or pattern add up. Terms that only hint at the word count in
//! documents without the others.

use std::{cell::Cell, io, ops::Range};

use tantivy::DocId;

use super::{
    WINDOW_LEN,
    bm25f::{Bm25f, Factors, Frequencies},
    docs_where, retain_marked,
};
use crate::{
    query::Field,
    search::postings::{BoundWord, Extent, TermCursor, Terms},
};

/// A word with several terms is rare if fewer than one of this many documents have it: these are looked up in the lists of
/// its terms. The frequencies of others are added up in an array of all documents.
const RARE: u64 = 16;

/// Looking a document up in a list takes as long as reading this many postings.
const LOOK_UP_COST: u64 = 16;

/// Scores one word in one segment.
pub(crate) struct WordScorer<'s> {
    bm25f: &'s Bm25f<'s>,
    factors: Factors,
    scope: Option<Field>,
    /// Whether occurrences of different terms are different occurrences.
    adds_up: bool,
    terms: Vec<TermCursor>,
    /// The terms that count in documents without the others.
    hints: Vec<TermCursor>,
}

/// Whether a document has the word.
pub(super) fn is_match((title, body): Frequencies) -> bool {
    title + body > 0.0
}

impl<'s> WordScorer<'s> {
    /// Opens the postings of the word's terms.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        let open = |terms| {
            let mut cursors = Vec::with_capacity(word.lists(bm25f.segment, terms).count());
            for list in word.lists(bm25f.segment, terms) {
                cursors.extend(TermCursor::open(bm25f.segment, list, word.scope)?);
            }
            Ok::<_, io::Error>(cursors)
        };
        let (terms, hints) = match terms {
            Terms::Any => (open(Terms::Full)?, open(Terms::Hints)?),
            one => (open(one)?, Vec::new()),
        };
        Ok(Self {
            bm25f,
            factors: Factors { idf: word.idf, weight: word.weight },
            scope: word.scope,
            adds_up: word.is_pattern,
            terms,
            hints,
        })
    }

    /// The number of postings.
    pub fn cost(&self) -> u64 {
        self.terms.iter().chain(&self.hints).map(|term| u64::from(term.doc_freq())).sum()
    }

    /// The limit of the scores of all documents.
    pub fn highest_score(&self) -> f32 {
        self.factors.bound(self.bm25f.saturate(f32::INFINITY))
    }

    /// Whether the word has one term, anywhere in a document.
    pub fn is_single_term(&self) -> bool {
        self.terms.len() == 1 && self.hints.is_empty() && self.scope.is_none()
    }

    /// Windows of documents with upper bounds of their scores: the blocks of the only term, or where several terms have
    /// the same blocks, parted so that frequencies can be added up in arrays.
    pub fn blocks(&mut self) -> Vec<(Range<DocId>, f32)> {
        let (mut blocks, mut start, end) = (Vec::new(), 0, self.bm25f.segment.reader.max_doc());
        let is_single = self.is_single_term();
        let max_len = if is_single { end } else { WINDOW_LEN };
        while start < end {
            let next = Cell::new(start.saturating_add(max_len).min(end));
            let bound = self.max_score(&Extent::Blocks(start, &next));
            let window = start..next.get();
            start = window.end;
            let bound = if is_single { bound } else { self.max_score(&Extent::Window(&window)) };
            blocks.push((window, bound));
        }
        blocks
    }

    /// The documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let mut docs = Vec::new();
        if let ([term], []) = (&mut self.terms[..], &self.hints[..]) {
            term.each_doc(window, |doc| docs.push(doc));
            return docs;
        }
        // A set of bits takes less time to search than the window, in which most words have few documents.
        let mut bits = vec![0_u64; window.len().div_ceil(64)];
        for term in self.terms.iter_mut().chain(&mut self.hints) {
            term.each_doc(window, |doc| {
                let at = doc - window.start;
                bits[at as usize / 64] |= 1 << (at % 64);
            });
        }
        for (start, mut bits) in (window.start..).step_by(64).zip(bits) {
            while bits > 0 {
                docs.push(start + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        docs
    }

    /// Retains the documents that have a term.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        let mut marked = Vec::with_capacity(docs.len());
        for (window, part) in windows(docs, WINDOW_LEN) {
            if self.is_read(&window, part) {
                let mut all = [false; WINDOW_LEN as usize];
                for term in self.terms.iter_mut().chain(&mut self.hints) {
                    term.each_doc(&window, |doc| all[(doc % WINDOW_LEN) as usize] = true);
                }
                marked.extend(part.iter().map(|doc| all[(doc % WINDOW_LEN) as usize]));
            } else {
                let first = marked.len();
                marked.resize(first + part.len(), false);
                for term in self.terms.iter_mut().chain(&mut self.hints) {
                    term.find_docs(part, |at| marked[first + at] = true);
                }
            }
        }
        retain_marked(docs, &marked);
    }

    /// Whether all postings of a window take less time to read than some of its documents take to look up.
    pub fn is_read(&self, window: &Range<DocId>, docs: &[DocId]) -> bool {
        let max_doc = self.bm25f.segment.reader.max_doc();
        let look_ups = (docs.len() * (self.terms.len() + self.hints.len())) as u64 * LOOK_UP_COST;
        let len = window.end.min(max_doc) - window.start;
        look_ups * u64::from(max_doc) >= self.cost() * u64::from(len)
    }

    /// Visits the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let is_rare = self.cost() * RARE < self.bm25f.segment.reader.max_doc().into();
        if !self.hints.is_empty() || is_rare && self.terms.len() > 1 {
            let docs = self.docs(window);
            return visit(&docs, &self.scores(&docs));
        }
        let mut present = (0..self.terms.len()).filter(|&at| self.terms[at].has_any(window));
        if let (Some(only), None) = (present.next(), present.next())
            && self.scope.is_none()
        {
            return self.score_term(only, window, visit);
        }
        let mut all = Vec::new();
        self.add_up(window, &mut all);
        let docs = docs_where(window.start, &all, |found| is_match(*found));
        let found: Vec<_> = docs.iter().map(|&doc| all[(doc - window.start) as usize]).collect();
        visit(&docs, &self.score(&docs, &found));
    }

    /// Scores the only term that a window has, block by block.
    fn score_term(&mut self, at: usize, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let Self { bm25f, factors, terms, .. } = self;
        let (weight, mut found, mut scores) = (terms[at].weight, Vec::new(), Vec::new());
        terms[at].each_block(window, |docs, bodies, titles| {
            found.clear();
            found.extend(bodies.iter().map(|&body| (0.0, body as f32 * weight)));
            titles.iter().for_each(|&(at, title)| found[at].0 = title as f32 * weight);
            scores.clear();
            bm25f.score(docs, &found, *factors, &mut scores);
            visit(docs, &scores);
        });
    }

    /// Adds up the frequencies in each document of a window.
    pub(super) fn add_up(&mut self, window: &Range<DocId>, all: &mut Vec<Frequencies>) {
        all.clear();
        all.resize(window.len(), (0.0, 0.0));
        let (all, adds_up) = (&mut all[..], self.adds_up);
        for term in &mut self.terms {
            let (weight, slot) = (term.weight, |doc: DocId| (doc - window.start) as usize);
            term.each_block(window, |docs, bodies, titles| {
                for (&doc, &body) in docs.iter().zip(bodies) {
                    let (_, sum) = &mut all[slot(doc)];
                    *sum = join(*sum, body as f32 * weight, adds_up);
                }
                for &(at, title) in titles {
                    let (sum, _) = &mut all[slot(docs[at])];
                    *sum = join(*sum, title as f32 * weight, adds_up);
                }
            });
        }
    }

    /// The scores of documents in ascending order, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let found = self.find(docs);
        self.score(docs, &found)
    }

    /// The frequencies in documents in ascending order.
    pub(super) fn find(&mut self, docs: &[DocId]) -> Vec<Frequencies> {
        let mut found = look_up(&mut self.terms, docs, self.adds_up);
        if !self.hints.is_empty() {
            let unmatched: Vec<usize> = (0..docs.len()).filter(|&at| !is_match(found[at])).collect();
            let sought: Vec<DocId> = unmatched.iter().map(|&at| docs[at]).collect();
            let by_hints = look_up(&mut self.hints, &sought, self.adds_up);
            unmatched.into_iter().zip(by_hints).for_each(|(at, frequencies)| found[at] = frequencies);
        }
        found
    }

    /// The scores of documents by their frequencies.
    pub(super) fn score(&self, docs: &[DocId], found: &[Frequencies]) -> Vec<f32> {
        let mut scores = Vec::with_capacity(docs.len());
        self.bm25f.score(docs, found, self.factors, &mut scores);
        scores
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let (bm25f, norms) = (self.bm25f, &self.bm25f.norms);
        // The highest frequencies in title and body may be those of different terms, so bounds are added up.
        let bound = |terms: &mut [TermCursor]| {
            terms.iter_mut().map(|term| term.frequency_bound(extent, norms) * term.weight).sum::<f32>()
        };
        let bound = bound(&mut self.terms).max(bound(&mut self.hints));
        self.factors.bound(bm25f.saturate(bound))
    }

    /// How often all terms together occur in the title and in the body of each of some documents, in order, not weighted.
    pub fn frequencies(&mut self, docs: &[DocId]) -> Vec<(f32, f32)> {
        let mut sums = vec![(0.0, 0.0); docs.len()];
        for term in &mut self.terms {
            term.find_frequencies(docs, |at, frequency| add(&mut sums[at], frequency.weighted(1.0), true));
        }
        sums
    }

    /// An upper bound of the normalised frequency in some documents, not weighted.
    pub fn max_frequency(&mut self, extent: &Extent) -> f32 {
        let norms = &self.bm25f.norms;
        self.terms.iter_mut().map(|term| term.frequency_bound(extent, norms)).sum()
    }
}

/// The parts of documents, which are in order, that are in the same window of some length, with the window.
pub(super) fn windows(docs: &[DocId], len: DocId) -> impl Iterator<Item = (Range<DocId>, &[DocId])> {
    docs.chunk_by(move |a, b| a / len == b / len).map(move |part| {
        let start = part[0] - part[0] % len;
        (start..start.saturating_add(len), part)
    })
}

/// Adds up the frequencies of terms in some documents, in order.
fn look_up(terms: &mut [TermCursor], docs: &[DocId], adds_up: bool) -> Vec<Frequencies> {
    let mut found = vec![(0.0, 0.0); docs.len()];
    for term in terms {
        let weight = term.weight;
        term.find_frequencies(docs, |at, frequency| add(&mut found[at], frequency.weighted(weight), adds_up));
    }
    found
}

#[inline]
fn add(sum: &mut Frequencies, (title, body): Frequencies, adds_up: bool) {
    *sum = (join(sum.0, title, adds_up), join(sum.1, body, adds_up));
}

#[inline]
fn join(sum: f32, frequency: f32, adds_up: bool) -> f32 {
    if adds_up { sum + frequency } else { sum.max(frequency) }
}
