//! Generations: where an index is on disk, and how a rebuilt one replaces the old one.
//!
//! An index folder holds one folder per generation and the [`Catalog`]. A rebuild fills a new generation next
//! to the active one. Replacing the catalog activates it and retires older ones in one step, so that a reader
//! sees the old index or the new one. Every generation contains a marker with the fingerprint of the program
//! that made it, and only marked folders are removed. Every version reads the catalog and the markers of any other.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tantivy::directory::META_LOCK;

use super::{
    super::schema::fingerprint,
    atomic_file::{self, remove_if_exists, temporary_path},
    list,
    lock::{self, WriteLock},
    read_error, unless_damaged,
};
use crate::error::{Error, Result};

pub(crate) const MARKER: &str = "vestnik.json";
/// The file of the catalog.
const CURRENT: &str = "current";
/// The beginning of the name of a generation's folder, before its number.
const PREFIX: &str = "generation-";
/// What a folder for an index may contain besides generations before there is a catalog: what a killed run leaves,
/// notes about the index, and settings of git.
const ALLOWED: [&str; 4] = [".current.new", lock::NAME, "README.md", ".gitignore"];

/// The catalog of an index folder: what is read and written, and what a rollback may return to. Everything else in
/// the folder is unfinished or obsolete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Catalog {
    /// The number of the generation that is read and written; 0 where there is none.
    pub active: u64,
    /// Older generations that a rollback may return to, the most recently active one first.
    pub retained: Vec<u64>,
    /// The highest number that was ever active. A number is never used again, so that a handle to a removed
    /// generation cannot take another one for its own.
    pub highest: u64,
    /// When a run last succeeded, in seconds since 1970-01-01 UTC; 0 if none has.
    pub last_success: u64,
}

impl Catalog {
    /// Reads the catalog of an index folder.
    ///
    /// # Errors
    /// `IndexMissing` where there is none; `IndexDamaged`; `Read`.
    pub fn read(index: &Path) -> Result<Self> {
        let path = index.join(CURRENT);
        atomic_file::read_json(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::IndexMissing { path: index.into() },
            _ => read_error(&path, error),
        })
    }

    /// Reads the catalog of an index folder; an empty one where it is missing or damaged.
    pub fn read_or_empty(index: &Path) -> Result<Self> {
        Ok(unless_damaged(Self::read(index))?.unwrap_or_default())
    }

    /// Replaces the catalog, in one step.
    fn write(&self, index: &Path) -> Result<()> {
        let path = index.join(CURRENT);
        atomic_file::write_json(&path, self).map_err(Error::write(&path))
    }

    /// Whether a generation is active or retained.
    fn lists(&self, number: u64) -> bool {
        self.active == number || self.retained.contains(&number)
    }

    /// Records that a run has succeeded just now. The run is not at fault where this fails.
    pub fn record_success(index: &Path) {
        let recorded =
            Self::read(index).and_then(|catalog| Self { last_success: lock::now(), ..catalog }.write(index));
        if let Err(error) = recorded {
            tracing::warn!("the time of this run could not be recorded: {error}");
        }
    }
}

/// The marker in a generation's folder.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// Identifies everything that decides what the index contains for a text.
    fingerprint: String,
}

/// A generation of an index, of any version, in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    /// The index folder.
    pub index: PathBuf,
    pub number: u64,
    /// The folder of the generation itself.
    pub folder: PathBuf,
}

impl Generation {
    pub fn new(index: &Path, number: u64) -> Self {
        Self { index: index.into(), number, folder: index.join(format!("{PREFIX}{number:06}")) }
    }

    /// The active generation.
    pub fn active(index: &Path) -> Result<Self> {
        Ok(Self::new(index, Catalog::read(index)?.active))
    }

    /// Works on the active generation, again where a run has activated another one and removed this one meanwhile.
    pub fn with_active<T>(index: &Path, mut work: impl FnMut(&Self) -> Result<T>) -> Result<T> {
        loop {
            let generation = Self::active(index)?;
            match work(&generation) {
                interrupted @ Err(Error::Interrupted) => return interrupted,
                Err(_) if !generation.is_active()? => {}
                done => return done,
            }
        }
    }

    /// The retained generations, the most recently active one first.
    pub fn retained(index: &Path) -> Result<Vec<Self>> {
        let retained = Catalog::read_or_empty(index)?.retained;
        Ok(retained.into_iter().map(|number| Self::new(index, number)).collect())
    }

    /// Creates an empty folder for the next generation.
    pub fn create(index: &Path) -> Result<Self> {
        let highest = Catalog::read_or_empty(index)?.highest;
        let existing = all(index)?.into_iter().map(|generation| generation.number).max();
        let number = highest.max(existing.unwrap_or_default()).saturating_add(1);
        let generation = Self::new(index, number);
        let folder = &generation.folder;
        fs::create_dir(folder).map_err(Error::write(folder))?;
        let marked = atomic_file::write_json(&folder.join(MARKER), &Marker { fingerprint: fingerprint() });
        marked.inspect_err(|_| _ = fs::remove_dir(folder)).map_err(Error::write(folder))?;
        Ok(generation)
    }

    /// Whether the catalog names this generation as the active one.
    pub fn is_active(&self) -> Result<bool> {
        Ok(Catalog::read_or_empty(&self.index)?.active == self.number)
    }

    /// Whether it was active and is no longer retained: it was removed, or soon will be.
    pub fn is_retired(&self) -> bool {
        let catalog = Catalog::read(&self.index);
        catalog.is_ok_and(|catalog| !catalog.lists(self.number) && self.number <= catalog.highest)
    }

    /// Refuses a generation that another version made, and one whose marker has changed.
    pub fn check_version(&self) -> Result<()> {
        let path = self.folder.join(MARKER);
        let marker: Marker = atomic_file::read_json(&path).map_err(|error| read_error(&path, error))?;
        let (found, expected) = (marker.fingerprint, fingerprint());
        if found == expected {
            return Ok(());
        }
        Err(Error::IndexStale { path: self.index.clone(), found, expected })
    }

    /// Activates the generation once it is finished and retains `keep` others, first the one that it replaces if
    /// that is sound. `last_success` is the time to record. Nothing fails once the generation is active: what
    /// cannot be removed afterwards is a warning.
    pub fn publish(&self, keep: usize, previous_is_sound: bool, last_success: u64) -> Result<()> {
        let Catalog { active: previous, mut retained, highest, .. } = Catalog::read_or_empty(&self.index)?;
        retained.retain(|&number| number != self.number);
        if previous_is_sound && previous > 0 {
            retained.insert(0, previous);
        }
        retained.truncate(keep);
        let (active, highest) = (self.number, highest.max(self.number));
        Catalog { active, retained, highest, last_success }.write(&self.index)?;
        tracing::info!(generation = self.number, "active from now on");
        prune_or_warn(&self.index);
        Ok(())
    }

    /// Removes the generation after it was given up, unless the catalog lists it: then it was activated, and stays.
    pub fn discard(&self) {
        let catalog = Catalog::read_or_empty(&self.index);
        let is_listed = catalog.map_or(true, |catalog| catalog.lists(self.number));
        if !is_listed && let Err(error) = self.remove() {
            tracing::warn!("an unfinished generation could not be removed: {error}");
        }
    }

    /// Whether the folder is a generation that some version of this program made, or has nothing but what an
    /// interrupted creation or removal leaves. Whatever else has such a name is left alone.
    fn is_removable(&self) -> bool {
        let marker = self.folder.join(MARKER);
        let left = [temporary_path(&marker), self.folder.join(&META_LOCK.filepath)];
        marker.is_file() || list(&self.folder).is_ok_and(|paths| paths.iter().all(|path| left.contains(path)))
    }

    /// Removes the folder, the marker last, and returns its path: what an interrupted removal leaves is still recognised.
    fn remove(&self) -> Result<PathBuf> {
        tracing::info!(generation = self.number, "removing what is obsolete or unfinished");
        // A process that is opening the generation, or backing it up, holds this lock.
        let opening = lock::open(&self.folder.join(&META_LOCK.filepath));
        let _opening = opening.and_then(|file| file.lock().map(|()| file)).ok();
        let marker = self.folder.join(MARKER);
        let remove = || {
            list(&self.folder)?.iter().filter(|path| **path != marker).try_for_each(fs::remove_file)?;
            remove_if_exists(&marker)?;
            match fs::remove_dir(&self.folder) {
                // A reader has created the lock file again; the next run removes the folder.
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
                removed => removed,
            }
        };
        remove().map_err(Error::write(&self.folder))?;
        Ok(self.folder.clone())
    }
}

/// Whether an index of any version exists in this folder.
pub(crate) fn exists(index: &Path) -> bool {
    !matches!(Catalog::read(index), Err(Error::IndexMissing { .. }))
}

/// Takes the write lock of an index folder, creating it if it is missing, and removes what a killed run left.
///
/// # Errors
/// `NotEmpty` where the folder has other contents; those of [`WriteLock::acquire`].
pub(crate) fn lock(index: &Path, wait: Duration, stop: &AtomicBool) -> Result<WriteLock> {
    refuse_other_contents(index)?;
    let lock = WriteLock::acquire(index, wait, stop)?;
    prune_or_warn(index);
    Ok(lock)
}

/// As [`lock`], without waiting for another writer.
pub(crate) fn try_lock(index: &Path) -> Result<WriteLock> {
    lock(index, Duration::ZERO, &AtomicBool::new(false))
}

/// Refuses a folder that is no index and has other contents, so that a mistyped name harms nothing.
pub(crate) fn refuse_other_contents(index: &Path) -> Result<()> {
    let paths = match list(index) {
        _ if exists(index) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        paths => paths.map_err(Error::read(index))?,
    };
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        number_of(name).is_some() || ALLOWED.contains(&name)
    };
    if paths.iter().all(is_ours) { Ok(()) } else { Err(Error::NotEmpty { path: index.into() }) }
}

/// Retains at most `keep` generations besides the active one, and removes all that the catalog does not list.
/// Returns what was removed. Only for the holder of the write lock. Without a catalog nothing is removed: any generation
/// could be the one that was active.
pub(crate) fn prune(index: &Path, keep: usize) -> Result<Vec<PathBuf>> {
    let mut catalog = Catalog::read(index)?;
    if catalog.retained.len() > keep {
        catalog.retained.truncate(keep);
        catalog.write(index)?;
    }
    let unfinished = temporary_path(&index.join(CURRENT));
    remove_if_exists(&unfinished).map_err(Error::write(&unfinished))?;
    let mut obsolete = all(index)?;
    obsolete.retain(|generation| !catalog.lists(generation.number) && generation.is_removable());
    // All are removed that can be before the first failure is reported.
    let outcomes: Vec<Result<PathBuf>> = obsolete.iter().map(Generation::remove).collect();
    outcomes.into_iter().collect()
}

/// Removes what a killed run left, and warns where that fails.
fn prune_or_warn(index: &Path) {
    if let Err(error) = unless_damaged(prune(index, usize::MAX)) {
        tracing::warn!("an obsolete file could not be removed and takes room until the next run: {error}");
    }
}

/// The number of the generation whose folder has this name.
fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

/// The generations in an index folder, listed or not.
fn all(index: &Path) -> Result<Vec<Generation>> {
    let generation = |folder: PathBuf| {
        let number = number_of(folder.file_name()?.to_str()?)?;
        Some(Generation { index: index.into(), number, folder })
    };
    Ok(list(index).map_err(Error::read(index))?.into_iter().filter_map(generation).collect())
}
