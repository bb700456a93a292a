//! The disjunction: documents that match some of the clauses.
//!
//! Documents are searched in windows. If the bounds of a window show that no document without certain clauses can be in
//! the top, the documents with all of these are intersected, which needs their ids alone, and only they are scored.
//! Otherwise scores are added up clause by clause in an array. Clauses that cannot lift a document into the top together
//! are not added up but looked up for the documents that may be in the top without them (MaxScore: Turtle & Flood
//! 1995), decided anew for each window by the bounds of its blocks. Of clauses that read positions, upper bounds are
//! added up, and replaced by scores in the documents that may be in the top.

use tantivy::DocId;

use super::{
    bound_query::Matched,
    candidates::Candidates,
    collector::TopCollector,
    conjunction::collect,
    segment_query::{OpenClause, SegmentQuery},
};
use crate::search::{
    Total,
    postings::Extent,
    score::{Phase, WINDOW_LEN, docs_where},
};

/// The number of documents in the first window of a segment.
const FIRST_WINDOW_LEN: DocId = WINDOW_LEN / 8;

/// Collects the best documents of a segment, which are not counted.
pub(super) fn search_segment(opened: &mut SegmentQuery, top: &mut TopCollector) -> Total {
    let deadline = &opened.query.deadline;
    let (mut start, end) = (0, opened.segment.reader.max_doc());
    // The sums of the scores in a window, each with the clauses that were added to it; 0 for documents that match none.
    let mut all_sums: Vec<(f32, Matched)> = vec![(0.0, 0); WINDOW_LEN.min(end) as usize];
    let reads_positions = opened.clauses.iter().any(|open| open.scorer.reads_positions());
    // The first windows are short: all of their documents are scored, which gives a threshold for the others. Each is as
    // long as those before together, so that long windows start at multiples of their length.
    let first_len = if top.threshold() > 0.0 { WINDOW_LEN } else { FIRST_WINDOW_LEN };
    while start < end && !deadline.is_over() {
        let window = start..start.saturating_add(start.clamp(first_len, WINDOW_LEN)).min(end);
        start = window.end;
        let sums = &mut all_sums[..window.len()];
        for open in &mut opened.clauses {
            open.bound = open.scorer.max_score(&Extent::Window(&window));
        }
        // From here on, the order of the clauses is that of their bounds.
        opened.clauses.sort_by(|a, b| b.bound.total_cmp(&a.bound));
        // How much less than all bounds together is enough: a document must match each clause with a higher bound.
        let slack = opened.clauses.iter().map(|open| open.bound).sum::<f32>() - top.threshold();
        if slack < 0.0 {
            continue;
        }
        let is_required = |open: &&mut OpenClause| open.bound > slack && !reads_positions;
        let mut required: Vec<_> = opened.clauses.iter_mut().filter(is_required).collect();
        required.sort_by_key(|open| open.cost);
        if let [rarest, others @ ..] = &mut required[..] {
            let mut docs = rarest.scorer.docs(&window);
            others.iter_mut().for_each(|other| other.scorer.retain(&mut docs, Phase::Approximate));
            opened.filter(&mut docs, false);
            collect(opened, &mut docs, top);
            top.truncate();
            continue;
        }
        let added = added_up(&opened.clauses, top.threshold());
        let mut bounds: Vec<(DocId, f32)> = Vec::new();
        for OpenClause { scorer, bit, .. } in &mut opened.clauses[..added] {
            let reads_positions = scorer.reads_positions();
            let bit = if reads_positions { 0 } else { *bit };
            scorer.score_window(&window, &mut |docs, scores| {
                if reads_positions {
                    bounds.extend(docs.iter().copied().zip(scores.iter().copied()));
                }
                // Copied, so that the loop keeps them in registers.
                let (sums, start, bit) = (&mut *sums, window.start, bit);
                for (doc, &score) in docs.iter().zip(scores) {
                    let (sum, matched) = &mut sums[(doc - start) as usize];
                    *sum += score;
                    *matched |= bit * Matched::from(score > 0.0);
                }
            });
        }
        let rest: f32 = opened.clauses[added..].iter().map(|open| open.bound).sum();
        let least = (top.threshold() - rest).max(f32::MIN_POSITIVE);
        let mut docs = docs_where(window.start, sums, |(sum, _)| *sum >= least);
        opened.filter(&mut docs, false);
        let sum = |&doc: &DocId| sums[(doc - window.start) as usize];
        let mut candidates = Candidates { sums: docs.iter().map(sum).collect(), docs };
        for (doc, bound) in bounds {
            if let Ok(at) = candidates.docs.binary_search(&doc) {
                candidates.sums[at].0 -= bound;
            }
        }
        let clauses = opened.clauses.iter_mut().enumerate();
        let not_added = clauses.filter(|(at, open)| *at >= added || open.scorer.reads_positions());
        candidates.look_up(not_added.map(|(_, open)| open), 0.0, top);
        candidates.collect(f32::MIN_POSITIVE, top);
        top.truncate();
        sums.fill((0.0, 0));
    }
    Total::default()
}

/// How many of the clauses, those with the highest bounds first, are added up: those that are needed to reach the
/// threshold, and those with no more postings than these, in which looking up their documents is not faster.
fn added_up(clauses: &[OpenClause], threshold: f32) -> usize {
    let present = clauses.partition_point(|open| open.bound > 0.0);
    let mut rest: f32 = clauses.iter().map(|open| open.bound).sum();
    let mut sought = 0;
    for (at, open) in clauses[..present].iter().enumerate() {
        if rest < threshold && open.cost > sought {
            return at;
        }
        rest -= open.bound;
        sought += open.cost;
    }
    present
}
