//! The registry: the id, the digest and the file of every release in an index.
//!
//! It is read once before a run, column by column and in their order, so that a million releases take a second.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use indexmap::IndexSet;

use crate::{
    error::Result,
    index::{
        segment_reader::{Segment, all_values, rank},
        snapshot::Snapshot,
    },
    release::Origin,
};

/// A file that releases came from, as a number within one [`Registry`].
pub(crate) type FileId = usize;

/// Separates the corpus folder from the file below it. No path contains it.
const SEPARATOR: char = '\0';

/// A release in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegistryEntry {
    pub digest: u64,
    /// `None` for a release that did not come from a file.
    pub file: Option<FileId>,
}

/// All releases of an index.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    /// By id.
    pub releases: HashMap<String, RegistryEntry>,
    /// The keys of files, by number.
    files: IndexSet<String>,
}

impl Registry {
    pub fn of(snapshot: &Snapshot) -> Result<Self> {
        let mut registry = Self::default();
        registry.releases.reserve(usize::try_from(snapshot.releases).unwrap_or_default());
        for segment in &snapshot.segments {
            registry.add_segment(segment).map_err(|error| snapshot.index.read_failed(error))?;
        }
        Ok(registry)
    }

    fn add_segment(&mut self, segment: &Segment) -> io::Result<()> {
        let files = segment.files.as_ref().map_or(Ok(Vec::new()), all_values)?;
        let files: Vec<FileId> = files.into_iter().map(|file| self.files.insert_full(file).0).collect();
        for (doc, id) in segment.alive_ids()? {
            let file = segment.files.as_ref().and_then(|column| rank(column, doc));
            let file = file.and_then(|rank| files.get(rank).copied());
            self.releases.insert(id, RegistryEntry { digest: segment.digest(doc), file });
        }
        Ok(())
    }

    pub fn insert(&mut self, id: String, digest: u64, origin: Option<&Origin>) {
        let file = origin.map(|origin| file_key(&origin.root.to_string_lossy(), &origin.file));
        let file = file.map(|file| self.files.insert_full(file).0);
        self.releases.insert(id, RegistryEntry { digest, file });
    }

    /// The number of a file that releases came from.
    pub fn file_id(&self, root: &str, file: &str) -> Option<FileId> {
        self.files.get_index_of(&file_key(root, file))
    }

    /// The files that releases came from.
    pub fn files(&self) -> impl Iterator<Item = (FileId, PathBuf)> {
        let path = |(root, name): (&str, &str)| Path::new(root).join(name);
        (0..self.files.len()).map(move |file| (file, path(self.file_name(file))))
    }

    /// The corpus folder, and the file below it, with this number.
    pub fn file_name(&self, number: FileId) -> (&str, &str) {
        self.files.get_index(number).and_then(|key| key.split_once(SEPARATOR)).unwrap_or_default()
    }
}

/// The key of a file that releases came from, given the corpus folder and the file below it.
pub(super) fn file_key(root: &str, file: &str) -> String {
    format!("{root}{SEPARATOR}{file}")
}
