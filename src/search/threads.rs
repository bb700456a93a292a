//! Segments side by side, where a search reads long lists.
//!
//! Decides when threads are worth being started; what is done is not its business.

use super::Searcher;
use crate::{
    error::Result,
    index::{Segment, parallel_map},
};

/// Entries of lists from which on threads are worth being started: some milliseconds of work.
const WORTH_THREADS: usize = 200_000;

impl Searcher {
    /// Does something for each segment, and returns what came of it in the order of the segments. `work` is
    /// how many entries of lists are read for it, about.
    pub(super) fn each_segment<T: Send>(
        &self,
        work: usize,
        each: impl Fn(&Segment) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let segments = &self.snapshot().segments;
        let done = parallel_map(segments, work >= WORTH_THREADS, |_, segment| each(segment));
        done.into_iter().collect()
    }
}
