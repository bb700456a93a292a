//! The conjunction: documents that match all content clauses of a query.
//!
//! The rarest clause lists documents batch by batch, the others retain those that they match too. All of them are
//! counted, but only those are scored whose upper bounds, from the blocks that they are in, reach the top.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use tantivy::DocId;

use super::{
    bound_query::{BoundClause, BoundQuery},
    collector::TopCollector,
    filter::Filter,
    scored_doc::Frequencies,
    single_word,
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Role,
        postings::Terms,
        score::{Bm25f, BoundNode, NO_MATCH, NodeKind, ScoredBatch, Scorer, WINDOW_LEN},
        weights::BOUND_SLACK,
    },
};

/// Clauses are intersected for at least this many documents of the rarest one at a time.
const BATCH_LEN: usize = 512;

/// A clause of the query, opened in one segment.
struct Clause<'s> {
    scorer: Scorer<'s>,
    role: Role,
    batch: ScoredBatch,
}

/// How many documents match, or at least match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub value: u64,
    pub is_exact: bool,
}

/// Collects the best documents of a segment that match all content clauses, and counts those that match.
///
/// Positions are read of no more documents than `positions` allows, over all segments; after that of those only that
/// can be among the best, and the count is a lower bound.
pub(super) fn search_segment(
    context: &Context,
    segment: &Segment,
    query: &BoundQuery,
    positions: &AtomicUsize,
    top: &mut TopCollector,
) -> Result<Count> {
    let bm25f = Bm25f::new(context, segment);
    let mut filter = Filter::open(context, (segment, &bm25f), query)?;
    let mut clauses = Vec::with_capacity(query.clauses.len());
    for clause in &query.clauses {
        let scorer = Scorer::open(context, (segment, &bm25f), &clause.node, false)?;
        clauses.push(Clause { scorer, role: clause.role, batch: ScoredBatch::default() });
    }
    if let [Clause { scorer: Scorer::Word(word), role, .. }] = &mut clauses[..]
        && role.is_content()
        && let Some(value) = single_word_count(segment, query)
        && word.is_single_term()
        && top.sorts_by_score()
    {
        if top.limit() > 0 {
            single_word::search_segment(segment, word, &query.deadline, top);
        }
        return Ok(Count { value, is_exact: true });
    }
    let mut order: Vec<usize> = (0..clauses.len()).filter(|&at| clauses[at].role.is_content()).collect();
    order.sort_by_key(|&at| clauses[at].scorer.cost(Terms::Full));
    let reads_positions = order.iter().any(|&at| clauses[at].scorer.reads_positions());
    let mut count = Count { value: 0, is_exact: true };
    let (mut docs, mut start) = (Vec::new(), 0);
    let end = segment.reader.max_doc();
    while start < end && !query.deadline.is_over() {
        let counts_all = !reads_positions || positions.load(Ordering::Relaxed) > 0 || top.threshold() <= 0.0;
        docs.clear();
        while start < end && docs.len() < BATCH_LEN && !query.deadline.is_over() {
            let window = start..start.saturating_add(WINDOW_LEN).min(end);
            start = window.end;
            if !counts_all && max_score(&mut clauses, &window) * BOUND_SLACK < top.threshold() {
                count.is_exact = false;
                continue;
            }
            match order.first() {
                Some(&rarest) => clauses[rarest].scorer.approximate_docs(&window, Terms::Full, &mut docs),
                None => filter.docs(&window, &mut docs),
            }
        }
        filter.retain(&mut docs);
        for &other in order.iter().skip(1) {
            clauses[other].scorer.approximate_retain(&mut docs);
        }
        if !counts_all {
            let all = docs.len();
            prune(&mut clauses, &mut docs, top.threshold());
            count.is_exact &= docs.len() == all;
        }
        if reads_positions {
            let left = positions.load(Ordering::Relaxed);
            positions.store(left.saturating_sub(docs.len()), Ordering::Relaxed);
            for &at in &order {
                let scorer = &mut clauses[at].scorer;
                if scorer.reads_positions() {
                    scorer.retain(&mut docs);
                }
            }
        }
        count.value += docs.len() as u64;
        if top.limit() > 0 {
            collect(&mut clauses, &mut docs, top);
        }
    }
    Ok(count)
}

/// How many documents of a segment match a query of one word that has no conditions, if that is known.
fn single_word_count(segment: &Segment, query: &BoundQuery) -> Option<u64> {
    match &query.clauses[..] {
        [BoundClause { node: BoundNode { kind: NodeKind::Word(word), .. }, .. }]
            if !query.has_conditions() =>
        {
            word.doc_count(segment)
        }
        _ => None,
    }
}

/// Scores those of the documents that can be among the best.
fn collect(clauses: &mut [Clause], docs: &mut Vec<DocId>, top: &mut TopCollector) {
    prune(clauses, docs, top.threshold());
    if docs.is_empty() {
        return;
    }
    for Clause { scorer, batch, .. } in &mut *clauses {
        batch.clear();
        scorer.score_docs(docs, Terms::Full, batch);
    }
    let threshold = top.threshold();
    for (at, &doc) in docs.iter().enumerate() {
        // Added up in the order of the query, whatever the order of the intersection: floats depend on it.
        let mut score = 0.0;
        let mut freqs = Frequencies::default();
        for Clause { batch, role, .. } in &*clauses {
            if batch.scores[at] != NO_MATCH {
                score += batch.scores[at];
            }
            if role.has_proximity() {
                freqs.push(if batch.scores[at] == NO_MATCH { 0 } else { batch.freqs[at] });
            }
        }
        if score >= threshold {
            top.push(doc, score, freqs);
        }
    }
}

/// An upper bound of the scores in a window.
fn max_score(clauses: &mut [Clause], window: &Range<DocId>) -> f32 {
    clauses.iter_mut().map(|clause| clause.scorer.max_score(window, Terms::Full)).sum()
}

/// Drops documents whose upper bounds are below the threshold.
fn prune(clauses: &mut [Clause], docs: &mut Vec<DocId>, threshold: f32) {
    let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return };
    if threshold == f32::NEG_INFINITY {
        return;
    }
    if max_score(clauses, &(first..last + 1)) * BOUND_SLACK < threshold {
        docs.clear();
        return;
    }
    docs.retain(|&doc| {
        let bounds = clauses.iter_mut().map(|clause| clause.scorer.max_score_near(doc));
        bounds.sum::<f32>() * BOUND_SLACK >= threshold
    });
}
