//! The nightly job: one call that brings the index in a folder into the state of a corpus, whatever
//! stands there.
//!
//! Decides between one more commit and a new generation, and puts a new generation in force only when
//! it is sound. Prints nothing.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use super::{
    Event, Index, Means, Progress, State, Summary, Writer,
    check::check_files,
    generation,
    known::Known,
    lock::Lock,
    pass::check_removals,
    snapshot::Snapshot,
    sync::{self, OnEvent, Task},
};
use crate::{
    corpus::Corpus,
    error::{Error, Result},
};

/// How to bring an index up to date.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Build a new index beside the old one, and put it in its place when it is done.
    pub full: bool,
    /// Only find out what would change.
    pub dry_run: bool,
    /// Go on even if more than half of the releases would be removed, or if a folder is empty or gone.
    pub allow_removals: bool,
    /// How many old generations to keep when a new one takes over.
    pub keep: usize,
    /// How long to wait for another writer.
    pub wait: Duration,
    /// Memory and threads.
    pub means: Means,
    /// Set it to stop: nothing is changed then, or all.
    pub stop: Arc<AtomicBool>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            full: false,
            dry_run: false,
            allow_removals: false,
            keep: 1,
            wait: Duration::ZERO,
            means: Means::default(),
            stop: Arc::default(),
        }
    }
}

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
    choices: &Choices,
    on_event: &mut dyn FnMut(Event<'_>, Progress),
) -> Result<Summary> {
    let lock = || Lock::acquire(folder, choices.wait, &choices.stop);
    let mut lock = if choices.dry_run { None } else { Some(lock()?) };
    let summary = under_lock(folder, paths, default, choices, on_event)?;
    if let Some(lock) = &mut lock {
        lock.done();
    }
    Ok(summary)
}

fn under_lock(
    folder: &Path,
    paths: &[PathBuf],
    default: &Path,
    choices: &Choices,
    on_event: OnEvent<'_>,
) -> Result<Summary> {
    let standing = Index::open(folder);
    let asked = |rebuilding| Asked::new(folder, &standing, paths, default, choices, rebuilding);
    let reason = match &standing {
        Ok(_) if choices.full => "a full rebuild was asked for".to_owned(),
        Ok(index) => match bring_up_to_date(index, &asked(false)?, choices, on_event) {
            // Some damage shows only on the way.
            Err(error) => reason_to_rebuild(&error).ok_or(error)?,
            done => return done,
        },
        Err(error) => match reason_to_rebuild(error) {
            Some(reason) => reason,
            None => return standing.map(|_| Summary::default()),
        },
    };
    rebuild(folder, &reason, standing.as_ref().ok(), &asked(true)?, choices, on_event)
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
        choices: &Choices,
        rebuilding: bool,
    ) -> Result<Self> {
        let state = match standing {
            Ok(index) => Some(index.state()?),
            Err(Error::IndexMissing { .. }) => Some(State::default()),
            Err(_) => generation::in_force(folder).ok().and_then(|old| State::of_any_version(&old.folder)),
        };
        let Some(state) = state.or_else(|| (!paths.is_empty()).then(State::default)) else {
            return Err(Error::RootsUnknown { path: folder.into() });
        };
        let (gone, standing): (Vec<PathBuf>, Vec<PathBuf>) =
            state.roots.into_iter().partition(|root| choices.allow_removals && !root.exists());
        let mut all = paths.to_vec();
        // A new generation holds only what is read into it, so folders that are not named are read too,
        // unless they are meant to go.
        if paths.is_empty() || rebuilding && !choices.allow_removals {
            all.extend_from_slice(&standing);
        }
        if let Some(missing) = all.iter().find(|path| standing.contains(path) && !path.exists()) {
            return Err(Error::CorpusMissing { path: missing.clone() });
        }
        if all.is_empty() {
            all.push(default.to_owned());
        }
        let corpus = Corpus::open(&all, &standing)?;
        Ok(Self { corpus, forgotten: gone, before: state.releases })
    }
}

/// One more commit in an index that stands.
fn bring_up_to_date(
    index: &Index,
    asked: &Asked,
    choices: &Choices,
    on_event: OnEvent<'_>,
) -> Result<Summary> {
    tracing::info!(
        releases = asked.before,
        roots = asked.corpus.places().len(),
        "bringing the index up to date"
    );
    let writer = if choices.dry_run {
        Writer::dry(index.clone())?
    } else {
        Writer::under_lock(index.clone(), choices.means, None)?
    };
    let task = Task { corpus: &asked.corpus, forgotten: &asked.forgotten, older: None };
    sync::run(index, writer, &task, choices, on_event)
}

fn rebuild(
    folder: &Path,
    reason: &str,
    old: Option<&Index>,
    asked: &Asked,
    choices: &Choices,
    on_event: OnEvent<'_>,
) -> Result<Summary> {
    tracing::info!(
        reason,
        releases = asked.before,
        roots = asked.corpus.places().len(),
        "building a new generation"
    );
    on_event(Event::Rebuilding(reason), Progress::default());
    if choices.dry_run {
        let index = Index::in_memory()?;
        let writer = Writer::dry(index.clone())?;
        let task = Task { corpus: &asked.corpus, forgotten: &[], older: old };
        let summary = sync::run(&index, writer, &task, choices, on_event)?;
        return Ok(Summary { rebuilt: true, ..summary });
    }
    let index = Index::build(folder, None)?;
    let built = fill(&index, old, asked, choices, on_event);
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
    choices: &Choices,
    on_event: OnEvent<'_>,
) -> Result<Summary> {
    let writer = Writer::under_lock(index.clone(), choices.means, None)?;
    let task = Task { corpus: &asked.corpus, forgotten: &[], older: old };
    let summary = sync::run(index, writer, &task, choices, on_event)?;
    let before = usize::try_from(asked.before).unwrap_or(usize::MAX);
    check_removals(lost(index, old, before)?, before, choices)?;
    check_files(index)?;
    tracing::info!(releases = summary.total, "the new generation is complete and sound");
    index.publish_keeping(choices.keep)?;
    Ok(Summary { rebuilt: true, ..summary })
}

/// How many of the releases in the old index the new one lacks.
fn lost(new: &Index, old: Option<&Index>, before: usize) -> Result<usize> {
    let new = Known::of(&Snapshot::open(new)?)?;
    match old.map(|old| Known::of(&Snapshot::open(old)?)) {
        Some(Ok(old)) => Ok(old.releases().filter(|(id, _)| new.get(id).is_none()).count()),
        // An old index that cannot be read any more still tells how many there were.
        _ => Ok(before.saturating_sub(new.len())),
    }
}
