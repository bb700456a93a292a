//! Scored documents and their order.

use std::cmp::Ordering;

use crate::{
    index::{Address, Snapshot},
    search::{Sort, weights::PROXIMITY_WORDS},
};

/// A document with its score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoredDoc {
    pub address: Address,
    pub score: f32,
    pub freqs: Frequencies,
}

/// An upper bound of the number of positions of each of the first clauses in proximity, 0 for those that a document does
/// not match.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frequencies {
    counts: [u8; PROXIMITY_WORDS],
    clauses: u8,
}

impl Frequencies {
    /// Adds the next clause.
    pub fn push(&mut self, count: u32) {
        if let Some(next) = self.counts.get_mut(usize::from(self.clauses)) {
            *next = u8::try_from(count).unwrap_or(u8::MAX);
            self.clauses += 1;
        }
    }

    /// The counts, `u8::MAX` for that and more.
    pub fn counts(self) -> [u8; PROXIMITY_WORDS] {
        self.counts
    }
}

/// What a collector keeps.
#[derive(Clone, Copy)]
pub(super) struct Collect {
    pub limit: usize,
    pub sort: Sort,
    /// Whether to score documents that cannot be among the best.
    pub exhaustive: bool,
}

/// Truncates to the limit, but keeps all documents equal to the last one; returns its score if any was dropped.
pub(super) fn truncate_but_ties(
    snapshot: &Snapshot,
    docs: &mut Vec<ScoredDoc>,
    Collect { limit, sort, .. }: Collect,
) -> Option<f32> {
    let last = limit.checked_sub(1).filter(|_| docs.len() > limit)?;
    let (_, &mut nth, _) = docs.select_nth_unstable_by(last, |a, b| compare_scores(snapshot, b, a, sort));
    docs.retain(|doc| compare_scores(snapshot, doc, &nth, sort) != Ordering::Less);
    Some(nth.score)
}

/// Drops the ties that [`truncate_but_ties`] kept beyond the limit.
pub(super) fn truncate_ties(
    snapshot: &Snapshot,
    docs: &mut Vec<ScoredDoc>,
    Collect { limit, sort, .. }: Collect,
) {
    let worst = docs.iter().copied().min_by(|a, b| compare_scores(snapshot, a, b, sort));
    let is_worst = |doc: &mut ScoredDoc| {
        worst.is_some_and(|worst| compare_scores(snapshot, doc, &worst, sort) == Ordering::Equal)
    };
    let mut ties: Vec<ScoredDoc> = docs.extract_if(.., is_worst).collect();
    sort_ties(snapshot, &mut ties);
    docs.extend(ties.into_iter().take(limit.saturating_sub(docs.len())));
}

/// Sorts the best `limit` documents and drops the others.
pub(super) fn sort_and_truncate(snapshot: &Snapshot, docs: &mut Vec<ScoredDoc>, sort: Sort, limit: usize) {
    truncate_but_ties(snapshot, docs, Collect { limit, sort, exhaustive: false });
    docs.sort_unstable_by(|a, b| compare(snapshot, a, b, sort));
    for ties in docs.chunk_by_mut(|a, b| compare_scores(snapshot, a, b, sort) == Ordering::Equal) {
        sort_ties(snapshot, ties);
    }
    docs.truncate(limit);
}

/// Sorts equal documents by id. Within a segment, id ranks have the same order and are faster to read.
fn sort_ties(snapshot: &Snapshot, ties: &mut [ScoredDoc]) {
    ties.sort_unstable_by_key(|doc| tie_breaker(snapshot, doc));
    if let [first, .., last] = ties
        && first.address.segment != last.address.segment
    {
        ties.sort_by_cached_key(|ScoredDoc { address, .. }| {
            snapshot.segment(address.segment).id(address.doc)
        });
    }
}

/// Best first; ties by segment and, within a segment, by id.
pub(super) fn compare(snapshot: &Snapshot, a: &ScoredDoc, b: &ScoredDoc, sort: Sort) -> Ordering {
    compare_scores(snapshot, b, a, sort).then_with(|| tie_breaker(snapshot, a).cmp(&tie_breaker(snapshot, b)))
}

/// Greater is better, without the tie-breaker.
fn compare_scores(snapshot: &Snapshot, a: &ScoredDoc, b: &ScoredDoc, sort: Sort) -> Ordering {
    let score = a.score.total_cmp(&b.score);
    let day = |ScoredDoc { address, .. }: &ScoredDoc| snapshot.segment(address.segment).day(address.doc);
    match sort {
        Sort::Relevance => score,
        Sort::Date => day(a).cmp(&day(b)).then(score),
    }
}

fn tie_breaker(snapshot: &Snapshot, ScoredDoc { address, .. }: &ScoredDoc) -> (u32, u64) {
    (address.segment, snapshot.segment(address.segment).id_rank(address.doc))
}
