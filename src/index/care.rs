//! Care for an index that stands: going back, tidying up, making it compact.
//!
//! Each takes the right to write, and leaves the index as it was or as it should be, at whatever moment
//! it is stopped.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{
    Choices, Index,
    check::check_files,
    generation,
    lock::Lock,
    sweep,
    told::told,
    writer::{failure, start},
};
use crate::error::{Error, Result};

/// How often who waits for a merge looks whether it should stop.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Puts the newest older generation in force that is kept, after checking it. Returns its number.
///
/// The generation gone back from is kept too, until a new one takes over.
///
/// # Errors
/// `NothingOlder` where none is kept that this version made; `IndexDamaged` where that is not whole;
/// `IndexMissing`, `IndexLocked`, `Interrupted`, `Write`. The index is then as it was before.
pub fn rollback(folder: &Path, choices: &Choices) -> Result<u64> {
    refuse_missing(folder)?;
    let _lock = Lock::acquire(folder, choices.wait, &choices.stop)?;
    let older = generation::older(folder)?;
    check_files(&Index::open_generation(folder, &older.folder, None)?)?;
    tracing::info!(generation = older.number, "the older generation is sound");
    generation::point(folder, &older.folder)?;
    Ok(older.number)
}

/// Removes what no commit names: files that a killed run left behind, generations that were never
/// finished, and older ones but for `keep`. Returns what was removed.
///
/// # Errors
/// `IndexMissing`, `IndexStale`, `IndexDamaged`, `IndexLocked`, `Interrupted`, `Write`.
pub fn gc(folder: &Path, choices: &Choices) -> Result<Vec<PathBuf>> {
    refuse_missing(folder)?;
    let _lock = Lock::acquire(folder, choices.wait, &choices.stop)?;
    let before = generation::all(folder)?;
    generation::retire(folder, None, choices.keep)?;
    let mut removed: Vec<PathBuf> =
        before.into_iter().map(|old| old.folder).filter(|old| !old.exists()).collect();
    let left = generation::beside_current(folder);
    match fs::remove_file(&left) {
        Ok(()) => removed.push(left),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(Error::Write { path: left, source }),
    }
    removed.extend(sweep::sweep(&Index::open(folder)?)?);
    for older in generation::kept(folder)? {
        // One that this program cannot open is not its own to tidy up.
        if older.check_version(folder).is_ok()
            && let Ok(index) = Index::open_generation(folder, &older.folder, None)
        {
            removed.extend(sweep::sweep(&index)?);
        }
    }
    Ok(removed)
}

/// Merges an index into one segment and drops what was deleted: the smallest and fastest it can be.
/// Searches go on meanwhile; it takes about as long as writing the index did.
///
/// # Errors
/// As [`gc`], and `Engine`.
pub fn compact(folder: &Path, choices: &Choices) -> Result<()> {
    refuse_missing(folder)?;
    let _lock = Lock::acquire(folder, choices.wait, &choices.stop)?;
    let index = Index::open(folder)?;
    let meta = index.inner.engine.load_metas().map_err(|error| index.damaged(&told(&error)))?;
    let whole = |segment: &tantivy::SegmentMeta| !segment.has_deletes();
    if meta.segments.len() > 1 || !meta.segments.iter().all(whole) {
        let ids: Vec<_> = meta.segments.iter().map(tantivy::SegmentMeta::id).collect();
        tracing::info!(segments = meta.segments.len(), "merging into one");
        let mut engine = start(&index)?;
        let merging = engine.merge(&ids);
        unless_stopped(&choices.stop, move || merging.wait().map(|_| ()))?
            .map_err(|error| failure(&index, "merging segments", &error))?;
        engine.wait_merging_threads().map_err(|error| failure(&index, "merging segments", &error))?;
    }
    sweep::sweep(&index)?;
    check_files(&index)
}

/// Does something that cannot be stopped, and leaves it behind when told to stop.
fn unless_stopped<T: Send + 'static>(
    stop: &AtomicBool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (done, waiting) = mpsc::channel();
    thread::spawn(move || _ = done.send(work()));
    loop {
        match waiting.recv_timeout(LOOK_AGAIN) {
            Ok(outcome) => return Ok(outcome),
            Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
            Err(_) => return Err(Error::Interrupted),
        }
    }
}

/// Taking the lock would make a folder, and a mistyped name must not.
pub(super) fn refuse_missing(folder: &Path) -> Result<()> {
    if generation::exists(folder) { Ok(()) } else { Err(Error::IndexMissing { path: folder.into() }) }
}
