//! Checking an index: that every byte is as it was written, every release can be read, and the counts
//! are those that were recorded.
//!
//! Changes nothing, and needs no lock: a writer may work meanwhile.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::{
    error::{Error, Result},
    index::{
        CommitInfo, Index,
        build::Registry,
        snapshot::Snapshot,
        storage::{
            atomic_file, checksum,
            directory::{MANAGED, META},
            generation::{self, DESCRIPTOR, Generation},
            lock,
            manifest::{self, Manifest},
        },
    },
};

/// A writer that keeps changing the index under a check is waited for so often.
const TRIES: usize = 20;

/// Clocks of machines that share a disk may be so far apart.
const CLOCKS_APART: Duration = Duration::from_mins(10);

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct CheckReport {
    /// Everything that is wrong with the index, a sentence each; empty where it is sound.
    pub problems: Vec<String>,
    /// Everything that is wrong with the older generations that are kept beside it.
    pub older: Vec<String>,
    /// Files that were read to the last byte, in all generations that are kept.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Releases that were read.
    pub releases: u64,
    /// How long ago a run last ended well, or else the last commit was made; none where there is no telling.
    pub age: Option<Duration>,
}

/// Checks the index in a folder, and the older generations that are kept beside it.
///
/// # Errors
/// `IndexMissing` where there is none; `IndexStale` where another version made it; `Read` where the
/// folder cannot be looked into; `Interrupted` where `stop` is set. Whatever else is wrong stands in the
/// report.
pub fn check(folder: &Path, stop: &AtomicBool) -> Result<CheckReport> {
    let mut current = generation::active(folder).ok();
    let mut report = loop {
        let report = check_active(folder, stop)?;
        let now = generation::active(folder).ok();
        if report.problems.is_empty() || now == current {
            break report;
        }
        // A run has put another generation in force, and may have removed this one under the check.
        current = now;
    };
    for generation in generation::retained(folder).unwrap_or_default() {
        let older = check_generation(folder, &generation);
        if !generation.is_complete() {
            // A run has just removed it.
            continue;
        }
        report.files += older.files;
        report.bytes += older.bytes;
        report.older.extend(older.problems);
    }
    let committed = || CommitInfo::of_any_version(&current?.folder).map(|state| state.committed);
    let last = lock::last_success(folder).or_else(committed).filter(|last| *last > 0);
    // A clock that ran far ahead says nothing, and must not keep an old index young.
    let last = last.filter(|last| *last <= lock::now() + CLOCKS_APART.as_secs());
    report.age = last.map(|last| Duration::from_secs(lock::now().saturating_sub(last)));
    Ok(report)
}

/// Checks the generation in force.
fn check_active(folder: &Path, stop: &AtomicBool) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    match Index::open(folder).and_then(|index| check_contents(&index, stop, &mut report)) {
        Err(Error::IndexDamaged { path, reason }) => {
            report.problems.push(format!("{}: {reason}", path.display()));
        }
        done => done?,
    }
    Ok(report)
}

/// Checks the files of an index that was just made, and that it holds as much as it should.
pub(crate) fn check_files(index: &Index) -> Result<()> {
    let mut report = CheckReport::default();
    let OpenCommit { files, snapshot, state, .. } = OpenCommit::of(index)?;
    files.check(&mut report);
    check_release_count(&snapshot?, &state, &mut report);
    match report.problems.into_iter().next() {
        Some(problem) => Err(index.damaged(&problem)),
        None => Ok(()),
    }
}

/// Everything about the generation in force.
fn check_contents(index: &Index, stop: &AtomicBool, report: &mut CheckReport) -> Result<()> {
    let OpenCommit { files, snapshot, state, records } = OpenCommit::of(index)?;
    files.check(report);
    if !report.problems.is_empty() {
        // What lies in changed files would only be told of again.
        return Ok(());
    }
    let snapshot = snapshot?;
    check_release_count(&snapshot, &state, report);
    check_releases(&snapshot, stop, report)?;
    check_file_counts(&snapshot, &records?, report)
}

/// Whether the generation in force can be gone back to when another has taken its place.
pub(super) fn is_sound(folder: &Path) -> bool {
    generation::active(folder).is_ok_and(|current| check_generation(folder, &current).problems.is_empty())
}

/// A generation can be gone back to only if its files are whole.
fn check_generation(folder: &Path, generation: &Generation) -> CheckReport {
    let mut report = CheckReport::default();
    let held = match generation.check_version(folder) {
        // Of no use to this program, and no harm.
        Err(Error::IndexStale { .. }) if generation.has_valid_descriptor() => return report,
        Err(error) => Err(error),
        Ok(()) => {
            Index::open_generation(folder, &generation.folder, None).and_then(|index| OpenCommit::of(&index))
        }
    };
    match held {
        Ok(OpenCommit { files, snapshot, .. }) => {
            files.check(&mut report);
            if let (Err(error), true) = (snapshot, report.problems.is_empty()) {
                report.problems.push(error.to_string());
            }
        }
        Err(Error::IndexDamaged { path, reason }) => {
            report.problems.push(format!("{}: {reason}", path.display()));
        }
        Err(error) => report.problems.push(error.to_string()),
    }
    report
}

/// One commit of an index, all its files open, so that no writer can take them away.
struct OpenCommit {
    files: CommitFiles,
    /// None where the files are too badly damaged.
    snapshot: Result<Snapshot>,
    state: CommitInfo,
    /// What was read of each file of the corpus.
    records: Result<Manifest>,
}

impl OpenCommit {
    fn of(index: &Index) -> Result<Self> {
        let mut last = None;
        for _ in 0..TRIES {
            let version = index.version()?;
            let held = Self::try_of(index);
            if index.version()? == version {
                return held;
            }
            last = Some(held);
        }
        last.unwrap_or_else(|| Err(index.damaged(&"it does not hold still")))
    }

    fn try_of(index: &Index) -> Result<Self> {
        let (files, snapshot, state) = (CommitFiles::of(index)?, Snapshot::open(index), index.commit_info()?);
        let records = match index.generation_folder() {
            Some(folder) if !state.files.is_empty() => Manifest::read(folder, &state.files),
            _ => Ok(Manifest::default()),
        };
        Ok(Self { files, snapshot, state, records })
    }
}

/// The files of one commit: the engine's, open; and small ones, already checked.
#[derive(Default)]
struct CommitFiles {
    sealed: Vec<(PathBuf, File)>,
    small: u64,
    bytes: u64,
    problems: Vec<String>,
}

impl CommitFiles {
    fn of(index: &Index) -> Result<Self> {
        let mut sound = Self::default();
        let Some(folder) = index.generation_folder() else { return Ok(sound) };
        for name in index.live_files()? {
            let path = folder.join(&name);
            let text = name.to_string_lossy();
            let is_lock = text.ends_with(".lock");
            if is_lock || !path.is_file() {
                // A segment has only some of the files that it could have; a missing one that it needs
                // shows when the snapshot is opened.
                continue;
            }
            sound.bytes += fs::metadata(&path).map_or(0, |about| about.len());
            if text == META || text == MANAGED || text == DESCRIPTOR || manifest::is_manifest(&text) {
                sound.small += 1;
                if let Err(error) = fs::read(&path).and_then(atomic_file::strip_checksum) {
                    sound.problems.push(format!("{}: {error}", path.display()));
                }
                continue;
            }
            match File::open(&path) {
                Ok(file) => sound.sealed.push((path, file)),
                Err(error) => sound.problems.push(format!("{}: {error}", path.display())),
            }
        }
        Ok(sound)
    }

    fn check(self, report: &mut CheckReport) {
        report.files += self.small + self.sealed.len() as u64;
        report.bytes += self.bytes;
        report.problems.extend(self.problems);
        for (path, mut file) in self.sealed {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if let Err(error) = checksum::check(&mut file, &name) {
                report.problems.push(format!("{}: {error}", path.display()));
            }
        }
    }
}

fn check_release_count(snapshot: &Snapshot, state: &CommitInfo, report: &mut CheckReport) {
    if snapshot.releases != state.releases {
        let (found, recorded) = (snapshot.releases, state.releases);
        report.problems.push(format!("{found} releases are there, but {recorded} were recorded"));
    }
}

fn check_releases(snapshot: &Snapshot, stop: &AtomicBool, report: &mut CheckReport) -> Result<()> {
    let mut ids = HashSet::new();
    for segment in &snapshot.segments {
        for doc in segment.alive_docs() {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            report.releases += 1;
            if let Err(problem) = segment.check(doc) {
                report.problems.push(problem);
            }
            let id = segment.id(doc);
            if let Some(twice) = ids.replace(id) {
                report.problems.push(format!("release {twice:?} is there twice"));
            }
        }
    }
    Ok(())
}

/// The releases of each file are as many as were recorded when it was read.
fn check_file_counts(snapshot: &Snapshot, records: &Manifest, report: &mut CheckReport) -> Result<()> {
    let registry = Registry::of(snapshot)?;
    let mut counts: HashMap<_, u32> = HashMap::new();
    for (_, entry) in registry.releases() {
        if let Some(file) = entry.file {
            *counts.entry(file).or_default() += 1;
        }
    }
    for (root, name, record) in records.iter() {
        let found =
            registry.file_id(root, name).and_then(|file| counts.get(&file)).copied().unwrap_or_default();
        if found != record.releases {
            let path = Path::new(root).join(name);
            let recorded = record.releases;
            report.problems.push(format!(
                "of {}, {found} releases are there, but {recorded} were recorded",
                path.display()
            ));
        }
    }
    Ok(())
}
