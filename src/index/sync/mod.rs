//! Synchronisation: brings an index into the state of a corpus. New releases are added, changed ones
//! replaced, missing ones removed, all in one commit.
//!
//! `job` decides what is read and into which generation, `diff` finds the files that have changed, `apply`
//! reads them and commits.

mod apply;
mod diff;
mod job;

use std::{path::Path, time::Duration};

use crate::{
    corpus::{Place, SourceFile},
    error::Error,
};

pub use apply::sync;
pub use job::update;

/// What happens during a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A new generation is built next to the active one, for this reason.
    Rebuilding(&'a str),
    /// A folder or file is about to be walked.
    Place(&'a Place),
    /// A file is about to be read.
    File(&'a SourceFile),
    /// Something could not be read; the run continues.
    Failed(&'a Error),
    /// A file that contains no releases was ignored.
    Ignored(&'a Path),
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read, without those that turned out to hold nothing to read.
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
    /// Files whose releases were not read because they had not changed. Every file counts once: here, as read or as
    /// ignored.
    pub same_files: u64,
    /// Releases with a new id.
    pub added: u64,
    /// Releases that replaced another one with the same id.
    pub changed: u64,
    /// Releases that the index already contained, byte for byte.
    pub unchanged: u64,
    /// Releases whose file or record no longer exists.
    pub removed: u64,
    /// Releases that stay although the run did not read them: their file could not be read, was not asked
    /// for, or never existed.
    pub kept: u64,
    /// Releases with notes about what was cut, replaced or left out of them, in files that were read in this run
    /// or had not changed.
    pub noted: u64,
    /// Files, folders and records that could not be read.
    pub failed: u64,
    /// Files of other kinds that were ignored, and containers that hold only such.
    pub ignored: u64,
    /// Releases in the index now.
    pub total: u64,
    /// Whether a new generation was built.
    pub rebuilt: bool,
    /// The duration of the run.
    pub took: Duration,
}

/// The caller's function for events.
type EventHandler<'a> = &'a mut dyn FnMut(Event<'_>, Progress);

/// Counts what happens and passes it on.
struct Reporter<'a> {
    pub summary: Summary,
    pub handler: EventHandler<'a>,
}

impl Reporter<'_> {
    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Ignored(_) => self.summary.ignored += 1,
            Event::Failed(error) => {
                tracing::info!(%error, "failed");
                self.summary.failed += 1;
            }
            _ => {}
        }
        (self.handler)(event, self.summary.read);
    }
}
