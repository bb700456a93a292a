//! Checking an index: every byte is as it was written, every release can be read, and the counts are those
//! that were recorded.
//!
//! Changes nothing and needs no lock: a writer may work meanwhile.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::{
    error::{Error, Result},
    index::{
        CommitInfo, Index,
        build::Registry,
        engine_error::catch_panic,
        snapshot::Snapshot,
        storage::{
            atomic_file, checksum,
            directory::{MANAGED, META},
            generation::{Generation, MARKER},
            is_damage, lock,
            manifest::{self, Manifest},
            read_error, unless_damaged,
        },
    },
};

/// How often a check restarts when a writer changes the index during it.
const ATTEMPTS: usize = 20;

/// The clocks of machines that share a disk may differ by this much.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(10);

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct CheckReport {
    /// What is wrong with the index, a sentence each; empty where it is sound.
    pub problems: Vec<String>,
    /// What is wrong with the older generations that are retained.
    pub older: Vec<String>,
    /// Files that were read to the last byte, in all retained generations.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Releases that were read.
    pub releases: u64,
    /// The time since a run last succeeded or, where none is recorded, since the last commit; `None` where
    /// it is unknown.
    pub age: Option<Duration>,
}

/// Checks the index in a folder, and the older generations that are retained.
///
/// # Errors
/// `IndexMissing` where there is none; `IndexStale` where another version made it; `Read` where the system
/// refuses to read a file; `Interrupted` where `stop` is set. Everything else that is wrong is in the report.
pub fn check(folder: &Path, stop: &AtomicBool) -> Result<CheckReport> {
    let mut report = loop {
        let active = Generation::active(folder).ok();
        let mut report = CheckReport::default();
        let checked = Index::open(folder)
            .and_then(|index| catch_panic(folder, || check_contents(&index, stop, &mut report)));
        let problem = damage(checked)?;
        report.problems.extend(problem);
        // A run may have activated another generation, and removed this one under the check.
        if report.problems.is_empty() || Generation::active(folder).ok() == active {
            break report;
        }
    };
    for generation in unless_damaged(Generation::retained(folder))?.unwrap_or_default() {
        let older = check_generation(&generation)?;
        if !Generation::retained(folder)?.contains(&generation) {
            // A run has just removed it.
            continue;
        }
        report.files += older.files;
        report.bytes += older.bytes;
        report.older.extend(older.problems);
    }
    // A clock that ran far ahead says nothing, and must not hide that an index is old.
    let known = Index::last_success(folder)?.filter(|&last| last <= lock::now() + MAX_CLOCK_SKEW.as_secs());
    report.age = known.map(|last| Duration::from_secs(lock::now().saturating_sub(last)));
    Ok(report)
}

/// The damage that an error describes; any other error stays one.
fn damage(checked: Result<()>) -> Result<Option<String>> {
    match checked {
        Err(Error::IndexDamaged { path, reason }) => Ok(Some(format!("{}: {reason}", path.display()))),
        checked => checked.map(|()| None),
    }
}

/// Checks the files of an index that was just made, and that it contains as much as it should.
pub(crate) fn check_files(index: &Index) -> Result<()> {
    let mut report = CheckReport::default();
    let OpenCommit { files, snapshot, info, .. } = OpenCommit::of(index)?;
    files.check(&mut report)?;
    check_release_count(&snapshot?, &info, &mut report);
    match report.problems.into_iter().next() {
        Some(problem) => Err(index.damaged(&problem)),
        None => Ok(()),
    }
}

/// Checks everything about an index.
fn check_contents(index: &Index, stop: &AtomicBool, report: &mut CheckReport) -> Result<()> {
    let OpenCommit { files, snapshot, info, manifest } = OpenCommit::of(index)?;
    files.check(report)?;
    if !report.problems.is_empty() {
        // The contents of changed files would only be reported a second time.
        return Ok(());
    }
    let snapshot = snapshot?;
    check_release_count(&snapshot, &info, report);
    check_releases(&snapshot, stop, report)?;
    check_file_counts(&snapshot, &manifest?, report)
}

/// Whether a rollback could return to the active generation. What the system refuses to read is not damaged.
pub(crate) fn is_sound(folder: &Path) -> bool {
    let checked = Generation::active(folder).and_then(|active| check_generation(&active));
    checked.map_or(true, |report| report.problems.is_empty())
}

/// Checks the files of a generation.
fn check_generation(generation: &Generation) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    let checked = match Index::open_generation(generation) {
        // A generation of another version is of no use to this program, and no harm.
        Err(Error::IndexStale { .. }) => {
            let marker = generation.folder.join(MARKER);
            atomic_file::read(&marker).map(|_| ()).map_err(|error| read_error(&marker, error))
        }
        opened => opened.and_then(|index| {
            let OpenCommit { files, snapshot, .. } = OpenCommit::of(&index)?;
            files.check(&mut report)?;
            if report.problems.is_empty() { snapshot.map(|_| ()) } else { Ok(()) }
        }),
    };
    let problem = damage(checked)?;
    report.problems.extend(problem);
    Ok(report)
}

/// One commit of an index with all its files open, so that no writer can remove them.
struct OpenCommit {
    files: CommitFiles,
    snapshot: Result<Snapshot>,
    info: CommitInfo,
    manifest: Result<Manifest>,
}

impl OpenCommit {
    fn of(index: &Index) -> Result<Self> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let version = index.version()?;
            let commit = Self::try_of(index);
            if index.version()? == version {
                return commit;
            }
            last = Some(commit);
        }
        last.unwrap_or_else(|| Err(index.failed("checking", &"the index keeps changing")))
    }

    fn try_of(index: &Index) -> Result<Self> {
        Ok(Self {
            files: CommitFiles::of(index)?,
            snapshot: Snapshot::open(index),
            info: index.commit_info()?,
            manifest: index.manifest(),
        })
    }
}

/// The files of one commit: tantivy's, open, and small ones that are already checked.
#[derive(Default)]
struct CommitFiles {
    open: Vec<(PathBuf, File)>,
    small: u64,
    bytes: u64,
    problems: Vec<String>,
}

impl CommitFiles {
    fn of(index: &Index) -> Result<Self> {
        let mut files = Self::default();
        let Some(folder) = index.generation_folder() else { return Ok(files) };
        for name in index.live_files()? {
            let (path, text) = (folder.join(&name), name.to_string_lossy());
            let file = match File::open(&path) {
                // A segment has only some of the files that it may have; one that it needs is missed when the
                // snapshot is opened.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened.map_err(|source| Error::Read { path: path.clone(), source })?,
            };
            let about = file.metadata().map_err(|source| Error::Read { path: path.clone(), source })?;
            if text.ends_with(".lock") || !about.is_file() {
                continue;
            }
            files.bytes += about.len();
            if [META, MANAGED, MARKER].contains(&&*text) || manifest::is_manifest(&text) {
                files.small += 1;
                files.note(&path, atomic_file::read(&path).map(|_| ()))?;
            } else {
                files.open.push((path, file));
            }
        }
        Ok(files)
    }

    /// Notes damage; any other error stays one.
    fn note(&mut self, path: &Path, checked: io::Result<()>) -> Result<()> {
        match checked {
            Err(error) if is_damage(&error) => self.problems.push(format!("{}: {error}", path.display())),
            checked => checked.map_err(|source| Error::Read { path: path.into(), source })?,
        }
        Ok(())
    }

    fn check(mut self, report: &mut CheckReport) -> Result<()> {
        report.files += self.small + self.open.len() as u64;
        report.bytes += self.bytes;
        for (path, mut file) in std::mem::take(&mut self.open) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.note(&path, checksum::check(&mut file, &name))?;
        }
        report.problems.extend(self.problems);
        Ok(())
    }
}

fn check_release_count(snapshot: &Snapshot, info: &CommitInfo, report: &mut CheckReport) {
    if snapshot.releases != info.releases {
        let (found, recorded) = (snapshot.releases, info.releases);
        report.problems.push(format!("the index contains {found} releases, but {recorded} were recorded"));
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
            report.problems.extend(segment.check(doc).err());
            if let Some(twice) = ids.replace(segment.id(doc)) {
                report.problems.push(format!("release {twice:?} occurs twice"));
            }
        }
    }
    Ok(())
}

/// Each file has as many releases as were recorded when it was read.
fn check_file_counts(snapshot: &Snapshot, manifest: &Manifest, report: &mut CheckReport) -> Result<()> {
    let registry = Registry::of(snapshot)?;
    let mut counts: HashMap<_, u32> = HashMap::new();
    for file in registry.releases().filter_map(|(_, entry)| entry.file) {
        *counts.entry(file).or_default() += 1;
    }
    for (root, name, entry) in manifest.iter() {
        let count = registry.file_id(root, name).and_then(|file| counts.get(&file));
        let found = count.copied().unwrap_or_default();
        // Of a file that could not be read completely, releases of an earlier run stay.
        if found < entry.releases || found > entry.releases && entry.failures.is_empty() {
            let (path, recorded) = (Path::new(root).join(name), entry.releases);
            let path = path.display();
            report
                .problems
                .push(format!("{found} releases of {path} are in the index, but {recorded} were recorded"));
        }
    }
    Ok(())
}
