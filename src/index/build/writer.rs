//! The writer: adds, replaces and removes releases by id, all in one commit.
//!
//! Readers see nothing before `commit`, and a writer that is dropped without it leaves the index as it was.
//! The worker pool writes segments. Tantivy's own writer adds them, deletes and commits; it is started only when
//! something changes.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use tantivy::{
    IndexWriter, SegmentReader, TantivyDocument, TantivyError,
    query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate},
    schema::Field,
};

use super::{registry::Registry, worker_pool::WorkerPool};
use crate::{
    error::{Error, Result},
    index::{
        CommitInfo, Index,
        doc_store::{EncodedRelease, encode},
        engine_error::write_failure,
        snapshot::Snapshot,
        storage::{Catalog, Manifest, WriteLock, generation, lock},
    },
    release::Release,
};

/// The default memory for unfinished segments, in bytes over all threads.
const DEFAULT_MEMORY: usize = 512 << 20;
/// A thread with less memory than this writes only tiny segments.
const MIN_THREAD_MEMORY: usize = 15_000_000;
/// More threads than this produce segments, not speed.
const MAX_THREADS: usize = 8;
/// The memory of tantivy's own indexing threads, the minimum that it accepts: they receive no documents.
const ENGINE_MEMORY: usize = 15_000_000;
/// The maximum length of a release's id in bytes.
const MAX_ID_BYTES: usize = 1024;

/// The resources that a writer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterOptions {
    /// Memory for unfinished segments, in bytes over all threads, from 15 million; 0 stands for 512 MB.
    pub memory: usize,
    /// Threads that write segments; 0 stands for the number of cores, at most 8.
    pub threads: usize,
}

impl WriterOptions {
    /// The number of threads, and the memory in bytes. Refuses too little memory.
    pub(crate) fn resources(self) -> Result<(usize, usize)> {
        let memory = if self.memory == 0 { DEFAULT_MEMORY } else { self.memory };
        if memory < MIN_THREAD_MEMORY {
            let reason = format!("is less than the {MIN_THREAD_MEMORY} bytes that one thread needs");
            return Err(Error::Value { what: "memory", value: memory.to_string(), reason });
        }
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if self.threads == 0 { cores() } else { self.threads };
        Ok((threads.min(MAX_THREADS).min(memory / MIN_THREAD_MEMORY), memory))
    }
}

/// The effect of adding a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The id is new.
    Added,
    /// The id existed with other contents.
    Changed,
    /// The same release existed.
    Unchanged,
}

/// Writes to an index. There is at most one at a time.
pub struct Writer {
    index: Index,
    /// `None` until something changes.
    engine: Option<IndexWriter<TantivyDocument>>,
    /// `None` until a release is added.
    pool: Option<WorkerPool>,
    /// The digests of versions that are in the index, or were added, and that the commit removes.
    obsolete: HashSet<u64>,
    /// The number of threads, and the memory in bytes.
    resources: (usize, usize),
    pub(crate) registry: Registry,
    /// Whether the writer only determines what would change.
    pub(crate) dry: bool,
    /// Held until the writer is dropped; `None` where the caller holds it.
    lock: Option<WriteLock>,
}

impl Index {
    /// Starts writing. The writer holds the write lock of the index until it is dropped.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works on it, in this process or another; `IndexReplaced`
    /// where a rebuilt index has taken its place.
    pub fn writer(&self) -> Result<Writer> {
        self.writer_with(WriterOptions::default())
    }

    /// As [`Index::writer`], with this much memory and this many threads.
    ///
    /// # Errors
    /// As [`Index::writer`]; `Value` where the memory is too little.
    pub fn writer_with(&self, options: WriterOptions) -> Result<Writer> {
        let lock = self.generation.as_ref().map(|own| {
            let lock = generation::try_lock(&own.index)?;
            if own.is_active()? { Ok(lock) } else { Err(Error::IndexReplaced { path: own.index.clone() }) }
        });
        Writer::under_lock(self.clone(), options, lock.transpose()?, &Arc::default())
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
            changed += usize::from(writer.add(&release)? != Change::Unchanged);
        }
        writer.commit(&self.commit_info()?.roots)?;
        Ok(changed)
    }
}

impl Writer {
    /// A writer for a caller that may hold the write lock. Writing fails once `stop` is set.
    pub(crate) fn under_lock(
        index: Index,
        options: WriterOptions,
        lock: Option<WriteLock>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self> {
        let (resources, obsolete) = (options.resources()?, HashSet::new());
        index.stop.store(Arc::clone(stop));
        let registry = Registry::of(&Snapshot::open(&index)?)?;
        Ok(Self { index, engine: None, pool: None, obsolete, resources, registry, dry: false, lock })
    }

    /// Adds a release, or replaces the one with its id. A release that is equal to the existing one costs
    /// nothing.
    ///
    /// # Errors
    /// `Value` where the id is empty or longer than 1,024 bytes; `Write` where the disk is full or refuses;
    /// `Engine` where tantivy fails.
    pub fn add(&mut self, release: &Release) -> Result<Change> {
        if let Some(reason) = id_problem(&release.id) {
            let value = release.id.chars().take(80).collect();
            return Err(Error::Value { what: "release id", value, reason });
        }
        let encoded = encode(release).map_err(|error| self.index.failed("writing a release", &error))?;
        let digest = encoded.digest;
        let change = match self.registry.releases.get(&release.id) {
            Some(entry) if entry.digest == digest => return Ok(Change::Unchanged),
            Some(entry) => {
                self.obsolete.insert(entry.digest);
                Change::Changed
            }
            None => Change::Added,
        };
        // A version that was going to be removed is still in the index, and stays.
        let exists = self.obsolete.remove(&digest);
        if !exists && !self.dry {
            self.submit(encoded)?;
        }
        self.registry.insert(release.id.clone(), digest, release.origin.as_ref());
        Ok(change)
    }

    /// Removes the release with this id; returns whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(entry) = self.registry.releases.remove(id) else { return false };
        self.obsolete.insert(entry.digest);
        true
    }

    /// The number of releases that the index will contain.
    pub fn releases(&self) -> usize {
        self.registry.releases.len()
    }

    fn submit(&mut self, release: EncodedRelease) -> Result<()> {
        self.engine()?;
        let analyzer = self.index.analyzer()?;
        let start = || WorkerPool::start(&self.index, analyzer, self.resources);
        let pool = self.pool.take().map_or_else(start, Ok);
        let submitted = pool.and_then(|pool| self.pool.insert(pool).submit(release));
        submitted.map_err(|error| {
            self.pool = None;
            self.index.write_failed("writing a segment", &error)
        })
    }

    fn engine(&mut self) -> Result<&mut IndexWriter<TantivyDocument>> {
        let engine = self.engine.take().map_or_else(|| start_engine(&self.index), Ok)?;
        Ok(self.engine.insert(engine))
    }

    /// Makes everything since the writer was opened visible in one step, and records the corpus folders
    /// that the index was built from. Writes nothing where nothing has changed.
    ///
    /// # Errors
    /// `Write` where the disk is full or refuses; `Engine` where tantivy fails. The index is then as it was
    /// before.
    pub fn commit(self, roots: &[PathBuf]) -> Result<()> {
        let manifest = self.index.commit()?.manifest()?;
        self.commit_with(roots, &manifest).map(|_| ())
    }

    /// As [`Writer::commit`], recording what was read of each file; returns whether anything was written. Nothing
    /// fails once the commit is made: a merge that fails, or a file that cannot be removed, is a warning.
    pub(crate) fn commit_with(mut self, roots: &[PathBuf], manifest: &Manifest) -> Result<bool> {
        let before = self.index.commit()?;
        let is_changed = self.pool.is_some() || !self.obsolete.is_empty();
        let is_same = !is_changed && before.info.committed > 0 && before.info.roots == roots;
        let unchanged = self.dry || is_same && manifest.same_contents(&before.manifest()?);
        if !unchanged {
            // Started before the manifest is written: starting removes what the last commit does not name.
            self.engine()?;
            let files = match self.index.generation_folder() {
                Some(folder) => manifest.write(folder)?,
                None => String::new(),
            };
            let releases = self.registry.releases.len() as u64;
            let info = CommitInfo { roots: roots.to_vec(), committed: lock::now(), releases, files };
            self.commit_segments(&info)?;
            if let Some(engine) = self.engine.take()
                && let Err(error) = engine.wait_merging_threads()
            {
                tracing::warn!("the commit is made, but merging segments failed: {error}");
            }
            self.index.collect_garbage_or_warn();
        }
        if let (Some(_), Some(own)) = (&self.lock, &self.index.generation) {
            Catalog::record_success(&own.index);
        }
        Ok(!unchanged)
    }

    fn commit_segments(&mut self, info: &CommitInfo) -> Result<()> {
        let payload = serde_json::to_string(info).map_err(|error| self.index.failed("committing", &error))?;
        let segments = self.pool.take().map_or_else(|| Ok(Vec::new()), WorkerPool::finish);
        let segments = segments.map_err(|error| self.index.write_failed("writing a segment", &error))?;
        let obsolete = std::mem::take(&mut self.obsolete);
        tracing::info!(releases = info.releases, "committing");
        let field = self.index.fields.digest;
        let engine = self.engine()?;
        let commit = || {
            segments.into_iter().try_for_each(|segment| engine.add_segment(segment))?;
            if !obsolete.is_empty() {
                engine.delete_query(Box::new(with_digests(field, obsolete)))?;
            }
            let mut prepared = engine.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit()
        };
        let error = match commit() {
            Ok(_) => return Ok(()),
            // The call that notices that tantivy has stopped does not know why; the next one does.
            Err(error @ TantivyError::ErrorInThread(_)) => engine.prepare_commit().err().unwrap_or(error),
            Err(error) => error,
        };
        Err(self.index.write_failed("committing", &error))
    }
}

impl Drop for Writer {
    /// Removes what was written for a commit that was not made.
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            // Neither segments nor merges may be written any more when their files are removed.
            self.index.stop.store(Arc::new(AtomicBool::new(true)));
            self.pool = None;
            _ = engine.wait_merging_threads();
            self.index.collect_garbage_or_warn();
        }
    }
}

/// Matches the versions of releases with these digests.
fn with_digests(field: Field, obsolete: HashSet<u64>) -> DocPredicateQuery {
    let obsolete = Arc::new(obsolete);
    let predicate = FunctionPredicate::from(move |segment: &SegmentReader| {
        let name = segment.schema().get_field_name(field);
        let (digests, obsolete) = (segment.fast_fields().u64(name)?, Arc::clone(&obsolete));
        Ok(move |doc| digests.first(doc).is_some_and(|digest| obsolete.contains(&digest)))
    });
    predicate.into()
}

/// Why a text cannot be an id.
pub(crate) fn id_problem(id: &str) -> Option<String> {
    match id.len() {
        0 => Some("is empty; every release needs one".to_owned()),
        1..=MAX_ID_BYTES => None,
        length => Some(format!("has {length} bytes; an id may have {MAX_ID_BYTES}")),
    }
}

/// Starts tantivy's writer.
pub(crate) fn start_engine(index: &Index) -> Result<IndexWriter<TantivyDocument>> {
    // Files that a killed writer left would collide: tantivy continues with the numbers of the last commit.
    index.collect_garbage()?;
    let started = index.engine.writer_with_num_threads(1, ENGINE_MEMORY);
    started.map_err(|error| write_failure(&index.location(), "opening for writing", &error))
}
