//! Exhaustive evaluation: scores every document of a segment, clause by clause.
//!
//! The slow and simple reference that pruned evaluation is tested against.

use tantivy::DocId;

use super::{
    collector::TopCollector,
    scored_doc::Frequencies,
    segment_query::{OpenClause, SegmentQuery},
};
use crate::search::{
    postings::Terms,
    score::{NO_MATCH, ScoredBatch, WINDOW_LEN},
};

/// Collects all documents of a segment that match all content clauses, or without `all` at least one of them by
/// full terms or hints, except those `found` before. Returns how many there are.
pub(super) fn search_segment(
    opened: &mut SegmentQuery,
    (all, found): (bool, &[DocId]),
    top: &mut TopCollector,
) -> u64 {
    let (end, query, mut count) = (opened.segment.reader.max_doc(), opened.query, 0);
    for start in (0..end).step_by(WINDOW_LEN as usize).take_while(|_| !query.deadline.is_over()) {
        let mut docs: Vec<DocId> = (start..start.saturating_add(WINDOW_LEN).min(end)).collect();
        docs.retain(|doc| found.binary_search(doc).is_err());
        if all {
            opened.filter.retain(&mut docs);
        } else {
            opened.retain_required(&mut docs);
        }
        let mut results = vec![(0.0, Frequencies::default(), 0_usize); docs.len()];
        for OpenClause { scorer, role, .. } in &mut opened.clauses {
            let scored = if all {
                let mut scored = ScoredBatch::default();
                scorer.score_docs(&docs, Terms::Full, &mut scored);
                scored
            } else {
                scorer.score_any(&docs)
            };
            for ((sum, freqs, matched), (&score, &freq)) in
                results.iter_mut().zip(scored.scores.iter().zip(&scored.freqs))
            {
                let matches = score != NO_MATCH;
                *sum += if matches { score } else { 0.0 };
                if role.has_proximity() {
                    freqs.push(if matches { freq } else { 0 });
                }
                let counts = if all { role.is_content() } else { role.makes_hit() };
                *matched += usize::from(matches && counts);
            }
        }
        let needed = if all { query.content().count() } else { 1 };
        for (&doc, (score, freqs, matched)) in docs.iter().zip(results) {
            if matched >= needed {
                count += 1;
                if top.limit() > 0 {
                    top.push(doc, score, freqs);
                }
            }
        }
    }
    count
}
