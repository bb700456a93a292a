//! The registry: the id, the digest and the file of every release in an index.
//!
//! Read once before a run, column by column and in their order, so that a million releases take a second.

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
};

use tantivy::columnar::StrColumn;

use crate::{
    error::Result,
    index::{
        segment_reader::{Segment, all_values},
        snapshot::Snapshot,
    },
    release::Origin,
};

/// A file that releases came from, as a number within one [`Registry`].
pub(crate) type FileId = u32;

/// A release in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegistryEntry {
    pub digest: u64,
    /// `None` for a release that did not come from a file.
    pub file: Option<FileId>,
}

/// Everything in an index.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    releases: HashMap<String, RegistryEntry>,
    /// The corpus folder and the file below it, by number.
    files: Vec<(String, String)>,
    file_ids: HashMap<String, HashMap<String, FileId>>,
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
        let mut ids = segment.all_ids()?;
        let values = |column: &Option<StrColumn>| column.as_ref().map_or(Ok(Vec::new()), all_values);
        let (roots, files) = (values(&segment.roots)?, values(&segment.files)?);
        let mut known: HashMap<(usize, usize), FileId> = HashMap::new();
        for doc in segment.alive_docs() {
            let rank = |column: &StrColumn| usize::try_from(column.ords().first(doc)?).ok();
            let Some(id) = rank(&segment.ids).and_then(|rank| ids.get_mut(rank)) else { continue };
            let origin = segment.roots.as_ref().and_then(rank).zip(segment.files.as_ref().and_then(rank));
            let file = origin.and_then(|(root, file)| {
                let names = roots.get(root).zip(files.get(file));
                let intern = |(root, file): (&String, &String)| self.intern_file(root, file);
                match known.entry((root, file)) {
                    Entry::Occupied(known) => Some(*known.get()),
                    Entry::Vacant(new) => names.map(intern).map(|id| *new.insert(id)),
                }
            });
            let entry = RegistryEntry { digest: segment.digest(doc), file };
            self.releases.insert(std::mem::take(id), entry);
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.releases.len()
    }

    pub fn get(&self, id: &str) -> Option<RegistryEntry> {
        self.releases.get(id).copied()
    }

    pub fn releases(&self) -> impl Iterator<Item = (&String, RegistryEntry)> {
        self.releases.iter().map(|(id, held)| (id, *held))
    }

    pub fn insert(&mut self, id: String, digest: u64, origin: Option<&Origin>) {
        let file = origin.map(|origin| self.intern_file(&origin.root.to_string_lossy(), &origin.file));
        self.releases.insert(id, RegistryEntry { digest, file });
    }

    pub fn remove(&mut self, id: &str) -> Option<RegistryEntry> {
        self.releases.remove(id)
    }

    /// The number of a file that releases came from.
    pub fn file_id(&self, root: &str, file: &str) -> Option<FileId> {
        self.file_ids.get(root)?.get(file).copied()
    }

    /// The corpus folder, and the file below it, with this number.
    pub fn file_name(&self, number: FileId) -> (&str, &str) {
        self.files.get(number as usize).map_or(("", ""), |(root, file)| (root, file))
    }

    fn intern_file(&mut self, root: &str, file: &str) -> FileId {
        if let Some(number) = self.file_id(root, file) {
            return number;
        }
        // An index has fewer than 2³² files: their names would not fit into memory.
        let number = FileId::try_from(self.files.len()).unwrap_or(FileId::MAX);
        self.files.push((root.to_owned(), file.to_owned()));
        self.file_ids.entry(root.to_owned()).or_default().insert(file.to_owned(), number);
        number
    }
}
