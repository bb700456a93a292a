//! Bringing an index into the state of a corpus: what is new is added, what changed is replaced, what
//! is gone is removed, in one commit.
//!
//! A file that cannot be read costs only itself: what the index holds of it stays. Prints nothing;
//! the caller hears of each step as an event.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{Change, Index, Writer};
use crate::{
    corpus::{Corpus, Found, SourceFile},
    error::{Error, Result},
    release::Release,
};

/// A run that would remove more than this part of the releases is stopped: an empty mount and a
/// mistyped folder look just like a corpus whose files are gone.
const MOST_REMOVED: f64 = 0.5;

/// What happens while a corpus is read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
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

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files, releases and bytes that were read.
    pub read: Progress,
    /// Releases whose id was new.
    pub added: u64,
    /// Releases that replaced another of the same id.
    pub changed: u64,
    /// Releases that were there already, letter for letter.
    pub unchanged: u64,
    /// Releases whose file or record is gone.
    pub removed: u64,
    /// Files, folders and records that could not be read.
    pub failed: u64,
    /// Files of other kinds that were passed over.
    pub passed_over: u64,
    /// Releases in the index now.
    pub total: u64,
    /// How long it took.
    pub took: Duration,
}

/// Brings an index into the state of a corpus, in one commit.
///
/// Releases of corpus folders that this corpus does not name are left as they are. With
/// `allow_removals` a run may remove more than half of the releases.
///
/// # Errors
/// `IndexLocked` where another writer works on the index; `TooManyRemovals` without
/// `allow_removals`; `Engine` where the engine fails. The index is then as it was before.
pub fn sync(
    index: &Index,
    corpus: &Corpus,
    allow_removals: bool,
    on_event: &mut dyn FnMut(Event<'_>, Progress),
) -> Result<Summary> {
    let started = Instant::now();
    let mut run = Run {
        writer: index.writer()?,
        seen: HashMap::new(),
        kept: Kept::default(),
        summary: Summary::default(),
    };
    let before = run.writer.releases();
    for found in corpus.files() {
        match found {
            Found::File(file) => run.file(&file, on_event)?,
            Found::Failed(error) => run.fail(&error, on_event),
            Found::PassedOver(path) => {
                run.summary.passed_over += 1;
                on_event(Event::PassedOver(&path), run.summary.read);
            }
        }
    }
    run.remove_gone(corpus, before, allow_removals)?;
    let mut roots = index.state()?.roots;
    for place in corpus.places() {
        if !roots.contains(&place.root) {
            roots.push(place.root.clone());
        }
    }
    let Run { writer, mut summary, .. } = run;
    summary.total = writer.releases() as u64;
    writer.commit(&roots)?;
    summary.took = started.elapsed();
    Ok(summary)
}

struct Run {
    writer: Writer,
    /// Ids read in this run, and where.
    seen: HashMap<String, PathBuf>,
    kept: Kept,
    summary: Summary,
}

/// What could not be read, so that nothing of it may be taken for gone.
#[derive(Default)]
struct Kept {
    paths: HashSet<PathBuf>,
    everything: bool,
}

impl Kept {
    fn keep(&mut self, error: &Error) {
        match error.path() {
            Some(path) => _ = self.paths.insert(path.into()),
            None => self.everything = true,
        }
    }

    fn covers(&self, path: &Path) -> bool {
        self.everything || path.ancestors().any(|part| self.paths.contains(part))
    }
}

impl Run {
    fn file(&mut self, file: &SourceFile, on_event: &mut dyn FnMut(Event<'_>, Progress)) -> Result<()> {
        on_event(Event::File(file), self.summary.read);
        let path = file.path();
        match file.releases() {
            Err(error) => self.fail(&error, on_event),
            Ok(releases) => {
                for release in releases {
                    match release {
                        Ok(release) => self.release(release, &path, on_event)?,
                        Err(error) => {
                            self.kept.paths.insert(path.clone());
                            self.fail(&error, on_event);
                        }
                    }
                }
            }
        }
        self.summary.read.files += 1;
        self.summary.read.bytes += file.size;
        Ok(())
    }

    fn release(
        &mut self,
        release: Release,
        path: &Path,
        on_event: &mut dyn FnMut(Event<'_>, Progress),
    ) -> Result<()> {
        self.summary.read.releases += 1;
        if let Some(first) = self.seen.get(&release.id) {
            let error = Error::DuplicateId {
                place: path.display().to_string(),
                first: first.display().to_string(),
                id: release.id,
            };
            self.summary.failed += 1;
            on_event(Event::Failed(&error), self.summary.read);
            return Ok(());
        }
        match self.writer.add(&release)? {
            Change::Added => self.summary.added += 1,
            Change::Changed => self.summary.changed += 1,
            Change::Unchanged => self.summary.unchanged += 1,
        }
        self.seen.insert(release.id, path.into());
        Ok(())
    }

    fn fail(&mut self, error: &Error, on_event: &mut dyn FnMut(Event<'_>, Progress)) {
        self.summary.failed += 1;
        self.kept.keep(error);
        on_event(Event::Failed(error), self.summary.read);
    }

    fn remove_gone(&mut self, corpus: &Corpus, before: usize, allow_removals: bool) -> Result<()> {
        let mut gone = Vec::new();
        for (id, known) in self.writer.known() {
            let Some((root, file)) = &known.origin else { continue };
            let in_corpus = corpus.places().iter().any(|place| {
                place.root == Path::new(root)
                    && (place.below.is_empty() || Path::new(file).starts_with(&place.below))
            });
            if in_corpus && !self.seen.contains_key(id) && !self.kept.covers(&Path::new(root).join(file)) {
                gone.push(id.clone());
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a share of at most a few million")]
        let share = gone.len() as f64 / before.max(1) as f64;
        if share > MOST_REMOVED && !allow_removals {
            return Err(Error::TooManyRemovals { gone: gone.len(), of: before });
        }
        for id in gone {
            self.writer.remove(&id);
            self.summary.removed += 1;
        }
        Ok(())
    }
}
