//! The difference between a corpus and what an index knows of it, as far as it shows without reading files.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Event, Reporter};
use crate::{
    corpus::{Corpus, Found, SourceFile},
    error::{Error, Result},
    index::{
        JobOptions,
        storage::{Manifest, lock::check_stop},
    },
};

/// What a run reads into an index.
pub(super) struct Task<'a> {
    pub options: &'a JobOptions,
    pub corpus: Corpus,
    /// Folders that the index was built from and that no longer exist or are no longer wanted.
    pub forgotten: Vec<PathBuf>,
    /// The number of releases in the index before the run.
    pub before: usize,
    /// Whether the index is a new one that takes the place of another.
    pub rebuilds: bool,
}

impl Task<'_> {
    /// Stops a run that would remove more than half of the releases, unless that was asked for: an unmounted disk and a
    /// mistyped folder look like a corpus whose files were removed.
    pub fn check_removals(&self, removed: usize, of: usize) -> Result<()> {
        let is_allowed = self.options.allow_removals || removed <= of / 2;
        if is_allowed { Ok(()) } else { Err(Error::TooManyRemovals { removed, of }) }
    }
}

/// The files of a corpus, and what could not be read of it.
pub(super) struct Diff<'a> {
    task: &'a Task<'a>,
    /// All files in their order, each with the time when its size and times were read.
    pub files: Vec<(SourceFile, SystemTime)>,
    /// Files and folders that could not be read.
    pub unread: HashSet<PathBuf>,
}

impl<'a> Diff<'a> {
    /// Walks a corpus, and records in its manifest what cannot be read.
    pub fn walk(task: &'a Task<'a>, reporter: &mut Reporter<'_>, manifest: &mut Manifest) -> Result<Self> {
        let mut diff = Self { task, files: Vec::new(), unread: HashSet::new() };
        let corpus = &task.corpus;
        for place in corpus.places() {
            reporter.event(Event::Place(place));
            let mut is_empty = true;
            for found in corpus.files_of(place) {
                check_stop(&task.options.stop)?;
                is_empty &= matches!(found, Found::PassedOver(_));
                match found {
                    Found::File(file) => diff.files.push((file, SystemTime::now())),
                    Found::Failed(error) => {
                        let path = error.path().map_or_else(|| place.path(), Path::to_owned);
                        let name = path.strip_prefix(&place.root).unwrap_or(&path);
                        manifest.entry(&place.root.to_string_lossy(), &name.to_string_lossy()).fail(&error);
                        diff.unread.insert(path);
                        reporter.event(Event::Failed(&error));
                    }
                    Found::PassedOver(path) => reporter.event(Event::Ignored(&path)),
                }
            }
            let path = place.path();
            // A folder may only exist for the roots inside it.
            let has_others =
                corpus.places().iter().any(|other| other != place && other.path().starts_with(&path));
            if is_empty && !has_others && !task.options.allow_removals {
                return Err(Error::CorpusEmpty { path });
            }
        }
        tracing::info!(files = diff.files.len(), ignored = reporter.summary.ignored, "walked the folders");
        Ok(diff)
    }

    /// Whether a file, or a folder above it, could not be read.
    pub fn is_unread(&self, path: &Path) -> bool {
        path.ancestors().any(|part| self.unread.contains(part))
    }

    /// Whether what the index contains of a file stays although the run did not read it: the file could not be read,
    /// or is not part of this corpus.
    pub fn stays(&self, path: &Path) -> bool {
        let Task { options, corpus, forgotten, .. } = self.task;
        if corpus.places().iter().any(|place| path.starts_with(place.path())) {
            return self.is_unread(path);
        }
        !options.exact_paths && !forgotten.iter().any(|folder| path.starts_with(folder))
    }
}
