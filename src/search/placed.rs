//! The best of all segments, put in order.
//!
//! Orders equal releases by id, which no segment changes. Knows nothing of queries.

use std::{
    cmp::Ordering,
    sync::{Mutex, PoisonError},
};

use super::{Searcher, Sort, best::Best};
use crate::{
    error::Result,
    index::{Address, Segment, Snapshot},
};

/// A ranked release.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub address: Address,
    pub score: f32,
    /// The content clauses that it has or that it hints at: a bit for each of the first six, the next one
    /// for all others.
    pub has: u8,
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
            let mut best = Best::new(self.snapshot(), segment, keep, floor);
            let count = rank(segment, &mut best)?;
            best.weed();
            let (placed, floor) = &mut *found.lock().unwrap_or_else(PoisonError::into_inner);
            *floor = floor.max(best.threshold());
            placed.append(&mut best.into_kept());
            if let Some(worst) = self.cut(placed, keep)
                && keep.sort == Sort::Relevance
                && !keep.exhaustive
            {
                *floor = worst;
            }
            Ok(count)
        })?;
        let (placed, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((placed, counts.iter().sum()))
    }

    /// Leaves as many of the best as are kept, and what equals the worst of them, in no order; says what that is
    /// worth, where there are more.
    fn cut(&self, placed: &mut Vec<Placed>, Keep { limit, sort, .. }: Keep) -> Option<f32> {
        let snapshot = self.snapshot();
        let worst = limit.checked_sub(1).filter(|_| placed.len() > limit)?;
        let (_, &mut nth, _) = placed.select_nth_unstable_by(worst, |a, b| worth(snapshot, b, a, sort));
        placed.retain(|placed| worth(snapshot, placed, &nth, sort) != Ordering::Less);
        Some(nth.score)
    }

    /// Leaves no more than are kept of what [`Searcher::cut`] has left.
    pub(super) fn cut_equals(&self, placed: &mut Vec<Placed>, Keep { limit, sort, .. }: Keep) {
        let snapshot = self.snapshot();
        let worst = placed.iter().copied().min_by(|a, b| worth(snapshot, a, b, sort));
        let is_worst = |placed: &mut Placed| {
            worst.is_some_and(|worst| worth(snapshot, placed, &worst, sort) == Ordering::Equal)
        };
        let mut equals: Vec<Placed> = placed.extract_if(.., is_worst).collect();
        self.settle(&mut equals);
        placed.extend(equals.into_iter().take(limit.saturating_sub(placed.len())));
    }

    /// Leaves the `wanted` best, in order.
    pub(super) fn order(&self, placed: &mut Vec<Placed>, sort: Sort, wanted: usize) {
        let snapshot = self.snapshot();
        if let Some(worst) = wanted.checked_sub(1).filter(|&worst| worst < placed.len()) {
            let (_, &mut nth, _) = placed.select_nth_unstable_by(worst, |a, b| worth(snapshot, b, a, sort));
            placed.retain(|placed| worth(snapshot, placed, &nth, sort) != Ordering::Less);
        }
        placed.sort_unstable_by(|a, b| compare(snapshot, a, b, sort));
        for equals in placed.chunk_by_mut(|a, b| worth(snapshot, a, b, sort) == Ordering::Equal) {
            self.settle(equals);
        }
        placed.truncate(wanted);
    }

    /// Sorts equal releases by id. Within a segment ids need not be read: their ranks are in the same order.
    fn settle(&self, equals: &mut [Placed]) {
        equals.sort_unstable_by_key(|placed| tie(self.snapshot(), placed));
        if let [first, .., last] = equals
            && first.address.segment != last.address.segment
        {
            equals.sort_by_cached_key(|placed| self.id(placed.address));
        }
    }
}

/// Best first; equal ones by segment and, within it, by id.
pub(super) fn compare(snapshot: &Snapshot, a: &Placed, b: &Placed, sort: Sort) -> Ordering {
    worth(snapshot, b, a, sort).then_with(|| tie(snapshot, a).cmp(&tie(snapshot, b)))
}

/// Greater is better; ids don't count.
fn worth(snapshot: &Snapshot, a: &Placed, b: &Placed, sort: Sort) -> Ordering {
    let score = a.score.total_cmp(&b.score);
    let day = |Placed { address, .. }: &Placed| snapshot.segment(address.segment).day(address.doc);
    match sort {
        Sort::Relevance => score,
        Sort::Date => day(a).cmp(&day(b)).then(score),
    }
}

fn tie(snapshot: &Snapshot, Placed { address, .. }: &Placed) -> (u32, u64) {
    (address.segment, snapshot.segment(address.segment).id_rank(address.doc))
}
