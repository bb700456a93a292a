//! A query of one word with one term: its posting list, block by block.
//!
//! The blocks with the highest bounds come first. What they reach is the threshold for the others, most of which are
//! never decoded.

use std::ops::Range;

use tantivy::DocId;

use super::{
    collector::TopCollector,
    scored_doc::Frequencies,
    segment_query::{OpenClause, SegmentQuery},
};
use crate::search::{
    plan::Node,
    score::{ScoredBatch, Scorer},
    weights::BOUND_SLACK,
};

/// How many documents of a segment match, if the query is one word with one term and no conditions.
pub(super) fn count(opened: &SegmentQuery) -> Option<u64> {
    let ([clause], [OpenClause { lists: [full, _], .. }]) = (&opened.query.clauses[..], &opened.clauses[..])
    else {
        return None;
    };
    match (&clause.node, &full.scorer) {
        (Node::Word(word), Scorer::Word(scorer))
            if scorer.is_single_term() && !opened.query.has_conditions() =>
        {
            word.doc_count(opened.segment)
        }
        _ => None,
    }
}

/// Collects the best documents of a word, until the deadline.
pub(super) fn search_segment(opened: &mut SegmentQuery, top: &mut TopCollector) {
    let (segment, deadline) = (opened.segment, &opened.query.deadline);
    let [OpenClause { lists: [full, _], .. }] = &mut opened.clauses[..] else { return };
    let Scorer::Word(word) = &mut full.scorer else { return };
    let mut blocks = word.blocks();
    let first = match top.limit().checked_sub(1).filter(|&last| last < blocks.len()) {
        Some(last) => {
            let mut bounds: Vec<f32> = blocks.iter().map(|(_, bound)| *bound).collect();
            *bounds.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1
        }
        None => f32::NEG_INFINITY,
    };
    let mut batch = ScoredBatch::default();
    let mut search = |window: &Range<DocId>, bound: f32, top: &mut TopCollector| {
        if bound * BOUND_SLACK < top.threshold() || deadline.is_over() {
            return;
        }
        batch.clear();
        word.score_window(window, &mut batch);
        let threshold = top.threshold();
        for (&doc, &score) in batch.docs.iter().zip(&batch.scores) {
            if score >= threshold && !segment.reader.is_deleted(doc) {
                top.push(doc, score, Frequencies::default());
            }
        }
        top.truncate();
    };
    blocks.retain(|(window, bound)| {
        let is_first = *bound >= first;
        if is_first {
            search(window, *bound, top);
        }
        !is_first
    });
    for (window, bound) in blocks {
        search(&window, bound, top);
    }
}
