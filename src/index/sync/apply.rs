//! Applies a corpus to one index: reads the files that have changed, adds and removes releases, and commits.
//!
//! A file that cannot be read affects only itself: what the index contains of it stays. Of two releases with
//! one id, the one that comes first in the order of files is kept, also if an earlier run kept another.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use super::{
    Event, EventHandler, Progress, Reporter, Summary,
    diff::{Diff, Task},
};
use crate::{
    corpus::{Corpus, ReadersDigest, SourceFile},
    error::{Error, Result},
    index::{
        Change, Index, JobOptions, Snapshot, Writer,
        build::{FileId, Registry, RegistryEntry, id_problem},
        storage::{Manifest, ManifestEntry, lock::check_stop, unless_damaged},
    },
    release::Release,
};

/// The number of characters of an id that a message shows where the id is too long.
const MAX_SHOWN: usize = 80;

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
    let (forgotten, before) = (Vec::new(), 0);
    let task = Task { options: &options, corpus: corpus.clone(), forgotten, before, rebuilds: false };
    run(index, index.writer()?, &task, None, on_event)
}

/// Applies a corpus to an index and commits. In a rebuild the index replaces another one, unless that cannot be opened.
pub(super) fn run(
    index: &Index,
    writer: Writer,
    task: &Task<'_>,
    replaced: Option<&Index>,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    let started = Instant::now();
    let releases_before = writer.releases();
    let mut run = Run::new(index, writer, task, on_event)?;
    for (file, seen) in std::mem::take(&mut run.diff.files) {
        check_stop(&task.options.stop)?;
        run.file(&file, seen)?;
    }
    let Summary { same_files, read, failed, .. } = run.reporter.summary;
    tracing::info!(unchanged = same_files, read = read.files, failed, "went through the files");
    run.remove_missing(releases_before)?;
    run.carry_over();
    if task.rebuilds {
        run.take_over(replaced)?;
    }
    let Run { writer, now: manifest, reporter: Reporter { mut summary, .. }, .. } = run;
    summary.total = writer.releases() as u64;
    summary.kept = summary.total.saturating_sub(summary.added + summary.changed + summary.unchanged);
    let mut roots = index.commit_info()?.roots;
    roots.retain(|root| !task.forgotten.contains(root));
    for place in task.corpus.places() {
        if !roots.contains(&place.root) {
            roots.push(place.root.clone());
        }
    }
    // Nothing fails once the commit is made.
    let written = writer.commit_with(&roots, &manifest)?;
    match written {
        _ if task.options.dry_run => tracing::info!("dry run: nothing was written"),
        true => tracing::info!(releases = summary.total, "committed and merged"),
        false => tracing::info!("nothing has changed: nothing was written"),
    }
    summary.took = started.elapsed();
    Ok(summary)
}

/// A run over the files of a corpus.
struct Run<'a> {
    task: &'a Task<'a>,
    writer: Writer,
    readers: ReadersDigest<'a>,
    diff: Diff<'a>,
    /// What was read of each file before, and what is known of it now.
    before: Manifest,
    now: Manifest,
    reporter: Reporter<'a>,
    /// Files that have not changed and were not read.
    unchanged: HashSet<FileId>,
    /// The ids read in this run, and the files that they were read from.
    seen: HashMap<String, PathBuf>,
}

impl<'a> Run<'a> {
    fn new(index: &Index, writer: Writer, task: &'a Task<'a>, on_event: EventHandler<'a>) -> Result<Self> {
        let mut reporter = Reporter { summary: Summary::default(), handler: on_event };
        let mut now = Manifest::default();
        let diff = Diff::walk(task, &mut reporter, &mut now)?;
        let (before, readers) = (index.commit()?.manifest()?, task.corpus.options().digest());
        let (unchanged, seen) = (HashSet::new(), HashMap::new());
        Ok(Self { task, writer, readers, diff, before, now, reporter, unchanged, seen })
    }

    /// Reads a file if it has changed.
    fn file(&mut self, file: &SourceFile, seen: SystemTime) -> Result<()> {
        let (root, path) = (file.root.to_string_lossy(), file.path());
        let now = ManifestEntry::new(file, seen, self.readers.of(&path));
        let before = self.before.get(&root, &file.name).ok_or("it is new");
        let entry = match before.and_then(|entry| entry.unchanged(&now, file)) {
            Ok(entry) => {
                tracing::debug!(name = file.name, "unchanged");
                let summary = &mut self.reporter.summary;
                summary.same_files += u64::from(!entry.is_empty());
                summary.unchanged += u64::from(entry.releases);
                entry.errors(&path).for_each(|error| self.reporter.event(Event::Failed(&error)));
                self.unchanged.extend(self.writer.registry.file_id(&root, &file.name));
                entry
            }
            Err(why) => {
                tracing::debug!(file = %path.display(), bytes = file.size, why, "reading");
                self.reporter.event(Event::File(file));
                let entry = self.read(file, now)?;
                let Progress { files, bytes, .. } = &mut self.reporter.summary.read;
                *files += u64::from(!entry.is_empty());
                *bytes += file.size;
                entry
            }
        };
        self.reporter.summary.noted += u64::from(entry.noted);
        if entry.is_empty() {
            self.reporter.event(Event::Ignored(&path));
        }
        *self.now.entry(&root, &file.name) = entry;
        Ok(())
    }

    /// Reads a file, and completes its entry.
    fn read(&mut self, file: &SourceFile, mut entry: ManifestEntry) -> Result<ManifestEntry> {
        let (path, task) = (file.path(), self.task);
        let mut recorded = Ok(());
        let read = file.read(task.corpus.options(), &task.options.stop, &mut |release| {
            recorded = self.record(release, &path, &mut entry);
            if recorded.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        recorded?;
        match read {
            Ok(read) => entry.digest = read.digest,
            Err(error @ Error::Interrupted) => return Err(error),
            Err(error) => {
                self.fail(&error, &path, &mut entry);
                entry.digest = file.digest().unwrap_or_default();
            }
        }
        Ok(entry)
    }

    /// Adds a release that was read from a file, or reports why there is none. Fails where the index cannot be written.
    fn record(&mut self, release: Result<Release>, path: &Path, entry: &mut ManifestEntry) -> Result<()> {
        let release = match release.and_then(|release| self.with_valid_id(release, path)) {
            Ok(release) => release,
            Err(error) => {
                self.fail(&error, path, entry);
                return Ok(());
            }
        };
        let has_notes = release.origin.as_ref().is_some_and(|origin| !origin.notes.is_empty());
        entry.releases += 1;
        entry.noted += u32::from(has_notes);
        let summary = &mut self.reporter.summary;
        match self.writer.add(&release)? {
            Change::Added => summary.added += 1,
            Change::Changed => summary.changed += 1,
            Change::Unchanged => summary.unchanged += 1,
        }
        self.seen.insert(release.id, path.into());
        Ok(())
    }

    /// Refuses a release whose id an index cannot have, or another release has.
    fn with_valid_id(&mut self, release: Release, path: &Path) -> Result<Release> {
        let (path, line) = (path.into(), release.origin.as_ref().and_then(|origin| origin.line));
        if let Some(problem) = id_problem(&release.id) {
            let shown: String = release.id.chars().take(MAX_SHOWN).collect();
            return Err(Error::Malformed { path, line, reason: format!("the id {shown:?} {problem}") });
        }
        self.reporter.summary.read.releases += 1;
        let Some(first) = self.holder_of(&release) else { return Ok(release) };
        let hint = " (which no longer exists; `--allow-removals` forgets a folder that is missing)";
        let first = format!("{}{}", first.display(), if first.exists() { "" } else { hint });
        Err(Error::DuplicateId { id: release.id, path, line, first })
    }

    /// The other file that has a release's id and keeps it: it came earlier, or is not part of this run.
    fn holder_of(&mut self, release: &Release) -> Option<PathBuf> {
        if let Some(first) = self.seen.get(&release.id) {
            return Some(first.clone());
        }
        let id = self.writer.registry.releases.get(&release.id)?.file?;
        let (root, name) = self.writer.registry.file_name(id);
        let origin = release.origin.as_ref()?;
        if origin.root == Path::new(root) && origin.file == name {
            return None;
        }
        let path = Path::new(root).join(name);
        if self.unchanged.contains(&id) || self.diff.stays(&path) {
            return Some(path);
        }
        // If the file still exists, its turn comes later in this run. It must be read then, although it may be
        // unchanged.
        self.before.entry(root, name).expire();
        None
    }

    /// Removes the releases whose file or record no longer exists.
    fn remove_missing(&mut self, of: usize) -> Result<()> {
        let registry = &self.writer.registry;
        let stays = |(file, path): &(FileId, PathBuf)| self.unchanged.contains(file) || self.diff.stays(path);
        let stay: HashSet<FileId> = registry.files().filter(stays).map(|(file, _)| file).collect();
        let is_missing = |(id, entry): &(&String, &RegistryEntry)| {
            entry.file.is_some_and(|file| !stay.contains(&file)) && !self.seen.contains_key(*id)
        };
        let missing: Vec<String> =
            registry.releases.iter().filter(is_missing).map(|(id, _)| id.clone()).collect();
        self.task.check_removals(missing.len(), of)?;
        if !missing.is_empty() {
            tracing::info!(releases = missing.len(), of, "removing releases that no longer exist");
        }
        for id in missing {
            tracing::debug!(id, "removed");
            self.writer.remove(&id);
            self.reporter.summary.removed += 1;
        }
        Ok(())
    }

    /// Keeps the manifest entries of files that this run did not look at.
    fn carry_over(&mut self) {
        for (root, name, entry) in self.before.iter() {
            if self.now.get(root, name).is_none() && self.diff.stays(&Path::new(root).join(name)) {
                *self.now.entry(root, name) = entry.clone();
            }
        }
    }

    /// Copies from the replaced index what it contains of files that could not be read, and what never came from
    /// a file. Stops a run in which most of its releases would be missing.
    fn take_over(&mut self, replaced: Option<&Index>) -> Result<()> {
        let read =
            |index| Snapshot::open(index).and_then(|snapshot| Ok((Registry::of(&snapshot)?, snapshot)));
        let read = replaced.map(|index| unless_damaged(read(index))).transpose()?;
        let Some((registry, snapshot)) = read.flatten() else {
            // Its commit still says how many there were.
            let before = self.task.before;
            if before > self.writer.releases() || before > 0 && !self.diff.unread.is_empty() {
                tracing::warn!(
                    "the older index cannot be opened: the new one holds only what could be read from files"
                );
            }
            return self.task.check_removals(before.saturating_sub(self.writer.releases()), before);
        };
        let is_unread = |file| {
            let (root, name) = registry.file_name(file);
            self.diff.is_unread(&Path::new(root).join(name))
        };
        let unread = registry.releases.iter().filter(|(_, entry)| entry.file.is_none_or(is_unread));
        let mut ids: BTreeSet<&String> = unread.map(|(id, _)| id).collect();
        ids.retain(|id| !self.writer.registry.releases.contains_key(*id));
        for id in ids {
            match snapshot.find(id).and_then(|at| at.map(|at| snapshot.release(at)).transpose()) {
                Ok(Some(release)) => {
                    tracing::debug!(id, "copied from the older index");
                    self.writer.add(&release)?;
                }
                Ok(None) => {}
                Err(error @ Error::IndexDamaged { .. }) => self.reporter.event(Event::Failed(&error)),
                Err(error) => return Err(error),
            }
        }
        let now = &self.writer.registry.releases;
        let missing = registry.releases.keys().filter(|id| !now.contains_key(*id)).count();
        self.task.check_removals(missing, registry.releases.len())
    }

    /// Reports an error in a file, and keeps what the index contains of it. Two releases with one id are no
    /// reason to keep any: both could be read.
    fn fail(&mut self, error: &Error, path: &Path, entry: &mut ManifestEntry) {
        if !matches!(error, Error::DuplicateId { .. }) {
            self.diff.unread.insert(path.into());
        }
        entry.fail(error);
        self.reporter.event(Event::Failed(error));
    }
}
