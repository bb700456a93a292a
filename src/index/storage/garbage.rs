//! Garbage collection: removes the files of a generation that its last commit does not name.
//!
//! A writer that was killed leaves what it had written so far. Only the holder of the write lock may collect
//! garbage, because nobody else is writing then.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use super::atomic_file;
use crate::error::{Error, Result};

/// Removes all files of a generation's folder but the live ones and locks; returns what it removed.
///
/// The caller holds tantivy's meta lock, so that a reader that has learnt of a file can still open it.
pub(crate) fn collect(folder: &Path, live: &HashSet<PathBuf>) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::Read { path: folder.into(), source };
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_lock = path.extension().is_some_and(|ending| ending == "lock");
        if is_lock || live.contains(&path) {
            continue;
        }
        match atomic_file::remove_if_exists(&path) {
            Ok(_) => removed.push(path),
            Err(source) => return Err(Error::Write { path, source }),
        }
    }
    if !removed.is_empty() {
        tracing::debug!(files = removed.len(), "removed files that no commit names");
    }
    Ok(removed)
}
