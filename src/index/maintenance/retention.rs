//! Which generations stay: rolling back to an older one, and removing those that are no longer needed.

use std::path::{Path, PathBuf};

use super::check::check_files;
use crate::{
    error::{Error, Result},
    index::{
        Index, JobOptions,
        storage::{
            folder,
            generation::{self, Generation},
            lock::WriteLock,
        },
    },
};

/// Activates the newest retained generation that is older than the active one, after checking it. Returns
/// its number. The generation that was active is retained until a new one is published.
///
/// # Errors
/// `NothingOlder` where no older generation of this version is retained; `IndexDamaged` where it is
/// damaged; `IndexMissing`, `IndexLocked`, `Interrupted`, `Write`. The index is then as it was before.
pub fn rollback(folder: &Path, options: &JobOptions) -> Result<u64> {
    refuse_missing(folder)?;
    let _lock = folder::lock(folder, options.wait, &options.stop)?;
    let older = Generation::previous(folder)?;
    check_files(&Index::open_generation(&older)?)?;
    tracing::info!(generation = older.number, "the older generation is sound");
    older.reactivate()?;
    Ok(older.number)
}

/// Removes everything that no commit names: files left by a killed run, generations that were never
/// finished, and all but `keep` older generations. Returns what was removed.
///
/// # Errors
/// `IndexMissing`, `IndexStale`, `IndexDamaged`, `IndexLocked`, `Interrupted`, `Write`.
pub fn gc(folder: &Path, options: &JobOptions) -> Result<Vec<PathBuf>> {
    refuse_missing(folder)?;
    let _lock = WriteLock::acquire(folder, options.wait, &options.stop)?;
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

/// Refuses a folder without an index: taking the lock would create the folder of a mistyped name.
pub(super) fn refuse_missing(folder: &Path) -> Result<()> {
    if generation::exists(folder) { Ok(()) } else { Err(Error::IndexMissing { path: folder.into() }) }
}
