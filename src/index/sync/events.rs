//! What a run reports while it works, and its summary at the end.

use std::{path::Path, time::Duration};

use crate::{
    corpus::{Place, SourceFile},
    error::Error,
};

/// What happens while a corpus is read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The index is built anew beside the old one, for this reason.
    Rebuilding(&'a str),
    /// A folder or file is about to be gone through.
    Place(&'a Place),
    /// A file is about to be read.
    File(&'a SourceFile),
    /// Something could not be read; all else goes on.
    Failed(&'a Error),
    /// A file of a kind that holds no releases was passed over.
    PassedOver(&'a Path),
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read.
    pub files: u64,
    /// Releases read.
    pub releases: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// What a run did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files, releases and bytes that were read.
    pub read: Progress,
    /// Files that were not read, or not for their releases, because they had not changed.
    pub same_files: u64,
    /// Releases whose id was new.
    pub added: u64,
    /// Releases that replaced another of the same id.
    pub changed: u64,
    /// Releases that were there already, letter for letter.
    pub unchanged: u64,
    /// Releases whose file or record is gone.
    pub removed: u64,
    /// Releases that stay though they were not come by: their file could not be read, or was not asked
    /// about, or they never came from one.
    pub kept: u64,
    /// Files, folders and records that could not be read.
    pub failed: u64,
    /// Files of other kinds that were passed over.
    pub passed_over: u64,
    /// Releases in the index now.
    pub total: u64,
    /// Whether the index was built anew.
    pub rebuilt: bool,
    /// How long it took.
    pub took: Duration,
}

/// Whoever hears of each step.
pub(crate) type EventHandler<'a> = &'a mut dyn FnMut(Event<'_>, Progress);
