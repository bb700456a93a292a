//! The writer: adds, replaces and removes releases by id, all in one commit.
//!
//! Nothing is seen by a reader before `commit`; a writer that is dropped without it leaves the index
//! as it was. The engine is not even started before something changes. Knows nothing of reading files.

use std::{path::PathBuf, sync::atomic::AtomicBool, time::Duration};

use tantivy::{IndexWriter, TantivyDocument, TantivyError, Term};

use super::{
    Index, State,
    files::Files,
    known::Known,
    lock::{self, Lock},
    snapshot::Snapshot,
    stored::{digest, said},
    sweep,
};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// Memory for terms that wait to be written, in bytes, over all threads, where nothing else is asked.
const MEMORY: usize = 200 << 20;
/// A thread with less memory than this makes nothing but tiny segments; the engine refuses it.
const LEAST_MEMORY: usize = 15_000_000;
/// More indexing threads than this make segments, not speed.
const MOST_THREADS: usize = 8;

/// What a writer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// Memory for terms that wait to be written, in bytes over all threads, from 15 million; 0: 200 MB.
    pub memory: usize,
    /// Threads that make terms; 0: as many as there are cores, at most 8.
    pub threads: usize,
}

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

/// Writes to an index. One at a time.
pub struct Writer {
    index: Index,
    /// None until something changes.
    engine: Option<IndexWriter<TantivyDocument>>,
    means: Means,
    known: Known,
    changed: bool,
    /// Only tells what would change.
    dry: bool,
    /// Held until the writer goes; none where the caller holds it.
    lock: Option<Lock>,
}

impl Writer {
    /// A writer that takes the index's lock.
    pub(super) fn new(index: Index, means: Means) -> Result<Self> {
        let lock = match &index.inner.folder {
            Some(folder) if !index.is_being_built() => {
                let lock = Lock::acquire(folder, Duration::ZERO, &AtomicBool::new(false))?;
                if !index.is_in_force()? {
                    return Err(Error::IndexReplaced { path: folder.clone() });
                }
                Some(lock)
            }
            _ => None,
        };
        Self::under_lock(index, means, lock)
    }

    /// A writer whose caller holds the index's lock.
    pub(super) fn under_lock(index: Index, means: Means, lock: Option<Lock>) -> Result<Self> {
        if means.memory != 0 && means.memory < LEAST_MEMORY {
            return Err(Error::Value {
                what: "memory",
                value: means.memory.to_string(),
                reason: format!("is less than the {LEAST_MEMORY} bytes that one thread needs"),
            });
        }
        let known = Known::of(&Snapshot::open(&index)?)?;
        Ok(Self { index, engine: None, means, known, changed: false, dry: false, lock })
    }

    /// A writer that changes nothing and tells what it would change.
    pub(super) fn dry(index: Index) -> Result<Self> {
        let mut writer = Self::under_lock(index, Means::default(), None)?;
        writer.dry = true;
        Ok(writer)
    }

    fn engine(&mut self) -> Result<&mut IndexWriter<TantivyDocument>> {
        if self.engine.is_none() {
            self.engine = Some(start(&self.index, self.means)?);
        }
        self.engine.as_mut().ok_or_else(|| self.index.failed("opening for writing", &"nothing was started"))
    }

    /// Adds a release, or replaces the one with its id. A release equal to the one there costs nothing.
    ///
    /// # Errors
    /// `Value` where the id is empty; `Write` where the disk is full or refuses; `Engine` where the
    /// engine fails.
    pub fn add(&mut self, release: &Release) -> Result<Change> {
        if release.id.is_empty() {
            return Err(Error::Value {
                what: "release id",
                value: String::new(),
                reason: "is empty; every release needs one".into(),
            });
        }
        let fields = self.index.fields();
        let said = said(release).map_err(|error| self.index.failed("writing a release", &error))?;
        let digest = digest(&said);
        let change = match self.known.get(&release.id) {
            Some(held) if held.digest == digest => return Ok(Change::Unchanged),
            Some(_) => Change::Changed,
            None => Change::Added,
        };
        if !self.dry {
            let document = fields.document(release, said, digest);
            let engine = self.engine()?;
            if change == Change::Changed {
                engine.delete_term(Term::from_field_text(fields.id, &release.id));
            }
            if let Err(error) = engine.add_document(document) {
                return Err(self.broken("adding a release", error));
            }
        }
        self.known.put(release.id.clone(), digest, release.origin.as_ref());
        self.changed = true;
        Ok(change)
    }

    /// Removes the release with this id; tells whether there was one.
    ///
    /// # Errors
    /// `Write` and `Engine` as [`Writer::add`].
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        if self.known.remove(id).is_none() {
            return Ok(false);
        }
        self.changed = true;
        if !self.dry {
            let term = Term::from_field_text(self.index.fields().id, id);
            self.engine()?.delete_term(term);
        }
        Ok(true)
    }

    /// How many releases the index will hold.
    pub fn releases(&self) -> usize {
        self.known.len()
    }

    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// Makes everything since the writer was opened visible at once, and records the corpus folders
    /// that the index stands for. Writes nothing where nothing has changed.
    ///
    /// # Errors
    /// `Write` where the disk is full or refuses; `Engine` where the engine fails; the index is then as
    /// it was before.
    pub fn commit(self, roots: &[PathBuf]) -> Result<()> {
        let files = self.index.files()?;
        self.commit_with(roots, &files)
    }

    /// As `commit`, and records what was read of each file.
    pub(super) fn commit_with(mut self, roots: &[PathBuf], files: &Files) -> Result<()> {
        let before = self.index.state()?;
        let same = !self.changed && before.committed > 0 && before.roots == roots;
        if self.dry || same && files.same_as(&self.index.files()?) {
            self.done();
            return Ok(());
        }
        let releases = self.known.len() as u64;
        let record = match self.index.generation_folder() {
            Some(folder) => files.write(folder)?,
            None => String::new(),
        };
        let state = State { roots: roots.to_vec(), committed: lock::now(), releases, files: record };
        let payload =
            serde_json::to_string(&state).map_err(|error| self.index.failed("committing", &error))?;
        let commit = |engine: &mut IndexWriter<TantivyDocument>| {
            let mut prepared = engine.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit()
        };
        tracing::info!(releases, "committing");
        if let Err(error) = commit(self.engine()?) {
            return Err(self.broken("committing", error));
        }
        if let Some(engine) = self.engine.take() {
            engine
                .wait_merging_threads()
                .map_err(|error| failure(&self.index, "merging segments", &error))?;
        }
        sweep::sweep(&self.index)?;
        self.done();
        Ok(())
    }

    fn done(&mut self) {
        if let Some(lock) = &mut self.lock {
            lock.done();
        }
    }

    /// The reason why the engine stopped: the call that meets it first knows only that it has.
    fn broken(&mut self, doing: &'static str, error: TantivyError) -> Error {
        let told = match &mut self.engine {
            Some(engine) if matches!(error, TantivyError::ErrorInThread(_)) => {
                engine.prepare_commit().err().unwrap_or(error)
            }
            _ => error,
        };
        failure(&self.index, doing, &told)
    }
}

impl Drop for Writer {
    /// What was written for a commit that never came is of no use, and may fill the disk.
    fn drop(&mut self) {
        if self.engine.take().is_some() {
            // What this misses, the next writer finds.
            _ = sweep::sweep(&self.index);
        }
    }
}

/// Starts the engine's writer.
pub(super) fn start(index: &Index, means: Means) -> Result<IndexWriter<TantivyDocument>> {
    // The engine would stumble over files that a killed writer left: it counts on where that began.
    sweep::sweep(index)?;
    let memory = if means.memory == 0 { MEMORY } else { means.memory };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if means.threads == 0 { cores() } else { means.threads };
    let threads = threads.min(MOST_THREADS).min(memory / LEAST_MEMORY).max(1);
    let started = index.inner.engine.writer_with_num_threads(threads, memory);
    started.map_err(|error| match error {
        TantivyError::LockFailure(..) => Error::IndexLocked { path: index.place(), holder: String::new() },
        other => failure(index, "opening for writing", &other),
    })
}

/// An error of the engine as one of ours: what the system said, where it said something.
pub(super) fn failure(index: &Index, doing: &'static str, error: &TantivyError) -> Error {
    use tantivy::directory::error::OpenWriteError;
    let said = match error {
        TantivyError::IoError(said) => Some(said.clone()),
        TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => Some(io_error.clone()),
        _ => None,
    };
    match said {
        Some(said) if said.kind() == std::io::ErrorKind::InvalidData => index.damaged(&said),
        Some(said) => {
            let source = std::io::Error::new(said.kind(), said.to_string());
            Error::Write { path: index.place(), source }
        }
        None => index.failed(doing, error),
    }
}
