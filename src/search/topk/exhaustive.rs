//! Exhaustive evaluation: scores every document of a segment, clause by clause.
//!
//! The slow and simple reference that pruned evaluation is tested against.

use tantivy::DocId;

use super::{collector::TopCollector, segment_query::SegmentQuery};
use crate::search::{Total, score::WINDOW_LEN};

/// Collects all documents of a segment that match all content clauses, or without `all` at least one clause. Returns how
/// many there are.
pub(super) fn search_segment(opened: &mut SegmentQuery, all: bool, top: &mut TopCollector) -> Total {
    let (end, deadline) = (opened.segment.reader.max_doc(), &opened.query.deadline);
    let mut total = Total::default();
    for start in (0..end).step_by(WINDOW_LEN as usize).take_while(|_| !deadline.is_over()) {
        let mut docs: Vec<DocId> = (start..start.saturating_add(WINDOW_LEN).min(end)).collect();
        opened.filter(&mut docs, all);
        let (mut sums, mut is_hit) = (vec![(0.0, 0); docs.len()], vec![all; docs.len()]);
        for open in &mut opened.clauses {
            let scores = open.scorer.scores(&docs);
            for (at, score) in scores.into_iter().enumerate() {
                sums[at].0 += score;
                sums[at].1 |= if score > 0.0 { open.bit } else { 0 };
                if all {
                    is_hit[at] &= score > 0.0 || !open.clause.role.is_content();
                } else {
                    is_hit[at] |= score > 0.0;
                }
            }
        }
        for ((doc, (sum, matched)), _) in docs.into_iter().zip(sums).zip(is_hit).filter(|(_, is_hit)| *is_hit)
        {
            total.value += 1;
            if top.collect.limit > 0 {
                top.push(doc, sum, matched);
            }
        }
    }
    total
}
