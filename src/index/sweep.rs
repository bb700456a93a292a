//! Tidying up: files in an index folder that no commit names and nobody will read again.
//!
//! A writer that was killed leaves what it had written so far. Only who has the right to write may
//! sweep, for then nobody else is writing.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use tantivy::directory::{Directory, INDEX_WRITER_LOCK, META_LOCK};

use super::{Index, durable, files, generation, told::told};
use crate::error::{Error, Result};

/// What the engine calls its own two records.
pub(super) const META: &str = "meta.json";
pub(super) const MANAGED: &str = ".managed.json";

/// Removes the files of an index's generation that its last commit does not name; returns them.
pub(super) fn sweep(index: &Index) -> Result<Vec<PathBuf>> {
    let Some(folder) = index.generation_folder() else { return Ok(Vec::new()) };
    // Against readers that have read of a file and are about to open it.
    let lock = index.inner.engine.directory().acquire_lock(&META_LOCK);
    let _lock = lock.map_err(|error| index.failed("tidying up", &error))?;
    let living = living(index)?;
    let mut removed = Vec::new();
    for name in names(folder)? {
        if living.contains(&name) {
            continue;
        }
        let path = folder.join(&name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Write { path, source: error });
            }
            _ => removed.push(path),
        }
    }
    if !removed.is_empty() {
        tracing::debug!(files = removed.len(), "removed what no commit names");
        manage(folder, &living).map_err(|source| Error::Write { path: folder.join(MANAGED), source })?;
    }
    Ok(removed)
}

/// The names of all files that belong to an index's last commit.
pub(super) fn living(index: &Index) -> Result<HashSet<PathBuf>> {
    let meta = index.inner.engine.load_metas().map_err(|error| index.damaged(&told(&error)))?;
    let mut living = meta.list_segment_files();
    living.insert(index.state()?.files.into());
    living.extend([META, MANAGED, generation::MANIFEST].map(PathBuf::from));
    living.extend([&INDEX_WRITER_LOCK.filepath, &META_LOCK.filepath].map(Clone::clone));
    Ok(living)
}

/// The engine's list of the files that it must tidy up one day, without those that are gone.
fn manage(folder: &Path, living: &HashSet<PathBuf>) -> io::Result<()> {
    let own = |name: &PathBuf| {
        let name = name.to_string_lossy();
        !name.starts_with('.') && !files::is_records(&name) && name != generation::MANIFEST
    };
    let there: Vec<PathBuf> =
        names_in(folder)?.into_iter().filter(|name| living.contains(name) && own(name)).collect();
    let mut list = serde_json::to_vec(&there)?;
    list.push(b'\n');
    durable::replace(&folder.join(MANAGED), &durable::sealed(&list))
}

fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    names_in(folder).map_err(|source| Error::Read { path: folder.into(), source })
}

fn names_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into())).collect()
}
