//! Compaction: merges an index into one segment without deleted documents.

use std::{
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{check::check_files, retention::refuse_missing};
use crate::{
    error::{Error, Result},
    index::{
        Index, JobOptions,
        build::{engine_failure, start_engine},
        storage::lock::WriteLock,
    },
};

/// How often a job that waits for a merge checks whether it should stop.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Merges an index into one segment and drops deleted documents: the smallest and fastest form. Searches
/// continue meanwhile. It takes about as long as writing the index did.
///
/// # Errors
/// As [`gc`](super::gc), and `Engine`.
pub fn compact(folder: &Path, options: &JobOptions) -> Result<()> {
    refuse_missing(folder)?;
    let _lock = WriteLock::acquire(folder, options.wait, &options.stop)?;
    let index = Index::open(folder)?;
    let meta = index.metas()?;
    let compacted = |segment: &tantivy::SegmentMeta| !segment.has_deletes();
    if meta.segments.len() > 1 || !meta.segments.iter().all(compacted) {
        let ids: Vec<_> = meta.segments.iter().map(tantivy::SegmentMeta::id).collect();
        tracing::info!(segments = meta.segments.len(), "merging into one");
        let failed = |error| engine_failure(&index, "merging segments", &error);
        let mut engine = start_engine(&index)?;
        let merging = engine.merge(&ids);
        unless_stopped(&options.stop, move || merging.wait().map(|_| ()))?.map_err(failed)?;
        engine.wait_merging_threads().map_err(failed)?;
    }
    index.collect_garbage()?;
    check_files(&index)
}

/// Runs work that cannot be stopped, and abandons it on a request to stop.
fn unless_stopped<T: Send + 'static>(
    stop: &AtomicBool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (done, waiting) = mpsc::channel();
    thread::spawn(move || _ = done.send(work()));
    loop {
        match waiting.recv_timeout(POLL_INTERVAL) {
            Ok(outcome) => return Ok(outcome),
            Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
            Err(_) => return Err(Error::Interrupted),
        }
    }
}
