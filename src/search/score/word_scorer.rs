//! Scores a query word in one segment: the union of the postings of its terms.
//!
//! Different terms of a word describe the same occurrences, so a document counts the term with the highest
//! frequency, not the sum; only the expansions of a prefix or pattern add up. Hints, the bare stems of dictionary
//! words, count in documents without full terms only, which the caller sees to.

use std::ops::Range;

use tantivy::DocId;

use super::{
    bm25f::{Bm25f, Factors},
    scorer::{NO_MATCH, ScoredBatch, WINDOW_LEN},
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Scope,
        postings::{BitSet, BoundWord, Frequency, TermCursor, Terms},
    },
};

/// Scores one word in one segment.
pub(crate) struct WordScorer<'s> {
    bm25f: &'s Bm25f<'s>,
    factors: Factors,
    scope: Scope,
    /// Whether occurrences of different terms are different occurrences.
    adds_up: bool,
    full: Vec<TermCursor>,
    hints: Vec<TermCursor>,
    /// The frequencies of the documents of a window or a batch; all zero in between.
    sums: Vec<Sum>,
    seen: BitSet,
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
    /// Opens the postings of a word, those of its hints only if `hints`.
    pub fn open(
        context: &Context,
        (segment, bm25f): (&Segment, &'s Bm25f<'s>),
        word: &BoundWord,
        hints: bool,
    ) -> Result<Self> {
        let (mut full, mut hinted) = (Vec::new(), Vec::new());
        for term in word.terms.iter().filter(|term| term.term.full || hints) {
            let opened = TermCursor::open(segment, term, word.scope);
            let terms = if term.term.full { &mut full } else { &mut hinted };
            terms.extend(opened.map_err(|error| context.read_failed(error))?);
        }
        Ok(Self {
            bm25f,
            factors: Factors { idf: word.idf, weight: word.weight },
            scope: word.scope,
            adds_up: word.pattern.is_some(),
            full,
            hints: hinted,
            sums: Vec::new(),
            seen: BitSet::default(),
        })
    }

    fn terms(&mut self, terms: Terms) -> &mut [TermCursor] {
        match terms {
            Terms::Full => &mut self.full,
            Terms::Hints => &mut self.hints,
        }
    }

    /// The number of postings.
    pub fn cost(&self, terms: Terms) -> u64 {
        let terms = if terms == Terms::Full { &self.full } else { &self.hints };
        terms.iter().map(|term| u64::from(term.doc_freq())).sum()
    }

    /// Appends the documents of a window, in order.
    pub fn docs(&mut self, window: &Range<DocId>, terms: Terms, docs: &mut Vec<DocId>) {
        match self.terms(terms) {
            [] => {}
            [term] => term.each_doc(window, |doc| docs.push(doc)),
            _ => {
                let mut seen = std::mem::take(&mut self.seen);
                seen.clear(WINDOW_LEN as usize);
                for term in self.terms(terms) {
                    term.each_doc(window, |doc| seen.insert(doc - window.start));
                }
                seen.each(|at| docs.push(window.start + at));
                self.seen = seen;
            }
        }
    }

    /// Retains the documents that have a full term.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        match &mut self.full[..] {
            [term] => docs.retain(|&doc| term.contains(doc)),
            terms => docs.retain(|&doc| terms.iter_mut().any(|term| term.contains(doc))),
        }
    }

    /// Appends the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, terms: Terms, batch: &mut ScoredBatch) {
        let (bm25f, factors, scope, adds_up) = (self.bm25f, self.factors, self.scope, self.adds_up);
        let (mut sums, mut seen) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.seen));
        match self.terms(terms) {
            [] => {}
            [term] if scope == Scope::Anywhere => score_term(term, window, (bm25f, factors), batch),
            terms => {
                sums.resize(sums.len().max(WINDOW_LEN as usize), Sum::default());
                seen.clear(WINDOW_LEN as usize);
                for term in terms {
                    let weight = term.weight;
                    term.each_frequency(window, |doc, frequency| {
                        let at = doc - window.start;
                        seen.insert(at);
                        sums[at as usize].add(frequency, weight, adds_up);
                    });
                }
                seen.each(|at| {
                    let Sum { title, body, all } = std::mem::take(&mut sums[at as usize]);
                    let doc = window.start + at;
                    batch.push(doc, factors.apply(bm25f.score(doc, title, body)), all);
                });
            }
        }
        (self.sums, self.seen) = (sums, seen);
    }

    /// Appends the scores of documents in ascending order, `NO_MATCH` for those that do not match.
    pub fn score_docs(&mut self, docs: &[DocId], terms: Terms, batch: &mut ScoredBatch) {
        let (bm25f, factors, adds_up) = (self.bm25f, self.factors, self.adds_up);
        let mut sums = std::mem::take(&mut self.sums);
        sums.resize(sums.len().max(docs.len()), Sum::default());
        for term in self.terms(terms) {
            let weight = term.weight;
            for (&doc, sum) in docs.iter().zip(&mut sums) {
                if let Some(frequency) = term.frequency(doc) {
                    sum.add(frequency, weight, adds_up);
                }
            }
        }
        for (&doc, sum) in docs.iter().zip(&mut sums) {
            let Sum { title, body, all } = std::mem::take(sum);
            let score = if all > 0 { factors.apply(bm25f.score(doc, title, body)) } else { NO_MATCH };
            batch.push(doc, score, all);
        }
        self.sums = sums;
    }

    /// An upper bound of the scores in a window. The bounds of terms are added up, since the highest frequencies in
    /// title and body may be those of different terms.
    pub fn max_score(&mut self, window: &Range<DocId>, terms: Terms) -> f32 {
        let bm25f = self.bm25f;
        let bound = |term: &mut TermCursor| term.frequency_bound(window, bm25f) * term.weight;
        let bound = self.terms(terms).iter_mut().map(bound).sum();
        self.factors.apply(bm25f.saturate(bound))
    }

    /// An upper bound of the score by full terms of one document, from the blocks that it is in.
    pub fn max_score_near(&mut self, doc: DocId) -> f32 {
        let bm25f = self.bm25f;
        let bound = |term: &mut TermCursor| term.frequency_bound_near(doc, bm25f) * term.weight;
        let bound = self.full.iter_mut().map(bound).sum();
        self.factors.apply(bm25f.saturate(bound))
    }

    /// An upper bound of the normalised frequency of full terms in a window, not weighted.
    pub fn frequency_bound(&mut self, window: &Range<DocId>) -> f32 {
        let bm25f = self.bm25f;
        self.full.iter_mut().map(|term| term.frequency_bound(window, bm25f)).sum()
    }

    /// The same for one document, from the blocks that it is in.
    pub fn frequency_bound_near(&mut self, doc: DocId) -> f32 {
        let bm25f = self.bm25f;
        self.full.iter_mut().map(|term| term.frequency_bound_near(doc, bm25f)).sum()
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
    let (mut at, weight) = (docs.len(), term.weight);
    term.each_block(window, |block, frequencies| {
        docs.extend_from_slice(block);
        freqs.extend_from_slice(frequencies);
        bm25f.score_bodies((block, frequencies), weight, factors, scores);
    });
    term.each_title(window, |doc, in_title| {
        at += docs[at..].iter().take_while(|&&other| other < doc).count();
        if docs.get(at) == Some(&doc)
            && let Some(frequency) = Frequency::new(Scope::Anywhere, freqs[at], in_title)
        {
            let (title, body) = frequency.weighted(weight);
            scores[at] = factors.apply(bm25f.score(doc, title, body));
        }
    });
}
