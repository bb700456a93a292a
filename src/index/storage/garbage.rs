//! Garbage collection: removes the files of a generation that its last commit does not name.
//!
//! A writer that was killed leaves what it had written so far. Only the holder of the write lock may collect
//! garbage, because nobody else is writing then.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use tantivy::directory::{INDEX_WRITER_LOCK, META_LOCK};

use super::{
    atomic_file,
    directory::{MANAGED, META},
    generation,
};
use crate::error::{Error, Result};

/// The files that every generation may have, even if no commit names them.
pub(crate) fn permanent_files() -> impl Iterator<Item = PathBuf> {
    let locks = [&INDEX_WRITER_LOCK.filepath, &META_LOCK.filepath].map(Clone::clone);
    [META, MANAGED, generation::MARKER].map(PathBuf::from).into_iter().chain(locks)
}

/// Removes all files of a generation's folder but the live ones; returns what it removed.
///
/// The caller holds tantivy's meta lock, so that a reader that has learnt of a file can still open it.
pub(crate) fn collect(folder: &Path, live: &HashSet<PathBuf>) -> Result<Vec<PathBuf>> {
    let read = |source| Error::Read { path: folder.into(), source };
    let mut removed = Vec::new();
    for name in names(folder).map_err(read)? {
        if live.contains(&name) {
            continue;
        }
        let path = folder.join(&name);
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

fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into())).collect()
}
