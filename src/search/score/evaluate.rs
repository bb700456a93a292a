//! Evaluates the nodes of a plan: the matching documents of each segment with their scores.

use std::sync::{Arc, OnceLock};

use tantivy::DocId;

use super::{
    bm25f::Bm25f,
    node::{EvaluatedNode, NodeKind, PhraseNode},
    scored_list::{Cursor, ScoredList, ScoredListBuilder, UNCOUNTED},
};
use crate::{
    error::Result,
    index::{Segment, day_number},
    search::{
        cache::Cache,
        context::Context,
        plan::{Node, Phrase, Scope, Word},
        positions::{NearMatcher, PhraseMatcher},
        postings::{self, DocSet, Terms, entries, intersect, intersection_len, word_postings},
    },
};

/// Most nodes have a shorter cache key than this, in bytes.
const KEY_LENGTH: usize = 512;

/// Evaluates nodes and keeps the results in a cache.
pub(crate) struct Evaluator {
    pub context: Context,
    cache: Cache<EvaluatedNode>,
    /// By segment.
    bm25f: Vec<OnceLock<Arc<Bm25f>>>,
}

impl Evaluator {
    /// An evaluator with a cache of this many bytes.
    pub fn new(context: Context, cache: usize) -> Self {
        let bm25f = context.snapshot.segments.iter().map(|_| OnceLock::new()).collect();
        Self { context, cache: Cache::new(cache), bm25f }
    }

    /// Evaluates a node, or returns it from the cache.
    pub fn evaluate(&self, node: &Node) -> Result<Arc<EvaluatedNode>> {
        // A node that cannot be serialised is not cached.
        let key = postcard::to_extend(node, Vec::with_capacity(KEY_LENGTH)).unwrap_or_default();
        if let Some(node) = self.cache.get(&key) {
            return Ok(node);
        }
        let node = Arc::new(self.evaluate_uncached(node)?);
        if !key.is_empty() {
            self.cache.put(&key, Arc::clone(&node));
        }
        Ok(node)
    }

    fn evaluate_uncached(&self, node: &Node) -> Result<EvaluatedNode> {
        let phrase = |phrase: &Phrase| self.evaluate(&Node::Phrase(phrase.clone()));
        let kind = match node {
            Node::Word(word) => return self.word(word),
            Node::Phrase(phrase) => NodeKind::Phrase(self.phrase(phrase)?),
            Node::Near { left, right, within, weight } => NodeKind::Near {
                left: phrase(left)?,
                right: phrase(right)?,
                within: *within,
                weight: *weight,
            },
            Node::All(nodes) => NodeKind::All(self.evaluate_all(nodes)?),
            Node::Any(nodes) => NodeKind::Any(self.evaluate_all(nodes)?),
            Node::Except(node, not) => NodeKind::Except(self.evaluate(node)?, self.evaluate(not)?),
            Node::Dated(span) => {
                NodeKind::Dated(span.from.map_or(i64::MIN, day_number), span.to.map_or(i64::MAX, day_number))
            }
        };
        let full = self.context.each_segment(kind.cost(), |segment| self.matches(segment, &kind))?;
        Ok(EvaluatedNode::new(kind, full, self.max_tf()))
    }

    pub fn evaluate_all(&self, nodes: &[Node]) -> Result<Vec<Arc<EvaluatedNode>>> {
        nodes.iter().map(|node| self.evaluate(node)).collect()
    }

    fn phrase(&self, phrase: &Phrase) -> Result<PhraseNode> {
        let mut slots = Vec::new();
        for (offset, word) in &phrase.slots {
            slots.push((*offset, self.evaluate(&Node::Word(word.clone()))?));
        }
        let idf = slots.iter().map(|(_, word)| word.idf()).sum();
        let in_title = phrase.slots.iter().all(|(_, word)| word.scope == Scope::Title);
        Ok(PhraseNode { slots, slop: phrase.slop, weight: phrase.weight, idf, in_title })
    }

    fn word(&self, word: &Word) -> Result<EvaluatedNode> {
        let word = postings::bind(&self.context, word)?;
        // The document frequency of a word is that of its full terms, or of its hints where it has no full terms.
        let any_full = word.terms.iter().any(|bound| bound.term.full);
        let counted = if any_full { Terms::Full } else { Terms::Hints };
        let found = self.context.each_segment(entries(&self.context, &word, counted), |segment| {
            let full = word_postings(&self.context, segment, (&word, word.scope), Terms::Full, None)?;
            let frequency = if word.scope == Scope::Anywhere && any_full {
                full.0.len()
            } else {
                word_postings(&self.context, segment, (&word, Scope::Anywhere), counted, None)?.0.len()
            };
            Ok((full, frequency))
        })?;
        let idf = self.idf(found.iter().map(|(_, frequency)| frequency).sum());
        let factors = [idf, word.weight];
        let found = self.context.snapshot.segments.iter().zip(found);
        let full = found.map(|(segment, ((docs, frequencies), _))| {
            ScoredList::of_word(docs, frequencies, self.bm25f(segment), factors)
        });
        let full = full.collect();
        Ok(EvaluatedNode::new(NodeKind::Word(word, idf), full, self.max_tf()))
    }

    /// The inverse document frequency: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1,
    /// with 1 added so that common words never lower a score).
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a logarithm of counts")]
    fn idf(&self, frequency: usize) -> f32 {
        let (all, with) = (self.context.snapshot.releases as f64, frequency as f64);
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln() as f32
    }

    fn bm25f(&self, segment: &Segment) -> Arc<Bm25f> {
        let new = || Arc::new(Bm25f::new(&self.context, segment));
        Arc::clone(self.bm25f[segment.ordinal as usize].get_or_init(new))
    }

    /// An upper bound of all saturated term frequencies.
    fn max_tf(&self) -> f32 {
        self.context.weights.k1 + 1.0
    }

    /// The documents of each segment that have only a hint of a node: a stem of its words.
    pub fn hints<'n>(&self, node: &'n EvaluatedNode) -> Result<&'n [ScoredList]> {
        if node.hints.get().is_none() {
            let cost = match &node.kind {
                NodeKind::Word(word, _) => entries(&self.context, word, Terms::Hints),
                _ => 0,
            };
            let all: Vec<ScoredList> =
                self.context.each_segment(cost, |segment| self.hint_matches(segment, node))?;
            let size = all.iter().map(ScoredList::size).sum();
            if node.hints.set(all).is_ok() {
                self.cache.grow(size);
            }
        }
        Ok(node.hints.get().map_or(&[], Vec::as_slice))
    }

    fn matches(&self, segment: &Segment, kind: &NodeKind) -> Result<ScoredList> {
        let all = segment.reader.max_doc();
        Ok(match kind {
            NodeKind::Word(..) => ScoredList::default(),
            NodeKind::Phrase(phrase) => self.phrase_matches(segment, phrase)?,
            NodeKind::Near { left, right, within, weight } => {
                let lists = [left.full(segment), right.full(segment)];
                let docs = lists.map(|list| &list.docs);
                let open = |node: &EvaluatedNode| {
                    PhraseMatcher::open(&self.context, segment, &node.phrase_slots(), intersection_len(&docs))
                };
                let mut near = NearMatcher::new([open(left)?, open(right)?], *within);
                let [left, right] = lists;
                let mut found = ScoredListBuilder::new();
                intersect(&docs, |met| {
                    if near.matches(met.doc) {
                        let score = left.score(met.doc, met.at(0)) + right.score(met.doc, met.at(1));
                        found.push(met.doc, score * weight, UNCOUNTED);
                    }
                });
                found.build(all)
            }
            NodeKind::All(parts) => {
                sum(&parts.iter().map(|part| part.full(segment)).collect::<Vec<_>>(), all)
            }
            NodeKind::Any(parts) => max(parts.iter().map(|part| part.full(segment)), all),
            NodeKind::Except(part, not) => difference(part.full(segment), not.full(segment), all),
            NodeKind::Dated(from, to) => {
                let mut dated = ScoredListBuilder::new();
                for doc in segment.alive_docs() {
                    if segment.day(doc).is_some_and(|day| (*from..=*to).contains(&day)) {
                        dated.push(doc, 0.0, 0);
                    }
                }
                dated.build(all)
            }
        })
    }

    fn hint_matches(&self, segment: &Segment, node: &EvaluatedNode) -> Result<ScoredList> {
        let all = segment.reader.max_doc();
        let hints = |node| Ok::<_, crate::error::Error>(&self.hints(node)?[segment.ordinal as usize]);
        Ok(match &node.kind {
            NodeKind::Word(word, idf) => {
                let full = Some(&node.full(segment).docs);
                let (docs, frequencies) =
                    word_postings(&self.context, segment, (word, word.scope), Terms::Hints, full)?;
                ScoredList::of_word(docs, frequencies, self.bm25f(segment), [*idf, word.weight])
            }
            NodeKind::Phrase(_) | NodeKind::Near { .. } | NodeKind::Dated(..) => ScoredList::default(),
            NodeKind::All(parts) => {
                let mut either = Vec::with_capacity(parts.len());
                for part in parts {
                    either.push(max([part.full(segment), hints(part)?].into_iter(), all));
                }
                difference(&sum(&either.iter().collect::<Vec<_>>(), all), node.full(segment), all)
            }
            NodeKind::Any(parts) => {
                let of_parts = parts.iter().map(|part| hints(part)).collect::<Result<Vec<_>>>()?;
                difference(&max(of_parts.into_iter(), all), node.full(segment), all)
            }
            NodeKind::Except(part, not) => difference(hints(part)?, not.full(segment), all),
        })
    }

    /// The documents that have a phrase. Positions are read only where all its words occur.
    #[expect(clippy::cast_precision_loss, reason = "counts of a phrase in one document are small")]
    fn phrase_matches(&self, segment: &Segment, phrase: &PhraseNode) -> Result<ScoredList> {
        let words: Vec<&DocSet> = phrase.slots.iter().map(|(_, word)| &word.full(segment).docs).collect();
        let docs = intersection_len(&words);
        let mut matcher = PhraseMatcher::open(&self.context, segment, &phrase.slots(), docs)?;
        let bm25f = self.bm25f(segment);
        let mut found = ScoredListBuilder::new();
        intersect(&words, |met| {
            let starts = matcher.starts(met.doc);
            if !starts.is_empty() {
                let (title, body) = phrase.count_by_field(starts, segment.title_words(met.doc));
                let score = bm25f.score(met.doc, title as f32, body as f32) * phrase.idf * phrase.weight;
                found.push(met.doc, score, u8::try_from(starts.len()).unwrap_or(UNCOUNTED));
            }
        });
        Ok(found.build(segment.reader.max_doc()))
    }
}

/// The intersection of lists, with the sum of their scores.
fn sum(lists: &[&ScoredList], all: DocId) -> ScoredList {
    let mut sum = ScoredListBuilder::new();
    let docs: Vec<&DocSet> = lists.iter().map(|list| &list.docs).collect();
    intersect(&docs, |met| {
        let scores = lists.iter().enumerate().map(|(set, list)| list.score(met.doc, met.at(set)));
        sum.push(met.doc, scores.fold(0.0, |sum, score| sum + score), UNCOUNTED);
    });
    sum.build(all)
}

/// The union of lists, with the maximum of their scores.
fn max<'s>(lists: impl Iterator<Item = &'s ScoredList>, all: DocId) -> ScoredList {
    let mut scores: Vec<(DocId, f32)> = Vec::new();
    for list in lists {
        list.each(|at, doc| scores.push((doc, list.score(doc, at))));
    }
    // Each list is in order, so a stable sort finds long runs.
    scores.sort_by_key(|(doc, _)| *doc);
    let mut list = ScoredListBuilder::new();
    for of_doc in scores.chunk_by(|(one, _), (other, _)| one == other) {
        let score = of_doc.iter().fold(0.0_f32, |most, (_, score)| most.max(*score));
        of_doc.iter().take(1).for_each(|(doc, _)| list.push(*doc, score, UNCOUNTED));
    }
    list.build(all)
}

/// The documents of one list that are not in another.
fn difference(list: &ScoredList, not: &ScoredList, all: DocId) -> ScoredList {
    let mut not = Cursor::new(not);
    let mut left = ScoredListBuilder::new();
    list.each(|at, doc| {
        if !not.has(doc) {
            left.push(doc, list.score(doc, at), list.positions(at));
        }
    });
    left.build(all)
}
