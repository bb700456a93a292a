//! The nightly job: one call that brings the index in a folder into the state of a corpus, whatever
//! stands there.
//!
//! Decides between one more commit and a new generation, and puts a new generation in force only when
//! it is sound. Prints nothing.

use std::path::{Path, PathBuf};

use super::{
    apply::{self, Task},
    diff::check_removals,
    events::{Event, EventHandler, Progress, Summary},
};
use crate::{
    corpus::Corpus,
    error::{Error, Result},
    index::{
        CommitInfo, Index, JobOptions, Writer,
        build::Registry,
        maintenance::check_files,
        snapshot::Snapshot,
        storage::{generation, lock::WriteLock},
    },
};

/// Brings the index in a folder into the state of files and folders.
///
/// Without paths these are the folders that the index was built from, or else `default`. An index that
/// is missing, that another version made or that is damaged is built anew, in a new generation; searches
/// in the old one go on until the new one is complete and checked.
///
/// # Errors
/// `IndexLocked` where another writer works on the index; `TooManyRemovals` and `CorpusEmpty` without
/// `allow_removals`; `CorpusMissing` where a folder that the index was built from is gone, without that
/// too; `RootsUnknown` where nothing tells which folders are meant; `Read` where a folder that was named
/// is missing; `Interrupted`; `Write` and `Engine` where the index cannot be written. The
/// index is then as it was before.
pub fn update(
    folder: &Path,
    paths: &[PathBuf],
    default: &Path,
    options: &JobOptions,
    on_event: &mut dyn FnMut(Event<'_>, Progress),
) -> Result<Summary> {
    options.writer.validate()?;
    let lock = || WriteLock::acquire(folder, options.wait, &options.stop);
    let mut lock = if options.dry_run { None } else { Some(lock()?) };
    let summary = under_lock(folder, paths, default, options, on_event)?;
    if let Some(lock) = &mut lock {
        lock.mark_success();
    }
    Ok(summary)
}

fn under_lock(
    folder: &Path,
    paths: &[PathBuf],
    default: &Path,
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    let standing = Index::open(folder);
    let asked = |rebuilding| Asked::new(folder, &standing, paths, default, options, rebuilding);
    let reason = match &standing {
        Ok(_) if options.full => "a full rebuild was asked for".to_owned(),
        Ok(index) => match bring_up_to_date(index, &asked(false)?, options, on_event) {
            // Some damage shows only on the way.
            Err(error) => reason_to_rebuild(&error).ok_or(error)?,
            done => return done,
        },
        Err(error) => match reason_to_rebuild(error) {
            Some(reason) => reason,
            None => return standing.map(|_| Summary::default()),
        },
    };
    rebuild(folder, &reason, standing.as_ref().ok(), &asked(true)?, options, on_event)
}

fn reason_to_rebuild(error: &Error) -> Option<String> {
    match error {
        Error::IndexMissing { .. } => Some("there is none yet".to_owned()),
        Error::IndexStale { found, expected, .. } => {
            Some(format!("another version made it ({found}; this one is {expected})"))
        }
        Error::IndexDamaged { path, reason } => Some(format!("{} is damaged: {reason}", path.display())),
        _ => None,
    }
}

/// What a run goes through.
struct Asked {
    corpus: Corpus,
    /// Folders that the index was built from and that are gone for good.
    forgotten: Vec<PathBuf>,
    /// How many releases the index held.
    before: u64,
}

impl Asked {
    fn new(
        folder: &Path,
        standing: &Result<Index>,
        paths: &[PathBuf],
        default: &Path,
        options: &JobOptions,
        rebuilding: bool,
    ) -> Result<Self> {
        let state = match standing {
            Ok(index) => Some(index.commit_info()?),
            Err(Error::IndexMissing { .. }) => Some(CommitInfo::default()),
            Err(_) => generation::active(folder).ok().and_then(|old| CommitInfo::of_any_version(&old.folder)),
        };
        let Some(state) = state.or_else(|| (!paths.is_empty()).then(CommitInfo::default)) else {
            return Err(Error::RootsUnknown { path: folder.into() });
        };
        let (gone, standing): (Vec<PathBuf>, Vec<PathBuf>) =
            state.roots.into_iter().partition(|root| options.allow_removals && !root.exists());
        let mut all = paths.to_vec();
        // A new generation holds only what is read into it, so folders that are not named are read too,
        // unless they are meant to go.
        if paths.is_empty() || rebuilding && !options.allow_removals {
            all.extend_from_slice(&standing);
        }
        if let Some(missing) = all.iter().find(|path| standing.contains(path) && !path.exists()) {
            return Err(Error::CorpusMissing { path: missing.clone() });
        }
        if all.is_empty() {
            all.push(default.to_owned());
        }
        let corpus = Corpus::open(&all, &standing)?.with_options(options.read.clone());
        Ok(Self { corpus, forgotten: gone, before: state.releases })
    }
}

/// One more commit in an index that stands.
fn bring_up_to_date(
    index: &Index,
    asked: &Asked,
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    tracing::info!(
        releases = asked.before,
        roots = asked.corpus.places().len(),
        "bringing the index up to date"
    );
    let writer = if options.dry_run {
        Writer::dry(index.clone())?
    } else {
        Writer::under_lock(index.clone(), options.writer, None)?
    };
    let task = Task { corpus: &asked.corpus, forgotten: &asked.forgotten, older: None };
    apply::run(index, writer, &task, options, on_event)
}

fn rebuild(
    folder: &Path,
    reason: &str,
    old: Option<&Index>,
    asked: &Asked,
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    tracing::info!(
        reason,
        releases = asked.before,
        roots = asked.corpus.places().len(),
        "building a new generation"
    );
    on_event(Event::Rebuilding(reason), Progress::default());
    if options.dry_run {
        let index = Index::in_memory()?;
        let writer = Writer::dry(index.clone())?;
        let task = Task { corpus: &asked.corpus, forgotten: &[], older: old };
        let summary = apply::run(&index, writer, &task, options, on_event)?;
        return Ok(Summary { rebuilt: true, ..summary });
    }
    let index = Index::create_generation(folder, None)?;
    let built = fill(&index, old, asked, options, on_event);
    if built.is_err()
        && let Some(folder) = index.generation_folder()
    {
        // What is left of it, the next run removes.
        _ = std::fs::remove_dir_all(folder);
    }
    built
}

fn fill(
    index: &Index,
    old: Option<&Index>,
    asked: &Asked,
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    let writer = Writer::under_lock(index.clone(), options.writer, None)?;
    let task = Task { corpus: &asked.corpus, forgotten: &[], older: old };
    let summary = apply::run(index, writer, &task, options, on_event)?;
    let before = usize::try_from(asked.before).unwrap_or(usize::MAX);
    check_removals(lost(index, old, before)?, before, options)?;
    check_files(index)?;
    tracing::info!(releases = summary.total, "the new generation is complete and sound");
    index.publish_keeping(options.keep)?;
    Ok(Summary { rebuilt: true, ..summary })
}

/// How many of the releases in the old index the new one lacks.
fn lost(new: &Index, old: Option<&Index>, before: usize) -> Result<usize> {
    let new = Registry::of(&Snapshot::open(new)?)?;
    match old.map(|old| Registry::of(&Snapshot::open(old)?)) {
        Some(Ok(old)) => Ok(old.releases().filter(|(id, _)| new.get(id).is_none()).count()),
        // An old index that cannot be read any more still tells how many there were.
        _ => Ok(before.saturating_sub(new.len())),
    }
}
