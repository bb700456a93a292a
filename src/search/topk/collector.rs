//! The top-k collector of one segment, and the collection over all segments.
//!
//! Equal scores are ordered by id, so that the result does not depend on how documents are spread over segments.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tantivy::DocId;

use super::{
    scored_doc::{Collect, Frequencies, ScoredDoc, compare, truncate_but_ties},
    segment_query::SegmentQuery,
};
use crate::{
    index::{Address, Segment, Snapshot},
    search::{Sort, context::Context, plan::Role, score::NO_MATCH},
};

/// Collects the best documents of one segment.
pub(super) struct TopCollector<'s> {
    snapshot: &'s Snapshot,
    segment: u32,
    collect: Collect,
    /// A document with a lower score cannot be among the best.
    threshold: f32,
    /// The best so far and candidates; truncated when there are twice as many as requested.
    docs: Vec<ScoredDoc>,
    /// The length after the last truncation.
    truncated: usize,
}

impl<'s> TopCollector<'s> {
    /// `floor` is the threshold from other segments.
    pub fn new(snapshot: &'s Snapshot, segment: &Segment, collect: Collect, floor: f32) -> Self {
        Self { snapshot, segment: segment.ordinal, collect, threshold: floor, docs: Vec::new(), truncated: 0 }
    }

    /// How many documents are collected.
    pub fn limit(&self) -> usize {
        self.collect.limit
    }

    /// Whether documents are ordered by score.
    pub fn sorts_by_score(&self) -> bool {
        self.collect.sort == Sort::Relevance
    }

    /// Adds a document, unless its score is below the threshold.
    pub fn push(&mut self, doc: DocId, score: f32, freqs: Frequencies) {
        if score < self.threshold() {
            return;
        }
        self.docs.push(ScoredDoc { address: Address { segment: self.segment, doc }, score, freqs });
        if self.docs.len() >= self.collect.limit.saturating_mul(2).max(MIN_CAPACITY) {
            self.truncate();
        }
    }

    /// A document with a lower score can be skipped.
    pub fn threshold(&self) -> f32 {
        if self.collect.exhaustive { f32::NEG_INFINITY } else { self.threshold }
    }

    /// Drops all but the best, which raises the threshold.
    pub fn truncate(&mut self) {
        let Collect { limit, sort, .. } = self.collect;
        if self.docs.len() < limit || self.docs.len() == self.truncated {
            return;
        }
        if let Some(worst) = limit.checked_sub(1) {
            let (_, worst, _) =
                self.docs.select_nth_unstable_by(worst, |a, b| compare(self.snapshot, a, b, sort));
            if sort == Sort::Relevance {
                self.threshold = self.threshold.max(worst.score);
            }
        }
        self.docs.truncate(limit);
        self.truncated = limit;
    }

    /// The best documents, in no order.
    pub fn into_docs(mut self) -> Vec<ScoredDoc> {
        self.truncate();
        self.docs
    }
}

/// The collector truncates no earlier than at this length.
const MIN_CAPACITY: usize = 32;

/// Collects segment by segment, in parallel if their costs are high; the threshold reached in some segments prunes the
/// others. Returns the best documents in no order, and what `search` returns for each segment.
pub(super) fn collect_segments<T: Send>(
    context: &Context,
    segments: &[Mutex<SegmentQuery>],
    (collect, cost): (Collect, impl Fn(&SegmentQuery) -> u64),
    search: impl Fn(&mut SegmentQuery, &mut TopCollector) -> io::Result<T> + Sync,
) -> io::Result<(Vec<ScoredDoc>, Vec<T>)> {
    let snapshot = &context.snapshot;
    let found = Mutex::new((Vec::new(), f32::NEG_INFINITY));
    let cost = segments.iter().map(|opened| cost(&lock(opened))).sum::<u64>();
    let results = context.each_segment(usize::try_from(cost).unwrap_or(usize::MAX), |segment| {
        let floor = lock(&found).1;
        let mut top = TopCollector::new(snapshot, segment, collect, floor);
        let result = search(&mut lock(&segments[segment.ordinal as usize]), &mut top)?;
        top.truncate();
        let (docs, floor) = &mut *lock(&found);
        *floor = floor.max(top.threshold());
        docs.append(&mut top.into_docs());
        if let Some(worst) = truncate_but_ties(snapshot, docs, collect)
            && collect.sort == Sort::Relevance
            && !collect.exhaustive
        {
            *floor = worst;
        }
        Ok(result)
    })?;
    let (docs, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((docs, results))
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The scores of some documents, added up clause by clause in the order of the query: floats depend on it.
pub(super) struct Sums<'d> {
    docs: &'d [DocId],
    sums: Vec<(f32, Frequencies)>,
}

impl<'d> Sums<'d> {
    pub fn new(docs: &'d [DocId]) -> Self {
        Self { docs, sums: vec![Default::default(); docs.len()] }
    }

    /// Adds the scores of the next clause, each with the number of positions.
    pub fn add(&mut self, role: Role, scores: impl Iterator<Item = (f32, u32)>) {
        for ((sum, freqs), (score, freq)) in self.sums.iter_mut().zip(scores) {
            let matches = score != NO_MATCH;
            *sum += if matches { score } else { 0.0 };
            if role.has_proximity() {
                freqs.push(if matches { freq } else { 0 });
            }
        }
    }

    pub fn collect(self, top: &mut TopCollector) {
        for (&doc, (score, freqs)) in self.docs.iter().zip(self.sums) {
            top.push(doc, score, freqs);
        }
    }
}
