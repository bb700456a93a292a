//! Scores a query word in one segment: the union of the postings of its terms.
//!
//! Different terms of a word describe the same occurrences, so a document counts the term with the highest
//! frequency, not the sum; only the expansions of a prefix or pattern add up. Hints, the bare stems of dictionary
//! words, count in documents without full terms only, which the caller sees to.

use std::ops::Range;

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::{Bm25f, Factors},
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Scope,
        postings::{BitSet, BoundWord, Frequency, TermCursor, Terms, seek},
    },
};

/// The bounds of a word with more terms are not computed.
const MAX_BOUNDED_TERMS: usize = 8;

/// Looking a document up in a posting list takes as long as reading this many postings.
const LOOK_UP_COST: usize = 6;

/// Scores one word in one segment.
pub(crate) struct WordScorer<'s> {
    segment: &'s Segment,
    word: &'s BoundWord,
    bm25f: &'s Bm25f<'s>,
    factors: Factors,
    scope: Scope,
    /// Whether occurrences of different terms are different occurrences.
    adds_up: bool,
    full: Vec<TermCursor>,
    /// Opened on demand.
    hints: Option<Vec<TermCursor>>,
    /// The frequencies of the documents of a window or a batch; all zero in between.
    sums: Vec<Sum>,
    seen: BitSet,
    /// The documents that the last bound from blocks holds for, and the bound.
    near: (Range<DocId>, f32),
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
    /// Opens the postings of a word, except those of its hints.
    pub fn open(
        context: &Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        word: &'s BoundWord,
    ) -> Result<Self> {
        Ok(Self {
            segment,
            word,
            bm25f,
            factors: Factors { idf: word.idf, weight: word.weight },
            scope: word.scope,
            adds_up: word.pattern.is_some(),
            full: open_terms(context, segment, word, true)?,
            hints: None,
            sums: Vec::new(),
            seen: BitSet::default(),
            near: (0..0, 0.0),
        })
    }

    /// Opens the postings of hints.
    pub fn open_hints(&mut self, context: &Context) -> Result<()> {
        if self.hints.is_none() {
            self.hints = Some(open_terms(context, self.segment, self.word, false)?);
        }
        Ok(())
    }

    fn terms(&mut self, terms: Terms) -> &mut [TermCursor] {
        match terms {
            Terms::Full => &mut self.full,
            Terms::Hints => self.hints.as_deref_mut().unwrap_or_default(),
        }
    }

    /// The number of postings.
    pub fn cost(&self, terms: Terms) -> u64 {
        let terms = match terms {
            Terms::Full => &self.full[..],
            Terms::Hints => self.hints.as_deref().unwrap_or_default(),
        };
        terms.iter().map(|term| u64::from(term.doc_freq())).sum()
    }

    /// Whether the word has one full term, anywhere in a document.
    pub fn is_single_term(&self) -> bool {
        self.full.len() == 1 && self.scope == Scope::Anywhere
    }

    /// The blocks of all full terms, each as a window of documents with an upper bound of their scores.
    pub fn blocks(&mut self) -> Vec<(Range<DocId>, f32)> {
        let (bm25f, factors) = (self.bm25f, self.factors);
        let mut blocks = Vec::new();
        for term in &mut self.full {
            let weight = term.weight;
            term.each_block_bound(&bm25f.norms, |window, bound| {
                blocks.push((window, factors.apply(bm25f.saturate(bound * weight))));
            });
        }
        blocks
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
        if self.reads_windows(docs, Terms::Full) {
            return self.retain_from_windows(docs);
        }
        match &mut self.full[..] {
            [term] => docs.retain(|&doc| term.contains(doc)),
            terms => docs.retain(|&doc| terms.iter_mut().any(|term| term.contains(doc))),
        }
    }

    /// Whether reading all postings of the windows that documents are in is faster than looking the documents up.
    fn reads_windows(&mut self, docs: &[DocId], terms: Terms) -> bool {
        let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return false };
        let postings = self.cost_of(&(first..last.saturating_add(1)), terms);
        postings < docs.len() * self.terms(terms).len() * LOOK_UP_COST
    }

    /// Estimates the number of postings in a window.
    fn cost_of(&self, window: &Range<DocId>, terms: Terms) -> usize {
        let (docs, all) = (u64::from(window.end - window.start), u64::from(self.segment.reader.max_doc()));
        usize::try_from(self.cost(terms).saturating_mul(docs) / all.max(1)).unwrap_or(usize::MAX)
    }

    /// As [`Self::retain`], by listing all documents of the windows that the given ones are in.
    fn retain_from_windows(&mut self, docs: &mut Vec<DocId>) {
        let (mut kept, mut listed) = (0, Vec::new());
        for window in windows(docs) {
            listed.clear();
            self.docs(&window.range, Terms::Full, &mut listed);
            let mut at = 0;
            for doc in window.docs {
                at = seek(&listed, at, docs[doc]);
                if listed.get(at) == Some(&docs[doc]) {
                    docs[kept] = docs[doc];
                    kept += 1;
                }
            }
        }
        docs.truncate(kept);
    }

    /// As [`Self::score_docs`], by scoring all documents of the windows that the given ones are in.
    fn score_from_windows(&mut self, docs: &[DocId], terms: Terms, batch: &mut ScoredBatch) {
        let mut scored = ScoredBatch::default();
        for window in windows(docs) {
            scored.clear();
            self.score_window(&window.range, terms, &mut scored);
            let mut at = 0;
            for &doc in &docs[window.docs] {
                at = seek(&scored.docs, at, doc);
                let found = scored.docs.get(at) == Some(&doc);
                let (score, freq) = if found { (scored.scores[at], scored.freqs[at]) } else { (NO_MATCH, 0) };
                batch.push(doc, score, freq);
            }
        }
    }

    /// Appends the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, terms: Terms, batch: &mut ScoredBatch) {
        let (bm25f, factors, scope, adds_up) = (self.bm25f, self.factors, self.scope, self.adds_up);
        batch.reserve(self.cost_of(window, terms));
        let (mut sums, mut seen) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.seen));
        match present(self.terms(terms), window) {
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
        if self.reads_windows(docs, terms) {
            return self.score_from_windows(docs, terms, batch);
        }
        let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return };
        let (bm25f, factors, adds_up) = (self.bm25f, self.factors, self.adds_up);
        let mut sums = std::mem::take(&mut self.sums);
        let present = present(self.terms(terms), &(first..last.saturating_add(1)));
        if let [term] = present {
            for &doc in docs {
                let Some(frequency) = term.frequency(doc) else {
                    batch.push(doc, NO_MATCH, 0);
                    continue;
                };
                let (title, body) = frequency.weighted(term.weight);
                batch.push(doc, factors.apply(bm25f.score(doc, title, body)), frequency.all);
            }
            self.sums = sums;
            return;
        }
        sums.resize(sums.len().max(docs.len()), Sum::default());
        for term in present {
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

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent, terms: Terms) -> f32 {
        let Extent::Block(doc) = *extent else { return self.compute_max_score(extent, terms) };
        if terms == Terms::Full && self.near.0.contains(&doc) {
            return self.near.1;
        }
        let score = self.compute_max_score(extent, terms);
        if terms == Terms::Full {
            let bounded = if self.full.len() > MAX_BOUNDED_TERMS { &[] } else { &self.full[..] };
            let end = bounded.iter().map(TermCursor::block_end).min().unwrap_or(DocId::MAX);
            self.near = (doc..end, score);
        }
        score
    }

    /// The bounds of terms are added up, since the highest frequencies in title and body may be those of different
    /// terms. Those of many terms add up to the highest possible score.
    fn compute_max_score(&mut self, extent: &Extent, terms: Terms) -> f32 {
        let bm25f = self.bm25f;
        if self.terms(terms).len() > MAX_BOUNDED_TERMS {
            return self.factors.apply(bm25f.saturate(f32::INFINITY));
        }
        let bound = |term: &mut TermCursor| max_frequency(term, extent, bm25f) * term.weight;
        let bound = self.terms(terms).iter_mut().map(bound).sum();
        self.factors.apply(bm25f.saturate(bound))
    }

    /// An upper bound of the normalised frequency of full terms in some documents, not weighted.
    pub fn max_frequency(&mut self, extent: &Extent) -> f32 {
        let bm25f = self.bm25f;
        self.full.iter_mut().map(|term| max_frequency(term, extent, bm25f)).sum()
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
        Extent::Doc(doc) => term.frequency_bound_of(doc, &bm25f.norms),
    }
}

/// Opens the full terms of a word, or its hints.
fn open_terms(context: &Context, segment: &Segment, word: &BoundWord, full: bool) -> Result<Vec<TermCursor>> {
    let mut terms = Vec::new();
    for term in word.terms.iter().filter(|term| term.term.full == full) {
        let opened = TermCursor::open(segment, term, word.scope);
        terms.extend(opened.map_err(|error| context.read_failed(error))?);
    }
    Ok(terms)
}

/// A window of documents, and which of a list are in it.
struct Window {
    range: Range<DocId>,
    docs: Range<usize>,
}

/// The windows that documents are in, which come in order.
fn windows(docs: &[DocId]) -> Vec<Window> {
    let number = |doc: DocId| doc / WINDOW_LEN;
    let mut end = 0;
    let window = |docs: &[DocId]| {
        end += docs.len();
        let range = docs[0]..docs[docs.len() - 1].saturating_add(1);
        Window { range, docs: end - docs.len()..end }
    };
    docs.chunk_by(|&one, &other| number(one) == number(other)).map(window).collect()
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
