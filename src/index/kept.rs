//! What a run could not read, so that nothing of it may be taken for gone.
//!
//! In an index that stands it simply stays; into one that is built anew it is taken over.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::{Index, Writer, known::Known, snapshot::Snapshot};
use crate::error::{Error, Result};

/// Files and folders that could not be read.
#[derive(Default)]
pub(super) struct Kept {
    paths: HashSet<PathBuf>,
    everything: bool,
}

impl Kept {
    /// Keeps what an error is about: all there is, where it does not say.
    pub fn keep(&mut self, error: &Error) {
        match error.path() {
            Some(path) => self.keep_path(path),
            None => self.everything = true,
        }
    }

    pub fn keep_path(&mut self, path: &Path) {
        self.paths.insert(path.into());
    }

    /// Whether just this file could not be read.
    pub fn names(&self, file: &Path) -> bool {
        self.paths.contains(file)
    }

    /// Whether a file could not be read, or a folder that it lies in.
    pub fn covers(&self, file: &Path) -> bool {
        self.everything || file.ancestors().any(|part| self.paths.contains(part))
    }

    /// Takes over what an older index holds of what could not be read, and what never came from a file.
    /// Returns what could not be taken over.
    pub fn take_over(&self, older: &Index, writer: &mut Writer) -> Result<Vec<Error>> {
        let read = Snapshot::open(older).and_then(|snapshot| Ok((Known::of(&snapshot)?, snapshot)));
        let (known, snapshot) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "nothing can be taken over from the older index");
                return Ok(Vec::new());
            }
        };
        let stays = |file| {
            let (root, name) = known.file_name(file);
            self.covers(&Path::new(root).join(name))
        };
        let held = known.releases().filter(|(_, held)| held.file.is_none_or(stays));
        let mut ids: Vec<&String> = held.map(|(id, _)| id).collect();
        ids.retain(|id| writer.known().get(id).is_none());
        ids.sort();
        let mut failed = Vec::new();
        for id in ids {
            let release = snapshot.find(id).and_then(|at| at.map(|at| snapshot.release(at)).transpose());
            match release {
                Ok(Some(release)) => {
                    tracing::debug!(id, "taken over from the older index");
                    writer.add(&release)?;
                }
                Ok(None) => {}
                Err(error) => failed.push(error),
            }
        }
        Ok(failed)
    }
}
