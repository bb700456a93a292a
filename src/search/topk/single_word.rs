//! A query of one word: its posting lists, block by block.
//!
//! The blocks with the highest bounds come first. What they reach is the threshold for the others, most of which are
//! never decoded.

use super::{
    collector::TopCollector,
    segment_query::{OpenClause, SegmentQuery},
};
use crate::search::{
    Sort, Total,
    score::{Scorer, WINDOW_LEN},
};

/// Collects the best documents of a segment, and counts those that match, until the deadline, if the query is one word
/// without conditions.
pub(super) fn search_segment(opened: &mut SegmentQuery, top: &mut TopCollector) -> Option<Total> {
    let SegmentQuery { segment, query, clauses, .. } = opened;
    let [OpenClause { scorer: Scorer::Word(word), bit, .. }] = &mut clauses[..] else { return None };
    if !query.filters.is_empty() || !query.excluded.is_empty() || top.collect.sort == Sort::Date {
        return None;
    }
    let mut total = Total::default();
    if word.is_single_term() {
        let mut deleted = segment.deleted.clone();
        word.retain(&mut deleted);
        total.value = word.cost() - deleted.len() as u64;
    } else {
        let end = segment.reader.max_doc();
        for start in (0..end).step_by(WINDOW_LEN as usize).take_while(|_| !query.deadline.is_over()) {
            let docs = word.docs(&(start..start.saturating_add(WINDOW_LEN).min(end)));
            total.value += docs.iter().filter(|&&doc| !segment.reader.is_deleted(doc)).count() as u64;
        }
    }
    let Some(last) = top.collect.limit.checked_sub(1) else { return Some(total) };
    let blocks = word.blocks();
    let mut bounds: Vec<f32> = blocks.iter().map(|(_, bound)| *bound).collect();
    let first = (last < bounds.len()).then(|| *bounds.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1);
    for is_first in [true, false] {
        for (window, bound) in &blocks {
            let threshold = top.threshold();
            if first.is_none_or(|first| *bound >= first) != is_first
                || *bound < threshold
                || query.deadline.is_over()
            {
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
    Some(total)
}
