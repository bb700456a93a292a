//! The index: releases in, a searchable snapshot out.
//!
//! The one bridge between `Release` and tantivy: nothing outside this room and `search` names the
//! engine, and no type of it stands in a public signature. Ranks nothing, prints nothing.

mod generation;
mod schema;
mod snapshot;
mod sync;
mod tokenizer;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub(crate) use schema::{Fields, column, day_number};
pub(crate) use snapshot::{Address, Segment, Snapshot, living_count};
pub use sync::{Event, Progress, Summary, sync};
pub use writer::{Change, Writer};

use crate::{
    analysis::Analyzer,
    error::{Error, Result},
    release::Release,
};

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
    engine: tantivy::Index,
    fields: Fields,
    analyzer: Analyzer,
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
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// `IndexMissing` where there is none, `IndexStale` where another version made it,
    /// `IndexDamaged` where its files are not whole.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let generation = generation::current(folder)?;
        let engine = tantivy::Index::open_in_dir(&generation)
            .map_err(|error| Error::IndexDamaged { path: generation.clone(), reason: error.to_string() })?;
        Self::assemble(engine, Some((folder.into(), generation)))
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
    /// the old one until [`Index::publish`].
    ///
    /// # Errors
    /// `Write` where the folder cannot be written.
    pub fn rebuild(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let generation = generation::start(folder)?;
        let (schema, _) = Fields::build();
        let engine = tantivy::Index::create_in_dir(&generation, schema).map_err(|error| Error::Engine {
            doing: "making an index",
            path: generation.clone(),
            reason: error.to_string(),
        })?;
        Self::assemble(engine, Some((folder.into(), generation)))
    }

    /// Puts a rebuilt index in the old one's place, at once and for good. Does nothing to an index
    /// in memory.
    ///
    /// # Errors
    /// `Write` where the folder cannot be written; the old index then stays in force.
    pub fn publish(&self) -> Result<()> {
        match (&self.inner.folder, &self.inner.generation) {
            (Some(folder), Some(generation)) => generation::publish(folder, generation),
            _ => Ok(()),
        }
    }

    /// An empty index that lives in memory and goes with its last handle.
    ///
    /// # Errors
    /// `Dictionary` where the dictionary cannot be loaded.
    pub fn in_memory() -> Result<Self> {
        Self::assemble(tantivy::Index::create_in_ram(Fields::build().0), None)
    }

    fn assemble(engine: tantivy::Index, place: Option<(PathBuf, PathBuf)>) -> Result<Self> {
        let analyzer = Analyzer::new()?;
        let (_, fields) = Fields::build();
        engine.tokenizers().register(schema::TOKENIZER, tokenizer::TermTokenizer::new(&analyzer));
        let (folder, generation) = place.unzip();
        Ok(Self { inner: Arc::new(Inner { folder, generation, engine, fields, analyzer }) })
    }

    /// Whether an index stands in this folder, of whatever version.
    pub fn exists(folder: impl AsRef<Path>) -> bool {
        generation::exists(folder.as_ref())
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
        let meta = self.inner.engine.load_metas().map_err(|error| self.damaged(&error))?;
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
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            bytes += entry.and_then(|entry| entry.metadata()).map_err(failed)?.len();
        }
        Ok(bytes)
    }

    /// Starts writing. One writer at a time; it holds the index until it is dropped.
    ///
    /// # Errors
    /// `IndexLocked` where another writer works on it, in this process or another.
    pub fn writer(&self) -> Result<Writer> {
        Writer::new(self.clone())
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
