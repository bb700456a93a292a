//! The conjunction: documents that match all content clauses of a query.
//!
//! The rarest clause lists documents batch by batch, the others retain those that they match too. All of them are
//! counted, but only those are scored whose upper bounds, from the blocks that they are in, reach the top.

use std::ops::Range;

use tantivy::DocId;

use super::{bound_query::BoundQuery, collector::TopCollector, filter::Filter, scored_doc::Frequencies};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Role,
        postings::Terms,
        score::{Bm25f, NO_MATCH, ScoredBatch, Scorer, WINDOW_LEN},
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

/// Collects the best documents of a segment that match all content clauses; returns how many match.
pub(super) fn search_segment(
    context: &Context,
    segment: &Segment,
    query: &BoundQuery,
    top: &mut TopCollector,
) -> Result<u64> {
    let bm25f = Bm25f::new(context, segment);
    let mut filter = Filter::open(context, (segment, &bm25f), query)?;
    let mut clauses = Vec::with_capacity(query.clauses.len());
    for clause in &query.clauses {
        let scorer = Scorer::open(context, (segment, &bm25f), &clause.node, false)?;
        clauses.push(Clause { scorer, role: clause.role, batch: ScoredBatch::default() });
    }
    let mut order: Vec<usize> = (0..clauses.len()).filter(|&at| clauses[at].role.is_content()).collect();
    order.sort_by_key(|&at| clauses[at].scorer.cost(Terms::Full));
    let (mut count, mut docs, mut start) = (0, Vec::new(), 0);
    let end = segment.reader.max_doc();
    while start < end && !query.deadline.is_over() {
        docs.clear();
        while start < end && docs.len() < BATCH_LEN && !query.deadline.is_over() {
            let window = start..start.saturating_add(WINDOW_LEN).min(end);
            start = window.end;
            match order.first() {
                Some(&rarest) => clauses[rarest].scorer.docs(&window, Terms::Full, &mut docs),
                None => filter.docs(&window, &mut docs),
            }
        }
        filter.retain(&mut docs);
        for &other in order.iter().skip(1) {
            if docs.is_empty() {
                break;
            }
            clauses[other].scorer.retain(&mut docs);
        }
        count += docs.len() as u64;
        if top.limit() > 0 {
            collect(&mut clauses, &mut docs, top);
        }
    }
    Ok(count)
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

/// Drops documents whose upper bounds are below the threshold.
fn prune(clauses: &mut [Clause], docs: &mut Vec<DocId>, threshold: f32) {
    let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return };
    if threshold == f32::NEG_INFINITY {
        return;
    }
    let window: Range<DocId> = first..last + 1;
    let bounds = clauses.iter_mut().map(|clause| clause.scorer.max_score(&window, Terms::Full));
    if bounds.sum::<f32>() * BOUND_SLACK < threshold {
        docs.clear();
        return;
    }
    docs.retain(|&doc| {
        let bounds = clauses.iter_mut().map(|clause| clause.scorer.max_score_near(doc));
        bounds.sum::<f32>() * BOUND_SLACK >= threshold
    });
}
