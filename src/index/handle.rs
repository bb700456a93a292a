//! [`Index`]: a handle to one generation of an index, and what each commit records about itself.
//!
//! Opening, creating and describing an index live here. Writing is in `build`, searching in `search`,
//! everything that works on a whole index folder in `maintenance` and `sync`.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Directory,
    directory::{DirectoryLock, META_LOCK},
    index::SegmentId,
};

use super::{
    block_stats::StatsPlugin,
    engine_error::{catch_panic, read_failure, write_failure},
    schema::{self, Fields},
    storage::{
        catalog::Catalog,
        checksum::StopFlag,
        directory::{ChecksummedDirectory, META},
        garbage,
        generation::{self, Generation},
        lock::WriteLock,
        manifest::Manifest,
        read_error, unless_damaged,
    },
};
use crate::{
    analysis::Analyzer,
    error::{Error, Result},
};

/// Uncompressed bytes in a block of stored releases. A block is decompressed as a whole: reading ten hits
/// takes 60 µs less than with tantivy's default of 16 KB, and the store is 7 % larger.
pub(super) const STORE_BLOCK: usize = 4096;

/// An index of releases, on disk or in memory. Cheap to clone, usable from many threads.
#[derive(Clone)]
pub struct Index {
    inner: Arc<Inner>,
}

struct Inner {
    /// The index folder and this generation's folder inside it; `None` for an index in memory.
    folders: Option<Folders>,
    /// The write lock, held while the generation is being built.
    building: Mutex<Option<WriteLock>>,
    engine: tantivy::Index,
    stop: StopFlag,
    fields: Fields,
    /// Loaded when it is first needed: most commands read an index without analysing text.
    analyzer: OnceLock<Analyzer>,
}

/// Where an index lives on disk.
pub(super) struct Folders {
    /// The index folder, which holds the generations.
    pub index: PathBuf,
    /// The folder of this generation.
    pub generation: PathBuf,
}

/// Identifies a state of an index: it differs after each commit and after each merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    active: Option<u64>,
    opstamp: u64,
    pub segments: Vec<(SegmentId, Option<u64>)>,
}

impl Version {
    /// Whether both show the same releases. A merge changes the segments only, which no search can see.
    pub fn is_same_commit(&self, other: &Self) -> bool {
        (&self.active, self.opstamp) == (&other.active, other.opstamp)
    }
}

/// What an index records with every commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// The corpus folders that the index was built from, absolute.
    #[serde(default)]
    pub roots: Vec<PathBuf>,
    /// The time of the commit, in seconds since 1970-01-01 UTC.
    #[serde(default)]
    pub committed: u64,
    /// The number of releases in the index.
    #[serde(default)]
    pub releases: u64,
    /// The name of the manifest of corpus files; empty for an index in memory.
    #[serde(default)]
    pub(super) files: String,
}

impl CommitInfo {
    /// What the last commit of a generation recorded, whichever version wrote it. Tantivy keeps the record
    /// as JSON text inside its own JSON file.
    pub(super) fn of_any_version(generation: &Path) -> Result<Option<Self>> {
        #[derive(Deserialize)]
        struct Meta {
            payload: String,
        }
        let path = generation.join(META);
        let Some(bytes) = unless_damaged(fs::read(&path).map_err(|error| read_error(&path, error)))? else {
            return Ok(None);
        };
        let meta = serde_json::Deserializer::from_slice(&bytes).into_iter::<Meta>().next();
        Ok(meta.and_then(|meta| serde_json::from_str(&meta.ok()?.payload).ok()))
    }
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// `IndexMissing` where there is none, `IndexStale` where another version made it,
    /// `IndexDamaged` where its files are not whole.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        loop {
            let generation = generation::active_folder(folder)?;
            let opened = Self::open_generation(folder, &generation);
            // A writer may have activated a new generation, and removed this one, since its name was read.
            if opened.is_ok() || generation::active_folder(folder)? == generation {
                return opened;
            }
        }
    }

    /// The same index as it is now, with the analyzer of this handle and its caches.
    pub(super) fn reopen(&self, folder: &Path) -> Result<Self> {
        let index = Self::open(folder)?;
        if let Some(analyzer) = self.inner.analyzer.get() {
            _ = index.inner.analyzer.set(analyzer.clone());
        }
        Ok(index)
    }

    pub(super) fn open_generation(folder: &Path, generation: &Path) -> Result<Self> {
        let failed = |error| read_failure(generation, error);
        let directory = ChecksummedDirectory::open(generation).map_err(|error| failed(error.into()))?;
        let stop = directory.stop_flag().clone();
        let open = || tantivy::Index::open(directory).map_err(failed);
        let mut engine = catch_panic(generation, open)?;
        engine.register_plugin(Arc::new(StatsPlugin));
        let folders = Folders { index: folder.into(), generation: generation.into() };
        Ok(Self::assemble((engine, stop), Some(folders), None))
    }

    /// Creates an empty generation in a folder. `lock` is `None` where the caller holds the write lock.
    pub(super) fn create_generation(folder: &Path, lock: Option<WriteLock>) -> Result<Self> {
        let generation = generation::create(folder)?.folder;
        let create = || {
            let directory = ChecksummedDirectory::open(&generation)?;
            let stop = directory.stop_flag().clone();
            let settings = tantivy::IndexSettings { docstore_blocksize: STORE_BLOCK, ..Default::default() };
            Ok((builder().settings(settings).open_or_create(directory)?, stop))
        };
        let engine = create().map_err(|error| {
            generation::discard(folder, &generation);
            write_failure(&generation, "creating an index", &error)
        })?;
        Ok(Self::assemble(engine, Some(Folders { index: folder.into(), generation }), lock))
    }

    /// An empty index that lives in memory and is dropped with its last handle.
    ///
    /// # Errors
    /// `Engine` where the engine refuses to create it.
    pub fn in_memory() -> Result<Self> {
        let engine = builder().create_in_ram();
        let engine =
            engine.map_err(|error| write_failure(Path::new("memory"), "creating an index", &error))?;
        Ok(Self::assemble((engine, StopFlag::default()), None, None))
    }

    fn assemble(
        (engine, stop): (tantivy::Index, StopFlag),
        folders: Option<Folders>,
        building: Option<WriteLock>,
    ) -> Self {
        let (_, fields) = Fields::build();
        let building = Mutex::new(building);
        let analyzer = OnceLock::new();
        Self { inner: Arc::new(Inner { folders, building, engine, stop, fields, analyzer }) }
    }

    /// Whether an index of any version exists in this folder.
    pub fn exists(folder: impl AsRef<Path>) -> bool {
        generation::exists(folder.as_ref())
    }

    /// When a run last succeeded in this folder, whether or not it changed anything, in seconds since
    /// 1970-01-01 UTC. Where no run is recorded it is the time of the last commit. `None` where that is not
    /// recorded either, or the index is missing or damaged.
    ///
    /// # Errors
    /// `Read` where the system refuses to read the index.
    pub fn last_success(folder: impl AsRef<Path>) -> Result<Option<u64>> {
        let folder = folder.as_ref();
        let Some(catalog) = unless_damaged(Catalog::read(folder))? else { return Ok(None) };
        if catalog.last_success > 0 {
            return Ok(Some(catalog.last_success));
        }
        let info = CommitInfo::of_any_version(&Generation::new(folder, catalog.active).folder)?;
        Ok(info.map(|info| info.committed).filter(|&time| time > 0))
    }

    /// Identifies everything that decides what an index of this program contains for a text.
    pub fn fingerprint() -> String {
        schema::fingerprint()
    }

    /// The analyzer that the index and its searches share. The first call loads the dictionary, which takes about
    /// 4 ms unless [`Analyzer::preload`] has done it.
    ///
    /// # Errors
    /// `Dictionary` where the dictionary cannot be loaded.
    pub fn analyzer(&self) -> Result<&Analyzer> {
        if let Some(analyzer) = self.inner.analyzer.get() {
            return Ok(analyzer);
        }
        let analyzer = Analyzer::new()?;
        Ok(self.inner.analyzer.get_or_init(|| analyzer))
    }

    /// What the last commit recorded.
    ///
    /// # Errors
    /// `IndexDamaged` where the record cannot be read.
    pub fn commit_info(&self) -> Result<CommitInfo> {
        let Some(payload) = self.metas()?.payload else { return Ok(CommitInfo::default()) };
        serde_json::from_str(&payload).map_err(|error| self.damaged(&error))
    }

    /// The files and folders that could not be read, or not all of them, each with the line at fault and the reason.
    ///
    /// # Errors
    /// `IndexDamaged` where the manifest cannot be read.
    pub fn failures(&self) -> Result<Vec<Error>> {
        let manifest = self.manifest()?;
        let files = manifest.iter().map(|(root, name, entry)| (Path::new(root).join(name), &entry.failures));
        let unread = manifest.unread.iter().map(|(path, failures)| (PathBuf::from(path), failures));
        let mut all: Vec<_> = files.chain(unread).collect();
        all.sort();
        let failures = all.into_iter().flat_map(|(path, failures)| {
            failures.iter().map(move |failure| Error::Malformed {
                path: path.clone(),
                line: failure.line,
                reason: failure.reason.clone(),
            })
        });
        Ok(failures.collect())
    }

    /// The size of the index on disk in bytes; 0 for one in memory.
    ///
    /// # Errors
    /// `Read` where the folder cannot be read.
    pub fn size(&self) -> Result<u64> {
        let Some(folder) = self.generation_folder() else { return Ok(0) };
        let failed = |source: std::io::Error| Error::Read { path: folder.into(), source };
        let mut bytes = 0;
        for entry in fs::read_dir(folder).map_err(failed)? {
            bytes += entry.and_then(|entry| entry.metadata()).map_err(failed)?.len();
        }
        Ok(bytes)
    }

    /// The write lock that this handle holds while its generation is being built.
    pub(super) fn build_lock(&self) -> MutexGuard<'_, Option<WriteLock>> {
        self.inner.building.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this generation is the active one of its folder.
    pub(super) fn is_active(&self) -> Result<bool> {
        let Some(folders) = self.folders() else { return Ok(true) };
        let active = unless_damaged(generation::active(&folders.index))?;
        Ok(active.is_some_and(|active| active.folder == folders.generation))
    }

    /// Whether this generation was replaced and is no longer retained.
    pub(super) fn is_retired(&self) -> bool {
        self.folders().is_some_and(|folders| generation::is_retired(&folders.index, &folders.generation))
    }

    /// The current state of the index.
    pub(super) fn version(&self) -> Result<Version> {
        // While the first generation is being built none is active.
        let active = self.folders().map(|folders| unless_damaged(generation::active(&folders.index)));
        let active = active.transpose()?.flatten().map(|active| active.number);
        let meta = self.metas()?;
        let segments = meta.segments.iter().map(|segment| (segment.id(), segment.delete_opstamp()));
        Ok(Version { active, opstamp: meta.opstamp, segments: segments.collect() })
    }

    /// The entries of all corpus files that the last commit recorded.
    pub(super) fn manifest(&self) -> Result<Manifest> {
        match (self.generation_folder(), self.commit_info()?.files) {
            (Some(folder), name) if !name.is_empty() => Manifest::read(folder, &name),
            _ => Ok(Manifest::default()),
        }
    }

    /// The names of all files that belong to the last commit.
    pub(super) fn live_files(&self) -> Result<HashSet<PathBuf>> {
        let mut live = self.metas()?.list_segment_files();
        live.insert(self.commit_info()?.files.into());
        live.extend(garbage::permanent_files());
        Ok(live)
    }

    /// Removes the files of this generation that the last commit does not name; returns them.
    pub(super) fn collect_garbage(&self) -> Result<Vec<PathBuf>> {
        let Some(folder) = self.generation_folder() else { return Ok(Vec::new()) };
        let _lock = self.lock_files("removing unused files")?;
        garbage::collect(folder, &self.live_files()?)
    }

    /// As [`Index::collect_garbage`], where what was done is done whether or not this succeeds.
    pub(super) fn collect_garbage_or_warn(&self) {
        if let Err(error) = self.collect_garbage() {
            tracing::warn!("unused files could not be removed and stay until the next run: {error}");
        }
    }

    /// Keeps the files of this generation from being removed until the result is dropped.
    pub(super) fn lock_files(&self, doing: &'static str) -> Result<DirectoryLock> {
        let lock = self.engine().directory().acquire_lock(&META_LOCK);
        lock.map_err(|error| write_failure(&self.location(), doing, &error.into()))
    }

    pub(super) fn metas(&self) -> Result<tantivy::IndexMeta> {
        self.engine().load_metas().map_err(|error| self.read_failed(error))
    }

    /// What stops all writing to this index.
    pub(super) fn stop_flag(&self) -> &StopFlag {
        &self.inner.stop
    }

    pub(super) fn engine(&self) -> &tantivy::Index {
        &self.inner.engine
    }

    pub(super) fn folders(&self) -> Option<&Folders> {
        self.inner.folders.as_ref()
    }

    pub(super) fn generation_folder(&self) -> Option<&Path> {
        self.folders().map(|folders| folders.generation.as_path())
    }

    /// The index folder, or a placeholder for an index in memory, for messages.
    pub(super) fn location(&self) -> PathBuf {
        self.folders().map_or_else(|| PathBuf::from("memory"), |folders| folders.index.clone())
    }

    pub(crate) fn fields(&self) -> Fields {
        self.inner.fields
    }

    /// The error for an index that cannot be read: damage, or what the system refused.
    pub(crate) fn read_failed(&self, error: impl Into<tantivy::TantivyError>) -> Error {
        read_failure(&self.location(), error)
    }

    pub(crate) fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        Error::IndexDamaged { path: self.location(), reason: error.to_string() }
    }

    pub(crate) fn failed(&self, doing: &'static str, error: &dyn std::fmt::Display) -> Error {
        Error::Engine { doing, path: self.location(), reason: error.to_string() }
    }
}

/// An index of tantivy with everything that this program adds to its segments.
fn builder() -> tantivy::IndexBuilder {
    tantivy::Index::builder().schema(Fields::build().0).register_plugin(Arc::new(StatsPlugin))
}
