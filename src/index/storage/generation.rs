//! Generations: where an index lies on disk, and how a rebuilt one takes the place of the old.
//!
//! An index folder holds one folder per generation and a small file `current` that names the one in
//! force. A rebuild fills a new generation beside the old one; renaming `current` is the switch, so
//! that a reader sees the old index or the new one and never anything between. A generation gets its
//! manifest when it is complete: one without it was never in force, or is on its way out.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tantivy::directory::META_LOCK;

use super::{super::schema::fingerprint, atomic_file};
use crate::error::{Error, Result};

const CURRENT: &str = "current";
pub(crate) const DESCRIPTOR: &str = "vestnik.json";
const PREFIX: &str = "generation-";
/// A folder that readers put files into while it is removed is tried so often.
const REMOVE_ATTEMPTS: usize = 20;

/// What a generation says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Descriptor {
    /// Everything that decides what the index holds for a text.
    fingerprint: String,
}

/// A generation's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation {
    /// Counts up; a number is never used again.
    pub number: u64,
    pub folder: PathBuf,
}

impl Generation {
    /// Whether it was finished and may be put in force.
    pub fn is_complete(&self) -> bool {
        self.folder.join(DESCRIPTOR).is_file()
    }

    /// Whether its manifest is as it was written, by this version or one that seals it alike.
    pub fn has_valid_descriptor(&self) -> bool {
        fs::read(self.folder.join(DESCRIPTOR)).is_ok_and(|bytes| atomic_file::strip_checksum(bytes).is_ok())
    }

    /// Refuses a generation that another version made or that has no sound manifest.
    pub fn check_version(&self, index: &Path) -> Result<()> {
        let path = self.folder.join(DESCRIPTOR);
        let damaged = |reason: String| Error::IndexDamaged { path: path.clone(), reason };
        let bytes = fs::read(&path).map_err(|error| damaged(error.to_string()))?;
        let expected = fingerprint();
        // Another version may seal its manifest in another way, or not at all.
        if let Some(Ok(Descriptor { fingerprint: found })) =
            serde_json::Deserializer::from_slice(&bytes).into_iter().next()
            && found != expected
        {
            return Err(Error::IndexStale { path: index.into(), found, expected });
        }
        atomic_file::strip_checksum(bytes).map_err(|error| damaged(error.to_string()))?;
        Ok(())
    }

    /// Removes it so that it is nothing a reader or a rollback would take, at whatever moment that stops.
    pub fn remove(&self) -> Result<()> {
        let failed = |source| Error::Write { path: self.folder.clone(), source };
        // Whoever is opening it, or backing it up, does so under this lock.
        let opening = fs::File::open(self.folder.join(&META_LOCK.filepath));
        let _opening = opening.and_then(|file| file.lock().map(|()| file)).ok();
        match fs::remove_file(self.folder.join(DESCRIPTOR)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        for _ in 1..REMOVE_ATTEMPTS {
            match fs::remove_dir_all(&self.folder) {
                // A reader that came too late has made a lock in it just now.
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                done => return done.map_err(failed),
            }
        }
        fs::remove_dir_all(&self.folder).map_err(failed)
    }
}

/// The generation in force, whatever made it.
pub(crate) fn active(index: &Path) -> Result<Generation> {
    let path = index.join(CURRENT);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::IndexMissing { path: index.into() });
        }
        Err(source) => return Err(Error::Read { path, source }),
    };
    let name = atomic_file::strip_checksum(bytes).ok().and_then(|name| String::from_utf8(name).ok());
    let name = name.as_deref().unwrap_or_default().trim_end();
    let Some(number) = number(name) else {
        let reason = format!("the file {CURRENT} does not name a generation as it was written");
        return Err(Error::IndexDamaged { path: index.into(), reason });
    };
    Ok(Generation { number, folder: index.join(name) })
}

/// The folder of the generation in force, made by this version.
pub(crate) fn active_folder(index: &Path) -> Result<PathBuf> {
    let generation = active(index)?;
    generation.check_version(index)?;
    Ok(generation.folder)
}

/// Whether an index, of whatever version, stands in this folder.
pub(crate) fn exists(index: &Path) -> bool {
    index.join(CURRENT).is_file()
}

/// Makes an empty folder for the next generation, which nobody reads yet.
pub(crate) fn create(index: &Path) -> Result<PathBuf> {
    let next = all(index)?.last().map_or(1, |last| last.number + 1);
    let folder = index.join(format!("{PREFIX}{next:06}"));
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    Ok(folder)
}

/// Puts a finished generation in force, and keeps so many others: first the one that it replaces,
/// where that is of any use.
pub(crate) fn publish(index: &Path, folder: &Path, keep: usize, previous_is_sound: bool) -> Result<()> {
    let previous = active(index).ok();
    let manifest = serde_json::json!({ "fingerprint": fingerprint() });
    write(&folder.join(DESCRIPTOR), &format!("{manifest}\n"))?;
    activate(index, folder)?;
    if let Some(damaged) = previous.as_ref().filter(|_| !previous_is_sound) {
        tracing::info!(generation = damaged.number, "the generation before is damaged, and goes");
        damaged.remove()?;
    }
    prune(index, previous.as_ref(), keep)
}

/// Where the next `current` is made, which a killed run may leave behind.
pub(crate) fn temporary_current(index: &Path) -> PathBuf {
    atomic_file::temporary_path(&index.join(CURRENT))
}

/// Names a complete generation as the one in force.
pub(crate) fn activate(index: &Path, folder: &Path) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    write(&index.join(CURRENT), &format!("{name}\n"))?;
    tracing::info!(generation = %name, "in force from now on");
    Ok(())
}

fn write(path: &Path, contents: &str) -> Result<()> {
    atomic_file::replace(path, &atomic_file::with_checksum(contents.as_bytes()))
        .map_err(|source| Error::Write { path: path.into(), source })
}

/// Removes all generations but the one in force and so many others, and whatever was never finished.
/// Only for who has the right to write.
pub(crate) fn prune(index: &Path, first_kept: Option<&Generation>, keep: usize) -> Result<()> {
    let current = active(index)?;
    let mut others: Vec<Generation> =
        all(index)?.into_iter().filter(|generation| *generation != current).collect();
    // Newest first, but the one just replaced before all: it is known to have worked.
    others.sort_by_key(|generation| (Some(generation) != first_kept, std::cmp::Reverse(generation.number)));
    let mut kept = 0;
    for generation in others {
        if generation.is_complete() && kept < keep {
            kept += 1;
        } else {
            tracing::info!(generation = generation.number, kept = keep, "removing an older generation");
            generation.remove()?;
        }
    }
    Ok(())
}

/// The complete generations that are kept beside the one in force.
pub(crate) fn retained(index: &Path) -> Result<Vec<Generation>> {
    let current = active(index)?;
    let mut kept = all(index)?;
    kept.retain(|generation| *generation != current && generation.is_complete());
    Ok(kept)
}

/// The newest complete generation that is older than the one in force and of this version.
pub(crate) fn previous(index: &Path) -> Result<Generation> {
    let current = active(index)?;
    let mut older = retained(index)?;
    older.retain(|generation| generation.number < current.number);
    let fit = older.into_iter().rev().find(|generation| generation.check_version(index).is_ok());
    fit.ok_or_else(|| Error::NothingOlder { path: index.into() })
}

/// The generations in an index folder, in order of age.
pub(crate) fn all(index: &Path) -> Result<Vec<Generation>> {
    let entries = match fs::read_dir(index) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path: index.into(), source }),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::Read { path: index.into(), source })?;
        if let Some(number) = entry.file_name().to_str().and_then(number) {
            found.push(Generation { number, folder: entry.path() });
        }
    }
    found.sort();
    Ok(found)
}

fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(index: &Path) -> Vec<u64> {
        all(index).unwrap().into_iter().map(|generation| generation.number).collect()
    }

    #[test]
    fn the_one_replaced_is_kept_before_newer_ones() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        for expected in [&[1][..], &[1, 2], &[1, 2, 3], &[2, 3, 4]] {
            publish(index, &create(index).unwrap(), 2, true).unwrap();
            assert_eq!(names(index), expected);
        }
        let back = previous(index).unwrap();
        assert_eq!(back.number, 3);
        activate(index, &back.folder).unwrap();
        create(index).unwrap();
        assert_eq!(names(index), [2, 3, 4, 5]);
        publish(index, &create(index).unwrap(), 1, true).unwrap();
        assert_eq!(names(index), [3, 6], "3 worked; 4 was gone back from, 5 never finished");
        activate(index, &previous(index).unwrap().folder).unwrap();
        assert!(matches!(previous(index), Err(Error::NothingOlder { .. })));
        publish(index, &create(index).unwrap(), 2, true).unwrap();
        publish(index, &create(index).unwrap(), 1, false).unwrap();
        assert_eq!(names(index), [6, 8], "7 was damaged");
    }

    #[test]
    fn what_current_says_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        assert!(matches!(active(index), Err(Error::IndexMissing { .. })));
        publish(index, &create(index).unwrap(), 1, true).unwrap();
        let whole = fs::read(index.join(CURRENT)).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(index.join(CURRENT), flipped).unwrap();
            assert!(matches!(active_folder(index), Err(Error::IndexDamaged { .. })), "{at}");
        }
        let manifest = index.join("generation-000001").join(DESCRIPTOR);
        fs::write(index.join(CURRENT), whole).unwrap();
        active_folder(index).unwrap();
        fs::write(&manifest, r#"{"fingerprint":"older"}"#).unwrap();
        assert!(matches!(active_folder(index), Err(Error::IndexStale { found, .. }) if found == "older"));
        fs::remove_file(manifest).unwrap();
        assert!(matches!(active_folder(index), Err(Error::IndexDamaged { .. })));
    }
}
