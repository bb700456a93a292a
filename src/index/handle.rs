//! [`Index`]: a handle to one generation of an index, and what each commit records about itself.
//!
//! Opening, creating and describing an index live here. Writing is in `build`, searching in `search`,
//! everything that works on a whole index folder in `maintenance` and `sync`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Directory, IndexSettings,
    directory::{DirectoryLock, META_LOCK},
    store::Compressor,
};

use super::{
    block_stats::MergePlugin,
    engine_error::{catch_panic, read_failure, write_failure},
    schema::{self, Fields},
    storage::{
        Catalog, ChecksummedDirectory, Generation, MANAGED, MARKER, META, Manifest, StopFlag,
        atomic_file::remove_if_exists, generation, list, lock, read_error, unless_damaged,
    },
};
use crate::{
    analysis::Analyzer,
    error::{Error, Result},
};

/// An index of releases, on disk or in memory. Cheap to clone, usable from many threads.
#[derive(Clone)]
pub struct Index {
    /// `None` for an index in memory.
    pub(super) generation: Option<Generation>,
    pub(super) engine: tantivy::Index,
    /// What stops all writing to this index.
    pub(super) stop: StopFlag,
    pub(super) fields: Fields,
    /// Loads the dictionary when it is first needed: most commands read an index without analysing text.
    pub(super) analyzer: Analyzer,
}

/// What an index records with every commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommitInfo {
    /// The corpus folders that the index was built from, absolute.
    pub roots: Vec<PathBuf>,
    /// The time of the commit, in seconds since 1970-01-01 UTC.
    pub committed: u64,
    /// The number of releases in the index.
    pub releases: u64,
    /// The name of the manifest of corpus files; empty for an index in memory.
    pub(super) files: String,
}

impl CommitInfo {
    /// What the last commit to an index recorded, whichever version wrote it. Tantivy keeps the record
    /// as JSON text inside its own JSON file.
    pub(super) fn of_any_version(index: &Path) -> Result<Option<Self>> {
        let read = |active: Generation| {
            let path = active.folder.join(META);
            fs::read(&path).map_err(|error| read_error(&path, error))
        };
        let bytes = unless_damaged(Generation::active(index).and_then(read))?.unwrap_or_default();
        let meta: Option<serde_json::Result<serde_json::Value>> =
            serde_json::Deserializer::from_slice(&bytes).into_iter().next();
        Ok(meta.and_then(|meta| serde_json::from_str(meta.ok()?["payload"].as_str()?).ok()))
    }
}

/// A commit as it is recorded, read in one step.
pub(crate) struct Commit {
    pub info: CommitInfo,
    pub meta: tantivy::IndexMeta,
    /// The folder of its files; `None` in memory.
    folder: Option<PathBuf>,
}

impl Commit {
    /// The files in a folder, that of the index or of a copy of it: those that belong to the commit, and the others.
    pub fn files_in(&self, folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
        // A segment has only some of the files that are listed for it.
        let mut names = self.meta.list_segment_files();
        names.extend([META, MANAGED, MARKER, &self.info.files].map(PathBuf::from));
        let is_named = |path: &PathBuf| path.file_name().is_some_and(|name| names.contains(Path::new(name)));
        Ok(list(folder).map_err(Error::read(folder))?.into_iter().partition(is_named))
    }

    /// What was read of each corpus file.
    pub fn manifest(&self) -> Result<Manifest> {
        match &self.folder {
            Some(folder) if !self.info.files.is_empty() => Manifest::read(folder, &self.info.files),
            _ => Ok(Manifest::default()),
        }
    }
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// `IndexMissing` where there is none, `IndexStale` where another version made it,
    /// `IndexDamaged` where its files are not whole.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Generation::with_active(folder.as_ref(), Self::open_generation)
    }

    /// Opens the index in a folder, or creates an empty one where there is none.
    ///
    /// # Errors
    /// As [`Index::open`]; `IndexLocked` where another process creates it; `Write` where the folder cannot be written.
    pub fn open_or_create(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        if !generation::exists(folder) {
            let _lock = generation::try_lock(folder)?;
            // Another process may have created it before this one took the lock.
            if !generation::exists(folder) {
                let generation = Generation::create(folder)?;
                let created =
                    Self::create(&generation).and_then(|_| generation.publish(0, false, lock::now()));
                created.inspect_err(|_| generation.discard())?;
            }
        }
        Self::open(folder)
    }

    /// The index as it is now: the active generation of the folder. Cheap if this handle is current.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn reload(&self) -> Result<Self> {
        if self.is_active()? { Ok(self.clone()) } else { Self::open(self.location()) }
    }

    /// Opens a generation of this version, whether or not it is the active one.
    pub(super) fn open_generation(generation: &Generation) -> Result<Self> {
        generation.check_version()?;
        let (folder, stop) = (&generation.folder, StopFlag::default());
        let open = || tantivy::Index::open(ChecksummedDirectory::open(folder, &stop)?);
        let mut engine = catch_panic(folder, || open().map_err(|error| read_failure(folder, error)))?;
        engine.register_plugin(Arc::new(MergePlugin));
        Ok(Self::assemble(engine, stop, Some(generation.clone())))
    }

    /// Creates an empty index in the folder of a new generation.
    pub(super) fn create(generation: &Generation) -> Result<Self> {
        let (folder, stop) = (&generation.folder, StopFlag::default());
        let create = || builder().open_or_create(ChecksummedDirectory::open(folder, &stop)?);
        let engine = create().map_err(|error| write_failure(folder, "creating an index", &error))?;
        Ok(Self::assemble(engine, stop, Some(generation.clone())))
    }

    /// An empty index that lives in memory and is dropped with its last handle.
    ///
    /// # Errors
    /// `Engine` where the engine refuses to create it.
    pub fn in_memory() -> Result<Self> {
        let failed = |error| write_failure(Path::new("memory"), "creating an index", &error);
        let engine = builder().create_in_ram().map_err(failed)?;
        Ok(Self::assemble(engine, StopFlag::default(), None))
    }

    fn assemble(engine: tantivy::Index, stop: StopFlag, generation: Option<Generation>) -> Self {
        Self { generation, engine, stop, fields: Fields::build().1, analyzer: Analyzer::unloaded() }
    }

    /// Whether an index of any version exists in this folder.
    pub fn exists(folder: impl AsRef<Path>) -> bool {
        generation::exists(folder.as_ref())
    }

    /// When a run last succeeded in this folder, whether or not it changed anything, in seconds since
    /// 1970-01-01 UTC. `None` where none is recorded, or the index is missing or damaged.
    ///
    /// # Errors
    /// `Read` where the system refuses to read the index.
    pub fn last_success(folder: impl AsRef<Path>) -> Result<Option<u64>> {
        Ok(Some(Catalog::read_or_empty(folder.as_ref())?.last_success).filter(|&time| time > 0))
    }

    /// Identifies everything that decides what an index of this program contains for a text.
    pub fn fingerprint() -> String {
        schema::fingerprint()
    }

    /// The analyzer that the index and its searches share. The first call loads the dictionary, as [`Analyzer::new`] does.
    /// A search itself loads it only for words whose forms the index does not have.
    ///
    /// # Errors
    /// `Dictionary` where the dictionary cannot be loaded.
    pub fn analyzer(&self) -> Result<&Analyzer> {
        self.analyzer.loaded()
    }

    /// What the last commit recorded.
    ///
    /// # Errors
    /// `IndexDamaged` where the record cannot be read.
    pub fn commit_info(&self) -> Result<CommitInfo> {
        Ok(self.commit()?.info)
    }

    /// The files and folders that could not be read, or not all of them, each with the line at fault and the reason.
    ///
    /// # Errors
    /// `IndexDamaged` where the manifest cannot be read.
    pub fn failures(&self) -> Result<Vec<Error>> {
        let mut failures = Vec::new();
        for (root, name, entry) in self.commit()?.manifest()?.iter() {
            // An entry for a whole corpus folder has no name.
            let path: PathBuf = Path::new(root).join(name).components().collect();
            failures.extend(entry.errors(&path));
        }
        Ok(failures)
    }

    /// The size of the index on disk in bytes; 0 for one in memory.
    ///
    /// # Errors
    /// `Read` where the folder cannot be read.
    pub fn size(&self) -> Result<u64> {
        let Some(folder) = self.generation_folder() else { return Ok(0) };
        let size = |path: PathBuf| Ok(fs::metadata(path)?.len());
        list(folder).and_then(|files| files.into_iter().map(size).sum()).map_err(Error::read(folder))
    }

    /// The last commit.
    pub(super) fn commit(&self) -> Result<Commit> {
        let meta = self.engine.load_metas().map_err(|error| self.read_failed(error))?;
        let info = meta.payload.as_deref().map_or_else(|| Ok(CommitInfo::default()), serde_json::from_str);
        let info = info.map_err(|error| self.damaged(&error))?;
        Ok(Commit { info, meta, folder: self.generation_folder().map(Path::to_owned) })
    }

    /// Whether no other generation has replaced this one.
    pub(super) fn is_active(&self) -> Result<bool> {
        self.generation.as_ref().map_or(Ok(true), Generation::is_active)
    }

    /// Removes the files of this generation that the last commit does not name, such as those of a killed writer;
    /// returns them. Only for the holder of the write lock, because nobody else is writing then.
    pub(super) fn collect_garbage(&self) -> Result<Vec<PathBuf>> {
        let Some(folder) = self.generation_folder() else { return Ok(Vec::new()) };
        let _lock = self.lock_files()?;
        let (_, mut unused) = self.commit()?.files_in(folder)?;
        unused.retain(|path| path.extension().is_none_or(|ending| ending != "lock"));
        for path in &unused {
            remove_if_exists(path).map_err(Error::write(path))?;
        }
        tracing::debug!(files = unused.len(), "removed files that no commit names");
        Ok(unused)
    }

    /// As [`Index::collect_garbage`], where what was done is done whether or not this succeeds.
    pub(super) fn collect_garbage_or_warn(&self) {
        if let Err(error) = self.collect_garbage() {
            tracing::warn!("unused files could not be removed and stay until the next run: {error}");
        }
    }

    /// Keeps the files of this generation from being removed until the result is dropped. A reader that has learnt of
    /// a file holds this lock until the file is open.
    pub(super) fn lock_files(&self) -> Result<DirectoryLock> {
        let lock = self.engine.directory().acquire_lock(&META_LOCK);
        lock.map_err(|error| self.read_failed(error))
    }

    pub(super) fn generation_folder(&self) -> Option<&Path> {
        self.generation.as_ref().map(|own| own.folder.as_path())
    }

    /// The index folder, or a placeholder for an index in memory, for messages.
    pub(super) fn location(&self) -> PathBuf {
        self.generation.as_ref().map_or_else(|| PathBuf::from("memory"), |own| own.index.clone())
    }

    /// The error for an index that cannot be read: damage, or what the system refused.
    pub(crate) fn read_failed(&self, error: impl Into<tantivy::TantivyError>) -> Error {
        read_failure(&self.location(), error)
    }

    /// The error for an index that cannot be written: `Interrupted` where writing was to stop.
    pub(super) fn write_failed(&self, doing: &'static str, error: &tantivy::TantivyError) -> Error {
        let failed = || write_failure(&self.location(), doing, error);
        lock::check_stop(&self.stop.load()).err().unwrap_or_else(failed)
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
    // Releases are not compressed: unpacking ten hits takes as long as ranking them. A hit verifies and copies its whole
    // block, which therefore has one or two press releases. With twice the size, a query takes 4 % longer, and the index
    // of blocks, which is read when a segment is opened, 2 bytes a release less.
    let settings = IndexSettings {
        docstore_compression: Compressor::None,
        docstore_blocksize: 2048,
        ..IndexSettings::default()
    };
    let builder = tantivy::Index::builder().schema(Fields::build().0).settings(settings);
    builder.register_plugin(Arc::new(MergePlugin))
}
