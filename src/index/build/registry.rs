//! What an index already holds: every release's id, its digest and the file that it came from.
//!
//! Read once before a run, by columns and in their order, so that a million releases take a second.

use std::collections::HashMap;

use crate::{
    error::Result,
    index::{
        segment_reader::{Origins, Segment},
        snapshot::Snapshot,
    },
    release::Origin,
};

/// A file that releases came from, as a number within one [`Registry`].
pub(crate) type FileId = u32;

/// A release that the index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegistryEntry {
    pub digest: u64,
    /// Which session of the writer wrote it, counted from 1; 0 for one that the last commit holds.
    pub session: u32,
    /// Where it came from a file.
    pub file: Option<FileId>,
}

/// Everything that an index holds.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    releases: HashMap<String, RegistryEntry>,
    /// The corpus folder and the file below it, by number.
    files: Vec<(String, String)>,
    numbers: HashMap<String, HashMap<String, FileId>>,
}

impl Registry {
    pub fn of(snapshot: &Snapshot) -> Result<Self> {
        let mut known = Self::default();
        known.releases.reserve(usize::try_from(snapshot.releases).unwrap_or_default());
        for segment in &snapshot.segments {
            known.add_segment(segment).map_err(|error| snapshot.index.damaged(&error))?;
        }
        Ok(known)
    }

    fn add_segment(&mut self, segment: &Segment) -> std::io::Result<()> {
        let mut ids: Vec<Option<String>> = segment.all_ids()?;
        let Origins { roots, files } = segment.all_origins()?;
        let mut numbers: HashMap<(u64, u64), FileId> = HashMap::new();
        for doc in segment.alive_docs() {
            let place = usize::try_from(segment.id_rank(doc)).ok();
            let Some(id) = place.and_then(|place| ids.get_mut(place)).and_then(Option::take) else {
                continue;
            };
            let file = segment.origin_ranks(doc).and_then(|(root, file)| {
                if let Some(number) = numbers.get(&(root, file)) {
                    return Some(*number);
                }
                let names =
                    (roots.get(usize::try_from(root).ok()?)?, files.get(usize::try_from(file).ok()?)?);
                let number = self.intern_file(names.0, names.1);
                numbers.insert((root, file), number);
                Some(number)
            });
            self.releases.insert(id, RegistryEntry { digest: segment.digest(doc), session: 0, file });
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

    pub fn insert(&mut self, id: String, digest: u64, session: u32, origin: Option<&Origin>) {
        let file = origin.map(|origin| self.intern_file(&origin.root.to_string_lossy(), &origin.file));
        self.releases.insert(id, RegistryEntry { digest, session, file });
    }

    pub fn remove(&mut self, id: &str) -> Option<RegistryEntry> {
        self.releases.remove(id)
    }

    /// The number of a file that releases of the index came from.
    pub fn file_id(&self, root: &str, file: &str) -> Option<FileId> {
        self.numbers.get(root)?.get(file).copied()
    }

    /// The corpus folder, and the file below it, of this number.
    pub fn file_name(&self, number: FileId) -> (&str, &str) {
        self.files.get(number as usize).map_or(("", ""), |(root, file)| (root, file))
    }

    fn intern_file(&mut self, root: &str, file: &str) -> FileId {
        if let Some(number) = self.file_id(root, file) {
            return number;
        }
        // A column of a segment has fewer than 2³² values, and so has an index, by memory alone.
        let number = FileId::try_from(self.files.len()).unwrap_or(FileId::MAX);
        self.files.push((root.to_owned(), file.to_owned()));
        self.numbers.entry(root.to_owned()).or_default().insert(file.to_owned(), number);
        number
    }
}
