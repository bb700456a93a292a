//! Scorers: the documents of one segment that match a node of the query, and their scores.
//!
//! A scorer works in batches. It lists the documents of a window, retains the matching ones of a list, and scores
//! a window or a list; and it bounds the scores of a window, so that most of them need not be computed. Windows
//! and lists are in ascending order. Deleted documents are not left out. A score of 0 is that of a document that does
//! not match.

use std::{io, ops::Range, slice};

use tantivy::DocId;

use super::{
    bm25f::{Bm25f, STEP},
    fold,
    node::BoundNode,
    pattern_scorer::PatternScorer,
    phrase_scorer::PhraseScorer,
    word_scorer::WordScorer,
};
use crate::{
    index::{Segment, day_number},
    search::{
        plan::Node,
        postings::{Extent, Terms, merge},
    },
};

/// Scores a node in one segment.
pub(crate) enum Scorer<'s> {
    Word(Box<WordScorer<'s>>),
    Pattern(Box<PatternScorer<'s>>),
    Phrase(Box<PhraseScorer<'s>>),
    /// The sum of the scores, in documents that match all. The rarest comes first.
    All(Vec<Scorer<'s>>),
    /// The maximum of the scores.
    Any(Vec<Scorer<'s>>),
    /// The first, in documents that do not match the second.
    Except(Box<[Scorer<'s>; 2]>),
    /// Days from 1970-01-01, inclusive.
    Dated(&'s Segment, i64, i64),
}

/// How precisely documents are matched: positions take ten times as long to read as frequencies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// All that match and perhaps others, without positions.
    Approximate,
    /// Those that match.
    Exact,
    /// Those that are known to match, without positions.
    Certain,
}

impl<'s> Scorer<'s> {
    /// Opens the postings of a node. Only words have hints of their own; inside a node, each part may match by hints if
    /// the node may.
    pub fn open(bm25f: &'s Bm25f<'s>, node: &BoundNode, terms: Terms) -> io::Result<Self> {
        let of_parts = if terms == Terms::Hints { Terms::Any } else { terms };
        let all = |nodes: &[BoundNode]| {
            nodes.iter().map(|node| Self::open(bm25f, node, of_parts)).collect::<io::Result<Vec<_>>>()
        };
        Ok(match node {
            Node::Word(word) if word.is_pattern => Self::Pattern(Box::new(PatternScorer::open(bm25f, word)?)),
            Node::Word(word) => Self::Word(Box::new(WordScorer::open(bm25f, word, terms)?)),
            Node::Phrase(phrase) => {
                Self::Phrase(Box::new(PhraseScorer::open(bm25f, slice::from_ref(phrase), (0, 1.0))?))
            }
            Node::Near { phrases, within, weight } => {
                Self::Phrase(Box::new(PhraseScorer::open(bm25f, phrases, (*within, *weight))?))
            }
            Node::All(nodes) => {
                let mut parts = all(nodes)?;
                parts.sort_by_key(Self::cost);
                Self::All(parts)
            }
            Node::Any(nodes) => Self::Any(all(nodes)?),
            Node::Except(node, not) => {
                let not = Self::open(bm25f, not, Terms::Full)?;
                Self::Except(Box::new([Self::open(bm25f, node, of_parts)?, not]))
            }
            Node::Dated(span) => {
                let [from, to] = [span.from, span.to].map(|day| day.map(day_number));
                Self::Dated(bm25f.segment, from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX))
            }
        })
    }

    /// Estimates how many postings are read to list all documents; 0 if there are none.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Word(word) => word.cost(),
            Self::Pattern(pattern) => pattern.word.cost(),
            Self::Phrase(phrase) => phrase.cost(),
            Self::All(parts) => parts.iter().map(Self::cost).min().unwrap_or_default(),
            Self::Any(parts) => parts.iter().map(Self::cost).sum(),
            Self::Except(parts) => parts[0].cost(),
            Self::Dated(segment, ..) => segment.reader.max_doc().into(),
        }
    }

    /// Whether the documents that match are found out by reading positions.
    pub fn reads_positions(&self) -> bool {
        match self {
            Self::Word(_) | Self::Pattern(_) | Self::Dated(..) => false,
            Self::Phrase(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_positions),
            Self::Except(parts) => parts.iter().any(Self::reads_positions),
        }
    }

    /// The documents of a window that match approximately, in order.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        match self {
            Self::Word(word) => word.docs(window),
            Self::Pattern(word) => word.docs(window),
            Self::Phrase(phrase) => phrase.approximate_docs(window),
            Self::All(parts) => {
                let [rarest, others @ ..] = &mut parts[..] else { return Vec::new() };
                let mut docs = rarest.docs(window);
                others.iter_mut().for_each(|part| part.retain(&mut docs, Phase::Approximate));
                docs
            }
            Self::Any(parts) => {
                let mut docs = Vec::new();
                parts.iter_mut().for_each(|part| docs.append(&mut part.docs(window)));
                merge(docs)
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                let mut docs = part.docs(window);
                not.remove(&mut docs, Phase::Certain);
                docs
            }
            Self::Dated(segment, from, to) => {
                window.clone().filter(|&doc| is_within(segment, doc, (*from, *to))).collect()
            }
        }
    }

    /// Retains the documents that match.
    pub fn retain(&mut self, docs: &mut Vec<DocId>, phase: Phase) {
        match self {
            Self::Word(word) => word.retain(docs),
            Self::Pattern(word) => word.retain(docs),
            Self::Phrase(phrase) => match phase {
                Phase::Approximate => phrase.approximate_retain(docs),
                Phase::Exact => phrase.retain(docs),
                Phase::Certain => docs.clear(),
            },
            Self::All(parts) => parts.iter_mut().for_each(|part| part.retain(docs, phase)),
            Self::Any(parts) => {
                let mut rest = docs.clone();
                parts.iter_mut().for_each(|part| part.remove(&mut rest, phase));
                remove(docs, &rest);
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                part.retain(docs, phase);
                let removed = match phase {
                    Phase::Approximate => Phase::Certain,
                    Phase::Exact => Phase::Exact,
                    Phase::Certain => Phase::Approximate,
                };
                not.remove(docs, removed);
            }
            Self::Dated(segment, from, to) => docs.retain(|&doc| is_within(segment, doc, (*from, *to))),
        }
    }

    /// Removes the documents that match.
    pub fn remove(&mut self, docs: &mut Vec<DocId>, phase: Phase) {
        let mut matches = docs.clone();
        self.retain(&mut matches, phase);
        remove(docs, &matches);
    }

    /// Visits documents of a window, in order: all that match, with their scores. If positions decide that, these are upper
    /// bounds.
    pub fn score_window(&mut self, window: &Range<DocId>, visit: &mut impl FnMut(&[DocId], &[f32])) {
        if let Self::Word(word) = self {
            return word.score_window(window, visit);
        }
        let docs = self.docs(window);
        let scores = if self.reads_positions() { self.max_scores(&docs) } else { self.scores(&docs) };
        visit(&docs, &scores);
    }

    /// The scores of documents, 0 for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        match self {
            Self::Word(word) => word.scores(docs),
            Self::Pattern(word) => word.scores(docs),
            Self::Phrase(phrase) => phrase.scores(docs),
            Self::All(parts) => {
                let sum = |sum, score| if sum > 0.0 && score > 0.0 { sum + score } else { 0.0 };
                parts
                    .iter_mut()
                    .map(|part| part.scores(docs))
                    .reduce(fold(sum))
                    .unwrap_or_else(|| vec![0.0; docs.len()])
            }
            Self::Any(parts) => {
                let scores = parts.iter_mut().map(|part| part.scores(docs));
                scores.reduce(fold(f32::max)).unwrap_or_else(|| vec![0.0; docs.len()])
            }
            Self::Except(parts) => {
                let [scores, excluded] = parts.each_mut().map(|part| part.scores(docs));
                fold(|score, excluded| if excluded > 0.0 { 0.0 } else { score })(scores, excluded)
            }
            Self::Dated(segment, from, to) => docs
                .iter()
                .map(|&doc| if is_within(segment, doc, (*from, *to)) { STEP } else { 0.0 })
                .collect(),
        }
    }

    /// An upper bound of the score of each of some documents that match approximately. No positions are read.
    pub fn max_scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let of_parts = |parts: &mut [Scorer], max: fn(f32, f32) -> f32| {
            parts
                .iter_mut()
                .map(|part| part.max_scores(docs))
                .reduce(fold(max))
                .unwrap_or_else(|| vec![0.0; docs.len()])
        };
        match self {
            Self::Phrase(phrase) => phrase.max_scores(docs),
            Self::All(parts) => of_parts(parts, |sum, bound| sum + bound),
            Self::Any(parts) => of_parts(parts, f32::max),
            Self::Except(parts) => parts[0].max_scores(docs),
            Self::Word(_) | Self::Pattern(_) | Self::Dated(..) => self.scores(docs),
        }
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let bound = |part: &mut Scorer| part.max_score(extent);
        match self {
            Self::Word(word) => word.max_score(extent),
            Self::Pattern(pattern) => pattern.word.highest_score(),
            Self::Phrase(phrase) => phrase.max_score(extent),
            Self::All(parts) => parts.iter_mut().map(bound).sum(),
            Self::Any(parts) => parts.iter_mut().map(bound).fold(0.0, f32::max),
            Self::Except(parts) => bound(&mut parts[0]),
            Self::Dated(..) => STEP,
        }
    }
}

fn is_within(segment: &Segment, doc: DocId, (from, to): (i64, i64)) -> bool {
    segment.day(doc).is_some_and(|day| (from..=to).contains(&day))
}

/// Removes some of the documents of a list; both are in order.
pub(crate) fn remove(docs: &mut Vec<DocId>, removed: &[DocId]) {
    let mut removed = removed.iter().peekable();
    docs.retain(|doc| removed.next_if_eq(&doc).is_none());
}
