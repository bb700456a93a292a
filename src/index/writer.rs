//! The writer: adds, replaces and removes releases by id, all in one commit.
//!
//! Nothing is seen by a reader before `commit`; a writer that is dropped without it leaves the index
//! as it was. Segments are made by a `crew`; the engine's writer adds them, deletes and commits, and is
//! not even started before something changes. Knows nothing of reading files.

use std::{path::PathBuf, sync::atomic::AtomicBool, time::Duration};

use tantivy::{IndexWriter, TantivyDocument, TantivyError};

use super::{
    Index, State,
    crew::{Crew, Task},
    draft::{Entry, Session},
    files::Files,
    gone::Gone,
    known::{Held, Known},
    lock::{self, Lock},
    snapshot::Snapshot,
    stored::{digest, said},
    sweep,
};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// Memory for segments that wait to be written, in bytes, over all threads, where nothing else is asked.
const MEMORY: usize = 512 << 20;
/// A thread with less memory than this makes nothing but tiny segments.
const LEAST_MEMORY: usize = 15_000_000;
/// More indexing threads than this make segments, not speed.
const MOST_THREADS: usize = 8;
/// What the engine's own indexing threads get, the least that it takes: they get no releases.
const ENGINE_MEMORY: usize = 15_000_000;

/// What a writer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// Memory for segments that wait to be written, in bytes over all threads, from 15 million; 0: 512 MB.
    pub memory: usize,
    /// Threads that make segments; 0: as many as there are cores, at most 8.
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
    /// None until a release comes.
    crew: Option<Crew>,
    /// Counts the flushes of this writer, from 1.
    session: u32,
    gone: Gone,
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
        Ok(Self {
            index,
            engine: None,
            crew: None,
            session: 1,
            gone: Gone::default(),
            means,
            known,
            changed: false,
            dry: false,
            lock,
        })
    }

    /// A writer that changes nothing and tells what it would change.
    pub(super) fn dry(index: Index) -> Result<Self> {
        let mut writer = Self::under_lock(index, Means::default(), None)?;
        writer.dry = true;
        Ok(writer)
    }

    fn engine(&mut self) -> Result<&mut IndexWriter<TantivyDocument>> {
        if self.engine.is_none() {
            self.engine = Some(start(&self.index)?);
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
        let said = said(release).map_err(|error| self.index.failed("writing a release", &error))?;
        let digest = digest(&said);
        let change = match self.known.get(&release.id) {
            Some(held) if held.digest == digest => return Ok(Change::Unchanged),
            Some(held) => {
                self.delete(&release.id, held);
                Change::Changed
            }
            None => Change::Added,
        };
        if self.gone.has_version(&release.id, digest) {
            // This very version was written in this session and goes: only in the next one it can come back.
            self.flush()?;
        }
        if !self.dry {
            self.take(Entry { said, digest })?;
        }
        self.known.put(release.id.clone(), digest, self.session, release.origin.as_ref());
        self.changed = true;
        Ok(change)
    }

    /// Removes the release with this id; tells whether there was one.
    ///
    /// # Errors
    /// `Write` and `Engine` as [`Writer::add`].
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        let Some(held) = self.known.remove(id) else { return Ok(false) };
        self.changed = true;
        self.delete(id, held);
        Ok(true)
    }

    /// Notes that a version of a release goes.
    fn delete(&mut self, id: &str, held: Held) {
        if self.dry {
            return;
        }
        if held.session == self.session {
            self.gone.add_version(id, held.digest);
        } else {
            self.gone.add(id);
        }
    }

    /// Hands a release to the crew.
    fn take(&mut self, entry: Entry) -> Result<()> {
        self.engine()?;
        let crew = match self.crew.take() {
            Some(crew) => crew,
            None => self.start_crew()?,
        };
        if self.crew.insert(crew).take(entry) {
            return Ok(());
        }
        self.flush()?;
        Err(self.index.failed("writing a segment", &"its threads have stopped"))
    }

    fn start_crew(&self) -> Result<Crew> {
        let (memory, threads) = shares(self.means);
        let task = Task {
            engine: self.index.inner.engine.clone(),
            fields: self.index.fields(),
            analyzer: self.index.analyzer().clone(),
            session: Session {
                writer: self.engine.as_ref().map_or(0, IndexWriter::commit_opstamp),
                number: self.session,
            },
            memory: memory / threads,
        };
        Crew::start(&task, threads).map_err(|error| self.index.failed("starting threads", &error))
    }

    /// Gives all segments and all deletions to the engine, and begins a new session.
    fn flush(&mut self) -> Result<()> {
        let segments = match self.crew.take() {
            Some(crew) => crew.finish().map_err(|error| failure(&self.index, "writing a segment", &error))?,
            None => Vec::new(),
        };
        let gone = std::mem::take(&mut self.gone);
        let (fields, number) = (self.index.fields(), self.session);
        let engine = self.engine()?;
        let deletions = gone.queries(fields, Session { writer: engine.commit_opstamp(), number });
        let added = segments.into_iter().try_for_each(|segment| engine.add_segment(segment));
        let deleted = added.and_then(|()| {
            deletions.into_iter().try_for_each(|query| engine.delete_query(query).map(|_| ()))
        });
        if let Err(error) = deleted {
            return Err(self.broken("adding segments", error));
        }
        self.session += 1;
        Ok(())
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
        // Started before the records are written: starting sweeps away what the last commit does not name.
        self.engine()?;
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
        self.flush()?;
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
        if let Some(crew) = self.crew.take() {
            crew.abandon();
        }
        if self.engine.take().is_some() {
            // What this misses, the next writer finds.
            _ = sweep::sweep(&self.index);
        }
    }
}

/// The memory in bytes for all threads that make segments, and how many they are.
fn shares(means: Means) -> (usize, usize) {
    let memory = if means.memory == 0 { MEMORY } else { means.memory };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if means.threads == 0 { cores() } else { means.threads };
    (memory, threads.min(MOST_THREADS).min(memory / LEAST_MEMORY).max(1))
}

/// Starts the engine's writer.
pub(super) fn start(index: &Index) -> Result<IndexWriter<TantivyDocument>> {
    // The engine would stumble over files that a killed writer left: it counts on where that began.
    sweep::sweep(index)?;
    let started = index.inner.engine.writer_with_num_threads(1, ENGINE_MEMORY);
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
