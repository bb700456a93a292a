//! The error type of the library.
//!
//! A message begins in lower case, names the file and the line, and says what to do. It contains no type of the
//! search engine underneath.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The result of a fallible function of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file was read, but its content is not valid.
    #[error("{}{}: {reason}", path.display(), at_line(*line))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, if the error concerns one line.
        line: Option<u64>,
        /// What is wrong and what to do, in lower case.
        reason: String,
    },
    /// Two releases have the same id. The first one is kept.
    #[error("{}{}: id {id:?} is already taken by {first}; rename one of the two", path.display(), at_line(*line))]
    DuplicateId {
        /// The id.
        id: String,
        /// The file of the second release.
        path: PathBuf,
        /// Its line, counted from 1, if the file has many releases.
        line: Option<u64>,
        /// The file and line of the first release.
        first: String,
    },
    /// There is no index in the folder.
    #[error("no index in {}; build one with `vestnik index`", path.display())]
    IndexMissing {
        /// The folder.
        path: PathBuf,
    },
    /// The index was made by a version with another analysis chain, schema or search engine.
    #[error("the index in {} was made by another version ({found}; this one is {expected}); rebuild it with `vestnik index --full`", path.display())]
    IndexStale {
        /// The index folder.
        path: PathBuf,
        /// The fingerprint of the index.
        found: String,
        /// The fingerprint of this program.
        expected: String,
    },
    /// The index is damaged: a file is missing, or its checksum is wrong.
    #[error("the index in {} is damaged: {reason}; rebuild it with `vestnik index --full`", path.display())]
    IndexDamaged {
        /// The index folder or the file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Another process is writing the index.
    #[error("the index in {} is being written by another run{holder}; try again when it has finished", path.display())]
    IndexLocked {
        /// The index folder.
        path: PathBuf,
        /// The holder of the lock with a leading space, or nothing if it is not known.
        holder: String,
    },
    /// The index was rebuilt or replaced after this handle was opened.
    #[error("the index in {} was replaced by a newer one; open it again", path.display())]
    IndexReplaced {
        /// The index folder.
        path: PathBuf,
    },
    /// There is no older generation to go back to, or none that this version can use.
    #[error("there is no older index in {} to go back to; `vestnik index --keep N` keeps N of them", path.display())]
    NothingOlder {
        /// The index folder.
        path: PathBuf,
    },
    /// It is not known which folders an index was built from.
    #[error("the index in {} does not record the folders it was built from; name them: `vestnik index FOLDER...`", path.display())]
    RootsUnknown {
        /// The index folder.
        path: PathBuf,
    },
    /// A folder that the index was built from does not exist.
    #[error(
        "{}, which the index was built from, does not exist, so nothing was changed; is the right disk mounted? if the folder was deleted on purpose, run `vestnik index --allow-removals`", path.display()
    )]
    CorpusMissing {
        /// The folder.
        path: PathBuf,
    },
    /// A corpus folder has no file that releases are read from.
    #[error(
        "there are no releases in {}, so nothing was changed; is the right disk mounted? if it is, run `vestnik index --allow-removals`", path.display()
    )]
    CorpusEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that must be empty, or an index, has other contents.
    #[error("{} is not empty; choose a new or empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The caller asked to stop. Nothing was changed.
    #[error("interrupted; the index is as it was")]
    Interrupted,
    /// The search engine underneath failed in another way.
    #[error("{doing} failed in {}: {reason}", path.display())]
    Engine {
        /// The operation, as a noun phrase.
        doing: &'static str,
        /// The index folder.
        path: PathBuf,
        /// The error of the engine.
        reason: String,
    },
    /// Most of the releases in the index would be removed.
    #[error(
        "{removed} of {of} releases are no longer in the corpus, so nothing was changed; if this is intended, run `vestnik index --allow-removals`"
    )]
    TooManyRemovals {
        /// How many releases would be removed.
        removed: usize,
        /// The number of releases.
        of: usize,
    },
    /// The morphological dictionary could not be loaded.
    #[error("cannot load the dictionary: {0}")]
    Dictionary(String),
    /// No release has this id.
    #[error("no release {0:?} in the index; `vestnik search --format json` prints ids")]
    UnknownRelease(String),
    /// Strict parsing refused a query.
    #[error("query, character {at}: {reason}")]
    Query {
        /// The character, counted from 1.
        at: usize,
        /// What is wrong there, in lower case.
        reason: String,
    },
    /// A value is not valid (a date, a number, the name of a field).
    #[error("{what} {value:?}: {reason}")]
    Value {
        /// What the value is for.
        what: &'static str,
        /// The value.
        value: String,
        /// What is wrong and what is valid.
        reason: String,
    },
}

impl Error {
    /// The error for a file or folder that cannot be read, from that of the operating system.
    pub(crate) fn read(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Read { path: path.into(), source }
    }

    /// The error for a file or folder that cannot be written, from that of the operating system.
    pub(crate) fn write(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Write { path: path.into(), source }
    }

    /// The file or folder that the error concerns.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::Malformed { path, .. }
            | Self::DuplicateId { path, .. }
            | Self::IndexMissing { path }
            | Self::IndexStale { path, .. }
            | Self::IndexDamaged { path, .. }
            | Self::IndexLocked { path, .. }
            | Self::IndexReplaced { path }
            | Self::NothingOlder { path }
            | Self::RootsUnknown { path }
            | Self::CorpusMissing { path }
            | Self::CorpusEmpty { path }
            | Self::NotEmpty { path }
            | Self::Engine { path, .. } => Some(path),
            _ => None,
        }
    }
}

fn at_line(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}
