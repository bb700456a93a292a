//! Maintenance of an existing index: check, back up, compact, roll back, remove garbage.
//!
//! Each operation takes the write lock (a check does not need it) and leaves the index as it was or as it should be,
//! whenever it stops.

mod backup;
mod check;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tantivy::SegmentMeta;

use self::check::check_files;
pub use self::{
    backup::{BackupStats, backup, restore},
    check::{CheckReport, check},
};
use super::{
    Index, JobOptions,
    build::start_engine,
    storage::{Catalog, Generation, WriteLock, generation},
};
use crate::error::{Error, Result};

/// Merges an index into one segment and drops deleted documents: the smallest and fastest form. Searches
/// continue meanwhile. It takes about as long as writing the index did.
///
/// # Errors
/// As [`gc`], and `Engine`. The index then answers as it did before.
pub fn compact(folder: &Path, options: &JobOptions) -> Result<()> {
    let _lock = lock_existing(folder, options)?;
    let active = Generation::active(folder)?;
    let index = Index::open_generation(&active)?;
    let merged = merge_segments(&index, options);
    index.collect_garbage_or_warn();
    merged?;
    match check_files(&active) {
        Ok(()) => {}
        Err(error @ Error::IndexDamaged { .. }) => return Err(error),
        // The merge is done, whatever the system refuses now.
        Err(error) => tracing::warn!("the index is compact, but could not be checked: {error}"),
    }
    Ok(())
}

fn merge_segments(index: &Index, options: &JobOptions) -> Result<()> {
    let segments = index.commit()?.meta.segments;
    if segments.len() <= 1 && !segments.iter().any(SegmentMeta::has_deletes) {
        return Ok(());
    }
    tracing::info!(segments = segments.len(), "merging into one");
    let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
    index.stop.store(Arc::clone(&options.stop));
    let mut engine = start_engine(index)?;
    let merged = engine.merge(&ids).wait();
    // No merge may be running any more when its files are removed or the lock is released.
    let ended = engine.wait_merging_threads();
    merged.and(ended).map_err(|error| index.write_failed("merging segments", &error))
}

/// Activates the newest retained generation that is older than the active one, after checking it. Returns
/// its number. The generation that was active is retained until a new one is published.
///
/// # Errors
/// `NothingOlder` where no older generation of this version is retained; `IndexDamaged` where it is
/// damaged; `IndexMissing`, `IndexLocked`, `Interrupted`, `Write`. The index is then as it was before.
pub fn rollback(folder: &Path, options: &JobOptions) -> Result<u64> {
    let _lock = lock_existing(folder, options)?;
    let Catalog { active, last_success, .. } = Catalog::read(folder)?;
    let is_unusable = |error| matches!(error, Error::IndexStale { .. } | Error::IndexDamaged { .. });
    let older = Generation::retained(folder)?.into_iter().filter(|generation| {
        generation.number < active && !generation.check_version().is_err_and(is_unusable)
    });
    let newest = older.max_by_key(|generation| generation.number);
    let newest = newest.ok_or_else(|| Error::NothingOlder { path: folder.into() })?;
    check_files(&newest)?;
    newest.publish(usize::MAX, true, last_success)?;
    Ok(newest.number)
}

/// Removes everything that no commit names: files left by a killed run, generations that were never
/// finished, and all but `keep` older generations. Returns what was removed.
///
/// # Errors
/// `IndexMissing`, `IndexStale`, `IndexDamaged`, `IndexLocked`, `Interrupted`, `Write`.
pub fn gc(folder: &Path, options: &JobOptions) -> Result<Vec<PathBuf>> {
    let _lock = lock_existing(folder, options)?;
    let mut removed = generation::prune(folder, options.keep)?;
    removed.extend(Index::open(folder)?.collect_garbage()?);
    for older in Generation::retained(folder)? {
        // A generation that this program cannot open belongs to another version.
        if let Ok(index) = Index::open_generation(&older) {
            removed.extend(index.collect_garbage()?);
        }
    }
    Ok(removed)
}

/// Fills a new generation, checks it and activates it, in place of the active one. That one is retained if it is sound,
/// with `keep - 1` others. Only for the holder of the write lock.
pub(super) fn publish_generation<T>(
    folder: &Path,
    keep: usize,
    last_success: u64,
    fill: impl FnOnce(&Generation) -> Result<T>,
) -> Result<T> {
    let generation = Generation::create(folder)?;
    let filled = fill(&generation).and_then(|filled| {
        check_files(&generation)?;
        tracing::info!("the new generation is complete and sound");
        // What the system refuses to read, or another version made, is not damaged.
        let previous = Generation::active(folder).and_then(|previous| check_files(&previous));
        let is_sound = !matches!(previous, Err(Error::IndexDamaged { .. }));
        generation.publish(keep, is_sound, last_success)?;
        Ok(filled)
    });
    filled.inspect_err(|_| generation.discard())
}

/// Takes the write lock of an existing index. Taking it for a mistyped name would create that folder.
fn lock_existing(folder: &Path, options: &JobOptions) -> Result<WriteLock> {
    if !generation::exists(folder) {
        return Err(Error::IndexMissing { path: folder.into() });
    }
    WriteLock::acquire(folder, options.wait, &options.stop)
}
