//! The top-k collector of one segment, and the collection over all segments.
//!
//! Equal scores are ordered by id, so that the result does not depend on how documents are spread over segments.

use std::{
    cmp::Ordering,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tantivy::DocId;

use super::{bound_query::Matched, segment_query::SegmentQuery};
use crate::{
    index::{Address, Segment, Snapshot},
    search::{Sort, context::Context},
};

/// A document with its score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoredDoc {
    pub address: Address,
    pub score: f32,
    /// If documents are ordered by date: the day of publication, from 1970-01-01.
    pub day: Option<i64>,
    pub matched: Matched,
}

/// What a collector keeps.
#[derive(Clone, Copy)]
pub(super) struct Collect {
    pub limit: usize,
    pub sort: Sort,
    /// Whether to score documents that cannot be among the best.
    pub exhaustive: bool,
}

/// Collects the best documents of one segment.
pub(super) struct TopCollector<'s> {
    snapshot: &'s Snapshot,
    segment: &'s Segment,
    collect: Collect,
    /// A document with a lower score cannot be among the best.
    threshold: f32,
    /// The best so far and candidates; truncated when there are twice as many as requested.
    docs: Vec<ScoredDoc>,
}

/// The collector truncates no earlier than at this length.
const MIN_CAPACITY: usize = 32;

impl<'s> TopCollector<'s> {
    /// `floor` is the threshold from other segments.
    fn new(snapshot: &'s Snapshot, segment: &'s Segment, collect: Collect, floor: f32) -> Self {
        Self { snapshot, segment, collect, threshold: floor, docs: Vec::new() }
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
    #[inline]
    pub fn push(&mut self, doc: DocId, score: f32, matched: Matched) {
        if score >= self.threshold() {
            let address = Address { segment: self.segment.ordinal, doc };
            let day = if self.sorts_by_score() { None } else { self.segment.day(doc) };
            self.docs.push(ScoredDoc { address, score, day, matched });
            if self.docs.len() >= self.collect.limit.saturating_mul(2).max(MIN_CAPACITY) {
                self.truncate();
            }
        }
    }

    /// A document with a lower score can be skipped. 0 as long as none can.
    pub fn threshold(&self) -> f32 {
        if self.collect.exhaustive { 0.0 } else { self.threshold }
    }

    /// Drops all but the best, which raises the threshold.
    pub fn truncate(&mut self) {
        let worst = truncate(self.snapshot, &mut self.docs, self.collect);
        self.threshold = self.threshold.max(worst);
    }
}

/// Drops all but the best. Returns the score of the worst if there are as many as requested.
fn truncate(snapshot: &Snapshot, docs: &mut Vec<ScoredDoc>, Collect { limit, sort, .. }: Collect) -> f32 {
    let Some(last) = limit.checked_sub(1).filter(|&last| last < docs.len()) else { return 0.0 };
    let (_, &mut worst, rest) = docs.select_nth_unstable_by(last, compare_scores);
    let is_tie = |doc: &ScoredDoc| compare_scores(doc, &worst).is_eq();
    // Ids take long to read, and only ties at the limit need them.
    if rest.iter().any(is_tie) {
        let better = docs[..last].iter().filter(|doc| !is_tie(doc)).count();
        let mut ties: Vec<ScoredDoc> = docs.extract_if(.., |doc| is_tie(doc)).collect();
        ties.sort_unstable_by(|a, b| compare_ids(snapshot, a.address, b.address));
        docs.truncate(better);
        docs.append(&mut ties);
    }
    docs.truncate(limit);
    if sort == Sort::Relevance { worst.score } else { 0.0 }
}

/// Best first; ties by id.
pub(super) fn compare(snapshot: &Snapshot, a: &ScoredDoc, b: &ScoredDoc) -> Ordering {
    compare_scores(a, b).then_with(|| compare_ids(snapshot, a.address, b.address))
}

fn compare_scores(a: &ScoredDoc, b: &ScoredDoc) -> Ordering {
    b.day.cmp(&a.day).then_with(|| b.score.total_cmp(&a.score))
}

fn compare_ids(snapshot: &Snapshot, a: Address, b: Address) -> Ordering {
    let [in_a, in_b] = [a, b].map(|address| snapshot.segment(address.segment));
    // Within a segment, id ranks have the same order and are faster to read.
    if a.segment == b.segment {
        in_a.id_rank(a.doc).cmp(&in_b.id_rank(b.doc))
    } else {
        in_a.id(a.doc).cmp(&in_b.id(b.doc))
    }
}

/// Collects segment by segment, in parallel if their costs are high; the threshold reached in some segments prunes the
/// others. Returns the best documents in no order, and what `search` returns for each segment.
pub(super) fn collect_segments<T: Send>(
    context: &Context,
    segments: &[Mutex<SegmentQuery>],
    (collect, cost): (Collect, impl Fn(&SegmentQuery) -> u64),
    search: impl Fn(&mut SegmentQuery, &mut TopCollector) -> T + Sync,
) -> io::Result<(Vec<ScoredDoc>, Vec<T>)> {
    let snapshot = &context.snapshot;
    let found = Mutex::new((Vec::new(), 0.0));
    let cost = segments.iter().map(|opened| cost(&lock(opened))).sum::<u64>();
    let results = context.each_segment(usize::try_from(cost).unwrap_or(usize::MAX), |segment| {
        let floor = lock(&found).1;
        let mut top = TopCollector::new(snapshot, segment, collect, floor);
        let result = search(&mut lock(&segments[segment.ordinal as usize]), &mut top);
        top.truncate();
        let (docs, floor) = &mut *lock(&found);
        docs.append(&mut top.docs);
        *floor = truncate(snapshot, docs, collect).max(*floor);
        Ok(result)
    })?;
    let (docs, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((docs, results))
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
