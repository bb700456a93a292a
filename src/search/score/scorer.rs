//! Scorers: the documents of one segment that match a node of the query, and their scores.
//!
//! A scorer works in batches. It lists the documents of a window, retains the matching ones of a list, and scores
//! a window or a list; and it bounds the scores of a window, so that most of them need not be computed. Windows
//! and lists come in ascending order; going back is possible but slow. Deleted documents are not left out.
//!
//! A node has one scorer for the documents that match it in full and one for those that match by hints, the stems of
//! dictionary words. What the second one says about documents that match in full is meaningless.

use std::{io, ops::Range};

use tantivy::DocId;

use super::{
    batch::{Extent, NO_MATCH, ScoredBatch},
    bm25f::Bm25f,
    node::BoundNode,
    pattern_scorer::PatternScorer,
    phrase_scorer::PhraseScorer,
    word_scorer::WordScorer,
};
use crate::{
    index::{Segment, day_number},
    search::{
        plan::Node,
        postings::{Terms, merge},
        weights::BOUND_SLACK,
    },
};

/// Scores a node in one segment.
pub(crate) enum Scorer<'s> {
    Word(Box<WordScorer<'s>>),
    Pattern(Box<PatternScorer<'s>>),
    Phrase(Box<PhraseScorer<'s>>),
    /// The sum of the scores, in documents that match all.
    All(Vec<Scorer<'s>>),
    /// The maximum of the scores.
    Any(Vec<Scorer<'s>>),
    /// The score of the first one that matches.
    FirstOf(Vec<Scorer<'s>>),
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
    /// Opens the postings of a node for documents that match in full, by hints, or in either way.
    pub fn open(bm25f: &'s Bm25f<'s>, node: &BoundNode, terms: Terms) -> io::Result<Self> {
        if terms == Terms::Any {
            let full = Self::open(bm25f, node, Terms::Full)?;
            let hints = Self::open(bm25f, node, Terms::Hints)?;
            return Ok(if hints.is_empty() { full } else { Self::FirstOf(vec![full, hints]) });
        }
        let all = |nodes: &[BoundNode], terms| {
            nodes.iter().map(|node| Self::open(bm25f, node, terms)).collect::<io::Result<_>>()
        };
        Ok(match node {
            Node::Word(word) if word.is_pattern && terms == Terms::Full => {
                Self::Pattern(Box::new(PatternScorer::open(bm25f, word)?))
            }
            Node::Word(word) => Self::Word(Box::new(WordScorer::open(bm25f, word, terms)?)),
            Node::Phrase(_) | Node::Near { .. } | Node::Dated(_) if terms == Terms::Hints => {
                Self::Any(Vec::new())
            }
            Node::Phrase(phrase) => Self::Phrase(Box::new(PhraseScorer::open(bm25f, phrase)?)),
            Node::Near { left, right, within, weight } => {
                Self::Phrase(Box::new(PhraseScorer::open_near(bm25f, [left, right], *within, *weight)?))
            }
            Node::All(nodes) if terms == Terms::Hints => {
                // A hint of one part suffices if the others match in full.
                let parts: Vec<Self> = all(nodes, Terms::Any)?;
                let any_hints = parts.iter().any(|part| matches!(part, Self::FirstOf(_)));
                if any_hints { Self::All(parts) } else { Self::Any(Vec::new()) }
            }
            Node::All(nodes) => Self::All(all(nodes, terms)?),
            Node::Any(nodes) => Self::Any(all(nodes, terms)?),
            Node::Except(node, not) => {
                let [node, not] =
                    [(node, terms), (not, Terms::Full)].map(|(node, terms)| Self::open(bm25f, node, terms));
                Self::Except(Box::new([node?, not?]))
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
            Self::Pattern(word) => word.cost(),
            Self::Phrase(phrase) => phrase.cost(),
            Self::All(parts) => parts.iter().map(Self::cost).min().unwrap_or_default(),
            Self::Any(parts) | Self::FirstOf(parts) => parts.iter().map(Self::cost).sum(),
            Self::Except(parts) => parts[0].cost(),
            Self::Dated(segment, ..) => segment.reader.max_doc().into(),
        }
    }

    /// Whether no document matches.
    pub fn is_empty(&self) -> bool {
        self.cost() == 0
    }

    /// Whether the documents that match are found out by reading positions.
    pub fn reads_positions(&self) -> bool {
        match self {
            Self::Word(_) | Self::Pattern(_) | Self::Dated(..) => false,
            Self::Phrase(_) => true,
            Self::All(parts) | Self::Any(parts) | Self::FirstOf(parts) => {
                parts.iter().any(Self::reads_positions)
            }
            Self::Except(parts) => parts.iter().any(Self::reads_positions),
        }
    }

    /// Appends the documents of a window that match approximately, in order.
    pub fn docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        match self {
            Self::Word(word) => word.docs(window, docs),
            Self::Pattern(word) => word.docs(window, docs),
            Self::Phrase(phrase) => phrase.approximate_docs(window, docs),
            Self::All(parts) => {
                let rarest = (0..parts.len()).min_by_key(|&at| parts[at].cost());
                let mut found = Vec::new();
                rarest.into_iter().for_each(|rarest| parts[rarest].docs(window, &mut found));
                for (_, part) in parts.iter_mut().enumerate().filter(|(at, _)| Some(*at) != rarest) {
                    part.retain(&mut found, Phase::Approximate);
                }
                docs.append(&mut found);
            }
            Self::Any(parts) | Self::FirstOf(parts) => {
                let mut found = Vec::new();
                parts.iter_mut().for_each(|part| part.docs(window, &mut found));
                docs.append(&mut merge(found));
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                let mut found = Vec::new();
                part.docs(window, &mut found);
                not.remove(&mut found, Phase::Certain);
                docs.append(&mut found);
            }
            Self::Dated(segment, from, to) => {
                docs.extend(window.clone().filter(|&doc| is_within(segment, doc, (*from, *to))));
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
            Self::Any(parts) | Self::FirstOf(parts) => {
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

    /// Appends the documents of a window with their scores, in order.
    pub fn score_window(&mut self, window: &Range<DocId>, batch: &mut ScoredBatch) {
        match self {
            Self::Word(word) => return word.score_window(window, batch),
            Self::Pattern(word) => return word.score_window(window, batch),
            _ => {}
        }
        let mut docs = Vec::new();
        self.docs(window, &mut docs);
        self.score_docs(&docs, batch);
        batch.retain_matches();
    }

    /// Appends the scores of documents, `NO_MATCH` for those that do not match.
    pub fn score_docs(&mut self, docs: &[DocId], batch: &mut ScoredBatch) {
        match self {
            Self::Word(word) => return word.score_docs(docs, batch),
            Self::Pattern(word) => return word.score_docs(docs, batch),
            Self::Phrase(phrase) => return phrase.score_docs(docs, batch),
            _ => {}
        }
        let scores = match self {
            Self::All(parts) => {
                let mut sums = vec![0.0; docs.len()];
                for part in parts {
                    sums.iter_mut().zip(part.scores(docs)).for_each(|(sum, score)| *sum += score);
                }
                sums
            }
            Self::Any(parts) => {
                let mut max = vec![NO_MATCH; docs.len()];
                parts.iter_mut().for_each(|part| part.raise_scores(docs, &mut max));
                max
            }
            Self::FirstOf(parts) => {
                let mut scores = vec![NO_MATCH; docs.len()];
                for part in parts {
                    let is_sought = |(_, score): &(&DocId, &f32)| **score == NO_MATCH;
                    let sought: Vec<DocId> =
                        docs.iter().zip(&scores).filter(is_sought).map(|(&doc, _)| doc).collect();
                    let unmatched = scores.iter_mut().filter(|score| **score == NO_MATCH);
                    unmatched.zip(part.scores(&sought)).for_each(|(score, found)| *score = found);
                }
                scores
            }
            Self::Except(parts) => {
                let [part, not] = &mut **parts;
                let mut excluded = docs.to_vec();
                not.retain(&mut excluded, Phase::Exact);
                let mut excluded = excluded.into_iter().peekable();
                let scores = docs.iter().zip(part.scores(docs));
                scores
                    .map(|(doc, score)| if excluded.next_if_eq(doc).is_some() { NO_MATCH } else { score })
                    .collect()
            }
            Self::Dated(segment, from, to) => {
                let score = |&doc| if is_within(segment, doc, (*from, *to)) { 0.0 } else { NO_MATCH };
                docs.iter().map(score).collect()
            }
            Self::Word(_) | Self::Pattern(_) | Self::Phrase(_) => Vec::new(),
        };
        docs.iter().zip(scores).for_each(|(&doc, score)| batch.push(doc, score, u32::MAX));
    }

    /// The scores of documents, `NO_MATCH` for those that do not match.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let mut batch = ScoredBatch::default();
        self.score_docs(docs, &mut batch);
        batch.scores
    }

    /// Raises scores to those of this scorer, whose positions are read only where its bounds are higher.
    fn raise_scores(&mut self, docs: &[DocId], scores: &mut [f32]) {
        let mut sought = docs.to_vec();
        if self.reads_positions() {
            self.retain(&mut sought, Phase::Approximate);
            let mut bounds = self.max_scores(&sought).into_iter();
            let mut known = docs.iter().zip(&*scores);
            sought.retain(|&doc| {
                let known = known.find(|(other, _)| **other == doc).map_or(NO_MATCH, |(_, &known)| known);
                bounds.next().is_some_and(|bound| bound * BOUND_SLACK > known)
            });
        }
        let mut found = sought.iter().zip(self.scores(&sought)).peekable();
        for (doc, score) in docs.iter().zip(scores) {
            if let Some((_, higher)) = found.next_if(|(other, _)| *other == doc) {
                *score = score.max(higher);
            }
        }
    }

    /// An upper bound of the score of each of some documents that match approximately. No positions are read.
    pub fn max_scores(&mut self, docs: &[DocId]) -> Vec<f32> {
        let fold = |parts: &mut [Scorer], fold: fn(f32, f32) -> f32| {
            let mut bounds = vec![0.0; docs.len()];
            for part in parts {
                bounds
                    .iter_mut()
                    .zip(part.max_scores(docs))
                    .for_each(|(bound, of_part)| *bound = fold(*bound, of_part));
            }
            bounds
        };
        match self {
            Self::Phrase(phrase) => phrase.max_scores(docs),
            Self::All(parts) => fold(parts, |sum, bound| sum + bound),
            Self::Any(parts) | Self::FirstOf(parts) => fold(parts, f32::max),
            Self::Except(parts) => parts[0].max_scores(docs),
            Self::Word(_) | Self::Pattern(_) | Self::Dated(..) => self.scores(docs),
        }
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        let bound = |part: &mut Scorer| part.max_score(extent);
        match self {
            Self::Word(word) => word.max_score(extent),
            Self::Pattern(word) => word.max_score(extent),
            Self::Phrase(phrase) => phrase.max_score(extent),
            Self::All(parts) => parts.iter_mut().map(bound).sum(),
            Self::Any(parts) | Self::FirstOf(parts) => parts.iter_mut().map(bound).fold(0.0, f32::max),
            Self::Except(parts) => bound(&mut parts[0]),
            Self::Dated(..) => 0.0,
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
