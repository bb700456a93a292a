//! What a run could not read, so that nothing of it may be taken for gone.
//!
//! In an index that stands it simply stays; into one that is built anew it is taken over.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    index::{Index, Writer, build::Registry, snapshot::Snapshot},
};

/// Files and folders that could not be read.
#[derive(Default)]
pub(super) struct Unread {
    paths: HashSet<PathBuf>,
    everything: bool,
}

impl Unread {
    /// Keeps what an error is about: all there is, where it does not say.
    pub fn add_error(&mut self, error: &Error) {
        match error.path() {
            Some(path) => self.add_path(path),
            None => self.everything = true,
        }
    }

    pub fn add_path(&mut self, path: &Path) {
        self.paths.insert(path.into());
    }

    /// Whether just this file could not be read.
    pub fn contains(&self, file: &Path) -> bool {
        self.paths.contains(file)
    }

    /// Whether a file could not be read, or a folder that it lies in.
    pub fn covers(&self, file: &Path) -> bool {
        self.everything || file.ancestors().any(|part| self.paths.contains(part))
    }

    /// Takes over what an older index holds of what could not be read, and what never came from a file.
    /// Returns what could not be taken over.
    pub fn carry_over_from(&self, older: &Index, writer: &mut Writer) -> Result<Vec<Error>> {
        let read = Snapshot::open(older).and_then(|snapshot| Ok((Registry::of(&snapshot)?, snapshot)));
        let (registry, snapshot) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "nothing can be taken over from the older index");
                return Ok(Vec::new());
            }
        };
        let stays = |file| {
            let (root, name) = registry.file_name(file);
            self.covers(&Path::new(root).join(name))
        };
        let entry = registry.releases().filter(|(_, entry)| entry.file.is_none_or(stays));
        let mut ids: Vec<&String> = entry.map(|(id, _)| id).collect();
        ids.retain(|id| writer.registry().get(id).is_none());
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
