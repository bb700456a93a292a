//! Scores a query word in one segment: the union of the postings of its terms.
//!
//! Different terms of a word describe the same occurrences, so a document counts the term with the highest
//! frequency, not the sum; only the expansions of a prefix or pattern add up. Terms that only hint at the word count in
//! documents without the others.

use std::{io, ops::Range};

use tantivy::{DocId, TERMINATED};

use super::bm25f::{Bm25f, Factors};
use crate::{
    query::Field,
    search::postings::{BoundWord, Extent, Frequency, TermCursor, Terms, merge},
};

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
    /// The documents that the last bound from blocks holds for, and the bound.
    near: (Range<DocId>, f32),
    scores: Vec<f32>,
    sums: Vec<Sum>,
}

/// The weighted frequencies of a word in one document.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub doc: DocId,
    pub title: f32,
    pub body: f32,
}

impl Sum {
    fn new(doc: DocId, frequency: Frequency, weight: f32) -> Self {
        let (title, body) = frequency.weighted(weight);
        Self { doc, title, body }
    }

    fn add(&mut self, other: Self, adds_up: bool) {
        if adds_up {
            self.title += other.title;
            self.body += other.body;
        } else {
            self.title = self.title.max(other.title);
            self.body = self.body.max(other.body);
        }
    }
}

impl<'s> WordScorer<'s> {
    /// Opens the postings of the word's terms.
    pub fn open(bm25f: &'s Bm25f<'s>, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        let open = |terms| {
            let lists = word.lists(bm25f.segment, terms);
            let cursors =
                lists.filter_map(|term| TermCursor::open(bm25f.segment, term, word.scope).transpose());
            cursors.collect::<io::Result<Vec<_>>>()
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
            near: (0..0, 0.0),
            scores: Vec::new(),
            sums: Vec::new(),
        })
    }

    /// The number of postings.
    pub fn cost(&self) -> u64 {
        self.terms.iter().chain(&self.hints).map(|term| u64::from(term.doc_freq())).sum()
    }

    /// The number of terms.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// The limit of the scores of all documents.
    pub fn highest_score(&self) -> f32 {
        self.factors.bound(self.bm25f.saturate(f32::INFINITY))
    }

    /// Whether the word has one term, anywhere in a document.
    pub fn is_single_term(&self) -> bool {
        self.terms.len() == 1 && self.hints.is_empty() && self.scope.is_none()
    }

    /// The blocks of the only term, each as a window of documents with an upper bound of their scores.
    pub fn blocks(&mut self) -> Vec<(Range<DocId>, f32)> {
        let (mut blocks, mut start) = (Vec::new(), 0);
        while start < TERMINATED {
            let bound = self.max_score(&Extent::Block(start));
            blocks.push((start..self.near.0.end.min(TERMINATED), bound));
            start = self.near.0.end;
        }
        blocks
    }

    /// The documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let (mut docs, mut lists) = (Vec::new(), 0);
        for term in self.terms.iter_mut().chain(&mut self.hints) {
            let before = docs.len();
            term.each_doc(window, |doc| docs.push(doc));
            lists += u32::from(docs.len() > before);
        }
        if lists > 1 { merge(docs) } else { docs }
    }

    /// Retains the documents that have a term.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        let mut found = vec![false; docs.len()];
        for term in self.terms.iter_mut().chain(&mut self.hints) {
            term.find_docs(docs, |at| found[at] = true);
        }
        let mut found = found.into_iter();
        docs.retain(|_| found.next().unwrap_or_default());
    }

    /// Visits the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let mut present = (0..self.terms.len()).filter(|&at| self.terms[at].has_any(window));
        match (present.next(), present.next()) {
            (None, _) if self.hints.is_empty() => {}
            (Some(only), None) if self.hints.is_empty() && self.scope.is_none() => {
                self.score_term(only, window, visit);
            }
            _ if self.hints.is_empty() => self.score_terms(window, visit),
            _ => {
                let docs = self.docs(window);
                visit(&docs, &self.scores(&docs));
            }
        }
    }

    /// Scores the only term that a window has. Bodies are scored block by block without branches; the few documents
    /// that have the term in the title are scored again.
    fn score_term(&mut self, at: usize, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let Self { bm25f, factors, terms, scores, .. } = self;
        let weight = terms[at].weight;
        terms[at].each_block(window, |part, (docs, freqs), titles| {
            scores.clear();
            bm25f.score_bodies((&docs[part.clone()], &freqs[part.clone()]), weight, *factors, scores);
            for (at, in_title) in titles.filter(|(at, _)| part.contains(at)) {
                if let Some(frequency) = Frequency::new(None, freqs[at], in_title) {
                    let (title, body) = frequency.weighted(weight);
                    scores[at - part.start] = factors.apply(bm25f.saturated(docs[at], title, body));
                }
            }
            visit(&docs[part], scores);
        });
    }

    /// Merges the postings of several terms.
    fn score_terms(&mut self, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        let mut sums = std::mem::take(&mut self.sums);
        sums.clear();
        self.each_frequency(window, |sum| sums.push(sum));
        let adds_up = self.adds_up;
        // Stable: merges sorted runs.
        sums.sort_by_key(|sum| sum.doc);
        sums.dedup_by(|next, sum| {
            let is_same = next.doc == sum.doc;
            if is_same {
                sum.add(*next, adds_up);
            }
            is_same
        });
        let docs: Vec<DocId> = sums.iter().map(|sum| sum.doc).collect();
        let scores: Vec<f32> = sums.iter().map(|sum| self.score(*sum)).collect();
        visit(&docs, &scores);
        self.sums = sums;
    }

    /// Visits the postings of a window, term by term.
    pub(super) fn each_frequency(&mut self, window: &Range<DocId>, mut visit: impl FnMut(Sum)) {
        for term in &mut self.terms {
            let weight = term.weight;
            term.each_frequency(window, |doc, frequency| visit(Sum::new(doc, frequency, weight)));
        }
    }

    /// The score of summed frequencies.
    pub(super) fn score(&self, Sum { doc, title, body }: Sum) -> f32 {
        self.factors.apply(self.bm25f.saturated(doc, title, body))
    }

    /// The scores of documents in ascending order, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let mut sums = vec![None; docs.len()];
        look_up(&mut self.terms, docs, self.adds_up, &mut sums);
        if !self.hints.is_empty() {
            let unmatched: Vec<usize> = (0..docs.len()).filter(|&at| sums[at].is_none()).collect();
            let sought: Vec<DocId> = unmatched.iter().map(|&at| docs[at]).collect();
            let mut found = vec![None; sought.len()];
            look_up(&mut self.hints, &sought, self.adds_up, &mut found);
            unmatched.into_iter().zip(found).for_each(|(at, sum)| sums[at] = sum);
        }
        sums.into_iter().map(|sum| sum.map_or(0.0, |sum| self.score(sum))).collect()
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let Extent::Block(doc) = *extent else { return self.compute_max_score(extent) };
        if !self.near.0.contains(&doc) {
            let score = self.compute_max_score(extent);
            let terms = self.terms.iter().chain(&self.hints);
            self.near = (doc..terms.map(TermCursor::block_end).min().unwrap_or(DocId::MAX), score);
        }
        self.near.1
    }

    fn compute_max_score(&mut self, extent: &Extent) -> f32 {
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
            term.find_frequencies(docs, |at, frequency| {
                let ((title, body), sum) = (frequency.weighted(1.0), &mut sums[at]);
                *sum = (sum.0 + title, sum.1 + body);
            });
        }
        sums
    }

    /// An upper bound of the normalised frequency in some documents, not weighted.
    pub fn max_frequency(&mut self, extent: &Extent) -> f32 {
        let norms = &self.bm25f.norms;
        self.terms.iter_mut().map(|term| term.frequency_bound(extent, norms)).sum()
    }
}

/// Adds up the frequencies of terms in some documents, in order.
fn look_up(terms: &mut [TermCursor], docs: &[DocId], adds_up: bool, sums: &mut [Option<Sum>]) {
    for term in terms {
        let weight = term.weight;
        term.find_frequencies(docs, |at, frequency| {
            let found = Sum::new(docs[at], frequency, weight);
            match &mut sums[at] {
                Some(sum) => sum.add(found, adds_up),
                none => *none = Some(found),
            }
        });
    }
}
