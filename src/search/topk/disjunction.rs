//! The disjunction: documents that match some of the clauses, in full or by hints.
//!
//! Documents are searched in windows, whose scores are added up clause by clause in an array. Clauses that cannot
//! lift a document into the top together are not added up but looked up for the documents that may be in the top
//! without them (MaxScore: Turtle & Flood 1995), decided anew for each window by the bounds of its blocks. Function
//! words, which alone make no document a hit, are always looked up.

use std::ops::Range;

use tantivy::DocId;

use super::{
    candidates::Candidates,
    collector::TopCollector,
    scored_doc::Frequencies,
    segment_query::{List, OpenClause, SegmentQuery},
};
use crate::search::{
    score::{Extent, NO_MATCH, WINDOW_LEN},
    weights::{BOUND_SLACK, PROXIMITY_WORDS},
};

/// The scores of a window, added up; `NO_MATCH` for documents that none of the added clauses matches.
struct Accumulators {
    sums: Box<[f32; WINDOW_LEN as usize]>,
    /// The documents that match the current clause in full; none between clauses.
    matched: Box<[bool; WINDOW_LEN as usize]>,
}

/// The number of documents in the first window of a segment.
const FIRST_WINDOW_LEN: DocId = WINDOW_LEN / 8;

/// Looking a document up in a list takes as long as adding up this many postings.
const LOOK_UP_COST: u64 = 4;

/// The number of sums that are compared at once.
const CHUNK: usize = 16;

/// Collects the best documents of a segment, except those `found` before.
pub(super) fn search_segment(opened: &mut SegmentQuery, found: &[DocId], top: &mut TopCollector) {
    let deadline = &opened.query.deadline;
    // Without proximity, frequencies are of no use.
    let needs_freqs = opened.query.in_proximity().count() <= PROXIMITY_WORDS;
    let sums = Box::new([NO_MATCH; WINDOW_LEN as usize]);
    let mut accumulators = Accumulators { sums, matched: Box::new([false; WINDOW_LEN as usize]) };
    let mut docs = Vec::new();
    let (mut start, end) = (0, opened.segment.reader.max_doc());
    // The first windows are short: all of their documents are scored, which gives a threshold for the others.
    let mut len = if top.threshold() > 0.0 { WINDOW_LEN } else { FIRST_WINDOW_LEN };
    while start < end && !deadline.is_over() {
        let window = start..start.saturating_add(len).min(end);
        (start, len) = (window.end, WINDOW_LEN.min(2 * len));
        let threshold = top.threshold();
        let Some(rest) = partition(&mut opened.clauses, &window, threshold) else { continue };
        accumulators.add_up(&mut opened.clauses, &window);
        accumulators.candidates(&window, threshold / BOUND_SLACK - rest, &mut docs);
        if !found.is_empty() {
            docs.retain(|doc| found.binary_search(doc).is_err());
        }
        opened.filter_required(&mut docs);
        let sums = docs.iter().map(|&doc| accumulators.sum(&window, doc)).collect();
        let mut candidates = Candidates { docs: std::mem::take(&mut docs), sums };
        candidates.look_up(&mut opened.clauses, rest, (top, true));
        let mut lists = opened.clauses.iter().flat_map(|clause| &clause.lists);
        if !needs_freqs && lists.all(List::is_added_up) {
            for (&doc, &score) in candidates.docs.iter().zip(&candidates.sums) {
                top.push(doc, score, Frequencies::default());
            }
        } else {
            candidates.collect(&opened.clauses, top);
        }
        top.truncate();
        accumulators.sums.fill(NO_MATCH);
    }
}

/// Decides which lists are added up: those that are needed to reach the threshold, and others that are read faster than
/// the documents of these are looked up in them. Returns what the rest may add at most, or `None` if no document of the
/// window can reach the threshold.
fn partition(clauses: &mut [OpenClause], window: &Range<DocId>, threshold: f32) -> Option<f32> {
    // With a threshold of 0, a document with score 0 may still be among the best, by its id.
    let is_pruned = threshold > 0.0;
    let mut order = Vec::with_capacity(2 * clauses.len());
    for (at, OpenClause { role, lists, .. }) in clauses.iter_mut().enumerate() {
        for (which, list) in lists.iter_mut().enumerate() {
            let is_bounded = list.cost > 0 && (is_pruned || !role.makes_hit());
            list.bound = if is_bounded { list.scorer.max_score(&Extent::Window(window)) } else { 0.0 };
            list.scored = list.cost > 0 && role.makes_hit() && (!is_pruned || list.bound > 0.0);
            if list.scored {
                order.push((list.bound, at, which));
            }
        }
    }
    if is_pruned {
        order.sort_unstable_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let mut rest: f32 = clauses.iter().filter_map(OpenClause::looked_up_bound).sum();
        // A document counts either the full terms or the hints of a clause.
        let mut looked_up = vec![0.0; clauses.len()];
        let needed = order.iter().take_while(|&&(bound, at, _)| {
            rest += bound - std::mem::replace(&mut looked_up[at], bound);
            rest * BOUND_SLACK < threshold
        });
        let needed = needed.count();
        let cost = |&(_, at, which): &(f32, usize, usize)| clauses[at].lists[which].cost;
        let mut sought: u64 = order[needed..].iter().map(cost).sum();
        if sought == 0 {
            return None;
        }
        for &(_, at, which) in order[..needed].iter().rev() {
            let list = &mut clauses[at].lists[which];
            list.scored = list.cost <= LOOK_UP_COST * sought;
            // Each list that is added up leaves fewer documents to be looked up in the others.
            sought /= 2;
        }
        // Hints count where the full terms do not match, so they cannot be added up alone.
        for OpenClause { lists: [full, hints], .. } in clauses.iter_mut() {
            full.scored |= hints.scored && full.cost > 0;
        }
    }
    Some(clauses.iter().filter_map(OpenClause::looked_up_bound).sum())
}

impl Accumulators {
    /// Adds up the scores of a window, in the order of the query: floats depend on it.
    fn add_up(&mut self, clauses: &mut [OpenClause], window: &Range<DocId>) {
        let Self { sums, matched } = self;
        for OpenClause { lists, .. } in clauses {
            for list in lists.iter_mut() {
                list.batch.clear();
                if list.scored {
                    list.scorer.score_window(window, &mut list.batch);
                }
            }
            let [full, hints] = &*lists;
            for (&doc, &score) in full.batch.docs.iter().zip(&full.batch.scores) {
                add(sums, window, doc, score);
            }
            if hints.batch.docs.is_empty() {
                continue;
            }
            let at = |doc: DocId| ((doc - window.start) % WINDOW_LEN) as usize;
            full.batch.docs.iter().for_each(|&doc| matched[at(doc)] = true);
            for (&doc, &score) in hints.batch.docs.iter().zip(&hints.batch.scores) {
                if !matched[at(doc)] {
                    add(sums, window, doc, score);
                }
            }
            full.batch.docs.iter().for_each(|&doc| matched[at(doc)] = false);
        }
    }

    fn sum(&self, window: &Range<DocId>, doc: DocId) -> f32 {
        self.sums[(doc - window.start) as usize]
    }

    /// Lists the documents that have at least this sum.
    fn candidates(&self, window: &Range<DocId>, least: f32, docs: &mut Vec<DocId>) {
        docs.clear();
        let least = least.max(f32::MIN);
        for (first, sums) in window.clone().step_by(CHUNK).zip(self.sums.as_chunks::<CHUNK>().0) {
            // Both are done without branches.
            if sums.iter().filter(|&&sum| sum >= least).count() > 0 {
                let (mut found, mut count) = ([0; CHUNK], 0);
                for (doc, &sum) in (first..).zip(sums) {
                    found[count % CHUNK] = doc;
                    count += usize::from(sum >= least);
                }
                docs.extend_from_slice(&found[..count]);
            }
        }
    }
}

#[inline]
fn add(sums: &mut [f32; WINDOW_LEN as usize], window: &Range<DocId>, doc: DocId, score: f32) {
    // The remainder spares a comparison with the length of the array.
    let sum = &mut sums[((doc - window.start) % WINDOW_LEN) as usize];
    *sum = sum.max(0.0) + score;
}
