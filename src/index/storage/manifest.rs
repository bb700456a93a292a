//! The manifest: what was read of each file of the corpus, so that the next run only reads what has changed.
//!
//! It is written next to tantivy's files, under a name that the commit records: a reader of the commit finds
//! its manifest, and a run that dies changes neither. A file is read again when it, the readers or the options
//! that apply to it have changed. Why something could not be read is recorded: every run reports what is wrong with
//! the contents of a file, and tries again what the system refused.

use std::{collections::BTreeMap, io, path::Path, time::SystemTime};

use serde::{Deserialize, Serialize};

use super::{atomic_file, read_error};
use crate::{
    corpus::SourceFile,
    error::{Error, Result},
};

/// Two changes of a file within this time may leave the same timestamp: FAT counts in steps of two seconds,
/// and no file system in use is coarser.
const TIMESTAMP_GRANULARITY: Microseconds = 2_000_000;
/// The ending of its name.
pub(crate) const EXTENSION: &str = "files";

/// Microseconds from 1970-01-01 UTC.
type Microseconds = i64;
/// BLAKE3.
type Digest = [u8; 32];

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ManifestEntry {
    size: u64,
    modified: Microseconds,
    changed: Microseconds,
    /// When size and times were read, before the contents.
    seen: Microseconds,
    /// That of the contents.
    pub digest: Digest,
    /// The number of releases that were read from the file.
    pub releases: u32,
    /// How many of them have notes about what was cut, replaced or left out.
    pub noted: u32,
    /// Why the file, or parts of it, could not be read, with the line at fault. A folder with failures has an entry, too.
    pub failures: Vec<(Option<u64>, String)>,
    /// The digest of the readers and of the options that apply to the file; `UNREAD` where the next run must read it.
    readers: Digest,
}

/// The digest of no readers.
const UNREAD: Digest = [0; 32];

impl ManifestEntry {
    /// The entry of a file that is about to be read.
    pub fn new(file: &SourceFile, seen: SystemTime, readers: Digest) -> Self {
        Self {
            size: file.size,
            modified: microseconds(file.modified),
            changed: microseconds(file.changed),
            seen: microseconds(seen),
            readers,
            ..Self::default()
        }
    }

    /// Records an error. What the contents of the file cause stays as it is until they change; the rest may succeed
    /// in the next run.
    pub fn fail(&mut self, error: &Error) {
        if !matches!(error, Error::Malformed { .. }) {
            self.expire();
        }
        let (line, reason) = match error {
            Error::Malformed { line, reason, .. } => (*line, reason.clone()),
            Error::Read { source, .. } => (None, format!("cannot be read: {source}")),
            Error::DuplicateId { id, line, first, .. } => {
                (*line, format!("id {id:?} is already taken by {first}; rename one of the two"))
            }
            error => (None, error.to_string()),
        };
        self.failures.push((line, reason));
    }

    /// The errors that were recorded, for the path of the file or folder.
    pub fn errors(&self, path: &Path) -> impl Iterator<Item = Error> {
        let failures = self.failures.iter().cloned();
        failures.map(|(line, reason)| Error::Malformed { path: path.into(), line, reason })
    }

    /// Lets the next run read the file whether or not it has changed.
    pub fn expire(&mut self) {
        self.readers = UNREAD;
    }

    /// Whether the file gave neither releases nor failures: a container of files of other kinds.
    pub fn is_empty(&self) -> bool {
        self.releases == 0 && self.failures.is_empty()
    }

    /// The entry of the file as it is `now`, before it is read, if its contents have not changed since; or else why it
    /// must be read.
    pub fn unchanged(&self, now: &Self, file: &SourceFile) -> Result<Self, &'static str> {
        // Times prove something if they were old enough when they were read for any later change to have another time.
        let is_settled = self.modified.max(self.changed).saturating_add(TIMESTAMP_GRANULARITY) < self.seen;
        let Self { modified, changed, seen, .. } = *now;
        match self.readers {
            UNREAD => Err("it could not be read before, or one of its ids was taken"),
            readers if readers != now.readers => Err("the readers or their options have changed"),
            _ if self.size != now.size => Err("its size has changed"),
            _ if is_settled && (self.modified, self.changed) == (modified, changed) => Ok(self.clone()),
            _ if file.digest().is_ok_and(|digest| digest == self.digest) => {
                Ok(Self { modified, changed, seen, ..self.clone() })
            }
            _ => Err("its contents have changed"),
        }
    }
}

fn microseconds(time: SystemTime) -> Microseconds {
    jiff::Timestamp::try_from(time).map_or(Microseconds::MAX, jiff::Timestamp::as_microsecond)
}

/// What was read of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The entries of all files, by corpus folder and name below it.
    files: BTreeMap<String, BTreeMap<String, ManifestEntry>>,
}

impl Manifest {
    pub fn get(&self, root: &str, name: &str) -> Option<&ManifestEntry> {
        self.files.get(root)?.get(name)
    }

    /// The entry of a file, empty where there was none.
    pub fn entry(&mut self, root: &str, name: &str) -> &mut ManifestEntry {
        self.files.entry(root.to_owned()).or_default().entry(name.to_owned()).or_default()
    }

    /// Every entry, with its corpus folder and name, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &ManifestEntry)> {
        self.files.iter().flat_map(|(root, entries)| {
            entries.iter().map(move |(name, entry)| (root.as_str(), name.as_str(), entry))
        })
    }

    /// Whether both describe the same files, whenever they were looked at.
    pub fn same_contents(&self, other: &Self) -> bool {
        fn timeless<'m>(entry: (&'m str, &'m str, &ManifestEntry)) -> (&'m str, &'m str, ManifestEntry) {
            (entry.0, entry.1, ManifestEntry { seen: 0, ..entry.2.clone() })
        }
        self.iter().map(timeless).eq(other.iter().map(timeless))
    }

    /// Writes the manifest into a generation's folder; returns its name for [`Manifest::read`].
    pub fn write(&self, folder: &Path) -> Result<String> {
        let bytes =
            postcard::to_stdvec(self).map_err(|error| Error::write(folder)(io::Error::other(error)))?;
        let digest = blake3::hash(&bytes).to_hex();
        let name = format!("{}.{EXTENSION}", digest.get(..16).unwrap_or_default());
        atomic_file::write(&folder.join(&name), &bytes).map_err(Error::write(folder))?;
        Ok(name)
    }

    /// Reads the manifest with this name.
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let bytes = atomic_file::read(&path).map_err(|error| read_error(&path, error))?;
        postcard::from_bytes(&bytes).map_err(|error| Error::IndexDamaged { path, reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn file(size: u64, modified: u64, changed: u64) -> SourceFile {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let (modified, changed) = (at(modified), at(changed));
        SourceFile { root: "/c".into(), name: "a.txt".into(), size, modified, changed }
    }

    #[test]
    fn size_and_settled_times_prove_a_file_unchanged() {
        // Size, modified, changed of the file now; when it was seen first; whether it need not be opened.
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
            let entry = ManifestEntry::new(&file(10, 100, 100), seen, [1; 32]);
            // The file does not exist, so that its contents prove nothing.
            let now = file(size, modified, changed);
            let is_unchanged =
                |readers| entry.unchanged(&ManifestEntry::new(&now, seen, readers), &now).is_ok();
            assert_eq!(is_unchanged([1; 32]), expected, "{size} {modified} {changed} {seen:?}");
            assert!(!is_unchanged([2; 32]));
        }
    }

    #[test]
    fn manifests_are_the_same_whenever_the_files_were_looked_at() {
        let manifest = |changed, seen| {
            let mut manifest = Manifest::default();
            *manifest.entry("/c", "a.txt") = ManifestEntry::new(&file(1, 2, changed), seen, [5; 32]);
            manifest
        };
        let first = manifest(3, UNIX_EPOCH);
        assert!(first.same_contents(&manifest(3, SystemTime::now())));
        assert!(!first.same_contents(&manifest(4, UNIX_EPOCH)) && !first.same_contents(&Manifest::default()));
    }
}
