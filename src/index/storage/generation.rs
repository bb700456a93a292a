//! Generations: where an index is on disk, and how a rebuilt one replaces the old one.
//!
//! An index folder holds one folder per generation and the [`Catalog`]. A rebuild fills a new generation next
//! to the active one. Replacing the catalog activates it and retires older ones in one step, so that a reader
//! sees the old index or the new one. Every generation contains a marker with the fingerprint of the program
//! that made it, and only marked folders are removed.

use std::{
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
    catalog::{CURRENT, Catalog},
    lock::{self, WriteLock},
    read_error, unless_damaged,
};
use crate::error::{Error, Result};

pub(crate) const MARKER: &str = "vestnik.json";
/// The beginning of the name of a generation's folder, before its number.
const PREFIX: &str = "generation-";
/// How often the removal of a folder is tried: readers may create lock files in it meanwhile.
const REMOVE_ATTEMPTS: usize = 20;
/// Files that a folder for an index may have before there is one: notes about it, and settings of git.
const ALLOWED: [&str; 2] = ["README.md", ".gitignore"];

/// The marker in a generation's folder.
#[derive(Debug, Serialize, Deserialize)]
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
    pub fn with_active<T>(index: &Path, work: impl Fn(&Self) -> Result<T>) -> Result<T> {
        loop {
            let generation = Self::active(index)?;
            let result = work(&generation);
            if result.is_ok() || generation.is_active()? {
                return result;
            }
        }
    }

    /// The retained generations, the most recently active one first.
    pub fn retained(index: &Path) -> Result<Vec<Self>> {
        let catalog = Catalog::read(index)?;
        Ok(catalog.retained.into_iter().map(|number| Self::new(index, number)).collect())
    }

    /// Creates an empty folder for the next generation.
    pub fn create(index: &Path) -> Result<Self> {
        let highest = unless_damaged(Catalog::read(index))?.unwrap_or_default().highest;
        let existing = all(index)?.into_iter().map(|generation| generation.number).max();
        let generation = Self::new(index, highest.max(existing.unwrap_or_default()) + 1);
        let failed = |source| Error::Write { path: generation.folder.clone(), source };
        fs::create_dir(&generation.folder).map_err(failed)?;
        let marker = Marker { fingerprint: fingerprint() };
        if let Err(error) = atomic_file::write_json(&generation.folder.join(MARKER), &marker) {
            _ = fs::remove_dir(&generation.folder);
            return Err(failed(error));
        }
        Ok(generation)
    }

    /// Whether the catalog names this generation as the active one.
    pub fn is_active(&self) -> Result<bool> {
        let active = unless_damaged(Self::active(&self.index))?;
        Ok(active.is_some_and(|active| active == *self))
    }

    /// Whether it was active and is no longer retained: it was removed, or soon will be.
    pub fn is_retired(&self) -> bool {
        let catalog = Catalog::read(&self.index);
        catalog.is_ok_and(|catalog| !catalog.lists(self.number) && self.number <= catalog.highest)
    }

    /// Refuses a generation that another version made, and one whose marker has changed.
    pub fn check_version(&self) -> Result<()> {
        let path = self.folder.join(MARKER);
        let failed = |error| read_error(&path, error);
        let bytes = fs::read(&path).map_err(failed)?;
        let (found, expected) = (Marker::read(&bytes).map_err(failed)?.fingerprint, fingerprint());
        if found != expected {
            return Err(Error::IndexStale { path: self.index.clone(), found, expected });
        }
        atomic_file::verified(&path, bytes).map(|_| ()).map_err(failed)
    }

    /// Activates the generation once it is finished and retains `keep` others, first the one that it replaces if
    /// that is sound. `last_success` is the time to record. Nothing fails once the generation is active: what
    /// cannot be removed afterwards is a warning.
    pub fn publish(&self, keep: usize, previous_is_sound: bool, last_success: u64) -> Result<()> {
        let catalog = unless_damaged(Catalog::read(&self.index))?.unwrap_or_default();
        let Catalog { active: previous, mut retained, highest, .. } = catalog;
        retained.retain(|&number| number != self.number);
        if previous_is_sound && previous > 0 {
            retained.insert(0, previous);
        }
        retained.truncate(keep);
        let (active, highest) = (self.number, highest.max(self.number));
        Catalog { active, retained, highest, last_success }.write(&self.index)?;
        tracing::info!(generation = self.number, "active from now on");
        remove_unlisted_or_warn(&self.index);
        Ok(())
    }

    /// Removes the generation after it was given up, unless the catalog lists it: then it was activated, and stays.
    pub fn discard(&self) {
        let is_listed = match Catalog::read(&self.index) {
            Ok(catalog) => catalog.lists(self.number),
            Err(error) => !matches!(error, Error::IndexMissing { .. }),
        };
        if !is_listed && let Err(error) = self.remove() {
            tracing::warn!("an unfinished generation could not be removed: {error}");
        }
    }

    /// Whether the folder is a generation that some version of this program made, or has nothing but what an
    /// interrupted creation or removal leaves. Whatever else has such a name is left alone.
    fn is_removable(&self) -> bool {
        let left = [temporary_path(Path::new(MARKER)), META_LOCK.filepath.clone()];
        let is_left = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| left.contains(&entry.file_name().into()))
        };
        let is_marked = fs::read(self.folder.join(MARKER)).is_ok_and(|bytes| Marker::read(&bytes).is_ok());
        is_marked || fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.all(is_left))
    }

    /// Removes the folder, the marker last: what an interrupted removal leaves is still recognised.
    fn remove(&self) -> Result<()> {
        // A process that is opening the generation, or backing it up, holds this lock.
        let opening = lock::open(&self.folder.join(&META_LOCK.filepath));
        let _opening = opening.and_then(|file| file.lock().map(|()| file)).ok();
        let remove = || {
            for entry in fs::read_dir(&self.folder)? {
                let entry = entry?;
                if entry.file_name() != MARKER {
                    remove_if_exists(&entry.path())?;
                }
            }
            remove_if_exists(&self.folder.join(MARKER))?;
            fs::remove_dir(&self.folder)
        };
        let mut attempts = 1..REMOVE_ATTEMPTS;
        loop {
            match remove() {
                Err(error)
                    if error.kind() == io::ErrorKind::DirectoryNotEmpty && attempts.next().is_some() => {}
                removed => {
                    return removed.map_err(|source| Error::Write { path: self.folder.clone(), source });
                }
            }
        }
    }
}

impl Marker {
    /// Reads the marker of any version: another version may write the checksum behind it in another way.
    fn read(bytes: &[u8]) -> io::Result<Self> {
        let first = serde_json::Deserializer::from_slice(bytes).into_iter().next();
        first.unwrap_or_else(|| Err(serde::de::Error::custom("it is empty"))).map_err(io::Error::from)
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
    remove_unlisted_or_warn(index);
    Ok(lock)
}

/// Refuses a folder that is no index and has other contents, so that a mistyped name harms nothing.
pub(crate) fn refuse_other_contents(index: &Path) -> Result<()> {
    if exists(index) {
        return Ok(());
    }
    let failed = |source| Error::Read { path: index.into(), source };
    let entries = match fs::read_dir(index) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    let temporary = temporary_path(&index.join(CURRENT));
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_ours = number_of(name).is_some() || path == temporary || name == lock::NAME;
        if !is_ours && !ALLOWED.contains(&name) {
            return Err(Error::NotEmpty { path: index.into() });
        }
    }
    Ok(())
}

/// Retains at most `keep` generations besides the active one, and removes all that the catalog does not list.
/// Returns what was removed. Only for the holder of the write lock.
pub(crate) fn prune(index: &Path, keep: usize) -> Result<Vec<PathBuf>> {
    let mut catalog = Catalog::read(index)?;
    if catalog.retained.len() > keep {
        catalog.retained.truncate(keep);
        catalog.write(index)?;
    }
    remove_unlisted(index, &catalog)
}

/// Removes what a killed run left, and warns where that fails. Without a catalog nothing is removed: any
/// generation could be the one that was active.
fn remove_unlisted_or_warn(index: &Path) {
    let catalog = Catalog::read(index);
    if let Err(error) = unless_damaged(catalog.and_then(|catalog| remove_unlisted(index, &catalog))) {
        tracing::warn!("an obsolete file could not be removed and takes room until the next run: {error}");
    }
}

fn remove_unlisted(index: &Path, catalog: &Catalog) -> Result<Vec<PathBuf>> {
    let is_obsolete =
        |generation: &Generation| !catalog.lists(generation.number) && generation.is_removable();
    let generations = all(index)?.into_iter().filter(is_obsolete);
    let outcomes = generations.map(|generation| generation.remove().map(|()| Some(generation.folder)));
    let path = temporary_path(&index.join(CURRENT));
    let temporary = match remove_if_exists(&path) {
        Ok(existed) => Ok(existed.then_some(path)),
        Err(source) => Err(Error::Write { path, source }),
    };
    // All are removed that can be before the first failure is reported.
    let outcomes: Vec<Result<_>> = outcomes.chain([temporary]).collect();
    let removed: Vec<PathBuf> = outcomes.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    if !removed.is_empty() {
        tracing::info!(removed = removed.len(), "removed obsolete generations and unfinished files");
    }
    Ok(removed)
}

/// The number of the generation whose folder has this name.
fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The generations in an index folder, listed or not.
fn all(index: &Path) -> Result<Vec<Generation>> {
    let failed = |source| Error::Read { path: index.into(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(index).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Some(number) = entry.file_name().to_str().and_then(number_of) {
            found.push(Generation { index: index.into(), number, folder: entry.path() });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(index: &Path) -> Vec<u64> {
        let mut numbers: Vec<u64> =
            all(index).unwrap().into_iter().map(|generation| generation.number).collect();
        numbers.sort_unstable();
        numbers
    }

    fn publish_next(index: &Path, keep: usize, previous_is_sound: bool) {
        Generation::create(index).unwrap().publish(keep, previous_is_sound, 7).unwrap();
    }

    #[test]
    fn the_replaced_generation_is_retained_first_and_no_number_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        let next = |keep, previous_is_sound| publish_next(index, keep, previous_is_sound);
        let back_to = |number| Generation::new(index, number).publish(2, true, 7).unwrap();
        let unfinished = || _ = Generation::create(index).unwrap();
        let steps: &[(&dyn Fn(), &[u64])] = &[
            (&|| next(2, true), &[1]),
            (&|| next(2, true), &[1, 2]),
            (&|| next(2, true), &[1, 2, 3]),
            (&|| next(2, true), &[2, 3, 4]),
            (&|| back_to(3), &[2, 3, 4]),
            (&unfinished, &[2, 3, 4, 5]),
            // 3 was active; 4 was rolled back, 5 never finished.
            (&|| next(1, true), &[3, 6]),
            (&|| back_to(3), &[3, 6]),
            (&|| next(2, true), &[3, 6, 7]),
            // 7 is damaged; 3 was active after 6.
            (&|| next(1, false), &[3, 8]),
            (&|| back_to(3), &[3, 8]),
            (&|| assert_eq!(prune(index, 0).unwrap().len(), 1), &[3]),
            (&unfinished, &[3, 9]),
            (&|| fs::remove_dir_all(index.join("generation-000003")).unwrap(), &[9]),
            (&|| _ = prune(index, 0).unwrap(), &[]),
            // 9 was never active.
            (&unfinished, &[9]),
        ];
        for (at, (step, expected)) in steps.iter().enumerate() {
            step();
            assert_eq!(numbers(index), *expected, "step {at}");
        }
    }

    #[test]
    fn only_marked_folders_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        publish_next(index, 1, true);
        for name in ["generation-2024", "generation-000099"] {
            fs::create_dir(index.join(name)).unwrap();
            fs::write(index.join(name).join("thesis.txt"), "years of work").unwrap();
        }
        // Killed before it had a marker.
        fs::create_dir(index.join("generation-77")).unwrap();
        fs::write(index.join("generation-77/.vestnik.json.new"), "{").unwrap();
        prune(index, 0).unwrap();
        publish_next(index, 0, true);
        assert_eq!(numbers(index), [99, 2024, 2025], "no number of an existing folder is used");
        assert!(index.join("generation-000099/thesis.txt").exists());
    }

    #[test]
    fn a_changed_catalog_or_marker_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        assert!(matches!(Generation::active(index), Err(Error::IndexMissing { .. })));
        publish_next(index, 1, true);
        let active_version = || Generation::active(index)?.check_version();
        let path = index.join(CURRENT);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&path, flipped).unwrap();
            assert!(matches!(active_version(), Err(Error::IndexDamaged { .. })), "{at}");
        }
        fs::write(&path, whole).unwrap();
        active_version().unwrap();
        let marker = index.join("generation-000001").join(MARKER);
        fs::write(&marker, r#"{"fingerprint":"older"}"#).unwrap();
        assert!(matches!(active_version(), Err(Error::IndexStale { found, .. }) if found == "older"));
        fs::remove_file(&marker).unwrap();
        assert!(matches!(active_version(), Err(Error::IndexDamaged { .. })));
        fs::create_dir(&marker).unwrap();
        assert!(matches!(active_version(), Err(Error::Read { .. })), "a refusal is no damage");
    }

    #[test]
    fn a_folder_with_other_contents_is_refused() {
        let ours = ["lock", ".current.new", "generation-1", "README.md", ".gitignore"];
        for (name, refused) in ours.map(|name| (name, false)).into_iter().chain([("a.txt", true)]) {
            let folder = tempfile::tempdir().unwrap();
            refuse_other_contents(&folder.path().join("none")).unwrap();
            fs::write(folder.path().join(name), "").unwrap();
            assert_eq!(refuse_other_contents(folder.path()).is_err(), refused, "{name}");
            fs::write(folder.path().join(CURRENT), "").unwrap();
            refuse_other_contents(folder.path()).unwrap();
        }
    }
}
