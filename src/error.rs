//! Everything that can go wrong in the library, as one enum.
//!
//! A message is lower-case, names the file (and line) and says what to do next; it never prints,
//! never decides an exit code and never carries a type of the engine below.

use std::{
    io,
    path::{Path, PathBuf},
};

/// What every fallible call of the library returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was read, but what it holds is not a release (or not all of it is).
    #[error("{}{}: {reason}", path.display(), at_line(*line))]
    Malformed {
        /// The file at fault.
        path: PathBuf,
        /// The line at fault, counted from 1, where one line is.
        line: Option<u64>,
        /// What is wrong and what to do, lower-case.
        reason: String,
    },
    /// Two releases claim the same id; the first is kept.
    #[error("{place}: id {id:?} is already taken by {first}; rename one of the two")]
    DuplicateId {
        /// The id that both claim.
        id: String,
        /// Where the second release stands.
        place: String,
        /// Where the first one stands.
        first: String,
    },
    /// No index stands at this place.
    #[error("no index in {}; build one with `vestnik index`", path.display())]
    IndexMissing {
        /// The folder that was looked into.
        path: PathBuf,
    },
    /// The index was made by another analysis chain, schema or engine.
    #[error("the index in {} was made by another version ({found}; this one is {expected}); rebuild it with `vestnik index --full`", path.display())]
    IndexStale {
        /// The index folder.
        path: PathBuf,
        /// The fingerprint that the index carries.
        found: String,
        /// The fingerprint of this program.
        expected: String,
    },
    /// The index is damaged: files are missing or their contents are not what was written.
    #[error("the index in {} is damaged: {reason}; rebuild it with `vestnik index --full`", path.display())]
    IndexDamaged {
        /// The index folder or the file at fault.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Another writer works on the index.
    #[error("the index in {} is being written by another run{holder}; wait for it and try again", path.display())]
    IndexLocked {
        /// The index folder.
        path: PathBuf,
        /// Who holds the lock, where that is known, with a leading space; or nothing.
        holder: String,
    },
    /// The index was rebuilt, or another was put in its place, after this handle was opened.
    #[error("the index in {} was replaced by a newer one meanwhile; open it again", path.display())]
    IndexReplaced {
        /// The index folder.
        path: PathBuf,
    },
    /// There is no older index to go back to, or none that this program can use.
    #[error("there is no older index in {} to go back to; `vestnik index --keep N` keeps some", path.display())]
    NothingOlder {
        /// The index folder.
        path: PathBuf,
    },
    /// The folders that an index was built from cannot be told.
    #[error("{} does not tell which folders it was built from; name them: `vestnik index FOLDER...`", path.display())]
    RootsUnknown {
        /// The index folder.
        path: PathBuf,
    },
    /// A folder that the index was built from is gone.
    #[error(
        "{}, which the index was built from, is not there, so nothing was changed; is the right disk mounted? if the folder is gone for good, run `vestnik index --allow-removals`", path.display()
    )]
    CorpusMissing {
        /// The folder.
        path: PathBuf,
    },
    /// A corpus folder has no files that releases are read from.
    #[error(
        "no releases in {}, so nothing was changed; is the right disk mounted? if it is, run `vestnik index --allow-removals`", path.display()
    )]
    CorpusEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that must be empty has something in it.
    #[error("{} is not empty; give a new folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// Whoever called asked to stop, and nothing was changed.
    #[error("interrupted; the index is as it was")]
    Interrupted,
    /// The engine below failed in a way that has no better name.
    #[error("{doing} failed in {}: {reason}", path.display())]
    Engine {
        /// What was being done, as a noun phrase.
        doing: &'static str,
        /// The index folder.
        path: PathBuf,
        /// What the engine said.
        reason: String,
    },
    /// Most of the releases in the index would go.
    #[error(
        "{gone} of {of} releases are no longer in the corpus, so nothing was changed; if that is right, run `vestnik index --allow-removals`"
    )]
    TooManyRemovals {
        /// How many releases would be removed.
        gone: usize,
        /// How many there are.
        of: usize,
    },
    /// The morphological dictionary could not be loaded.
    #[error("cannot load the dictionary: {0}")]
    Dictionary(String),
    /// No release has this id.
    #[error("no release {0:?} in the index; `vestnik search` prints ids")]
    UnknownRelease(String),
    /// A strict query has something doubtful in it.
    #[error("query, character {at}: {reason}")]
    Query {
        /// Where, in characters from 1.
        at: usize,
        /// What is doubtful there, lower-case.
        reason: String,
    },
    /// A value is not what its place wants (a date, a number, a field's name).
    #[error("{what} {value:?}: {reason}")]
    Value {
        /// What the value is for.
        what: &'static str,
        /// What was given.
        value: String,
        /// What would do.
        reason: String,
    },
}

impl Error {
    /// The file or folder at fault, where there is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::Malformed { path, .. }
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
