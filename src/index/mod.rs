//! The index: releases in, a searchable snapshot out.
//!
//! The one bridge between `Release` and tantivy: nothing outside this room and `search` names the
//! engine, and no type of it stands in a public signature. Ranks nothing, prints nothing.

mod backup;
mod care;
mod check;
mod crew;
mod disk;
mod draft;
mod durable;
mod files;
mod flow;
mod generation;
mod gone;
mod inversion;
mod kept;
mod known;
mod lock;
mod pass;
mod schema;
mod seal;
mod segment;
mod sizes;
mod snapshot;
mod stored;
mod sweep;
mod sync;
mod threads;
mod told;
mod unpacked;
mod update;
mod watch;
mod writer;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tantivy::index::SegmentId;

pub use backup::{Taken, backup, restore};
pub use care::{compact, gc, rollback};
pub use check::{Report, check};
pub(crate) use flow::Flow;
pub(crate) use schema::{Fields, column, day_number};
pub(crate) use segment::{Segment, Zone, goes_to};
pub use sizes::Sizes;
pub(crate) use snapshot::{Address, Snapshot};
pub(crate) use stored::{Stored, Whole};
pub use sync::{Event, Progress, Summary, sync};
pub(crate) use threads::side_by_side;
pub use update::{Choices, update};
pub use watch::Watch;
pub use writer::{Change, Means, Writer};

use self::{disk::Disk, files::Files, generation::Generation, lock::Lock, told::told};
use crate::{
    analysis::Analyzer,
    error::{Error, Result},
    release::Release,
};

/// Stored releases are packed together until they have so many bytes. A block is unpacked whole: to read
/// ten hits takes 60 µs less than with the engine's 16 KB, which is 7 % smaller on disk.
const STORE_BLOCK: usize = 4096;

/// An index of releases, on disk or in memory. Cheap to clone, usable from many threads.
#[derive(Clone)]
pub struct Index {
    inner: Arc<Inner>,
}

struct Inner {
    /// The index folder; none for an index in memory.
    folder: Option<PathBuf>,
    /// The folder of this generation within it.
    generation: Option<PathBuf>,
    /// The right to write, while the generation is being built.
    building: Mutex<Option<Lock>>,
    engine: tantivy::Index,
    fields: Fields,
    analyzer: Analyzer,
}

impl Mark {
    /// Whether both show the same releases: merging changes nothing that a search can tell.
    fn is_same_commit(&self, other: &Self) -> bool {
        (&self.current, self.opstamp) == (&other.current, other.opstamp)
    }
}

/// A state of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    current: Option<Generation>,
    opstamp: u64,
    segments: Vec<(SegmentId, Option<u64>)>,
}

/// What an index records of itself with every commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The corpus folders that it was built from, absolute.
    #[serde(default)]
    pub roots: Vec<PathBuf>,
    /// When the commit was made, in seconds since 1970-01-01 UTC.
    #[serde(default)]
    pub committed: u64,
    /// How many releases the index holds.
    #[serde(default)]
    pub releases: u64,
    /// The file that says what was read of each file of the corpus; empty for an index in memory.
    #[serde(default)]
    files: String,
}

impl State {
    /// What the last commit of a generation recorded, whatever version made it: the engine keeps it as
    /// JSON text within JSON text.
    fn of_any_version(generation: &Path) -> Option<Self> {
        #[derive(Deserialize)]
        struct Meta {
            payload: String,
        }
        let bytes = fs::read(generation.join(sweep::META)).ok()?;
        let meta = serde_json::Deserializer::from_slice(&bytes).into_iter::<Meta>().next()?.ok()?;
        serde_json::from_str(&meta.payload).ok()
    }
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// `IndexMissing` where there is none, `IndexStale` where another version made it,
    /// `IndexDamaged` where its files are not whole.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder.as_ref(), None)
    }

    /// As `open`, with an analyzer that is at hand and knows many words already.
    fn open_with(folder: &Path, analyzer: Option<&Analyzer>) -> Result<Self> {
        loop {
            let generation = generation::current(folder)?;
            let opened = Self::open_generation(folder, &generation, analyzer);
            // A writer may have put a new one in force, and removed this, since its name was read.
            if opened.is_ok() || generation::current(folder)? == generation {
                return opened;
            }
        }
    }

    fn open_generation(folder: &Path, generation: &Path, analyzer: Option<&Analyzer>) -> Result<Self> {
        let damaged = |reason| Error::IndexDamaged { path: generation.into(), reason };
        let disk = Disk::open(generation).map_err(|error| damaged(error.to_string()))?;
        let engine = tantivy::Index::open(disk).map_err(|error| damaged(told(&error)))?;
        Self::assemble(engine, Some((folder.into(), generation.into())), None, analyzer)
    }

    /// Opens the index in a folder, or makes an empty one where there is none.
    ///
    /// # Errors
    /// As [`Index::open`], and `Write` where the folder cannot be written.
    pub fn open_or_create(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        if generation::exists(folder) {
            return Self::open(folder);
        }
        let index = Self::rebuild(folder)?;
        index.publish()?;
        Ok(index)
    }

    /// Starts an empty index beside the one in a folder, whatever made that one. Searches go on in
    /// the old one until [`Index::publish`]; nobody else can write until then, or until the last handle
    /// to the new one goes.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works in the folder; `Write` where it cannot be written.
    pub fn rebuild(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let lock = Lock::acquire(folder, Duration::ZERO, &AtomicBool::new(false))?;
        Self::build(folder, Some(lock))
    }

    /// As `rebuild`, where the caller may hold the lock.
    fn build(folder: &Path, lock: Option<Lock>) -> Result<Self> {
        let generation = generation::start(folder)?;
        let failed =
            |reason: String| Error::Engine { doing: "making an index", path: generation.clone(), reason };
        let disk = Disk::open(&generation).map_err(|error| failed(error.to_string()))?;
        let settings =
            tantivy::IndexSettings { docstore_blocksize: STORE_BLOCK, ..tantivy::IndexSettings::default() };
        let engine = tantivy::Index::create(disk, Fields::build().0, settings)
            .map_err(|error| failed(error.to_string()))?;
        Self::assemble(engine, Some((folder.into(), generation)), lock, None)
    }

    /// Puts a rebuilt index in the old one's place, at once and for good, keeps the old one beside it
    /// and removes older ones. Does nothing to an index in memory.
    ///
    /// # Errors
    /// `Write` where the folder cannot be written; the old index then stays in force.
    pub fn publish(&self) -> Result<()> {
        self.publish_keeping(1)
    }

    fn publish_keeping(&self, keep: usize) -> Result<()> {
        if let (Some(folder), Some(generation)) = (&self.inner.folder, &self.inner.generation)
            && !self.is_in_force()?
        {
            generation::publish(folder, generation, keep, check::is_sound(folder))?;
        }
        if let Some(mut lock) = self.inner.building.lock().unwrap_or_else(PoisonError::into_inner).take() {
            lock.done();
        }
        Ok(())
    }

    /// An empty index that lives in memory and goes with its last handle.
    ///
    /// # Errors
    /// `Dictionary` where the dictionary cannot be loaded.
    pub fn in_memory() -> Result<Self> {
        Self::assemble(tantivy::Index::create_in_ram(Fields::build().0), None, None, None)
    }

    fn assemble(
        engine: tantivy::Index,
        place: Option<(PathBuf, PathBuf)>,
        building: Option<Lock>,
        analyzer: Option<&Analyzer>,
    ) -> Result<Self> {
        let analyzer = analyzer.map_or_else(Analyzer::new, |analyzer| Ok(analyzer.clone()))?;
        let (_, fields) = Fields::build();
        let (folder, generation) = place.unzip();
        let building = Mutex::new(building);
        Ok(Self { inner: Arc::new(Inner { folder, generation, building, engine, fields, analyzer }) })
    }

    fn is_being_built(&self) -> bool {
        self.inner.building.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether this generation is the one that the index folder names.
    fn is_in_force(&self) -> Result<bool> {
        let (Some(folder), Some(generation)) = (&self.inner.folder, &self.inner.generation) else {
            return Ok(true);
        };
        match generation::in_force(folder) {
            Ok(current) => Ok(current.folder == *generation),
            Err(Error::IndexMissing { .. } | Error::IndexDamaged { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Names the state that the index is in: another after each commit, and after each merge.
    fn mark(&self) -> Result<Mark> {
        // While the first generation is being built there is none in force.
        let current = self.inner.folder.as_deref().and_then(|folder| generation::in_force(folder).ok());
        let meta = self.inner.engine.load_metas().map_err(|error| self.damaged(&told(&error)))?;
        let segments = meta.segments.iter().map(|segment| (segment.id(), segment.delete_opstamp()));
        Ok(Mark { current, opstamp: meta.opstamp, segments: segments.collect() })
    }

    fn generation_folder(&self) -> Option<&Path> {
        self.inner.generation.as_deref()
    }

    /// What was read of each file of the corpus.
    fn files(&self) -> Result<Files> {
        match (self.generation_folder(), self.state()?.files) {
            (Some(folder), name) if !name.is_empty() => Files::read(folder, &name),
            _ => Ok(Files::default()),
        }
    }

    /// Whether an index stands in this folder, of whatever version.
    pub fn exists(folder: impl AsRef<Path>) -> bool {
        generation::exists(folder.as_ref())
    }

    /// When a run last ended well in this folder, in seconds since 1970-01-01 UTC, whether or not it
    /// found anything to do; none where there is no telling.
    pub fn last_run(folder: impl AsRef<Path>) -> Option<u64> {
        lock::last_done(folder.as_ref())
    }

    /// The analyzer that the index and its searches share.
    pub fn analyzer(&self) -> &Analyzer {
        &self.inner.analyzer
    }

    /// Names everything that decides what an index of this program holds for a text.
    pub fn fingerprint() -> String {
        schema::fingerprint()
    }

    /// What the last commit recorded.
    ///
    /// # Errors
    /// `IndexDamaged` where the record cannot be read.
    pub fn state(&self) -> Result<State> {
        let meta = self.inner.engine.load_metas().map_err(|error| self.damaged(&told(&error)))?;
        let Some(payload) = meta.payload else { return Ok(State::default()) };
        serde_json::from_str(&payload).map_err(|error| self.damaged(&error))
    }

    /// How many bytes the index takes on disk; 0 for one in memory.
    ///
    /// # Errors
    /// `Read` where the folder cannot be read.
    pub fn size(&self) -> Result<u64> {
        let Some(folder) = &self.inner.generation else { return Ok(0) };
        let failed = |source: std::io::Error| Error::Read { path: folder.clone(), source };
        let mut bytes = 0;
        for entry in fs::read_dir(folder).map_err(failed)? {
            bytes += entry.and_then(|entry| entry.metadata()).map_err(failed)?.len();
        }
        Ok(bytes)
    }

    /// Starts writing. One writer at a time; it holds the index until it is dropped.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works on it, in this process or another; `IndexReplaced`
    /// where a rebuilt index has taken its place.
    pub fn writer(&self) -> Result<Writer> {
        Writer::new(self.clone(), Means::default())
    }

    /// As [`Index::writer`], with so much memory and so many threads.
    ///
    /// # Errors
    /// As [`Index::writer`]; `Value` where the memory is too little.
    pub fn writer_with(&self, means: Means) -> Result<Writer> {
        Writer::new(self.clone(), means)
    }

    /// Adds releases from anywhere, one after another, and commits once: a release whose id is
    /// already there is replaced. Returns how many were added or changed.
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
        writer.commit(&self.state()?.roots)?;
        Ok(changed)
    }

    /// The folder or a stand-in for it, for messages.
    fn place(&self) -> PathBuf {
        self.inner.folder.clone().unwrap_or_else(|| PathBuf::from("memory"))
    }

    pub(crate) fn fields(&self) -> Fields {
        self.inner.fields
    }

    pub(crate) fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        Error::IndexDamaged { path: self.place(), reason: error.to_string() }
    }

    pub(crate) fn failed(&self, doing: &'static str, error: &dyn std::fmt::Display) -> Error {
        Error::Engine { doing, path: self.place(), reason: error.to_string() }
    }
}
