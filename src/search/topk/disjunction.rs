//! The disjunction: the best documents that match any content clause.
//!
//! Accumulates scores window by window. Clauses that alone cannot lift a document over the threshold are not
//! accumulated but looked up in the remaining candidates.

use tantivy::DocId;

use super::{
    accumulators::{Accumulated, Accumulators, FUNCTION, WordLists},
    bound_query::BoundQuery,
    collector::{TopCollector, collect_segments},
    filter::DocFilter,
    scored_doc::{Collect, ScoredDoc},
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        Sort,
        score::{Cursor, Evaluator, ScoredList},
        weights::BOUND_SLACK,
    },
};

/// The best documents that match any content clause, in no order, without those found before, which are all that
/// match every clause or none.
pub(super) fn top_docs(
    evaluator: &Evaluator,
    query: &BoundQuery,
    collect: Collect,
    before: &[ScoredDoc],
) -> Result<Vec<ScoredDoc>> {
    let cost = query.clauses.iter().map(|clause| clause.node.doc_count()).sum();
    let hints: Vec<&[ScoredList]> =
        query.clauses.iter().map(|clause| evaluator.hints(&clause.node)).collect::<Result<_>>()?;
    let (docs, _) = collect_segments(&evaluator.context, collect, cost, |segment, top| {
        let words = word_lists(segment, query, &hints);
        let filter = DocFilter::new(segment, query).with_required(segment, query);
        let excluded = before.iter().map(|doc| doc.address);
        let excluded = excluded.filter(|address| address.segment == segment.ordinal);
        let excluded: Vec<DocId> = excluded.map(|address| address.doc).collect();
        let accumulators = Accumulators::new(&words, segment.reader.max_doc());
        let conditions = Conditions { filter, collect, excluded: &excluded };
        segment_top_docs(&words, accumulators, conditions, top);
        Ok(0)
    })?;
    Ok(docs)
}

/// The clauses in one segment.
fn word_lists<'s>(
    segment: &Segment,
    query: &'s BoundQuery,
    hints: &[&'s [ScoredList]],
) -> Vec<WordLists<'s>> {
    let mut bits = (0..6).map(|word| 1 << word).chain(std::iter::repeat(1 << 6));
    let clauses = query.clauses.iter().zip(hints);
    let words = clauses.map(|(clause, hints)| WordLists {
        lists: [clause.node.full(segment), &hints[segment.ordinal as usize]],
        bit: if clause.content { bits.next().unwrap_or_default() } else { FUNCTION },
    });
    words.collect()
}

/// The conditions of one segment.
struct Conditions<'w> {
    filter: DocFilter<'w>,
    collect: Collect,
    /// Documents found before, which are left out.
    excluded: &'w [DocId],
}

fn segment_top_docs(
    words: &[WordLists],
    mut accumulators: Accumulators,
    conditions: Conditions,
    top: &mut TopCollector,
) {
    let Conditions { mut filter, collect, excluded } = conditions;
    let mut look_up = LookUp::new(words);
    let (mut candidates, mut order) = (Vec::new(), Vec::new());
    // Without a filter, the accumulated scores alone decide.
    let prunes = !collect.exhaustive && collect.sort == Sort::Relevance;
    let needed = collect.limit.saturating_add(excluded.len());
    let no_threshold = top.threshold() == f32::NEG_INFINITY;
    let start = if prunes && filter.is_empty() && no_threshold {
        single_word_threshold(words, needed)
    } else {
        top.threshold()
    };
    while accumulators.next_window(top.threshold().max(start)) {
        for &doc in excluded {
            accumulators.exclude(doc);
        }
        let mut threshold = top.threshold().max(start);
        accumulators.above(threshold, &mut candidates);
        if !filter.is_empty() {
            candidates.retain(|accumulated| filter.matches(accumulated.doc));
        }
        if prunes && candidates.len() > collect.limit {
            order.clear();
            order.extend(candidates.iter().map(|accumulated| accumulated.score));
            let (_, nth, _) = order.select_nth_unstable_by(collect.limit, |a: &f32, b| b.total_cmp(a));
            threshold = threshold.max(*nth / BOUND_SLACK);
        }
        if !accumulators.skipped.is_empty() {
            look_up.complete(&mut candidates, &accumulators.skipped, threshold);
        }
        for Accumulated { doc, score, matched } in &candidates {
            if *score >= threshold {
                top.push(*doc, *score, *matched);
            }
        }
        top.truncate();
    }
}

/// A threshold that more than `needed` documents reach by one word alone, if scores of such a word are
/// precomputed.
fn single_word_threshold(words: &[WordLists], needed: usize) -> f32 {
    // A document that has only function words is no hit.
    let content = words.iter().filter(|word| word.bit != FUNCTION);
    let scores = content.filter_map(|word| word.lists[0].scores()).filter(|scores| scores.len() > needed);
    let shortest = scores.min_by_key(|scores| scores.len());
    shortest.map_or(f32::NEG_INFINITY, |scores| {
        let mut scores = scores.to_vec();
        let (_, nth, _) = scores.select_nth_unstable_by(needed, |a, b| b.total_cmp(a));
        *nth / BOUND_SLACK
    })
}

/// Looks candidates up in all lists, in ascending order.
struct LookUp<'s> {
    words: Vec<WordLookUp<'s>>,
    /// Indices of the candidates that can still reach the threshold.
    remaining: Vec<usize>,
}

/// A word to look up.
struct WordLookUp<'s> {
    cursors: [Cursor<'s>; 2],
    bit: u8,
    /// Its score in each candidate.
    found: Vec<Option<f32>>,
}

impl<'s> LookUp<'s> {
    fn new(words: &[WordLists<'s>]) -> Self {
        let words = words.iter().map(|word| WordLookUp {
            cursors: word.lists.map(Cursor::new),
            bit: word.bit,
            found: Vec::new(),
        });
        Self { words: words.collect(), remaining: Vec::new() }
    }

    /// Adds the scores of the skipped words, those with the highest bounds first, and drops candidates that cannot
    /// reach `threshold`.
    fn complete(&mut self, docs: &mut Vec<Accumulated>, skipped: &[(usize, f32)], threshold: f32) {
        self.remaining.clear();
        self.remaining.extend(0..docs.len());
        for done in 0..=skipped.len() {
            let rest: f32 = skipped.iter().skip(done).map(|(_, bound)| bound).sum();
            self.remaining.retain(|&at| (docs[at].score + rest) * BOUND_SLACK >= threshold);
            if let Some(&(word, _)) = skipped.get(done) {
                let word = &mut self.words[word];
                word.find(docs, &self.remaining);
                self.remaining.iter().for_each(|&at| docs[at].score += word.found[at].unwrap_or_default());
            }
        }
        for (at, word) in self.words.iter_mut().enumerate() {
            if !skipped.iter().any(|(other, _)| *other == at) {
                word.find(docs, &self.remaining);
            }
        }
        for (to, &at) in self.remaining.iter().enumerate() {
            docs[to] = self.found(docs[at].doc, at);
        }
        docs.truncate(self.remaining.len());
    }

    /// The exact score of a candidate.
    fn found(&self, doc: DocId, at: usize) -> Accumulated {
        let mut accumulated = Accumulated { doc, score: 0.0, matched: 0 };
        // Added up in the order of the query, because float sums depend on the order.
        for word in &self.words {
            if let Some(score) = word.found[at] {
                accumulated.score += score;
                accumulated.matched |= word.bit;
            }
        }
        accumulated
    }
}

impl WordLookUp<'_> {
    fn find(&mut self, docs: &[Accumulated], remaining: &[usize]) {
        self.found.resize(docs.len().max(self.found.len()), None);
        let [full, hints] = &mut self.cursors;
        for &at in remaining {
            let doc = docs[at].doc;
            self.found[at] = full.get(doc).or_else(|| hints.get(doc)).map(|(score, _)| score);
        }
    }
}
