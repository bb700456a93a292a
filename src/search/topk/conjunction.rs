//! The conjunction: documents that match all content clauses of a query.
//!
//! The rarest clause lists documents batch by batch, the others retain those that they match too. All of them are
//! counted, but only those are scored whose upper bounds, from the blocks that they are in, reach the top.
//!
//! Whether a document has a phrase is known only from its positions, which take ten times as long to read as
//! frequencies. Candidates are therefore bounded by the frequencies of the phrase's words, and those with the highest
//! bounds come first.

use std::sync::atomic::{AtomicUsize, Ordering};

use tantivy::DocId;

use super::{
    candidates::Candidates,
    collector::TopCollector,
    segment_query::{OpenClause, SegmentQuery},
    single_word,
};
use crate::search::{
    Relation, Sort, Total,
    postings::Extent,
    score::{Phase, WINDOW_LEN, remove},
};

/// Clauses are intersected for at least this many documents of the rarest one at a time.
const BATCH_LEN: usize = 512;

/// The same if positions are read: the documents with the highest bounds are looked for among them.
const POSITIONS_BATCH_LEN: usize = 1 << 16;

/// The positions of this many documents, at least, are read before the bounds of the others are compared with what they
/// reach; then those of twice as many, and so on.
const ROUND_LEN: usize = 128;

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
    if let Some(value) = single_word::count(opened)
        && top.collect.sort == Sort::Relevance
    {
        if top.collect.limit > 0 {
            single_word::search_segment(opened, top);
        }
        return Total { value, ..Total::default() };
    }
    let clauses = &opened.clauses;
    let mut order: Vec<usize> =
        (0..clauses.len()).filter(|&at| clauses[at].clause.role.is_content()).collect();
    order.sort_by_key(|&at| clauses[at].cost);
    let reads_positions = order.iter().any(|&at| clauses[at].scorer.reads_positions());
    let batch_len = if reads_positions { POSITIONS_BATCH_LEN } else { BATCH_LEN };
    let mut total = Total::default();
    let (mut docs, mut start) = (Vec::new(), 0);
    while start < end && !deadline.is_over() {
        // Windows that cannot reach the top are skipped once their documents need not be counted.
        let counts_all = !reads_positions || positions.load(Ordering::Relaxed) > 0 || top.threshold() <= 0.0;
        docs.clear();
        while start < end && docs.len() < batch_len && !deadline.is_over() {
            let window = start..start.saturating_add(WINDOW_LEN).min(end);
            start = window.end;
            if !counts_all && opened.max_score(&Extent::Window(&window)) < top.threshold() {
                total.relation = Relation::AtLeast;
                continue;
            }
            docs.append(&mut match order.first() {
                Some(&rarest) => opened.clauses[rarest].scorer.docs(&window),
                None => opened.docs(&window),
            });
        }
        opened.filter(&mut docs, true);
        for &other in order.iter().skip(1) {
            opened.clauses[other].scorer.retain(&mut docs, Phase::Approximate);
        }
        if !reads_positions {
            total.value += collect(opened, &mut docs, top);
            continue;
        }
        // Documents that are known to match need no positions.
        let mut certain = docs.clone();
        retain_matches(opened, &mut certain, Phase::Certain);
        remove(&mut docs, &certain);
        total.value += collect(opened, &mut certain, top);
        let (all, left) = (docs.len(), positions.load(Ordering::Relaxed));
        positions.store(left.saturating_sub(all), Ordering::Relaxed);
        if all <= left || top.collect.limit == 0 || top.collect.sort == Sort::Date {
            retain_matches(opened, &mut docs, Phase::Exact);
            total.value += collect(opened, &mut docs, top);
        } else {
            total.add(collect_by_positions(opened, &mut docs, top));
        }
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

/// Finds out which documents match by their positions, those with the highest bounds first, and collects them. Returns
/// how many match of those that can be among the best.
fn collect_by_positions(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &mut TopCollector) -> Total {
    let (all, mut read, mut value) = (docs.len(), 0, 0);
    let mut candidates = bounded(opened, docs, top);
    let mut round = ROUND_LEN.max(top.collect.limit);
    loop {
        candidates.retain(|(bound, _)| *bound >= top.threshold());
        if candidates.is_empty() {
            let relation = if read == all { Relation::Equal } else { Relation::AtLeast };
            return Total { value, relation };
        }
        let rest = candidates.len().saturating_sub(round);
        round *= 2;
        if rest > 0 {
            candidates.select_nth_unstable_by(rest, |(a, _), (b, _)| a.total_cmp(b));
        }
        docs.clear();
        docs.extend(candidates.drain(rest..).map(|(_, doc)| doc));
        docs.sort_unstable();
        read += docs.len();
        retain_matches(opened, docs, Phase::Exact);
        value += collect(opened, docs, top);
        top.truncate();
    }
}

/// The documents that can be among the best, each with an upper bound of its score, from frequencies.
fn bounded(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &TopCollector) -> Vec<(f32, DocId)> {
    let Some(mut candidates) = candidates(opened, docs, top) else { return Vec::new() };
    let (by_positions, others): (Vec<_>, Vec<_>) =
        opened.clauses.iter_mut().partition(|open| open.scorer.reads_positions());
    candidates.look_up(others.into_iter(), by_positions.iter().map(|open| open.bound).sum(), top);
    let Candidates { docs, mut sums } = candidates;
    for open in by_positions {
        sums.iter_mut().zip(open.scorer.max_scores(&docs)).for_each(|((sum, _), bound)| *sum += bound);
    }
    sums.into_iter().zip(docs).map(|((sum, _), doc)| (sum, doc)).collect()
}

/// Scores those of the documents that can be among the best. Returns how many documents there are.
fn collect(opened: &mut SegmentQuery, docs: &mut Vec<DocId>, top: &mut TopCollector) -> u64 {
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
    let window = *docs.first()?..*docs.last()? + 1;
    for open in &mut opened.clauses {
        open.bound = open.scorer.max_score(&Extent::Window(&window));
    }
    let (mut docs, threshold) = (std::mem::take(docs), top.threshold());
    if opened.clauses.iter().map(|open| open.bound).sum::<f32>() < threshold {
        return None;
    }
    if threshold > 0.0 {
        docs.retain(|&doc| opened.max_score(&Extent::Block(doc)) >= threshold);
    }
    Some(Candidates { sums: vec![(0.0, 0); docs.len()], docs })
}
