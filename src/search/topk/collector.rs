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
    index::{Address, Segment, Snapshot, parallel_map},
    search::{Sort, Total},
};

/// From this many postings on, segments are read in parallel: that is a millisecond of work or more.
const PARALLEL_POSTINGS: u64 = 2_000_000;

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
pub(super) struct Collect<'f> {
    pub limit: usize,
    pub sort: Sort,
    /// Whether to score documents that cannot be among the best.
    pub exhaustive: bool,
    /// Documents that are left out, in order: those of an earlier pass.
    pub found: &'f [Address],
}

/// Collects the best documents of one segment.
pub(super) struct TopCollector<'s> {
    snapshot: &'s Snapshot,
    segment: &'s Segment,
    pub collect: Collect<'s>,
    /// A document with a lower score cannot be among the best.
    threshold: f32,
    /// The best so far and candidates; truncated when there are twice as many as requested.
    docs: Vec<ScoredDoc>,
}

/// The collector truncates no earlier than at this length.
const MIN_CAPACITY: usize = 32;

impl TopCollector<'_> {
    /// Adds a document, unless its score is below the threshold.
    #[inline]
    pub fn push(&mut self, doc: DocId, score: f32, matched: Matched) {
        if score >= self.threshold() {
            let address = Address { segment: self.segment.ordinal, doc };
            if self.collect.found.binary_search(&address).is_ok() {
                return;
            }
            let day = if self.collect.sort == Sort::Relevance { None } else { self.segment.day(doc) };
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
        if ties.iter().all(|tie| tie.address.segment == worst.address.segment) {
            ties.sort_unstable_by(|a, b| compare_ids(snapshot, a.address, b.address));
        } else {
            // Each id is read once.
            ties.sort_by_cached_key(|tie| snapshot.segment(tie.address.segment).id(tie.address.doc));
        }
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

/// Collects segment by segment, in parallel if they have many postings to read; the threshold reached in some segments
/// prunes the others. Returns the best documents in no order, and the sum of what `search` counts.
pub(super) fn collect_segments(
    snapshot: &Snapshot,
    segments: &[Mutex<SegmentQuery>],
    (collect, postings): (Collect, u64),
    search: impl Fn(&mut SegmentQuery, &mut TopCollector) -> Total + Sync,
) -> io::Result<(Vec<ScoredDoc>, Total)> {
    let found = Mutex::new((Vec::new(), Total::default(), 0.0));
    parallel_map(segments, postings >= PARALLEL_POSTINGS, |opened| {
        let (opened, threshold) = (&mut lock(opened), lock(&found).2);
        let segment = opened.segment;
        let mut top = TopCollector { snapshot, segment, collect, threshold, docs: Vec::new() };
        let counted = search(opened, &mut top);
        top.truncate();
        let (docs, total, threshold) = &mut *lock(&found);
        docs.append(&mut top.docs);
        total.add(counted);
        *threshold = truncate(snapshot, docs, collect).max(*threshold);
        Ok::<_, io::Error>(())
    })?;
    let (docs, total, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((docs, total))
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
