//! The writer: adds, replaces and removes releases by id, all in one commit.
//!
//! Nothing is seen by a reader before `commit`; a writer that is dropped without it leaves the index
//! as it was. Segments are made by a `pool`; the engine's writer adds them, deletes and commits, and is
//! not even started before something changes. Knows nothing of reading files.

use std::{path::PathBuf, sync::atomic::AtomicBool, time::Duration};

use tantivy::{IndexWriter, TantivyDocument, TantivyError};

use super::{
    deletes::PendingDeletes,
    registry::{Registry, RegistryEntry},
    segment_writer::{EncodedRelease, Session},
    worker_pool::{WorkerConfig, WorkerPool},
};
use crate::{
    error::{Error, Result},
    index::{
        CommitInfo, Index,
        doc_store::{digest, encode},
        snapshot::Snapshot,
        storage::{
            lock::{self, WriteLock},
            manifest::Manifest,
        },
    },
    release::Release,
};

/// Memory for segments that wait to be written, in bytes, over all threads, where nothing else is asked.
const DEFAULT_MEMORY: usize = 512 << 20;
/// A thread with less memory than this makes nothing but tiny segments.
const MIN_THREAD_MEMORY: usize = 15_000_000;
/// More indexing threads than this make segments, not speed.
const MAX_THREADS: usize = 8;
/// What the engine's own indexing threads get, the least that it takes: they get no releases.
const ENGINE_MEMORY: usize = 15_000_000;

/// What a writer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterOptions {
    /// Memory for segments that wait to be written, in bytes over all threads, from 15 million; 0: 512 MB.
    pub memory: usize,
    /// Threads that make segments; 0: as many as there are cores, at most 8.
    pub threads: usize,
}

impl WriterOptions {
    /// `Value` if the memory is too little for one thread.
    pub(crate) fn validate(self) -> Result<()> {
        if self.memory == 0 || self.memory >= MIN_THREAD_MEMORY {
            return Ok(());
        }
        Err(Error::Value {
            what: "memory",
            value: self.memory.to_string(),
            reason: format!("is less than the {MIN_THREAD_MEMORY} bytes that one thread needs"),
        })
    }
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
    pool: Option<WorkerPool>,
    /// Counts the flushes of this writer, from 1.
    session: u32,
    deletes: PendingDeletes,
    options: WriterOptions,
    registry: Registry,
    changed: bool,
    /// Only tells what would change.
    dry: bool,
    /// RegistryEntry until the writer goes; none where the caller holds it.
    lock: Option<WriteLock>,
}

impl Index {
    /// Starts writing. The writer holds the write lock of the index until it is dropped.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works on it, in this process or another; `IndexReplaced`
    /// where a rebuilt index has taken its place.
    pub fn writer(&self) -> Result<Writer> {
        Writer::new(self.clone(), WriterOptions::default())
    }

    /// As [`Index::writer`], with this much memory and this many threads.
    ///
    /// # Errors
    /// As [`Index::writer`]; `Value` where the memory is too little.
    pub fn writer_with(&self, options: WriterOptions) -> Result<Writer> {
        Writer::new(self.clone(), options)
    }

    /// Adds releases from any source and commits once. A release whose id exists is replaced. Returns how
    /// many releases were added or changed.
    ///
    /// # Errors
    /// As [`Index::writer`] and [`Writer::commit`]; then none of the releases is in the index.
    pub fn ingest(&self, releases: impl IntoIterator<Item = Release>) -> Result<usize> {
        let mut writer = self.writer()?;
        let mut changed = 0;
        for release in releases {
            if writer.add(&release)? != Change::Unchanged {
                changed += 1;
            }
        }
        writer.commit(&self.commit_info()?.roots)?;
        Ok(changed)
    }
}

impl Writer {
    /// A writer that takes the index's lock.
    pub(crate) fn new(index: Index, options: WriterOptions) -> Result<Self> {
        let lock = match index.folders() {
            Some(folders) if index.build_lock().is_none() => {
                let lock = WriteLock::acquire(&folders.index, Duration::ZERO, &AtomicBool::new(false))?;
                if !index.is_active()? {
                    return Err(Error::IndexReplaced { path: folders.index.clone() });
                }
                Some(lock)
            }
            _ => None,
        };
        Self::under_lock(index, options, lock)
    }

    /// A writer whose caller holds the index's lock.
    pub(crate) fn under_lock(index: Index, options: WriterOptions, lock: Option<WriteLock>) -> Result<Self> {
        options.validate()?;
        let registry = Registry::of(&Snapshot::open(&index)?)?;
        Ok(Self {
            index,
            engine: None,
            pool: None,
            session: 1,
            deletes: PendingDeletes::default(),
            options,
            registry,
            changed: false,
            dry: false,
            lock,
        })
    }

    /// A writer that changes nothing and tells what it would change.
    pub(crate) fn dry(index: Index) -> Result<Self> {
        let mut writer = Self::under_lock(index, WriterOptions::default(), None)?;
        writer.dry = true;
        Ok(writer)
    }

    fn engine(&mut self) -> Result<&mut IndexWriter<TantivyDocument>> {
        if self.engine.is_none() {
            self.engine = Some(start_engine(&self.index)?);
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
        let encoded = encode(release).map_err(|error| self.index.failed("writing a release", &error))?;
        let digest = digest(&encoded);
        let change = match self.registry.get(&release.id) {
            Some(entry) if entry.digest == digest => return Ok(Change::Unchanged),
            Some(entry) => {
                self.delete(&release.id, entry);
                Change::Changed
            }
            None => Change::Added,
        };
        if self.deletes.has_version(&release.id, digest) {
            // This very version was written in this session and goes: only in the next one it can come back.
            self.flush()?;
        }
        if !self.dry {
            self.take(EncodedRelease { encoded, digest })?;
        }
        self.registry.insert(release.id.clone(), digest, self.session, release.origin.as_ref());
        self.changed = true;
        Ok(change)
    }

    /// Removes the release with this id; tells whether there was one.
    ///
    /// # Errors
    /// `Write` and `Engine` as [`Writer::add`].
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        let Some(entry) = self.registry.remove(id) else { return Ok(false) };
        self.changed = true;
        self.delete(id, entry);
        Ok(true)
    }

    /// Notes that a version of a release goes.
    fn delete(&mut self, id: &str, entry: RegistryEntry) {
        if self.dry {
            return;
        }
        if entry.session == self.session {
            self.deletes.add_version(id, entry.digest);
        } else {
            self.deletes.add(id);
        }
    }

    /// Hands a release to the pool.
    fn take(&mut self, entry: EncodedRelease) -> Result<()> {
        self.engine()?;
        let pool = match self.pool.take() {
            Some(pool) => pool,
            None => self.start_pool()?,
        };
        if self.pool.insert(pool).submit(entry) {
            return Ok(());
        }
        self.flush()?;
        Err(self.index.failed("writing a segment", &"its threads have stopped"))
    }

    fn start_pool(&self) -> Result<WorkerPool> {
        let (memory, threads) = memory_and_threads(self.options);
        let task = WorkerConfig {
            engine: self.index.engine().clone(),
            fields: self.index.fields(),
            analyzer: self.index.analyzer().clone(),
            session: Session {
                writer: self.engine.as_ref().map_or(0, IndexWriter::commit_opstamp),
                number: self.session,
            },
            memory: memory / threads,
        };
        WorkerPool::start(&task, threads).map_err(|error| self.index.failed("starting threads", &error))
    }

    /// Gives all segments and all deletions to the engine, and begins a new session.
    fn flush(&mut self) -> Result<()> {
        let segments = match self.pool.take() {
            Some(pool) => {
                pool.finish().map_err(|error| engine_failure(&self.index, "writing a segment", &error))?
            }
            None => Vec::new(),
        };
        let deletes = std::mem::take(&mut self.deletes);
        let (fields, number) = (self.index.fields(), self.session);
        let engine = self.engine()?;
        let deletions = deletes.queries(fields, Session { writer: engine.commit_opstamp(), number });
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
        self.registry.len()
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Makes everything since the writer was opened visible at once, and records the corpus folders
    /// that the index stands for. Writes nothing where nothing has changed.
    ///
    /// # Errors
    /// `Write` where the disk is full or refuses; `Engine` where the engine fails; the index is then as
    /// it was before.
    pub fn commit(self, roots: &[PathBuf]) -> Result<()> {
        let files = self.index.manifest()?;
        self.commit_with(roots, &files)
    }

    /// As `commit`, and records what was read of each file.
    pub(crate) fn commit_with(mut self, roots: &[PathBuf], files: &Manifest) -> Result<()> {
        let before = self.index.commit_info()?;
        let same = !self.changed && before.committed > 0 && before.roots == roots;
        if self.dry || same && files.same_contents(&self.index.manifest()?) {
            self.done();
            return Ok(());
        }
        // Started before the records are written: starting sweeps away what the last commit does not name.
        self.engine()?;
        let releases = self.registry.len() as u64;
        let record = match self.index.generation_folder() {
            Some(folder) => files.write(folder)?,
            None => String::new(),
        };
        let state = CommitInfo { roots: roots.to_vec(), committed: lock::now(), releases, files: record };
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
                .map_err(|error| engine_failure(&self.index, "merging segments", &error))?;
        }
        self.index.collect_garbage()?;
        self.done();
        Ok(())
    }

    fn done(&mut self) {
        if let Some(lock) = &mut self.lock {
            lock.mark_success();
        }
    }

    /// The reason why the engine stopped: the call that meets it first knows only that it has.
    fn broken(&mut self, doing: &'static str, error: TantivyError) -> Error {
        let reason = match &mut self.engine {
            Some(engine) if matches!(error, TantivyError::ErrorInThread(_)) => {
                engine.prepare_commit().err().unwrap_or(error)
            }
            _ => error,
        };
        engine_failure(&self.index, doing, &reason)
    }
}

impl Drop for Writer {
    /// What was written for a commit that never came is of no use, and may fill the disk.
    fn drop(&mut self) {
        if let Some(pool) = self.pool.take() {
            pool.cancel();
        }
        if self.engine.take().is_some() {
            // What this misses, the next writer finds.
            _ = self.index.collect_garbage();
        }
    }
}

/// The memory in bytes for all threads that make segments, and how many they are.
fn memory_and_threads(options: WriterOptions) -> (usize, usize) {
    let memory = if options.memory == 0 { DEFAULT_MEMORY } else { options.memory };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores() } else { options.threads };
    (memory, threads.min(MAX_THREADS).min(memory / MIN_THREAD_MEMORY).max(1))
}

/// Starts the engine's writer.
pub(crate) fn start_engine(index: &Index) -> Result<IndexWriter<TantivyDocument>> {
    // The engine would stumble over files that a killed writer left: it counts on where that began.
    index.collect_garbage()?;
    let started = index.engine().writer_with_num_threads(1, ENGINE_MEMORY);
    started.map_err(|error| match error {
        TantivyError::LockFailure(..) => Error::IndexLocked { path: index.location(), holder: String::new() },
        other => engine_failure(index, "opening for writing", &other),
    })
}

/// An error of the engine as one of ours: what the system encoded, where it encoded something.
pub(crate) fn engine_failure(index: &Index, doing: &'static str, error: &TantivyError) -> Error {
    use tantivy::directory::error::OpenWriteError;
    let encoded = match error {
        TantivyError::IoError(encoded) => Some(encoded.clone()),
        TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => Some(io_error.clone()),
        _ => None,
    };
    match encoded {
        Some(encoded) if encoded.kind() == std::io::ErrorKind::InvalidData => index.damaged(&encoded),
        Some(encoded) => {
            let source = std::io::Error::new(encoded.kind(), encoded.to_string());
            Error::Write { path: index.location(), source }
        }
        None => index.failed(doing, error),
    }
}
