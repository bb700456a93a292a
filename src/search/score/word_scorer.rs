//! Scores a query word in one segment: the union of the postings of its terms.
//!
//! Different terms of a word describe the same occurrences, so a document counts the term with the highest
//! frequency, not the sum; only the expansions of a prefix or pattern add up.

use std::{cell::Cell, io, ops::Range};

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::{Bm25f, Factors},
};
use crate::search::{
    plan::Scope,
    postings::{BoundWord, Frequency, TermCursor, Terms, merge},
};

/// Scores one word in one segment.
pub(crate) struct WordScorer<'s> {
    bm25f: &'s Bm25f<'s>,
    factors: Factors,
    scope: Scope,
    /// Whether occurrences of different terms are different occurrences.
    adds_up: bool,
    terms: Vec<TermCursor>,
    /// The frequencies of the documents of a batch.
    sums: Vec<Sum>,
    /// The documents that the last bound from blocks holds for, and the bound.
    near: (Range<DocId>, f32),
}

/// A window with one posting in more documents than this is not added up: looking its documents up takes less than
/// reading all sums.
const SPARSE: u64 = 32;

thread_local! {
    /// The frequencies of a window, all zero in between. Zeroing them for each word would take as long as adding up.
    static SUMS: Cell<Vec<Sum>> = const { Cell::new(Vec::new()) };
}

/// The weighted frequencies of one document over the terms of a word.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    title: f32,
    body: f32,
    /// An upper bound of the number of positions.
    all: u32,
}

impl Sum {
    fn add(&mut self, frequency: Frequency, weight: f32, adds_up: bool) {
        let (title, body) = frequency.weighted(weight);
        if adds_up {
            self.title += title;
            self.body += body;
        } else {
            self.title = self.title.max(title);
            self.body = self.body.max(body);
        }
        self.all = self.all.saturating_add(frequency.all);
    }
}

impl<'s> WordScorer<'s> {
    /// Opens the postings of full terms or of hints.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        let lists = word.lists(bm25f.segment, terms);
        let terms = lists.filter_map(|term| TermCursor::open(bm25f.segment, term, word.scope).transpose());
        Ok(Self {
            bm25f,
            factors: Factors { idf: word.idf, weight: word.weight },
            scope: word.scope,
            adds_up: word.is_pattern,
            terms: terms.collect::<io::Result<_>>()?,
            sums: Vec::new(),
            near: (0..0, 0.0),
        })
    }

    /// The number of postings.
    pub fn cost(&self) -> u64 {
        self.terms.iter().map(|term| u64::from(term.doc_freq())).sum()
    }

    /// The number of terms.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// The limit of the scores of all documents.
    pub fn highest_score(&self) -> f32 {
        self.factors.apply(self.bm25f.saturate(f32::INFINITY))
    }

    /// Whether the word has one term, anywhere in a document.
    pub fn is_single_term(&self) -> bool {
        self.terms.len() == 1 && self.scope == Scope::Anywhere
    }

    /// The blocks of all terms, each as a window of documents with an upper bound of their scores.
    pub fn blocks(&mut self) -> Vec<(Range<DocId>, f32)> {
        let (bm25f, factors) = (self.bm25f, self.factors);
        let mut blocks = Vec::new();
        for term in &mut self.terms {
            let weight = term.weight;
            term.each_block_bound(&bm25f.norms, |window, bound| {
                blocks.push((window, factors.apply(bm25f.saturate(bound * weight))));
            });
        }
        blocks
    }

    /// Appends the documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        match present(&mut self.terms, window) {
            [] => {}
            [term] => term.each_doc(window, |doc| docs.push(doc)),
            terms => {
                let mut found = Vec::new();
                terms.iter_mut().for_each(|term| term.each_doc(window, |doc| found.push(doc)));
                docs.append(&mut merge(found));
            }
        }
    }

    /// Retains the documents that have a term.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        let mut found = vec![false; docs.len()];
        for term in &mut self.terms {
            term.find_docs(docs, |at| found[at] = true);
        }
        let mut found = found.into_iter();
        docs.retain(|_| found.next().unwrap_or_default());
    }

    /// Appends the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, batch: &mut ScoredBatch) {
        let postings =
            self.cost() * window.len() as u64 / u64::from(self.bm25f.segment.reader.max_doc().max(1));
        match present(&mut self.terms, window) {
            [] => {}
            [term] if self.scope == Scope::Anywhere => {
                // All of them may be in this window, but no more than it has documents.
                batch.reserve(term.doc_freq().min(window.end - window.start) as usize);
                score_term(term, window, (self.bm25f, self.factors), batch);
            }
            _ if postings < window.len() as u64 / SPARSE => {
                let mut docs = Vec::new();
                self.docs(window, &mut docs);
                self.score_docs(&docs, batch);
            }
            _ => self.add_up(window, batch),
        }
    }

    /// The same from all postings of the window.
    pub fn add_up(&mut self, window: &Range<DocId>, batch: &mut ScoredBatch) {
        let Self { bm25f, factors, adds_up, terms, .. } = self;
        batch.reserve(window.len() / 4);
        let mut sums = SUMS.take();
        sums.resize(WINDOW_LEN as usize, Sum::default());
        for term in terms {
            let weight = term.weight;
            term.each_frequency(window, |doc, frequency| {
                sums[(doc - window.start) as usize].add(frequency, weight, *adds_up);
            });
        }
        for (doc, sum) in window.clone().zip(&mut sums).filter(|(_, sum)| sum.all > 0) {
            let Sum { title, body, all } = std::mem::take(sum);
            batch.push(doc, factors.apply(bm25f.score(doc, title, body)), all);
        }
        SUMS.set(sums);
    }

    /// Appends the scores of documents in ascending order, `NO_MATCH` for those that do not match.
    pub fn score_docs(&mut self, docs: &[DocId], batch: &mut ScoredBatch) {
        let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return };
        let Self { bm25f, factors, adds_up, sums, .. } = self;
        sums.clear();
        sums.resize(docs.len(), Sum::default());
        for term in present(&mut self.terms, &(first..last.saturating_add(1))) {
            let weight = term.weight;
            term.find_frequencies(docs, |at, frequency| sums[at].add(frequency, weight, *adds_up));
        }
        let score = |(&doc, &Sum { title, body, all }): (&DocId, &Sum)| {
            if all > 0 { factors.apply(bm25f.score(doc, title, body)) } else { NO_MATCH }
        };
        batch.docs.extend_from_slice(docs);
        batch.freqs.extend(sums.iter().map(|sum| sum.all));
        batch.scores.extend(docs.iter().zip(&*sums).map(score));
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let Extent::Block(doc) = *extent else { return self.compute_max_score(extent) };
        if !self.near.0.contains(&doc) {
            let score = self.compute_max_score(extent);
            let end = self.terms.iter().map(TermCursor::block_end).min().unwrap_or(DocId::MAX);
            self.near = (doc..end, score);
        }
        self.near.1
    }

    /// The bounds of terms are added up, since the highest frequencies in title and body may be those of different
    /// terms.
    fn compute_max_score(&mut self, extent: &Extent) -> f32 {
        let bm25f = self.bm25f;
        let bound = |term: &mut TermCursor| max_frequency(term, extent, bm25f) * term.weight;
        let bound = self.terms.iter_mut().map(bound).sum();
        self.factors.apply(bm25f.saturate(bound))
    }

    /// An upper bound of the normalised frequency in each of some documents, not weighted.
    pub fn max_frequencies(&mut self, docs: &[DocId]) -> Vec<f32> {
        let mut bounds = vec![0.0; docs.len()];
        for term in &mut self.terms {
            term.frequency_bounds_of(docs, &self.bm25f.norms, |at, bound| bounds[at] += bound);
        }
        bounds
    }

    /// An upper bound of the normalised frequency in some documents, not weighted.
    pub fn max_frequency(&mut self, extent: &Extent) -> f32 {
        let bm25f = self.bm25f;
        self.terms.iter_mut().map(|term| max_frequency(term, extent, bm25f)).sum()
    }
}

/// The terms that a window may have, if it is one; otherwise all. Most words have one frequent term, and rare ones that
/// most windows are without.
fn present<'t>(terms: &'t mut [TermCursor], window: &Range<DocId>) -> &'t mut [TermCursor] {
    let mut present = (0..terms.len()).filter(|&at| terms[at].has_any(window));
    match (present.next(), present.next()) {
        (None, _) => &mut [],
        (Some(only), None) => &mut terms[only..=only],
        _ => terms,
    }
}

/// An upper bound of the normalised frequency of a term in some documents, not weighted.
fn max_frequency(term: &mut TermCursor, extent: &Extent, bm25f: &Bm25f) -> f32 {
    match *extent {
        Extent::Window(window) => term.frequency_bound(window, &bm25f.norms),
        Extent::Block(doc) => term.frequency_bound_near(doc, &bm25f.norms),
    }
}

/// Scores the only term of a word. Bodies are scored block by block without branches; the few documents that have
/// the term in the title are scored again.
fn score_term(
    term: &mut TermCursor,
    window: &Range<DocId>,
    (bm25f, factors): (&Bm25f, Factors),
    batch: &mut ScoredBatch,
) {
    let ScoredBatch { docs, scores, freqs } = batch;
    let weight = term.weight;
    term.each_block(window, |block, frequencies, titles| {
        let start = docs.len();
        docs.extend_from_slice(block);
        freqs.extend_from_slice(frequencies);
        bm25f.score_bodies((block, frequencies), weight, factors, scores);
        for (at, in_title) in titles {
            if let Some(frequency) = Frequency::new(Scope::Anywhere, frequencies[at], in_title) {
                let (title, body) = frequency.weighted(weight);
                scores[start + at] = factors.apply(bm25f.score(block[at], title, body));
            }
        }
    });
}
