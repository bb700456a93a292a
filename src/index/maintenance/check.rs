//! Checking an index: every byte is as it was written, every release can be read, and the counts are those
//! that were recorded.
//!
//! Changes nothing and needs no lock: a writer may work meanwhile.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, Read},
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
            generation::{Generation, MARKER},
            lock,
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
    /// The time since a run last succeeded; `None` where it is unknown.
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
        report.note(checked)?;
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

/// Checks the files of an index that was just made, and that it contains as much as it should.
pub(crate) fn check_files(index: &Index) -> Result<()> {
    let mut report = CheckReport::default();
    OpenCommit::of(index)?.check(&mut report)?;
    report.problems.first().map_or(Ok(()), |problem| Err(index.damaged(problem)))
}

/// Checks everything about an index.
fn check_contents(index: &Index, stop: &AtomicBool, report: &mut CheckReport) -> Result<()> {
    let Some((snapshot, manifest)) = OpenCommit::of(index)?.check(report)? else { return Ok(()) };
    check_releases(&snapshot, stop, report)?;
    check_file_counts(&snapshot, &manifest, report)
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
        opened => opened.and_then(|index| OpenCommit::of(&index)?.check(&mut report)).map(|_| ()),
    };
    report.note(checked)?;
    Ok(report)
}

impl CheckReport {
    /// Notes damage; any other error stays one.
    fn note(&mut self, checked: Result<()>) -> Result<()> {
        match checked {
            Err(Error::IndexDamaged { path, reason }) => {
                self.problems.push(format!("{}: {reason}", path.display()));
                Ok(())
            }
            checked => checked,
        }
    }
}

/// One commit of an index with all its files open, so that no writer can remove them.
struct OpenCommit {
    files: Vec<(PathBuf, File)>,
    snapshot: Result<Snapshot>,
    info: CommitInfo,
    manifest: Result<Manifest>,
}

impl OpenCommit {
    fn of(index: &Index) -> Result<Self> {
        let mut attempts = 0..ATTEMPTS;
        loop {
            let paths = index.commit_files()?;
            let commit = Self::try_of(index, &paths);
            if attempts.next().is_none() || index.commit_files()? == paths {
                return commit;
            }
        }
    }

    fn try_of(index: &Index, paths: &HashSet<PathBuf>) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            match File::open(path) {
                Ok(file) => files.push((path.clone(), file)),
                // A segment has only some of the files that it may have; one that it needs is missed when the
                // snapshot is opened.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::Read { path: path.clone(), source }),
            }
        }
        let (info, manifest) = (index.commit_info()?, index.manifest());
        Ok(Self { files, snapshot: Snapshot::open(index), info, manifest })
    }

    /// Compares every byte with the checksums, and the number of releases with the recorded one. Returns the contents
    /// unless a file has changed: that would only be reported a second time.
    fn check(mut self, report: &mut CheckReport) -> Result<Option<(Snapshot, Manifest)>> {
        for (path, file) in &mut self.files {
            let checked = file.metadata().and_then(|about| {
                report.files += 1;
                report.bytes += about.len();
                if path.extension().is_some_and(|ending| ending == "json" || ending == manifest::EXTENSION) {
                    let mut bytes = Vec::new();
                    file.read_to_end(&mut bytes)?;
                    atomic_file::verified(path, bytes).map(|_| ())
                } else {
                    checksum::check(file, &path.file_name().unwrap_or_default().to_string_lossy())
                }
            });
            report.note(checked.map_err(|error| read_error(path, error)))?;
        }
        if !report.problems.is_empty() {
            return Ok(None);
        }
        let snapshot = self.snapshot?;
        let (found, recorded) = (snapshot.releases, self.info.releases);
        if found != recorded {
            let problem = format!("the index contains {found} releases, but {recorded} were recorded");
            report.problems.push(problem);
        }
        Ok(Some((snapshot, self.manifest?)))
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
            report.problems.push(format!(
                "{found} releases of {} are in the index, but {recorded} were recorded",
                path.display()
            ));
        }
    }
    Ok(())
}
