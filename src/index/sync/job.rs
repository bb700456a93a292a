//! The complete job on an index folder: one call that brings it into the state of a corpus.
//!
//! Decides between one more commit and a new generation, and activates a new generation only when it is sound.

use std::path::{Path, PathBuf};

use super::{Event, EventHandler, Progress, Summary, apply, diff::Task};
use crate::{
    corpus::Corpus,
    error::{Error, Result},
    index::{
        CommitInfo, Index, JobOptions, Writer,
        maintenance::publish_generation,
        storage::{Catalog, Generation, generation, lock},
    },
};

/// Brings the index in a folder into the state of files and folders.
///
/// Without paths these are the folders that the index was built from, or else `default`. With
/// [`JobOptions::exact_paths`] the paths are the whole corpus, and what other folders contributed is removed. An index that
/// is missing, damaged or made by another version is rebuilt as a new generation. Searches continue in
/// the old one until the new one is complete and checked.
///
/// # Errors
/// `IndexLocked` where another writer works on the index; `TooManyRemovals` and `CorpusEmpty` without
/// `allow_removals`; `CorpusMissing` where a folder that the index was built from is missing, without that
/// too; `RootsUnknown` where nothing says which folders are meant; `NotEmpty` where the folder has other
/// contents; `Read` where a folder that was named is missing or the system refuses to read the index;
/// `Interrupted`; `Write` and `Engine` where the index cannot be written. The index is then as it was before.
pub fn update(
    folder: &Path,
    paths: &[PathBuf],
    default: &Path,
    options: &JobOptions,
    on_event: &mut dyn FnMut(Event<'_>, Progress),
) -> Result<Summary> {
    options.writer.resources()?;
    generation::refuse_other_contents(folder)?;
    let lock = || generation::lock(folder, options.wait, &options.stop);
    let _lock = (!options.dry_run).then(lock).transpose()?;
    let summary = Job { folder, paths, default, options }.run(on_event)?;
    if !options.dry_run {
        Catalog::record_success(folder);
    }
    Ok(summary)
}

/// The arguments of [`update`].
struct Job<'a> {
    folder: &'a Path,
    paths: &'a [PathBuf],
    default: &'a Path,
    options: &'a JobOptions,
}

impl Job<'_> {
    fn run(&self, on_event: EventHandler<'_>) -> Result<Summary> {
        let (old, reason) = match Index::open(self.folder) {
            Ok(index) if self.options.full => (Some(index), "a full rebuild was asked for".to_owned()),
            Ok(index) => match self.commit_to(&index, on_event) {
                // Some damage shows only while the index is read.
                Err(error) => (Some(index), reason_to_rebuild(error)?),
                done => return done,
            },
            Err(error) => (None, reason_to_rebuild(error)?),
        };
        let old = old.as_ref();
        let task = self.task(old, true)?;
        let roots = task.corpus.places().len();
        tracing::info!(reason, releases = task.before, roots, "building a new generation");
        on_event(Event::Rebuilding(&reason), Progress::default());
        let mut fill = |index: &Index| apply::run(index, self.writer(index)?, &task, old, on_event);
        let summary = if self.options.dry_run {
            fill(&Index::in_memory()?)?
        } else {
            let fill = |generation: &Generation| fill(&Index::create(generation)?);
            publish_generation(self.folder, self.options.keep, lock::now(), fill)?
        };
        Ok(Summary { rebuilt: true, ..summary })
    }

    /// Adds one more commit to an index.
    fn commit_to(&self, index: &Index, on_event: EventHandler<'_>) -> Result<Summary> {
        let task = self.task(Some(index), false)?;
        let (releases, roots) = (task.before, task.corpus.places().len());
        tracing::info!(releases, roots, "bringing the index up to date");
        if !self.options.dry_run {
            // A run without changes removes what a killed one left, too.
            index.collect_garbage_or_warn();
        }
        apply::run(index, self.writer(index)?, &task, None, on_event)
    }

    fn writer(&self, index: &Index) -> Result<Writer> {
        let mut writer = Writer::under_lock(index.clone(), self.options.writer, None, &self.options.stop)?;
        writer.dry = self.options.dry_run;
        Ok(writer)
    }

    /// What the arguments mean for the index as it is.
    fn task(&self, existing: Option<&Index>, rebuilds: bool) -> Result<Task<'_>> {
        let allow_removals = self.options.allow_removals;
        let info = match existing {
            Some(index) => Some(index.commit_info()?),
            None if !generation::exists(self.folder) => Some(CommitInfo::default()),
            None => CommitInfo::of_any_version(self.folder)?,
        };
        let Some(info) = info.or_else(|| (!self.paths.is_empty()).then(CommitInfo::default)) else {
            return Err(Error::RootsUnknown { path: self.folder.into() });
        };
        let wanted = self.wanted_roots()?;
        // A folder that the system refuses to look at is not missing.
        let is_missing = |root: &PathBuf| root.try_exists().is_ok_and(|exists| !exists);
        let is_unwanted = |root: &PathBuf| wanted.as_ref().is_some_and(|wanted| !wanted.contains(root));
        let (forgotten, roots): (Vec<PathBuf>, Vec<PathBuf>) =
            info.roots.into_iter().partition(|root| allow_removals && is_missing(root) || is_unwanted(root));
        let mut paths = self.paths.to_vec();
        // A new generation contains only what is read into it, so folders that are not named are read too,
        // unless they may be removed.
        if paths.is_empty() || rebuilds && !allow_removals {
            paths.extend_from_slice(&roots);
        }
        if let Some(missing) = paths.iter().find(|path| roots.contains(path) && is_missing(path)) {
            return Err(Error::CorpusMissing { path: missing.clone() });
        }
        if paths.is_empty() {
            paths.push(self.default.to_owned());
        }
        let corpus = Corpus::open(&paths, &roots)?.with_options(self.options.read.clone());
        let corpus = corpus.follow_links(self.options.follow_links);
        let before = usize::try_from(info.releases).unwrap_or(usize::MAX);
        Ok(Task { options: self.options, corpus, forgotten, before, rebuilds })
    }

    /// The only folders that the index may be built from, where the paths are the whole corpus.
    fn wanted_roots(&self) -> Result<Option<Vec<PathBuf>>> {
        if !self.options.exact_paths || self.paths.is_empty() {
            return Ok(None);
        }
        let opened = Corpus::open(self.paths, &[])?;
        let named = self.paths.iter().filter_map(|path| path.canonicalize().ok());
        Ok(Some(named.chain(opened.places().iter().map(|place| place.root.clone())).collect()))
    }
}

/// Why an index that cannot be used is rebuilt; the error where rebuilding it would not help.
fn reason_to_rebuild(error: Error) -> Result<String> {
    match error {
        Error::IndexMissing { .. } => Ok("there is none yet".to_owned()),
        Error::IndexStale { found, expected, .. } => {
            Ok(format!("another version made it ({found}; this one is {expected})"))
        }
        Error::IndexDamaged { path, reason } => Ok(format!("{} is damaged: {reason}", path.display())),
        error => Err(error),
    }
}
