//! The best of one segment so far: a bounded selection with a total order, so that equal releases always
//! come in the same order.
//!
//! Knows nothing of queries, nor of other segments.

use tantivy::DocId;

use super::{
    Sort,
    placed::{Keep, Placed, compare},
};
use crate::index::{Address, Segment, Snapshot};

/// Keeps the best releases of one segment.
pub(super) struct Best<'s> {
    snapshot: &'s Snapshot,
    segment: u32,
    keep: Keep,
    /// A release worth less than this cannot get in.
    threshold: f32,
    /// The best so far, and up to as many again that are weeded out when there is no more room.
    kept: Vec<Placed>,
    /// How many there were after the last weeding.
    weeded: usize,
}

impl<'s> Best<'s> {
    /// `floor` is what segments looked at before demand.
    pub fn new(snapshot: &'s Snapshot, segment: &Segment, keep: Keep, floor: f32) -> Self {
        Self { snapshot, segment: segment.ordinal, keep, threshold: floor, kept: Vec::new(), weeded: 0 }
    }

    /// Takes a release of the segment; `has` as in `Placed`.
    pub fn push(&mut self, doc: DocId, score: f32, has: u8) {
        self.kept.push(Placed { address: Address { segment: self.segment, doc }, score, has });
        if self.kept.len() >= self.keep.limit.saturating_mul(2).max(LEAST_ROOM) {
            self.weed();
        }
    }

    /// A release worth less than this cannot get in, nor need it be looked at.
    pub fn threshold(&self) -> f32 {
        if self.keep.exhaustive { f32::NEG_INFINITY } else { self.threshold }
    }

    /// Leaves the best, which raises the threshold.
    pub fn weed(&mut self) {
        let Keep { limit, sort, .. } = self.keep;
        if self.kept.len() < limit || self.kept.len() == self.weeded {
            return;
        }
        if let Some(worst) = limit.checked_sub(1) {
            let (_, worst, _) =
                self.kept.select_nth_unstable_by(worst, |a, b| compare(self.snapshot, a, b, sort));
            if sort == Sort::Relevance {
                self.threshold = self.threshold.max(worst.score);
            }
        }
        self.kept.truncate(limit);
        self.weeded = limit;
    }

    /// The kept ones, in no order.
    pub fn into_kept(mut self) -> Vec<Placed> {
        self.weed();
        self.kept
    }
}

/// Weeding out has its price, which few releases are not worth.
const LEAST_ROOM: usize = 32;
