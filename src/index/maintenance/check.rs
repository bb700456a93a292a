//! Checking an index: every byte is as it was written, every release can be read, and the counts are those
//! that were recorded.
//!
//! Changes nothing and needs no lock: a writer may work meanwhile.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Read,
    mem,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use crate::{
    error::{Error, Result},
    index::{
        Index, Snapshot,
        build::Registry,
        engine_error::catch_panic,
        storage::{Generation, Manifest, atomic_file, checksum, lock, manifest, read_error},
    },
};

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
    let mut report = CheckReport::default();
    for generation in Generation::retained(folder)? {
        match check_commit(&generation, None, &mut report) {
            // A generation of another version cannot be used, but is not damaged.
            Err(Error::IndexStale { .. }) => {}
            // A run has just removed it.
            Err(_) if !Generation::retained(folder)?.contains(&generation) => {}
            checked => report.note(checked)?,
        }
    }
    report.older = mem::take(&mut report.problems);
    let mut check = |active: &Generation| check_commit(active, Some(stop), &mut report);
    let checked = Generation::with_active(folder, |active| catch_panic(folder, || check(active)));
    report.note(checked)?;
    // A clock that ran far ahead says nothing, and must not hide that an index is old.
    let known = Index::last_success(folder)?.filter(|&last| last <= lock::now() + MAX_CLOCK_SKEW.as_secs());
    report.age = known.map(|last| Duration::from_secs(lock::now().saturating_sub(last)));
    Ok(report)
}

/// Checks the files of a generation, and that it contains as much as it should.
pub(crate) fn check_files(generation: &Generation) -> Result<()> {
    let mut report = CheckReport::default();
    check_commit(generation, None, &mut report)?;
    let Some(reason) = report.problems.into_iter().next() else { return Ok(()) };
    Err(Error::IndexDamaged { path: generation.index.clone(), reason })
}

impl CheckReport {
    /// Notes damage; any other error stays one.
    fn note(&mut self, checked: Result<()>) -> Result<()> {
        let Err(Error::IndexDamaged { path, reason }) = checked else { return checked };
        self.problems.push(format!("{}: {reason}", path.display()));
        Ok(())
    }
}

/// Checks the last commit of a generation: compares every byte with the checksums, and the number of releases with the
/// recorded one. With `releases`, a flag that stops it, every release is read too, unless a file has changed: that would
/// be reported a second time.
fn check_commit(
    generation: &Generation,
    releases: Option<&AtomicBool>,
    report: &mut CheckReport,
) -> Result<()> {
    let index = Index::open_generation(generation)?;
    let lock = index.lock_files()?;
    let commit = index.commit()?;
    let paths = commit.files_in(&generation.folder)?.0;
    // Open files stay readable, whatever a writer does meanwhile. Opening the snapshot reports a file that is missing.
    let open = |path: PathBuf| Ok((File::open(&path).map_err(Error::read(&path))?, path));
    let files: Vec<(File, PathBuf)> = paths.into_iter().map(open).collect::<Result<_>>()?;
    let (snapshot, manifest) = (Snapshot::of(&index, &commit, &lock), commit.manifest());
    drop(lock);
    let before = report.problems.len();
    for (mut file, path) in files {
        let checked = file.metadata().and_then(|about| {
            report.files += 1;
            report.bytes += about.len();
            if path.extension().is_some_and(|ending| ending == "json" || ending == manifest::EXTENSION) {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                atomic_file::verified(&path, bytes).map(|_| ())
            } else {
                checksum::check(&mut file, &path.file_name().unwrap_or_default().to_string_lossy())
            }
        });
        report.note(checked.map_err(|error| read_error(&path, error)))?;
    }
    if report.problems.len() > before {
        return Ok(());
    }
    let (snapshot, manifest) = (snapshot?, manifest?);
    let (found, recorded) = (snapshot.releases, commit.info.releases);
    if found != recorded {
        report.problems.push(format!("the index contains {found} releases, but {recorded} were recorded"));
    }
    let Some(stop) = releases else { return Ok(()) };
    check_releases(&snapshot, stop, report)?;
    check_file_counts(&snapshot, &manifest, report)
}

fn check_releases(snapshot: &Snapshot, stop: &AtomicBool, report: &mut CheckReport) -> Result<()> {
    let mut ids = HashSet::new();
    let segments = snapshot.segments.iter();
    let docs = segments.flat_map(|segment| segment.reader.doc_ids_alive().map(move |doc| (segment, doc)));
    for (segment, doc) in docs {
        lock::check_stop(stop)?;
        report.releases += 1;
        report.problems.extend(segment.check(doc).err());
        if let Some(twice) = ids.replace(segment.id(doc)) {
            report.problems.push(format!("release {twice:?} occurs twice"));
        }
    }
    Ok(())
}

/// Each file has as many releases as were recorded when it was read.
fn check_file_counts(snapshot: &Snapshot, manifest: &Manifest, report: &mut CheckReport) -> Result<()> {
    let registry = Registry::of(snapshot)?;
    let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
    for file in registry.releases.values().filter_map(|entry| entry.file) {
        *counts.entry(registry.file_name(file)).or_default() += 1;
    }
    for (root, name, entry) in manifest.iter() {
        let found = counts.get(&(root, name)).copied().unwrap_or_default();
        let recorded = entry.releases;
        // Of a file that could not be read completely, releases of an earlier run stay.
        if found < recorded || found > recorded && entry.failures.is_empty() {
            let path = Path::new(root).join(name);
            let found = format!("{found} releases of {} are in the index", path.display());
            report.problems.push(format!("{found}, but {recorded} were recorded"));
        }
    }
    Ok(())
}
