//! Applying the state of a corpus to one index, in one commit.

use std::{path::PathBuf, time::Instant};

use super::{
    diff::Diff,
    events::{Event, EventHandler, Progress, Summary},
};
use crate::{
    corpus::Corpus,
    error::Result,
    index::{Index, JobOptions, Writer},
};

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
    let options = JobOptions { allow_removals, ..JobOptions::default() };
    run(index, index.writer()?, &Task { corpus, forgotten: &[], older: None }, &options, on_event)
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
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    let started = Instant::now();
    let Task { corpus, forgotten, older } = *task;
    let diff = Diff::new(writer, corpus, index.manifest()?, forgotten, options, on_event);
    let (writer, files, mut summary) = diff.run(older)?;
    let mut roots = index.commit_info()?.roots;
    roots.retain(|root| !forgotten.contains(root));
    for place in corpus.places() {
        if !roots.contains(&place.root) {
            roots.push(place.root.clone());
        }
    }
    let before = index.version()?;
    writer.commit_with(&roots, &files)?;
    let (now, was) = (index.version()?, before.segments.len());
    if options.dry_run {
        tracing::info!("only looked: nothing was written");
    } else if now == before {
        tracing::info!("nothing had changed: nothing was written");
    } else {
        tracing::info!(releases = summary.total, segments = now.segments.len(), was, "committed and merged");
    }
    summary.took = started.elapsed();
    Ok(summary)
}
