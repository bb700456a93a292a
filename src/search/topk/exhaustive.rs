//! Exhaustive evaluation: scores every document of a segment, clause by clause.
//!
//! The slow and simple reference that pruned evaluation is tested against.

use tantivy::DocId;

use super::{
    collector::{Sums, TopCollector},
    segment_query::SegmentQuery,
};
use crate::search::{
    plan::Role,
    score::{NO_MATCH, WINDOW_LEN},
};

/// Collects all documents of a segment that match all content clauses, or without `all` at least one of them by
/// full terms or hints, except those `found` before. Returns how many there are.
pub(super) fn search_segment(
    opened: &mut SegmentQuery,
    (all, found): (bool, &[DocId]),
    top: &mut TopCollector,
) -> u64 {
    let (end, query, mut count) = (opened.segment.reader.max_doc(), opened.query, 0);
    let content = query.content().count();
    for start in (0..end).step_by(WINDOW_LEN as usize).take_while(|_| !query.deadline.is_over()) {
        let mut docs: Vec<DocId> = (start..start.saturating_add(WINDOW_LEN).min(end)).collect();
        docs.retain(|doc| found.binary_search(doc).is_err());
        if all {
            opened.filter(&mut docs);
        } else {
            opened.filter_required(&mut docs);
        }
        let scores: Vec<_> =
            opened.clauses.iter_mut().map(|clause| (clause.role, clause.scores(&docs))).collect();
        let matching = |counts: fn(Role) -> bool, at: usize| {
            scores.iter().filter(|(role, scores)| counts(*role) && scores[at].0 != NO_MATCH).count()
        };
        let is_hit = |&at: &usize| {
            if all { matching(Role::is_content, at) == content } else { matching(Role::makes_hit, at) > 0 }
        };
        let hits: Vec<usize> = (0..docs.len()).filter(is_hit).collect();
        count += hits.len() as u64;
        if top.limit() > 0 {
            let docs: Vec<DocId> = hits.iter().map(|&at| docs[at]).collect();
            let mut sums = Sums::new(&docs);
            for (role, scores) in scores {
                sums.add(role, hits.iter().map(|&at| scores[at]));
            }
            sums.collect(top);
        }
    }
    count
}
