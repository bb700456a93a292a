//! Exhaustive evaluation: scores every document of a segment, clause by clause.
//!
//! The slow and simple reference that pruned evaluation is tested against.

use tantivy::DocId;

use super::{bound_query::BoundQuery, collector::TopCollector, filter::Filter, scored_doc::Frequencies};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        postings::Terms,
        score::{Bm25f, NO_MATCH, ScoredBatch, Scorer, WINDOW_LEN},
    },
};

/// Collects all documents of a segment that match all content clauses, or without `all` at least one of them by
/// full terms or hints, but for those `found` before. Returns how many there are.
pub(super) fn search_segment(
    context: &Context,
    segment: &Segment,
    query: &BoundQuery,
    (all, found): (bool, &[DocId]),
    top: &mut TopCollector,
) -> Result<u64> {
    let bm25f = Bm25f::new(context, segment);
    let mut filter = Filter::open(context, (segment, &bm25f), query)?;
    if !all {
        filter = filter.requiring(context, (segment, &bm25f), query)?;
    }
    let mut scorers = Vec::with_capacity(query.clauses.len());
    for clause in &query.clauses {
        scorers.push((Scorer::open(context, (segment, &bm25f), &clause.node, !all)?, clause.role));
    }
    let (end, mut count) = (segment.reader.max_doc(), 0);
    for start in (0..end).step_by(WINDOW_LEN as usize).take_while(|_| !query.deadline.is_over()) {
        let mut docs: Vec<DocId> = (start..start.saturating_add(WINDOW_LEN).min(end)).collect();
        docs.retain(|doc| found.binary_search(doc).is_err());
        filter.retain(&mut docs);
        let mut results = vec![(0.0, Frequencies::default(), 0_usize); docs.len()];
        for (scorer, role) in &mut scorers {
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
    Ok(count)
}
