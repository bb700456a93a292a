//! The best of all segments, put in order.
//!
//! Orders equal releases by id, which no segment changes. Knows nothing of queries.

use std::{
    cmp::Ordering,
    sync::{Mutex, PoisonError},
};

use super::{
    Searcher, Sort,
    best::{Best, Candidate},
};
use crate::{
    error::Result,
    index::{Address, Segment},
};

/// A ranked release.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub address: Address,
    pub candidate: Candidate,
}

/// What is kept while releases are ranked.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    /// So many of the best.
    pub limit: usize,
    pub sort: Sort,
    /// Whether releases are looked at that cannot get in.
    pub exhaustive: bool,
}

impl Keep {
    /// A release worth less than this need not be looked at.
    pub fn threshold(&self, best: &Best) -> f32 {
        if self.exhaustive { f32::NEG_INFINITY } else { best.threshold() }
    }
}

impl Searcher {
    /// Ranks segment by segment, side by side where there is much work; what is found in some of them spares
    /// the others a look. Returns the best of all, in no order, and the sum of what `rank` returns.
    pub(super) fn best_of_segments(
        &self,
        keep: Keep,
        work: usize,
        rank: impl Fn(&Segment, &mut Best) -> Result<u64> + Sync,
    ) -> Result<(Vec<Placed>, u64)> {
        let found = Mutex::new((Vec::new(), f32::NEG_INFINITY));
        let counts = self.each_segment(work, |segment| {
            let floor = found.lock().unwrap_or_else(PoisonError::into_inner).1;
            let mut best = Best::new(keep.limit, keep.sort, floor);
            let count = rank(segment, &mut best)?;
            let (placed, floor) = &mut *found.lock().unwrap_or_else(PoisonError::into_inner);
            placed.extend(best.into_candidates().map(|candidate| Placed {
                address: Address { segment: segment.ordinal, doc: candidate.doc },
                candidate,
            }));
            let worst = self.cut(placed, keep);
            if keep.sort == Sort::Relevance && !keep.exhaustive {
                *floor = worst.unwrap_or(*floor);
            }
            Ok(count)
        })?;
        let (placed, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((placed, counts.iter().sum()))
    }

    /// Leaves as many of the best as are kept, in no order; says what the worst of them is worth, where there are
    /// so many.
    fn cut(&self, placed: &mut Vec<Placed>, Keep { limit, sort, .. }: Keep) -> Option<f32> {
        let worst = limit.checked_sub(1).filter(|&worst| worst < placed.len())?;
        let (_, &mut nth, behind) = placed.select_nth_unstable_by(worst, |a, b| compare(a, b, sort));
        if behind.iter().any(|placed| is_equal(placed, &nth, sort)) {
            let mut equals: Vec<Placed> =
                placed.iter().filter(|placed| is_equal(placed, &nth, sort)).copied().collect();
            self.settle(&mut equals);
            placed.truncate(limit);
            placed.retain(|placed| !is_equal(placed, &nth, sort));
            placed.extend(equals.into_iter().take(limit - placed.len()));
        }
        placed.truncate(limit);
        Some(nth.candidate.score)
    }

    /// Leaves the `wanted` best, in order.
    pub(super) fn order(&self, placed: &mut Vec<Placed>, sort: Sort, wanted: usize) {
        if let Some(worst) = wanted.checked_sub(1).filter(|&worst| worst < placed.len()) {
            let (_, &mut nth, _) = placed.select_nth_unstable_by(worst, |a, b| compare(a, b, sort));
            placed.retain(|placed| placed.candidate.compare_worth(&nth.candidate, sort) != Ordering::Less);
        }
        placed.sort_unstable_by(|a, b| compare(a, b, sort));
        let mut rest = &mut placed[..];
        while let Some(first) = rest.first().copied() {
            let end = rest.iter().take_while(|placed| is_equal(placed, &first, sort)).count();
            let (equals, behind) = rest.split_at_mut(end);
            self.settle(equals);
            rest = behind;
        }
        placed.truncate(wanted);
    }

    /// Sorts equal releases by id. Within a segment ids need not be read: their ranks are in the same order.
    fn settle(&self, equals: &mut [Placed]) {
        equals.sort_unstable_by_key(|placed| (placed.address.segment, placed.candidate.id_rank));
        if let [first, .., last] = equals
            && first.address.segment != last.address.segment
        {
            equals.sort_by_cached_key(|placed| {
                self.snapshot().segment(placed.address.segment).id(placed.address.doc)
            });
        }
    }
}

/// Best first; equal ones by segment and, within it, by id.
fn compare(a: &Placed, b: &Placed, sort: Sort) -> Ordering {
    let tie = |placed: &Placed| (placed.address.segment, placed.candidate.id_rank);
    b.candidate.compare_worth(&a.candidate, sort).then_with(|| tie(a).cmp(&tie(b)))
}

fn is_equal(a: &Placed, b: &Placed, sort: Sort) -> bool {
    a.candidate.compare_worth(&b.candidate, sort) == Ordering::Equal
}
