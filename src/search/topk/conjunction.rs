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
    bound_query::{BoundClause, BoundQuery},
    collector::TopCollector,
    scored_doc::Frequencies,
    segment_query::{OpenClause, SegmentQuery},
    single_word,
};
use crate::{
    index::Segment,
    search::{
        postings::Terms,
        score::{BoundNode, Extent, NO_MATCH, NodeKind, Scorer, WINDOW_LEN, remove},
        weights::BOUND_SLACK,
    },
};

/// Clauses are intersected for at least this many documents of the rarest one at a time.
const BATCH_LEN: usize = 512;

/// The same if positions are read: the documents with the highest bounds are looked for among them.
const POSITIONS_BATCH_LEN: usize = 4_096;

/// The positions of this many documents, at least, are read before the bounds of the others are compared with what they
/// reach; then those of twice as many, and so on.
const ROUND_LEN: usize = 128;

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
    opened: &mut SegmentQuery,
    positions: &AtomicUsize,
    top: &mut TopCollector,
) -> Count {
    let SegmentQuery { segment, query, filter, clauses } = opened;
    let (deadline, end) = (&query.deadline, segment.reader.max_doc());
    if let [OpenClause { scorer: Scorer::Word(word), role, .. }] = &mut clauses[..]
        && role.is_content()
        && let Some(value) = single_word_count(segment, query)
        && word.is_single_term()
        && top.sorts_by_score()
    {
        if top.limit() > 0 {
            single_word::search_segment(segment, word, deadline, top);
        }
        return Count { value, is_exact: true };
    }
    let mut order: Vec<usize> = (0..clauses.len()).filter(|&at| clauses[at].role.is_content()).collect();
    order.sort_by_key(|&at| clauses[at].scorer.cost(Terms::Full));
    let reads_positions = order.iter().any(|&at| clauses[at].scorer.reads_positions());
    let batch_len = if reads_positions { POSITIONS_BATCH_LEN } else { BATCH_LEN };
    let mut count = Count { value: 0, is_exact: true };
    let (mut docs, mut start) = (Vec::new(), 0);
    while start < end && !deadline.is_over() {
        // Windows that cannot reach the top are skipped once their documents need not be counted.
        let counts_all = !reads_positions || positions.load(Ordering::Relaxed) > 0 || top.threshold() <= 0.0;
        docs.clear();
        while start < end && docs.len() < batch_len && !deadline.is_over() {
            let window = start..start.saturating_add(WINDOW_LEN).min(end);
            start = window.end;
            if !counts_all && max_score(clauses, &Extent::Window(&window)) * BOUND_SLACK < top.threshold() {
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
        if reads_positions {
            let mut certain = certain_matches(clauses, &mut docs);
            count.value += certain.len() as u64;
            collect(clauses, &mut certain, top);
            let all = docs.len();
            let left = positions.load(Ordering::Relaxed);
            positions.store(left.saturating_sub(all), Ordering::Relaxed);
            let found = if all <= left || top.limit() == 0 || !top.sorts_by_score() {
                retain_matches(clauses, &mut docs);
                let found = docs.len();
                collect(clauses, &mut docs, top);
                Count { value: found as u64, is_exact: true }
            } else {
                collect_by_positions(clauses, &mut docs, top)
            };
            count.value += found.value;
            count.is_exact &= found.is_exact;
        } else {
            count.value += docs.len() as u64;
            collect(clauses, &mut docs, top);
        }
    }
    count
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

/// Removes and returns the documents of which is known without positions that they match all content clauses.
fn certain_matches(clauses: &mut [OpenClause], docs: &mut Vec<DocId>) -> Vec<DocId> {
    let mut certain = docs.clone();
    for OpenClause { scorer, role, .. } in clauses {
        if role.is_content() && scorer.reads_positions() {
            scorer.retain_certain(&mut certain);
        }
    }
    remove(docs, &certain);
    certain
}

/// Retains the documents that match the content clauses that read positions.
fn retain_matches(clauses: &mut [OpenClause], docs: &mut Vec<DocId>) {
    for OpenClause { scorer, role, .. } in clauses {
        if role.is_content() && scorer.reads_positions() {
            scorer.retain(docs);
        }
    }
}

/// Finds out which documents match by their positions, those with the highest bounds first, and collects them. Returns
/// how many match of those that can be among the best.
fn collect_by_positions(clauses: &mut [OpenClause], docs: &mut Vec<DocId>, top: &mut TopCollector) -> Count {
    let (all, mut read, mut value) = (docs.len(), 0, 0);
    let mut candidates = candidates(clauses, docs, top.threshold());
    let mut round = ROUND_LEN.max(top.limit());
    loop {
        candidates.retain(|(bound, _)| bound * BOUND_SLACK >= top.threshold());
        if candidates.is_empty() {
            return Count { value, is_exact: read == all };
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
        retain_matches(clauses, docs);
        value += docs.len() as u64;
        collect(clauses, docs, top);
        top.truncate();
    }
}

/// The documents that can be among the best, each with an upper bound of its score, from frequencies.
fn candidates(clauses: &mut [OpenClause], docs: &mut Vec<DocId>, threshold: f32) -> Vec<(f32, DocId)> {
    prune(clauses, docs, threshold);
    let mut known = vec![0.0; docs.len()];
    for OpenClause { scorer, lists: [full, _], .. } in &mut *clauses {
        if !scorer.reads_positions() {
            full.batch.clear();
            scorer.score_docs(docs, Terms::Full, &mut full.batch);
            known.iter_mut().zip(&full.batch.scores).for_each(|(known, score)| *known += score.max(0.0));
        }
    }
    let mut bound = |known: f32, extent: Extent| {
        let unknown = clauses.iter_mut().filter(|clause| clause.scorer.reads_positions());
        known + unknown.map(|clause| clause.scorer.max_score(&extent, Terms::Full)).sum::<f32>()
    };
    let mut candidates = Vec::new();
    for (&doc, known) in docs.iter().zip(known) {
        let by_blocks = bound(known, Extent::Block(doc));
        // Without a threshold, bounds only decide the order.
        if threshold == f32::NEG_INFINITY {
            candidates.push((by_blocks, doc));
        } else if by_blocks * BOUND_SLACK >= threshold {
            candidates.push((bound(known, Extent::Doc(doc)), doc));
        }
    }
    candidates
}

/// Scores those of the documents that can be among the best.
fn collect(clauses: &mut [OpenClause], docs: &mut Vec<DocId>, top: &mut TopCollector) {
    if top.limit() == 0 {
        return;
    }
    prune(clauses, docs, top.threshold());
    if docs.is_empty() {
        return;
    }
    for OpenClause { scorer, lists: [full, _], .. } in &mut *clauses {
        full.batch.clear();
        scorer.score_docs(docs, Terms::Full, &mut full.batch);
    }
    let threshold = top.threshold();
    for (at, &doc) in docs.iter().enumerate() {
        // Added up in the order of the query, whatever the order of the intersection: floats depend on it.
        let mut score = 0.0;
        let mut freqs = Frequencies::default();
        for OpenClause { lists: [full, _], role, .. } in &*clauses {
            let (added, freq) = (full.batch.scores[at], full.batch.freqs[at]);
            if added != NO_MATCH {
                score += added;
            }
            if role.has_proximity() {
                freqs.push(if added == NO_MATCH { 0 } else { freq });
            }
        }
        if score >= threshold {
            top.push(doc, score, freqs);
        }
    }
}

/// An upper bound of the scores of some documents that match in full.
fn max_score(clauses: &mut [OpenClause], extent: &Extent) -> f32 {
    clauses.iter_mut().map(|clause| clause.scorer.max_score(extent, Terms::Full)).sum()
}

/// Drops documents whose upper bounds, from the blocks that they are in, are below the threshold.
fn prune(clauses: &mut [OpenClause], docs: &mut Vec<DocId>, threshold: f32) {
    let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else { return };
    if threshold == f32::NEG_INFINITY {
        return;
    }
    if max_score(clauses, &Extent::Window(&(first..last + 1))) * BOUND_SLACK < threshold {
        docs.clear();
        return;
    }
    docs.retain(|&doc| max_score(clauses, &Extent::Block(doc)) * BOUND_SLACK >= threshold);
}
