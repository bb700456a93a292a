//! Applies a corpus to one index: reads the files that have changed, adds and removes releases, and commits.
//!
//! A file that cannot be read affects only itself: what the index contains of it stays. Of two releases with
//! one id, the one that comes first in the order of files is kept, also if an earlier run kept another.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use super::{
    diff::{Diff, Replaced, Task, check_removals, check_stop},
    events::{Event, EventHandler, Progress, Reporter, Summary},
    ids,
};
use crate::{
    corpus::{Corpus, ReadersDigest, SourceFile},
    error::{Error, Result},
    index::{
        Change, Index, JobOptions, Writer,
        build::{FileId, Registry},
        snapshot::Snapshot,
        storage::{
            manifest::{Failure, Manifest, ManifestEntry},
            unless_damaged,
        },
    },
    release::Release,
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
    run(index.writer()?, &Task { index, corpus, forgotten: &[], replaced: None }, &options, on_event)
}

/// Applies a corpus and commits.
pub(super) fn run(
    writer: Writer,
    task: &Task<'_>,
    options: &JobOptions,
    on_event: EventHandler<'_>,
) -> Result<Summary> {
    let started = Instant::now();
    let (writer, manifest, mut summary) = Run::new(writer, task, options, on_event)?.through()?;
    let mut roots = task.index.commit_info()?.roots;
    roots.retain(|root| !task.forgotten.contains(root));
    for place in task.corpus.places() {
        if !roots.contains(&place.root) {
            roots.push(place.root.clone());
        }
    }
    // Nothing fails once the commit is made.
    let written = writer.commit_with(&roots, &manifest)?;
    if options.dry_run {
        tracing::info!("dry run: nothing was written");
    } else if written {
        tracing::info!(releases = summary.total, "committed and merged");
    } else {
        tracing::info!("nothing has changed: nothing was written");
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
    options: &'a JobOptions,
    /// The positions in this run of the files that the index knows, and the position of the current file.
    order: HashMap<FileId, usize>,
    at: usize,
    /// Files that have not changed and were not read.
    unchanged: HashSet<FileId>,
    /// Files that lost a release to an earlier file of this run and must be read.
    disputed: HashSet<FileId>,
    /// The ids read in this run, and the files that they were read from.
    seen: HashMap<String, PathBuf>,
}

impl<'a> Run<'a> {
    fn new(
        writer: Writer,
        task: &'a Task<'a>,
        options: &'a JobOptions,
        on_event: EventHandler<'a>,
    ) -> Result<Self> {
        let mut reporter = Reporter::new(on_event);
        let diff = Diff::walk(task, options, &mut reporter)?;
        let id = |file: &SourceFile| writer.registry().file_id(file.root.to_str()?, &file.name);
        let order = (diff.files.iter().enumerate()).filter_map(|(at, (file, _))| Some((id(file)?, at)));
        Ok(Self {
            order: order.collect(),
            task,
            writer,
            readers: task.corpus.options().digest(),
            diff,
            before: task.index.manifest()?,
            now: Manifest::default(),
            reporter,
            options,
            at: 0,
            unchanged: HashSet::new(),
            disputed: HashSet::new(),
            seen: HashMap::new(),
        })
    }

    /// Goes through all files; the writer is then ready to commit.
    fn through(mut self) -> Result<(Writer, Manifest, Summary)> {
        let releases_before = self.writer.releases();
        for (at, (file, seen)) in std::mem::take(&mut self.diff.files).iter().enumerate() {
            check_stop(self.options)?;
            self.at = at;
            self.file(file, *seen)?;
        }
        let Summary { same_files, read, failed, .. } = self.reporter.summary;
        tracing::info!(unchanged = same_files, read = read.files, failed, "went through the files");
        self.remove_missing(releases_before)?;
        self.carry_over_entries();
        self.list_unread();
        if let Some(replaced) = &self.task.replaced {
            self.take_over(replaced)?;
        }
        let mut summary = self.reporter.summary;
        let Summary { added, changed, unchanged, .. } = summary;
        summary.total = self.writer.releases() as u64;
        summary.kept = summary.total.saturating_sub(added + changed + unchanged);
        Ok((self.writer, self.now, summary))
    }

    /// Reads a file if it has changed.
    fn file(&mut self, file: &SourceFile, seen: SystemTime) -> Result<()> {
        let root = file.root.to_string_lossy();
        let id = self.writer.registry().file_id(&root, &file.name);
        let is_disputed = id.is_some_and(|id| self.disputed.contains(&id));
        let unchanged = if is_disputed {
            Err("an earlier file has one of its ids")
        } else {
            let entry =
                self.before.get(&root, &file.name).ok_or("it is new, or the system refused it before");
            entry.and_then(|entry| entry.unchanged(file, seen, &self.readers.of(&file.path())))
        };
        match unchanged {
            Ok(entry) => {
                tracing::debug!(name = file.name, "unchanged");
                self.reporter.summary.same_files += u64::from(!entry.is_empty());
                self.reporter.summary.unchanged += u64::from(entry.releases);
                self.reporter.summary.noted += u64::from(entry.noted);
                for failure in &entry.failures {
                    self.reporter.event(Event::Failed(&failure.at(file.path())));
                }
                if entry.is_empty() {
                    self.reporter.event(Event::Ignored(&file.path()));
                }
                self.unchanged.extend(id);
                self.now.insert(&root, &file.name, entry);
            }
            Err(why) => {
                tracing::debug!(file = %file.path().display(), bytes = file.size, why, "reading");
                self.reporter.event(Event::File(file));
                let entry = self.read(file, seen)?;
                self.reporter.summary.read.bytes += file.size;
                if entry.as_ref().is_some_and(ManifestEntry::is_empty) {
                    self.reporter.event(Event::Ignored(&file.path()));
                } else {
                    self.reporter.summary.read.files += 1;
                }
                if let Some(entry) = entry {
                    self.now.insert(&root, &file.name, entry);
                }
            }
        }
        Ok(())
    }

    /// Reads a file; returns its entry unless the system refused to read it or one of its ids is taken.
    fn read(&mut self, file: &SourceFile, seen: SystemTime) -> Result<Option<ManifestEntry>> {
        let (path, corpus, options) = (file.path(), self.task.corpus, self.options);
        let mut entry = ManifestEntry::new(file, seen, self.readers.of(&path));
        let (mut is_complete, mut stopped) = (true, None);
        let read = file.read(corpus.options(), &options.stop, &mut |release| {
            let release = release.and_then(|release| ids::checked(release, &path));
            match release.and_then(|release| self.unless_taken(release, &path)) {
                Ok(release) => {
                    entry.releases += 1;
                    entry.noted +=
                        u32::from(release.origin.as_ref().is_some_and(|origin| !origin.notes.is_empty()));
                    if let Err(error) = self.add(release, &path) {
                        stopped = Some(error);
                        return ControlFlow::Break(());
                    }
                }
                Err(error) => is_complete &= self.fail(&error, &path, &mut entry),
            }
            ControlFlow::Continue(())
        });
        entry.digest = match (stopped, read) {
            (Some(error), _) | (None, Err(error @ Error::Interrupted)) => return Err(error),
            (None, Ok(read)) => read.digest,
            (None, Err(error)) => {
                is_complete &= self.fail(&error, &path, &mut entry);
                let Ok(digest) = file.digest() else { return Ok(None) };
                digest
            }
        };
        self.reporter.summary.noted += u64::from(entry.noted);
        Ok(is_complete.then_some(entry))
    }

    /// Refuses a release whose id another one has.
    fn unless_taken(&mut self, release: Release, path: &Path) -> Result<Release> {
        self.reporter.summary.read.releases += 1;
        match self.holder_of(&release) {
            Some(first) => Err(ids::duplicate(&release, path, &first)),
            None => Ok(release),
        }
    }

    fn add(&mut self, release: Release, path: &Path) -> Result<()> {
        let summary = &mut self.reporter.summary;
        match self.writer.add(&release)? {
            Change::Added => summary.added += 1,
            Change::Changed => summary.changed += 1,
            Change::Unchanged => summary.unchanged += 1,
        }
        self.seen.insert(release.id, path.into());
        Ok(())
    }

    /// The other file that has a release's id and keeps it: it came earlier, or is not part of this run.
    fn holder_of(&mut self, release: &Release) -> Option<PathBuf> {
        if let Some(first) = self.seen.get(&release.id) {
            return Some(first.clone());
        }
        let id = self.writer.registry().get(&release.id)?.file?;
        let (root, name) = self.writer.registry().file_name(id);
        let origin = release.origin.as_ref()?;
        if origin.root == Path::new(root) && origin.file == name {
            return None;
        }
        if self.order.get(&id).is_some_and(|&at| at > self.at) {
            self.disputed.insert(id);
            return None;
        }
        let keeps = self.unchanged.contains(&id) || self.diff.stays(root, name);
        keeps.then(|| Path::new(root).join(name))
    }

    /// Removes the releases whose file or record no longer exists.
    fn remove_missing(&mut self, of: usize) -> Result<()> {
        let registry = self.writer.registry();
        let mut stays: HashMap<FileId, bool> = HashMap::new();
        let mut missing = Vec::new();
        for (id, entry) in registry.releases() {
            let Some(file) = entry.file else { continue };
            let stays = *stays.entry(file).or_insert_with(|| {
                let (root, name) = registry.file_name(file);
                self.unchanged.contains(&file) || self.diff.stays(root, name)
            });
            if !stays && !self.seen.contains_key(id) {
                missing.push(id.clone());
            }
        }
        check_removals(missing.len(), of, self.options)?;
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

    /// Keeps the manifest entries of files that this run did not read.
    fn carry_over_entries(&mut self) {
        for (root, name, entry) in self.before.iter() {
            let is_unread = || self.diff.unread.contains(&Path::new(root).join(name));
            if self.now.get(root, name).is_none() && self.diff.stays(root, name) && !is_unread() {
                self.now.insert(root, name, entry.clone());
            }
        }
    }

    /// Lists what could not be read and has no entry, so that it can be looked up after the run.
    fn list_unread(&mut self) {
        let failed: HashSet<PathBuf> = (self.now.iter().filter(|(.., entry)| !entry.failures.is_empty()))
            .map(|(root, name, _)| Path::new(root).join(name))
            .collect();
        for (path, failure) in std::mem::take(&mut self.diff.failures) {
            if !failed.contains(&path) {
                self.now.unread.entry(path.to_string_lossy().into_owned()).or_default().push(failure);
            }
        }
        for (path, failures) in &self.before.unread {
            if self.diff.is_elsewhere(Path::new(path)) {
                self.now.unread.insert(path.clone(), failures.clone());
            }
        }
    }

    /// Copies from the replaced index what it contains of files that could not be read, and what never came from
    /// a file. Stops a run in which most of its releases would be missing.
    fn take_over(&mut self, replaced: &Replaced) -> Result<()> {
        let read =
            |index| Snapshot::open(index).and_then(|snapshot| Ok((Registry::of(&snapshot)?, snapshot)));
        let read = replaced.index.map(|index| unless_damaged(read(index))).transpose()?;
        let Some((registry, snapshot)) = read.flatten() else {
            // Its commit still says how many there were.
            let before = usize::try_from(replaced.releases).unwrap_or(usize::MAX);
            if before > self.writer.releases() || before > 0 && !self.diff.unread.is_empty() {
                tracing::warn!(
                    "the older index cannot be opened: the new one holds only what could be read from files"
                );
            }
            return check_removals(before.saturating_sub(self.writer.releases()), before, self.options);
        };
        let is_unread = |file| {
            let (root, name) = registry.file_name(file);
            self.diff.is_below_unread(&Path::new(root).join(name))
        };
        let unread = registry.releases().filter(|(_, entry)| entry.file.is_none_or(is_unread));
        let mut ids: Vec<&String> = unread.map(|(id, _)| id).collect();
        ids.retain(|id| self.writer.registry().get(id).is_none());
        ids.sort();
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
        let is_missing = |id| self.writer.registry().get(id).is_none();
        let missing = registry.releases().filter(|(id, _)| is_missing(id)).count();
        check_removals(missing, registry.len(), self.options)
    }

    /// Reports an error in a file, and keeps what the index contains of it. Two releases with one id are no
    /// reason to keep any: both could be read. Returns whether the contents cause the error, so that it is recorded
    /// in the entry; what the system refused may succeed in the next run.
    fn fail(&mut self, error: &Error, path: &Path, entry: &mut ManifestEntry) -> bool {
        if !matches!(error, Error::DuplicateId { .. }) {
            self.diff.unread.insert(path.into());
        }
        self.diff.failures.push((path.into(), Failure::of(error)));
        self.reporter.event(Event::Failed(error));
        let is_of_contents = matches!(error, Error::Malformed { .. });
        entry.failures.extend(is_of_contents.then(|| Failure::of(error)));
        is_of_contents
    }
}
