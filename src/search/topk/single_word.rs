//! A query of one word with one term: its posting list, block by block.
//!
//! The blocks with the highest bounds come first. What they reach is the threshold for the others, most of which are
//! never decoded.

use std::ops::Range;

use tantivy::DocId;

use super::{collector::TopCollector, deadline::Deadline, scored_doc::Frequencies};
use crate::{
    index::Segment,
    search::{
        postings::Terms,
        score::{ScoredBatch, WordScorer},
        weights::BOUND_SLACK,
    },
};

/// Collects the best documents of a word, until the deadline.
pub(super) fn search_segment(
    segment: &Segment,
    word: &mut WordScorer,
    deadline: &Deadline,
    top: &mut TopCollector,
) {
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
        word.score_window(window, Terms::Full, &mut batch);
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
