//! The conjunction: documents that match all content clauses of a query.
//!
//! The rarest clause lists documents batch by batch, the others retain those that they match too. All of them are
//! counted, but only those are scored whose upper bounds, from the blocks that they are in, reach the top.
//!
//! Whether a document has a phrase is known only from its positions. Once enough documents are counted, positions are
//! read only of those that can be in the top by the frequency of the phrase's rarest word, if these bounds rule out most.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
};

use tantivy::DocId;

use super::{
    candidates::Candidates,
    collector::TopCollector,
    segment_query::{OpenClause, SegmentQuery},
    single_word,
};
use crate::search::{
    Relation, Total,
    postings::{Extent, seek},
    score::{Phase, WINDOW_LEN, remove},
};

/// Clauses are intersected for at least this many documents of the rarest one at a time.
const BATCH_LEN: usize = 512;

/// Bounds take less time than positions. If they rule out no documents of a batch, they are tried again after this many
/// batches, when the threshold is higher; if they rule out some, after fewer.
const MAX_WAIT: usize = 8;

/// Collects the best documents of a segment that match all content clauses, and counts those that match.
///
/// Positions are read of no more documents than `positions` allows, over all segments; after that of those only that
/// can be among the best, and the count is a lower bound.
pub(super) fn search_segment(
    opened: &mut SegmentQuery,
    positions: &AtomicUsize,
    top: &mut TopCollector,
) -> Total {
    let (deadline, end) = (&opened.query.deadline, opened.segment.reader.max_doc());
    if let Some(total) = single_word::search_segment(opened, top) {
        return total;
    }
    let clauses = &opened.clauses;
    let mut order: Vec<usize> =
        (0..clauses.len()).filter(|&at| clauses[at].clause.role.is_content()).collect();
    order.sort_by_key(|&at| clauses[at].cost);
    let reads_positions = order.iter().any(|&at| clauses[at].scorer.reads_positions());
    let (mut total, mut docs, mut start, mut wait) = (Total::default(), Vec::new(), 0, 0);
    while start < end && !deadline.is_over() {
        // Positions of documents that cannot reach the top are not read once these need not be counted.
        let counted = if reads_positions { positions.load(Ordering::Relaxed) } else { usize::MAX };
        let is_pruned = counted == 0 && top.threshold() > 0.0;
        docs.clear();
        while start < end && docs.len() < BATCH_LEN && !deadline.is_over() {
            let window = start..start.saturating_add(WINDOW_LEN).min(end);
            start = window.end;
            docs.append(&mut match order.first() {
                Some(&rarest) => opened.clauses[rarest].scorer.docs(&window),
                None => opened.docs(&window),
            });
        }
        opened.filter(&mut docs, true);
        for &other in order.iter().skip(1) {
            opened.clauses[other].scorer.retain(&mut docs, Phase::Approximate);
        }
        if reads_positions {
            // Documents that are known to match need no positions.
            let mut certain = docs.clone();
            retain_matches(opened, &mut certain, Phase::Certain);
            remove(&mut docs, &certain);
            total.value += collect(opened, &mut certain, top);
            positions.store(counted.saturating_sub(docs.len()), Ordering::Relaxed);
            if is_pruned && wait == 0 {
                let all = docs.len();
                prune(opened, &mut docs, top);
                wait = MAX_WAIT * docs.len() / all.max(1);
                total.relation = if docs.len() < all { Relation::AtLeast } else { total.relation };
            } else {
                wait = wait.saturating_sub(1);
            }
            retain_matches(opened, &mut docs, Phase::Exact);
        }
        total.value += collect(opened, &mut docs, top);
    }
    total
}

/// Retains the documents that match the content clauses that read positions.
fn retain_matches(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, phase: Phase) {
    for OpenClause { clause, scorer, .. } in &mut opened.clauses {
        if clause.role.is_content() && scorer.reads_positions() {
            scorer.retain(docs, phase);
        }
    }
}

/// Retains the documents that can be among the best, by upper bounds of their scores. No positions are read.
fn prune(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &TopCollector) {
    set_bounds(opened, docs);
    let mut candidates = Candidates::new(std::mem::take(docs));
    let (by_positions, others): (Vec<_>, Vec<_>) =
        opened.clauses.iter_mut().partition(|open| open.scorer.reads_positions());
    let mut rest: f32 = by_positions.iter().chain(&others).map(|open| open.bound).sum();
    for open in by_positions {
        let bounds = open.scorer.max_scores(&candidates.docs);
        candidates.sums.iter_mut().zip(bounds).for_each(|((sum, _), bound)| *sum += bound);
        rest -= open.bound;
        candidates.prune(rest, top);
    }
    candidates.look_up(others.into_iter(), 0.0, top);
    *docs = candidates.docs;
}

/// Scores those of the documents that can be among the best. Returns how many documents there are.
pub(super) fn collect(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &mut TopCollector) -> u64 {
    let count = docs.len() as u64;
    if top.collect.limit > 0
        && let Some(mut candidates) = candidates(opened, docs, top)
    {
        candidates.look_up(opened.clauses.iter_mut(), 0.0, top);
        candidates.collect(0.0, top);
    }
    count
}

/// The documents whose upper bounds, from the blocks that they are in, reach the threshold. Sets the bounds of the
/// clauses.
fn candidates(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &TopCollector) -> Option<Candidates> {
    let (mut docs, threshold) = (std::mem::take(docs), top.threshold());
    if docs.is_empty() || set_bounds(opened, &docs) < threshold {
        return None;
    }
    if threshold > 0.0 {
        let (mut at, mut kept) = (0, 0);
        while let Some(&doc) = docs.get(at) {
            let end = Cell::new(DocId::MAX);
            let reaches = opened.max_score(&Extent::Blocks(doc, &end)) >= threshold;
            let next = seek(&docs, at + 1, end.get());
            if reaches {
                docs.copy_within(at..next, kept);
                kept += next - at;
            }
            at = next;
        }
        docs.truncate(kept);
    }
    Some(Candidates::new(docs))
}

/// Sets the bounds of the clauses to those of some documents, and returns the sum.
fn set_bounds(opened: &mut SegmentQuery, docs: &[DocId]) -> f32 {
    let window = docs.first().map_or(0, |&first| first)..docs.last().map_or(0, |&last| last + 1);
    for open in &mut opened.clauses {
        open.bound = open.scorer.max_score(&Extent::Window(&window));
    }
    opened.clauses.iter().map(|open| open.bound).sum()
}
