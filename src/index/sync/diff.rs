//! One pass over the files of a corpus: which are as they were, which must be read, what is gone.
//!
//! A file whose record vouches for it is not opened; any other is read, and its contents decide. A
//! file that cannot be read costs only itself: what the index holds of it stays. Of two releases with
//! one id the first in the order of files keeps it, however the runs before went.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::SystemTime,
};

use super::{
    events::{Event, EventHandler, Summary},
    unread::Unread,
};
use crate::{
    corpus::{Corpus, Found, SourceFile},
    error::{Error, Result},
    index::{
        Change, Index, JobOptions, Writer,
        build::{FileId, Registry},
        storage::manifest::{Failure, Manifest, ManifestEntry},
    },
    release::Release,
};

/// A pass that would remove more than this part of the releases is stopped: an empty mount and a
/// mistyped folder look just like a corpus whose files are gone.
const MOST_REMOVED: f64 = 0.5;

/// A pass on its way.
pub(super) struct Diff<'a> {
    writer: Writer,
    corpus: &'a Corpus,
    /// Corpus folders of which nothing may stay.
    forgotten: &'a [PathBuf],
    options: &'a JobOptions,
    on_event: EventHandler<'a>,
    /// The digest of the readers and their options.
    readers: [u8; 32],
    /// What was read of each file before, and what is known of it now.
    before: Manifest,
    now: Manifest,
    /// When the files that the index knew come up, and which one is up.
    order: HashMap<FileId, usize>,
    at: usize,
    /// Manifest that are as they were and were not read.
    same: HashSet<FileId>,
    /// Manifest that lost a release to an earlier one in this pass: they must be read.
    disputed: HashSet<FileId>,
    /// Ids read in this pass, and where.
    seen: HashMap<String, PathBuf>,
    unread: Unread,
    summary: Summary,
}

/// Where in this pass the files that the index knows come up.
fn order(registry: &Registry, files: &[(SourceFile, SystemTime)]) -> HashMap<FileId, usize> {
    let number = |file: &SourceFile| registry.file_id(file.root.to_str()?, &file.name);
    files.iter().enumerate().filter_map(|(at, (file, _))| Some((number(file)?, at))).collect()
}

impl<'a> Diff<'a> {
    pub fn new(
        writer: Writer,
        corpus: &'a Corpus,
        before: Manifest,
        forgotten: &'a [PathBuf],
        options: &'a JobOptions,
        on_event: EventHandler<'a>,
    ) -> Self {
        Self {
            writer,
            corpus,
            forgotten,
            options,
            on_event,
            readers: corpus.options().digest(),
            before,
            now: Manifest::default(),
            order: HashMap::new(),
            at: 0,
            same: HashSet::new(),
            disputed: HashSet::new(),
            seen: HashMap::new(),
            unread: Unread::default(),
            summary: Summary::default(),
        }
    }

    /// Goes through all files; the writer then waits for its commit. What could not be read is taken
    /// over from the older index, where this one is built to take its place.
    pub fn run(mut self, older: Option<&Index>) -> Result<(Writer, Manifest, Summary)> {
        let before = self.writer.releases();
        let files = self.walk()?;
        self.order = order(self.writer.registry(), &files);
        tracing::info!(
            files = files.len(),
            passed_over = self.summary.passed_over,
            "went through the folders"
        );
        for (at, (file, seen)) in files.iter().enumerate() {
            self.at = at;
            self.file(file, *seen)?;
        }
        let Summary { same_files, read, failed, .. } = self.summary;
        tracing::info!(unchanged = same_files, read = read.files, failed, "went through the files");
        self.remove_gone(before)?;
        self.carry_over();
        if let Some(older) = older {
            for error in self.unread.carry_over_from(older, &mut self.writer)? {
                self.fail(&error);
            }
        }
        let Summary { added, changed, unchanged, .. } = self.summary;
        self.summary.total = self.writer.releases() as u64;
        self.summary.kept = self.summary.total.saturating_sub(added + changed + unchanged);
        Ok((self.writer, self.now, self.summary))
    }

    /// All files of the corpus, and when each was looked at.
    fn walk(&mut self) -> Result<Vec<(SourceFile, SystemTime)>> {
        let mut files = Vec::new();
        for place in self.corpus.places() {
            (self.on_event)(Event::Place(place), self.summary.read);
            let (before, failed) = (files.len(), self.summary.failed);
            for found in self.corpus.files_of(place) {
                self.check_cancelled()?;
                match found {
                    Found::File(file) => files.push((file, SystemTime::now())),
                    Found::Failed(error) => self.fail(&error),
                    Found::PassedOver(path) => {
                        self.summary.passed_over += 1;
                        (self.on_event)(Event::PassedOver(&path), self.summary.read);
                    }
                }
            }
            let empty = files.len() == before && self.summary.failed == failed;
            // A folder may be there only for the roots inside it.
            let holds_others = self
                .corpus
                .places()
                .iter()
                .any(|other| other != place && other.path().starts_with(place.path()));
            if empty && !holds_others && !self.options.allow_removals {
                return Err(Error::CorpusEmpty { path: place.path() });
            }
        }
        Ok(files)
    }

    fn check_cancelled(&self) -> Result<()> {
        if self.options.stop.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    fn file(&mut self, file: &SourceFile, seen: SystemTime) -> Result<()> {
        self.check_cancelled()?;
        let root = file.root.to_string_lossy();
        let number = self.writer.registry().file_id(&root, &file.name);
        let disputed = number.is_some_and(|number| self.disputed.contains(&number));
        if !disputed && let Some(record) = self.same(&root, file, seen) {
            self.summary.same_files += 1;
            self.summary.unchanged += u64::from(record.releases);
            for failure in &record.failures {
                let Failure { line, reason } = failure.clone();
                let error = Error::Malformed { path: file.path(), line, reason };
                self.summary.failed += 1;
                (self.on_event)(Event::Failed(&error), self.summary.read);
            }
            self.same.extend(number);
            self.now.insert(&root, &file.name, record);
            return Ok(());
        }
        tracing::debug!(file = %file.path().display(), bytes = file.size, why = self.why(file, &root, disputed), "reading");
        (self.on_event)(Event::File(file), self.summary.read);
        if let Some(record) = self.read(file, seen)? {
            self.now.insert(&root, &file.name, record);
        }
        self.summary.read.files += 1;
        self.summary.read.bytes += file.size;
        Ok(())
    }

    /// The record of a file whose contents are what they were when it was read.
    fn same(&self, root: &str, file: &SourceFile, seen: SystemTime) -> Option<ManifestEntry> {
        let record = self.before.get(root, &file.name)?;
        let name = &file.name;
        if !record.is_settled(&self.readers) {
            return None;
        }
        if record.proves_unchanged(file) {
            tracing::debug!(name, why = "size and times are what they were", "unchanged");
            return Some(record.clone());
        }
        if !record.has_size(file.size) {
            return None;
        }
        let digest = file.digest().ok().filter(|digest| record.has_digest(digest))?;
        tracing::debug!(name, why = "contents are what they were", "unchanged");
        let failures = record.failures.clone();
        Some(ManifestEntry::new(file, seen, digest, record.releases).with_failures(failures, self.readers))
    }

    /// Why a file is read.
    fn why(&self, file: &SourceFile, root: &str, disputed: bool) -> &'static str {
        match self.before.get(root, &file.name) {
            _ if disputed => "an earlier file has an id of its",
            None => "it is new, or was not read whole",
            Some(record) if !record.is_settled(&self.readers) => "it failed, and the readers are others",
            Some(record) if record.has_size(file.size) => "its contents are others",
            Some(_) => "its size is another",
        }
    }

    /// Reads a file; its record where all of it was read.
    fn read(&mut self, file: &SourceFile, seen: SystemTime) -> Result<Option<ManifestEntry>> {
        let path = file.path();
        let (corpus, options) = (self.corpus, self.options);
        let (mut whole, mut count) = (true, 0);
        let (mut stopped, mut failures) = (None, Vec::new());
        let done = file.read(corpus.options(), &options.stop, &mut |release| {
            let taken = match release {
                Ok(release) => self.release(release, &path),
                Err(error) => {
                    self.unread.add_path(&path);
                    self.fail(&error);
                    let recorded = failure(&error).map(|failure| failures.push(failure)).is_some();
                    whole &= recorded;
                    return ControlFlow::Continue(());
                }
            };
            match taken {
                Ok(taken) => {
                    whole &= taken;
                    count += u32::from(taken);
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    stopped = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(error) = stopped {
            return Err(error);
        }
        let digest = match done {
            Ok(done) => done.digest,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                self.fail(&error);
                let (Some(failure), Ok(digest)) = (failure(&error), file.digest()) else { return Ok(None) };
                failures.push(failure);
                digest
            }
        };
        let record = ManifestEntry::new(file, seen, digest, count).with_failures(failures, self.readers);
        Ok(whole.then_some(record))
    }

    /// Takes in a release, unless another has its id.
    fn release(&mut self, release: Release, path: &Path) -> Result<bool> {
        self.summary.read.releases += 1;
        if let Some(first) = self.holder_of(&release) {
            let error = duplicate(release.id, path, &first);
            tracing::warn!(%error, "failed");
            self.summary.failed += 1;
            (self.on_event)(Event::Failed(&error), self.summary.read);
            return Ok(false);
        }
        match self.writer.add(&release)? {
            Change::Added => self.summary.added += 1,
            Change::Changed => self.summary.changed += 1,
            Change::Unchanged => self.summary.unchanged += 1,
        }
        self.seen.insert(release.id, path.into());
        Ok(true)
    }

    /// The other file that has a release's id and keeps it: it came before, or is none of this pass.
    fn holder_of(&mut self, release: &Release) -> Option<PathBuf> {
        if let Some(first) = self.seen.get(&release.id) {
            return Some(first.clone());
        }
        let number = self.writer.registry().get(&release.id)?.file?;
        let (root, name) = self.writer.registry().file_name(number);
        let origin = release.origin.as_ref()?;
        if origin.root == Path::new(root) && origin.file == name {
            return None;
        }
        let holder = Path::new(root).join(name);
        if self.order.get(&number).is_some_and(|&at| at > self.at) {
            self.disputed.insert(number);
            return None;
        }
        let keeps = self.same.contains(&number) || self.stays(root, name);
        keeps.then_some(holder)
    }

    fn fail(&mut self, error: &Error) {
        tracing::warn!(%error, "failed");
        self.summary.failed += 1;
        self.unread.add_error(error);
        (self.on_event)(Event::Failed(error), self.summary.read);
    }

    /// Whether what the index holds of a file stays though it was not read: it is none of this pass,
    /// or could not be read.
    fn stays(&self, root: &str, name: &str) -> bool {
        let forgotten = self.forgotten.iter().any(|gone| gone == Path::new(root));
        let asked = self.corpus.places().iter().any(|place| {
            place.root == Path::new(root)
                && (place.below.is_empty() || Path::new(name).starts_with(&place.below))
        });
        !forgotten && (!asked || self.unread.covers(&Path::new(root).join(name)))
    }

    fn remove_gone(&mut self, before: usize) -> Result<()> {
        let mut files: HashMap<FileId, bool> = HashMap::new();
        let mut gone = Vec::new();
        let registry = self.writer.registry();
        for (id, held) in registry.releases() {
            let Some(number) = held.file else { continue };
            let file_gone = *files.entry(number).or_insert_with(|| {
                let (root, name) = registry.file_name(number);
                !self.same.contains(&number) && !self.stays(root, name)
            });
            if file_gone && !self.seen.contains_key(id) {
                gone.push(id.clone());
            }
        }
        check_removals(gone.len(), before, self.options)?;
        if !gone.is_empty() {
            tracing::info!(releases = gone.len(), of = before, "removing what is gone");
        }
        for id in gone {
            tracing::debug!(id, "gone");
            self.writer.remove(&id)?;
            self.summary.removed += 1;
        }
        Ok(())
    }

    /// Keeps the records of files that this pass did not come by.
    fn carry_over(&mut self) {
        let before = std::mem::take(&mut self.before);
        for (root, name, record) in before.iter() {
            let failed = || self.unread.contains(&Path::new(root).join(name));
            if self.now.get(root, name).is_none() && self.stays(root, name) && !failed() {
                self.now.insert(root, name, record.clone());
            }
        }
    }
}

/// A failure that the content of a file is to blame for; the system's refusals may be over by the next run.
fn failure(error: &Error) -> Option<Failure> {
    match error {
        Error::Malformed { line, reason, .. } => Some(Failure { line: *line, reason: reason.clone() }),
        _ => None,
    }
}

/// What to say of a release whose id another has.
fn duplicate(id: String, path: &Path, first: &Path) -> Error {
    let gone =
        if first.exists() { "" } else { " (which is gone; `--allow-removals` forgets a folder that is)" };
    Error::DuplicateId { id, place: path.display().to_string(), first: format!("{}{gone}", first.display()) }
}

/// Stops a run that would remove most of the releases, unless it was asked to.
pub(super) fn check_removals(gone: usize, of: usize, options: &JobOptions) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a share of at most a few million")]
    let share = gone as f64 / of.max(1) as f64;
    if share > MOST_REMOVED && !options.allow_removals {
        return Err(Error::TooManyRemovals { gone, of });
    }
    Ok(())
}
