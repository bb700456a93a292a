//! Segments side by side: what takes long is done on all cores, what does not stays on this one.
//!
//! Knows nothing of what is done.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::Searcher;
use crate::{error::Result, index::Segment};

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
        let threads = if work < WORTH_THREADS { 1 } else { cores().min(segments.len()) };
        if threads < 2 {
            return segments.iter().map(each).collect();
        }
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(segments.len()));
        let work = || {
            while let Some(segment) = segments.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = each(segment);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((segment.ordinal, result));
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(ordinal, _)| *ordinal);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}
