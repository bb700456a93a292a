//! Scorers: the documents of one segment that match a node of the query, and their scores.
//!
//! A scorer works in batches. It lists the documents of a window, retains the matching ones of a list, and scores
//! a window or a list; and it bounds the scores of a window, so that most of them need not be computed. Windows
//! and lists come in ascending order; going back is possible but slow. Deleted documents are not left out.

use std::ops::Range;

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::Bm25f,
    node::{BoundNode, NodeKind},
    phrase_scorer::{NearScorer, PhraseScorer},
    word_scorer::WordScorer,
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        postings::{BitSet, Terms},
        weights::BOUND_SLACK,
    },
};

/// Scores a node in one segment.
pub(crate) enum Scorer<'s> {
    Word(Box<WordScorer<'s>>),
    Phrase(Box<PhraseScorer<'s>>),
    Near(Box<NearScorer<'s>>),
    All(Vec<Scorer<'s>>),
    Any(Vec<Scorer<'s>>),
    Except(Box<[Scorer<'s>; 2]>),
    /// Days from 1970-01-01, inclusive.
    Dated(&'s Segment, i64, i64),
}

impl<'s> Scorer<'s> {
    /// Opens the postings of a node, except those of hints.
    pub fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        node: &'s BoundNode,
    ) -> Result<Self> {
        let open = |node: &'s BoundNode| Self::open(context, (segment, bm25f), node);
        let all = |nodes: &'s [BoundNode]| nodes.iter().map(open).collect::<Result<_>>();
        let phrase = |phrase| PhraseScorer::open(context, (segment, bm25f), phrase);
        Ok(match &node.kind {
            NodeKind::Word(word) => Self::Word(Box::new(WordScorer::open(context, (segment, bm25f), word)?)),
            NodeKind::Phrase(node) => Self::Phrase(Box::new(phrase(node)?)),
            NodeKind::Near { left, right, within, weight } => {
                Self::Near(Box::new(NearScorer::new([phrase(left)?, phrase(right)?], *within, *weight)))
            }
            NodeKind::All(nodes) => Self::All(all(nodes)?),
            NodeKind::Any(nodes) => Self::Any(all(nodes)?),
            NodeKind::Except(node, not) => Self::Except(Box::new([open(node)?, open(not)?])),
            NodeKind::Dated(from, to) => Self::Dated(segment, *from, *to),
        })
    }

    /// Opens the postings of hints.
    pub fn open_hints(&mut self, context: &Context) -> Result<()> {
        match self {
            Self::Word(word) => word.open_hints(context),
            Self::Phrase(_) | Self::Near(_) | Self::Dated(..) => Ok(()),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter_mut().try_for_each(|part| part.open_hints(context))
            }
            Self::Except(parts) => parts[0].open_hints(context),
        }
    }

    /// Estimates how many postings are read to list all documents.
    pub fn cost(&self, terms: Terms) -> u64 {
        match self {
            Self::Word(word) => word.cost(terms),
            Self::Phrase(_) | Self::Near(_) | Self::Dated(..) if terms == Terms::Hints => 0,
            Self::Phrase(phrase) => phrase.cost(),
            Self::Near(near) => near.cost(),
            // A hint of one part suffices if the others match in full, so only parts without any hints cost nothing.
            Self::All(parts) if terms == Terms::Hints => parts.iter().map(|part| part.cost(terms)).sum(),
            Self::All(parts) => parts.iter().map(|part| part.cost(terms)).min().unwrap_or_default(),
            Self::Any(parts) => parts.iter().map(|part| part.cost(terms)).sum(),
            Self::Except(parts) => parts[0].cost(terms),
            Self::Dated(segment, ..) => segment.reader.max_doc().into(),
        }
    }

    /// Whether the documents that match are found out by reading positions.
    pub fn reads_positions(&self) -> bool {
        match self {
            Self::Word(_) | Self::Dated(..) => false,
            Self::Phrase(_) | Self::Near(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_positions),
            Self::Except(parts) => parts.iter().any(Self::reads_positions),
        }
    }

    /// Appends documents of a window, in order: all that match by the given terms. By hints, or if the scorer
    /// [`Self::reads_positions`], others are among them, which [`Self::score_docs`] does not match. No positions are
    /// read.
    pub fn approximate_docs(&mut self, window: &Range<DocId>, terms: Terms, docs: &mut Vec<DocId>) {
        match self {
            Self::Word(word) => word.docs(window, terms, docs),
            Self::Phrase(_) | Self::Near(_) | Self::Dated(..) if terms == Terms::Hints => {}
            Self::Phrase(phrase) => phrase.approximate_docs(window, docs),
            Self::Near(near) => near.approximate_docs(window, docs),
            Self::All(parts) if terms == Terms::Hints => {
                let cost = |part: &&mut Scorer| part.cost(Terms::Full) + part.cost(Terms::Hints);
                if let Some(rarest) = parts.iter_mut().min_by_key(cost) {
                    union(std::slice::from_mut(rarest), window, &[Terms::Full, Terms::Hints], docs);
                }
            }
            Self::All(parts) => {
                let rarest = (0..parts.len()).min_by_key(|&at| parts[at].cost(terms));
                let mut found = Vec::new();
                if let Some(at) = rarest {
                    parts[at].approximate_docs(window, terms, &mut found);
                }
                for (at, part) in parts.iter_mut().enumerate() {
                    if Some(at) != rarest {
                        part.approximate_retain(&mut found);
                    }
                }
                docs.append(&mut found);
            }
            Self::Any(parts) => union(parts, window, &[terms], docs),
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                let mut found = Vec::new();
                part.approximate_docs(window, terms, &mut found);
                not.approximate_remove(&mut found);
                docs.append(&mut found);
            }
            Self::Dated(segment, from, to) => {
                docs.extend(window.clone().filter(|&doc| is_within(segment, doc, (*from, *to))));
            }
        }
    }

    /// Retains all documents that match in full, and no others unless [`Self::reads_positions`]. No positions are
    /// read.
    pub fn approximate_retain(&mut self, docs: &mut Vec<DocId>) {
        match self {
            Self::Word(word) => word.retain(docs),
            Self::Phrase(phrase) => phrase.approximate_retain(docs),
            Self::Near(near) => near.approximate_retain(docs),
            Self::All(parts) => parts.iter_mut().for_each(|part| part.approximate_retain(docs)),
            Self::Any(parts) => {
                let mut rest = docs.clone();
                for part in parts {
                    let mut matches = rest.clone();
                    part.approximate_retain(&mut matches);
                    remove(&mut rest, &matches);
                }
                remove(docs, &rest);
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                part.approximate_retain(docs);
                not.approximate_remove(docs);
            }
            Self::Dated(segment, from, to) => {
                docs.retain(|&doc| is_within(segment, doc, (*from, *to)));
            }
        }
    }

    /// Retains the documents of which is known without positions that they match in full.
    pub fn retain_certain(&mut self, docs: &mut Vec<DocId>) {
        match self {
            Self::Phrase(_) | Self::Near(_) => docs.clear(),
            Self::All(parts) => parts.iter_mut().for_each(|part| part.retain_certain(docs)),
            Self::Any(parts) => {
                let mut rest = docs.clone();
                for part in parts {
                    let mut matches = rest.clone();
                    part.retain_certain(&mut matches);
                    remove(&mut rest, &matches);
                }
                remove(docs, &rest);
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                part.retain_certain(docs);
                let mut matches = docs.clone();
                not.approximate_retain(&mut matches);
                remove(docs, &matches);
            }
            Self::Word(_) | Self::Dated(..) => self.approximate_retain(docs),
        }
    }

    /// Removes documents that match in full: all of them, or none if that takes positions.
    fn approximate_remove(&mut self, docs: &mut Vec<DocId>) {
        if !self.reads_positions() {
            let mut matches = docs.clone();
            self.approximate_retain(&mut matches);
            remove(docs, &matches);
        }
    }

    /// Retains the documents that match in full.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        match self {
            Self::Phrase(phrase) => phrase.retain(docs),
            Self::Near(near) => near.retain(docs),
            Self::All(parts) => parts.iter_mut().for_each(|part| part.retain(docs)),
            Self::Any(parts) => {
                let mut rest = docs.clone();
                parts.iter_mut().for_each(|part| part.remove(&mut rest));
                remove(docs, &rest);
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                part.retain(docs);
                not.remove(docs);
            }
            Self::Word(_) | Self::Dated(..) => self.approximate_retain(docs),
        }
    }

    /// Removes the documents that match in full.
    pub fn remove(&mut self, docs: &mut Vec<DocId>) {
        let mut matches = docs.clone();
        self.retain(&mut matches);
        remove(docs, &matches);
    }

    /// Appends the documents of a window with their scores, in order. By hints, documents may be among them that
    /// match in full, whose scores are meaningless.
    pub fn score_window(&mut self, window: &Range<DocId>, terms: Terms, batch: &mut ScoredBatch) {
        if let Self::Word(word) = self {
            word.score_window(window, terms, batch);
            return;
        }
        let mut docs = Vec::new();
        self.approximate_docs(window, terms, &mut docs);
        self.score_docs(&docs, terms, batch);
        batch.retain_matches();
    }

    /// Appends the scores of documents, `NO_MATCH` for those that do not match. By hints, the scores of documents
    /// that match in full are meaningless.
    pub fn score_docs(&mut self, docs: &[DocId], terms: Terms, batch: &mut ScoredBatch) {
        let add = |batch: &mut ScoredBatch, scored: &ScoredBatch| {
            batch.docs.extend_from_slice(docs);
            batch.scores.extend_from_slice(&scored.scores);
            batch.freqs.resize(batch.docs.len(), u32::MAX);
        };
        let score = |part: &mut Scorer| {
            let mut scored = ScoredBatch::default();
            part.score_docs(docs, terms, &mut scored);
            scored
        };
        match self {
            Self::Word(word) => word.score_docs(docs, terms, batch),
            Self::Phrase(_) | Self::Near(_) | Self::Dated(..) if terms == Terms::Hints => {
                docs.iter().for_each(|&doc| batch.push(doc, NO_MATCH, 0));
            }
            Self::Phrase(phrase) => phrase.score_docs(docs, batch),
            Self::Near(near) => near.score_docs(docs, batch),
            Self::All(parts) => {
                let mut sum = ScoredBatch { scores: vec![0.0; docs.len()], ..ScoredBatch::default() };
                for part in parts {
                    let scored = if terms == Terms::Full { score(part) } else { part.score_any(docs) };
                    sum.combine(&scored, |sum, score| sum + score);
                }
                add(batch, &sum);
            }
            Self::Any(parts) => {
                let mut max = ScoredBatch { scores: vec![NO_MATCH; docs.len()], ..ScoredBatch::default() };
                for part in parts {
                    if terms == Terms::Full && part.reads_positions() {
                        part.raise_scores(docs, &mut max.scores);
                    } else {
                        max.combine(&score(part), f32::max);
                    }
                }
                add(batch, &max);
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                let mut scored = ScoredBatch::default();
                part.score_docs(docs, terms, &mut scored);
                let mut excluded = docs.to_vec();
                not.retain(&mut excluded);
                let mut excluded = &excluded[..];
                for (score, doc) in scored.scores.iter_mut().zip(docs) {
                    if let Some((first, rest)) = excluded.split_first()
                        && first == doc
                    {
                        *score = NO_MATCH;
                        excluded = rest;
                    }
                }
                add(batch, &scored);
            }
            Self::Dated(segment, from, to) => {
                for &doc in docs {
                    let matches = is_within(segment, doc, (*from, *to));
                    batch.push(doc, if matches { 0.0 } else { NO_MATCH }, 0);
                }
            }
        }
    }

    /// Raises scores to those of this scorer, whose positions are read only where its bounds are higher.
    fn raise_scores(&mut self, docs: &[DocId], scores: &mut [f32]) {
        let mut sought = docs.to_vec();
        self.approximate_retain(&mut sought);
        let mut known = docs.iter().zip(&*scores);
        sought.retain(|&doc| {
            let known = known.find(|(other, _)| **other == doc).map_or(NO_MATCH, |(_, &known)| known);
            self.max_score(&Extent::Doc(doc), Terms::Full) * BOUND_SLACK > known
        });
        let mut scored = ScoredBatch::default();
        self.score_docs(&sought, Terms::Full, &mut scored);
        let mut found = scored.finder();
        for (&doc, score) in docs.iter().zip(scores) {
            *score = found.find(doc).map_or(*score, |(higher, _)| higher.max(*score));
        }
    }

    /// The scores of documents, by hints where a document does not match in full.
    pub fn score_any(&mut self, docs: &[DocId]) -> ScoredBatch {
        let mut scored = ScoredBatch::default();
        self.score_docs(docs, Terms::Full, &mut scored);
        let rest = docs.iter().zip(&scored.scores).filter(|(_, score)| **score == NO_MATCH);
        let rest: Vec<DocId> = rest.map(|(&doc, _)| doc).collect();
        if !rest.is_empty() {
            let mut hinted = ScoredBatch::default();
            self.score_docs(&rest, Terms::Hints, &mut hinted);
            let mut hinted = hinted.scores.iter().zip(&hinted.freqs);
            for (score, freq) in scored.scores.iter_mut().zip(&mut scored.freqs) {
                if *score == NO_MATCH
                    && let Some((&hint, &hint_freq)) = hinted.next()
                {
                    (*score, *freq) = (hint, hint_freq);
                }
            }
        }
        scored
    }

    /// An upper bound of the scores of some documents, by full terms or by hints. One of a single document by full
    /// terms holds only if it matches.
    pub fn max_score(&mut self, extent: &Extent, terms: Terms) -> f32 {
        match self {
            Self::Word(word) => word.max_score(extent, terms),
            Self::Phrase(_) | Self::Near(_) | Self::Dated(..) if terms == Terms::Hints => 0.0,
            Self::Phrase(phrase) => phrase.max_score(extent),
            Self::Near(near) => near.max_score(extent),
            Self::All(parts) => {
                let any = |part: &mut Scorer| {
                    let full = part.max_score(extent, Terms::Full);
                    if terms == Terms::Full { full } else { full.max(part.max_score(extent, terms)) }
                };
                parts.iter_mut().map(any).sum()
            }
            Self::Any(parts) => {
                parts.iter_mut().map(|part| part.max_score(extent, terms)).fold(0.0, f32::max)
            }
            Self::Except(parts) => parts[0].max_score(extent, terms),
            Self::Dated(..) => 0.0,
        }
    }
}

fn is_within(segment: &Segment, doc: DocId, (from, to): (i64, i64)) -> bool {
    segment.day(doc).is_some_and(|day| (from..=to).contains(&day))
}

/// Appends the documents of a window that any of the scorers lists by any of the terms, in order.
fn union(scorers: &mut [Scorer], window: &Range<DocId>, terms: &[Terms], docs: &mut Vec<DocId>) {
    let (mut seen, mut found) = (BitSet::default(), Vec::new());
    seen.clear(WINDOW_LEN as usize);
    for scorer in scorers {
        for &terms in terms {
            scorer.approximate_docs(window, terms, &mut found);
        }
    }
    found.iter().for_each(|doc| seen.insert(doc - window.start));
    seen.each(|at| docs.push(window.start + at));
}

/// Removes some of the documents of a list; both are in order.
pub(crate) fn remove(docs: &mut Vec<DocId>, removed: &[DocId]) {
    let mut removed = removed.iter().peekable();
    docs.retain(|doc| removed.next_if_eq(&doc).is_none());
}
