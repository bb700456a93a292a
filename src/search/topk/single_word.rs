//! A query of one word with one term: its posting list, block by block.
//!
//! The blocks with the highest bounds come first. What they reach is the threshold for the others, most of which are
//! never decoded.

use super::{
    collector::TopCollector,
    segment_query::{OpenClause, SegmentQuery},
};
use crate::search::score::Scorer;

/// How many documents of a segment match, if the query is one word with one term and no conditions.
pub(super) fn count(opened: &mut SegmentQuery) -> Option<u64> {
    let is_free = opened.query.filters.is_empty() && opened.query.excluded.is_empty();
    match &mut opened.clauses[..] {
        [OpenClause { scorer: Scorer::Word(word), .. }] if word.is_single_term() && is_free => {
            let mut deleted = opened.segment.deleted.clone();
            word.retain(&mut deleted);
            Some(word.cost() - deleted.len() as u64)
        }
        _ => None,
    }
}

/// Collects the best documents of a word, until the deadline.
pub(super) fn search_segment(opened: &mut SegmentQuery, top: &mut TopCollector) {
    let (segment, deadline) = (opened.segment, &opened.query.deadline);
    let [OpenClause { scorer: Scorer::Word(word), bit, .. }] = &mut opened.clauses[..] else { return };
    let blocks = word.blocks();
    let first = match top.collect.limit.checked_sub(1).filter(|&last| last < blocks.len()) {
        Some(last) => {
            let mut bounds: Vec<f32> = blocks.iter().map(|(_, bound)| *bound).collect();
            *bounds.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1
        }
        None => f32::NEG_INFINITY,
    };
    for is_first in [true, false] {
        for (window, bound) in &blocks {
            let threshold = top.threshold();
            if (*bound >= first) != is_first || *bound < threshold || deadline.is_over() {
                continue;
            }
            word.score_window(window, &mut |docs, scores| {
                for (&doc, &score) in docs.iter().zip(scores) {
                    if score >= threshold && !segment.reader.is_deleted(doc) {
                        top.push(doc, score, *bit);
                    }
                }
            });
            top.truncate();
        }
    }
}
