//! Files on disk: checksums, atomic replacement, the write lock, generations and garbage collection.
//!
//! Nothing here knows what a release is or how it is indexed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

pub(crate) mod atomic_file;
pub(crate) mod checksum;
pub(crate) mod directory;
pub(crate) mod generation;
pub(crate) mod lock;
pub(crate) mod manifest;

pub(super) use checksum::StopFlag;
pub(super) use directory::{ChecksummedDirectory, MANAGED, META};
pub(super) use generation::{Catalog, Generation, MARKER};
pub(super) use lock::WriteLock;
pub(super) use manifest::{Manifest, ManifestEntry};

/// What is in a folder.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// Whether an error says that a file of an index is not what was written: it is missing or its checksum is
/// wrong. What the system refuses (permissions, memory, open files, a failing disk) says nothing about that.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

/// `None` for an index that is missing or damaged; what the system refused stays an error.
pub(crate) fn unless_damaged<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Err(Error::IndexMissing { .. } | Error::IndexDamaged { .. }) => Ok(None),
        read => read.map(Some),
    }
}

/// The error for a file of an index that cannot be read.
pub(crate) fn read_error(path: &Path, source: io::Error) -> Error {
    if !is_damage(&source) {
        return Error::read(path)(source);
    }
    Error::IndexDamaged { path: path.into(), reason: source.to_string() }
}
