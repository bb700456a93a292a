//! Bringing an index into the state of a corpus: what is new is added, what changed is replaced, what
//! is gone is removed, in one commit.
//!
//! How the files are gone through is the business of `pass`. Prints nothing; the caller hears of each
//! step as an event.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{Choices, Index, Writer, pass::Pass};
use crate::{
    corpus::{Corpus, Place, SourceFile},
    error::{Error, Result},
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
pub(super) type OnEvent<'a> = &'a mut dyn FnMut(Event<'_>, Progress);

/// Brings an index into the state of a corpus, in one commit.
///
/// Releases of corpus folders that this corpus does not name are left as they are. With
/// `allow_removals` a run may remove more than half of the releases, or find a folder empty.
///
/// # Errors
/// `IndexLocked` where another writer works on the index; `TooManyRemovals` and `CorpusEmpty` without
/// `allow_removals`; `Write` and `Engine` where the index cannot be written. The index is then as it
/// was before.
pub fn sync(
    index: &Index,
    corpus: &Corpus,
    allow_removals: bool,
    on_event: &mut dyn FnMut(Event<'_>, Progress),
) -> Result<Summary> {
    let choices = Choices { allow_removals, ..Choices::default() };
    run(index, index.writer()?, &Task { corpus, forgotten: &[], older: None }, &choices, on_event)
}

/// What a run goes through.
pub(super) struct Task<'a> {
    pub corpus: &'a Corpus,
    /// Corpus folders of which nothing may stay.
    pub forgotten: &'a [PathBuf],
    /// The index whose place this one is to take.
    pub older: Option<&'a Index>,
}

/// Goes through a corpus and commits.
pub(super) fn run(
    index: &Index,
    writer: Writer,
    task: &Task<'_>,
    choices: &Choices,
    on_event: OnEvent<'_>,
) -> Result<Summary> {
    let started = Instant::now();
    let Task { corpus, forgotten, older } = *task;
    let pass = Pass::new(writer, corpus, index.files()?, forgotten, choices, on_event);
    let (writer, files, mut summary) = pass.through(older)?;
    let mut roots = index.state()?.roots;
    roots.retain(|root| !forgotten.contains(root));
    for place in corpus.places() {
        if !roots.contains(&place.root) {
            roots.push(place.root.clone());
        }
    }
    let before = index.mark()?;
    writer.commit_with(&roots, &files)?;
    let (now, was) = (index.mark()?, before.segments.len());
    if choices.dry_run {
        tracing::info!("only looked: nothing was written");
    } else if now == before {
        tracing::info!("nothing had changed: nothing was written");
    } else {
        tracing::info!(releases = summary.total, segments = now.segments.len(), was, "committed and merged");
    }
    summary.took = started.elapsed();
    Ok(summary)
}
