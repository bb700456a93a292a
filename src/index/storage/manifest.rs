//! What was read of each file of the corpus, so that the next run reads only what has changed.
//!
//! Lies beside the engine's files under a name that the commit carries: whoever sees the commit sees
//! its files, and a run that dies leaves both as they were. A file whose content could not be read is recorded with
//! the reasons, so that they are reported by every run without reading it again. A file that the system refused has
//! no record and is tried every time.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::atomic_file;
use crate::{
    corpus::SourceFile,
    error::{Error, Result},
};

/// Two changes of a file within this time may have the same time: FAT counts in two seconds, and no
/// file system in use is coarser.
const TIMESTAMP_GRANULARITY: Duration = Duration::from_secs(2);
const SUFFIX: &str = ".files";

/// Nanoseconds from 1970-01-01 UTC.
type Nanoseconds = i64;

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ManifestEntry {
    size: u64,
    modified: Nanoseconds,
    changed: Nanoseconds,
    /// When size and times were looked at, before the file was read.
    seen: Nanoseconds,
    /// BLAKE3 of the bytes that were read.
    digest: [u8; 32],
    /// How many releases of the index came from it.
    pub releases: u32,
    /// Why it, or parts of it, could not be read. It is tried again when it or the readers change.
    pub failures: Vec<Failure>,
    /// The digest of what decides how a file that failed is read: the readers and their options.
    readers: [u8; 32],
}

/// Why a file or a part of it was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub line: Option<u64>,
    pub reason: String,
}

impl ManifestEntry {
    pub fn new(file: &SourceFile, seen: SystemTime, digest: [u8; 32], releases: u32) -> Self {
        let (modified, changed) = (nanoseconds(file.modified), nanoseconds(file.changed));
        let (failures, readers) = (Vec::new(), [0; 32]);
        Self {
            size: file.size,
            modified,
            changed,
            seen: nanoseconds(seen),
            digest,
            releases,
            failures,
            readers,
        }
    }

    /// A record of a file that these readers could not read, or not all of it.
    pub fn with_failures(self, failures: Vec<Failure>, readers: [u8; 32]) -> Self {
        if failures.is_empty() { self } else { Self { failures, readers, ..self } }
    }

    /// Whether these readers have nothing to try again.
    pub fn is_settled(&self, readers: &[u8; 32]) -> bool {
        self.failures.is_empty() || self.readers == *readers
    }

    /// Whether a file surely is what was read, by size and times alone: they are the same, and so old
    /// when they were looked at that any later change has another time.
    pub fn proves_unchanged(&self, file: &SourceFile) -> bool {
        let newest = self.modified.max(self.changed);
        let settled = newest.saturating_add(nanoseconds(UNIX_EPOCH + TIMESTAMP_GRANULARITY)) < self.seen;
        settled && self.looks_like(file)
    }

    /// Whether size and times are the same.
    pub fn looks_like(&self, file: &SourceFile) -> bool {
        self.size == file.size
            && self.modified == nanoseconds(file.modified)
            && self.changed == nanoseconds(file.changed)
    }

    /// Whether a file of this size can have the same contents.
    pub fn has_size(&self, size: u64) -> bool {
        self.size == size
    }

    pub fn has_digest(&self, digest: &[u8; 32]) -> bool {
        self.digest == *digest
    }
}

fn nanoseconds(time: SystemTime) -> Nanoseconds {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos().try_into().unwrap_or(Nanoseconds::MAX),
        Err(before) => before.duration().as_nanos().try_into().map_or(Nanoseconds::MIN, |since: i64| -since),
    }
}

/// The records of all files, by corpus folder and name below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest(HashMap<String, HashMap<String, ManifestEntry>>);

impl Manifest {
    pub fn get(&self, root: &str, name: &str) -> Option<&ManifestEntry> {
        self.0.get(root)?.get(name)
    }

    pub fn insert(&mut self, root: &str, name: &str, record: ManifestEntry) {
        if let Some(records) = self.0.get_mut(root) {
            records.insert(name.to_owned(), record);
        } else {
            self.0.insert(root.to_owned(), HashMap::from([(name.to_owned(), record)]));
        }
    }

    /// Every record, with its corpus folder and name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &ManifestEntry)> {
        self.0.iter().flat_map(|(root, records)| {
            records.iter().map(move |(name, record)| (root.as_str(), name.as_str(), record))
        })
    }

    /// Whether these records say what those say, but for when files were looked at.
    pub fn same_contents(&self, other: &Self) -> bool {
        let count = |files: &Self| files.0.values().map(HashMap::len).sum::<usize>();
        count(self) == count(other)
            && self.iter().all(|(root, name, record)| {
                other
                    .get(root, name)
                    .is_some_and(|was| ManifestEntry { seen: was.seen, ..record.clone() } == *was)
            })
    }

    /// Writes the records into a generation's folder; returns the name that [`Manifest::read`] wants.
    pub fn write(&self, folder: &Path) -> Result<String> {
        let mut ordered: Vec<_> = self.iter().collect();
        ordered.sort_by_key(|(root, name, _)| (*root, *name));
        let failed = |source| Error::Write { path: folder.into(), source };
        let bytes = postcard::to_stdvec(&ordered).map_err(|error| failed(io::Error::other(error)))?;
        let digest = blake3::hash(&bytes).to_hex();
        let name = format!("{}{SUFFIX}", digest.get(..16).unwrap_or_default());
        let path = folder.join(&name);
        atomic_file::replace(&path, &atomic_file::with_checksum(&bytes))
            .map_err(|source| Error::Write { path, source })?;
        Ok(name)
    }

    /// Reads the records that were written under this name.
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let damaged = |reason: String| Error::IndexDamaged { path: path.clone(), reason };
        let bytes = fs::read(&path)
            .and_then(atomic_file::strip_checksum)
            .map_err(|error| damaged(error.to_string()))?;
        let ordered: Vec<(String, String, ManifestEntry)> =
            postcard::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))?;
        let mut files = Self::default();
        for (root, name, record) in ordered {
            files.insert(&root, &name, record);
        }
        Ok(files)
    }
}

/// Whether a file of this name in a generation's folder holds records.
pub(crate) fn is_manifest(name: &str) -> bool {
    name.ends_with(SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: u64, modified: u64, changed: u64) -> SourceFile {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let (modified, changed) = (at(modified), at(changed));
        SourceFile { root: "/c".into(), name: "a.txt".into(), size, modified, changed }
    }

    #[test]
    fn a_young_or_different_file_is_not_vouched_for() {
        // Size, modified, changed of the file now; when it was seen first; whether the record vouches.
        let table = [
            (10, 100, 100, 200, true),
            (10, 100, 100, 103, true),
            (10, 100, 100, 102, false),
            (10, 100, 100, 90, false),
            (11, 100, 100, 200, false),
            (10, 101, 100, 200, false),
            (10, 100, 101, 200, false),
        ];
        for (size, modified, changed, seen, expected) in table {
            let seen = UNIX_EPOCH + Duration::from_secs(seen);
            let record = ManifestEntry::new(&file(10, 100, 100), seen, [0; 32], 1);
            let now = file(size, modified, changed);
            assert_eq!(record.proves_unchanged(&now), expected, "{size} {modified} {changed} {seen:?}");
        }
    }

    #[test]
    fn records_are_read_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Manifest::default();
        for name in ["b.txt", "a.txt"] {
            files.insert("/c", name, ManifestEntry::new(&file(1, 2, 3), UNIX_EPOCH, [7; 32], 5));
        }
        let name = files.write(folder.path()).unwrap();
        assert!(is_manifest(&name));
        assert_eq!(Manifest::read(folder.path(), &name).unwrap(), files);
        let later = SystemTime::now();
        let mut again = files.clone();
        again.insert("/c", "a.txt", ManifestEntry::new(&file(1, 2, 3), later, [7; 32], 5));
        assert!(again.same_contents(&files) && again != files);
        again.insert("/c", "a.txt", ManifestEntry::new(&file(1, 2, 3), later, [8; 32], 5));
        assert!(!again.same_contents(&files));
        let path = folder.path().join(&name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Manifest::read(folder.path(), &name), Err(Error::IndexDamaged { .. })));
    }
}
