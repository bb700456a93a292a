//! Generations: where an index lies on disk, and how a rebuilt one takes the place of the old.
//!
//! An index folder holds one folder per generation and a small file `current` that names the one in
//! force. A rebuild fills a new generation beside the old one; renaming `current` is the switch, so
//! that a reader sees the old index or the new one and never anything between.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::schema::fingerprint;
use crate::error::{Error, Result};

const CURRENT: &str = "current";
const MANIFEST: &str = "vestnik.json";
const PREFIX: &str = "generation-";

/// What a generation says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Everything that decides what the index holds for a text.
    pub fingerprint: String,
}

/// The folder of the generation in force, its fingerprint checked.
pub(super) fn current(index: &Path) -> Result<PathBuf> {
    let name = match fs::read_to_string(index.join(CURRENT)) {
        Ok(name) => name,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::IndexMissing { path: index.into() });
        }
        Err(source) => return Err(Error::Read { path: index.join(CURRENT), source }),
    };
    let name = name.trim();
    if number(name).is_none() {
        let reason = format!("{CURRENT} names {name:?}, which is no generation");
        return Err(Error::IndexDamaged { path: index.into(), reason });
    }
    let folder = index.join(name);
    check_manifest(index, &folder)?;
    Ok(folder)
}

fn check_manifest(index: &Path, folder: &Path) -> Result<()> {
    let path = folder.join(MANIFEST);
    let damaged = |reason: String| Error::IndexDamaged { path: path.clone(), reason };
    let text = fs::read_to_string(&path).map_err(|error| damaged(error.to_string()))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    let expected = fingerprint();
    if manifest.fingerprint != expected {
        return Err(Error::IndexStale { path: index.into(), found: manifest.fingerprint, expected });
    }
    Ok(())
}

/// Whether an index, of whatever version, stands in this folder.
pub(super) fn exists(index: &Path) -> bool {
    index.join(CURRENT).is_file()
}

/// Makes an empty folder for the next generation, which nobody reads yet.
pub(super) fn start(index: &Path) -> Result<PathBuf> {
    let next = numbered(index)?.last().map_or(1, |&(number, _)| number + 1);
    let folder = index.join(format!("{PREFIX}{next:06}"));
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    let manifest = serde_json::json!({ "fingerprint": fingerprint() });
    write_whole(&folder.join(MANIFEST), &format!("{manifest}\n"))?;
    Ok(folder)
}

/// Puts a generation in force, and removes all others but the one it replaces.
pub(super) fn publish(index: &Path, folder: &Path) -> Result<()> {
    let previous = fs::read_to_string(index.join(CURRENT)).unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    write_whole(&index.join(CURRENT), &format!("{name}\n"))?;
    for (_, old) in numbered(index)? {
        let kept = old == folder || old.file_name().is_some_and(|name| *name == *previous.trim());
        if !kept {
            fs::remove_dir_all(&old).map_err(|source| Error::Write { path: old, source })?;
        }
    }
    Ok(())
}

/// The generations in an index folder, in order of age.
fn numbered(index: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(index) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path: index.into(), source }),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::Read { path: index.into(), source })?;
        if let Some(number) = entry.file_name().to_str().and_then(number) {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn number(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

/// Writes a file so that a reader, or a crash, meets the old contents or the new, never a part.
fn write_whole(path: &Path, contents: &str) -> Result<()> {
    let failed = |source: io::Error| Error::Write { path: path.into(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(contents.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
