//! The writer: adds, replaces and removes releases by id, all in one commit.
//!
//! Nothing is seen by a reader before `commit`; a writer that is dropped without it leaves the index
//! as it was. Knows nothing of files.

use std::{
    collections::HashMap,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use tantivy::{IndexWriter, TantivyDocument, TantivyError, Term};

use super::{Index, State, schema::digest, snapshot::Snapshot};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// Memory for terms that wait to be written, in bytes, over all threads.
const MEMORY: usize = 200 << 20;
/// More indexing threads than this make segments, not speed.
const MOST_THREADS: usize = 8;

/// What adding a release did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The id is new.
    Added,
    /// The id was there with other contents.
    Changed,
    /// The very same release was there.
    Unchanged,
}

/// What is known of a release that the index already holds.
#[derive(Debug)]
pub(super) struct Known {
    digest: u64,
    /// The corpus folder and the file below it, where it came from a file.
    pub origin: Option<(String, String)>,
}

/// Writes to an index. One at a time.
pub struct Writer {
    index: Index,
    engine: IndexWriter<TantivyDocument>,
    known: HashMap<String, Known>,
    changed: bool,
}

impl Writer {
    pub(super) fn new(index: Index) -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let engine =
            index.inner.engine.writer_with_num_threads(threads, MEMORY).map_err(|error| match error {
                TantivyError::LockFailure(..) => {
                    Error::IndexLocked { path: index.place(), holder: String::new() }
                }
                other => index.failed("opening for writing", &other),
            })?;
        let mut known = HashMap::new();
        let snapshot = Snapshot::open(&index)?;
        for segment in &snapshot.segments {
            for doc in segment.living() {
                let origin = segment.origin(doc);
                known.insert(segment.id(doc), Known { digest: segment.digest(doc), origin });
            }
        }
        Ok(Self { index, engine, known, changed: false })
    }

    /// Adds a release, or replaces the one with its id. A release equal to the one there costs nothing.
    ///
    /// # Errors
    /// `Value` where the id is empty; `Engine` where the engine fails.
    pub fn add(&mut self, release: &Release) -> Result<Change> {
        if release.id.is_empty() {
            return Err(Error::Value {
                what: "release id",
                value: String::new(),
                reason: "is empty; every release needs one".into(),
            });
        }
        let unwritable = |error: serde_json::Error| self.index.failed("writing a release", &error);
        let digest = digest(release).map_err(unwritable)?;
        let change = match self.known.get(&release.id) {
            Some(known) if known.digest == digest => return Ok(Change::Unchanged),
            Some(_) => Change::Changed,
            None => Change::Added,
        };
        let document = self.index.fields().document(release, digest).map_err(unwritable)?;
        if change == Change::Changed {
            self.delete(&release.id);
        }
        self.engine.add_document(document).map_err(|error| self.index.failed("adding a release", &error))?;
        let origin =
            release.origin.as_ref().map(|origin| (origin.root.to_string_lossy().into(), origin.file.clone()));
        self.known.insert(release.id.clone(), Known { digest, origin });
        self.changed = true;
        Ok(change)
    }

    /// Removes the release with this id; tells whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let there = self.known.remove(id).is_some();
        if there {
            self.delete(id);
            self.changed = true;
        }
        there
    }

    fn delete(&self, id: &str) {
        self.engine.delete_term(Term::from_field_text(self.index.fields().id, id));
    }

    /// How many releases the index will hold.
    pub fn releases(&self) -> usize {
        self.known.len()
    }

    pub(super) fn known(&self) -> &HashMap<String, Known> {
        &self.known
    }

    /// Makes everything since the writer was opened visible at once, and records the corpus folders
    /// that the index stands for. Writes nothing where nothing has changed.
    ///
    /// # Errors
    /// `Engine` where the engine fails; the index is then as it was before.
    pub fn commit(mut self, roots: &[PathBuf]) -> Result<()> {
        let before = self.index.state()?;
        if !self.changed && before.committed > 0 && before.roots == roots {
            return Ok(());
        }
        let committed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let state = State { roots: roots.to_vec(), committed };
        let payload =
            serde_json::to_string(&state).map_err(|error| self.index.failed("committing", &error))?;
        let commit = |engine: &mut IndexWriter<TantivyDocument>| {
            let mut prepared = engine.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit()
        };
        commit(&mut self.engine).map_err(|error| self.index.failed("committing", &error))?;
        self.engine.wait_merging_threads().map_err(|error| self.index.failed("merging segments", &error))
    }
}
