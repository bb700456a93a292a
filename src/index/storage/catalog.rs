//! The catalog of an index folder: the file `current`, which names the active generation and those that are
//! retained for a rollback. Everything else in the folder is unfinished or obsolete.

use std::{io, path::Path};

use serde::{Deserialize, Serialize};

use super::{atomic_file, lock, read_error};
use crate::error::{Error, Result};

/// The name of the file.
pub(crate) const CURRENT: &str = "current";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Catalog {
    /// The number of the generation that is read and written.
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
        let read = atomic_file::read(&path).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        read.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::IndexMissing { path: index.into() },
            _ => read_error(&path, error),
        })
    }

    /// Replaces the catalog, in one step.
    pub fn write(&self, index: &Path) -> Result<()> {
        let path = index.join(CURRENT);
        atomic_file::write_json(&path, self).map_err(|source| Error::Write { path, source })
    }

    /// Whether a generation is active or retained.
    pub fn lists(&self, number: u64) -> bool {
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
