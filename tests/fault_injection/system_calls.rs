//! One failing system call at a time: for each call that a job makes, one run in which it fails.
//!
//! `strace` injects the error. It counts calls by thread, so the jobs run with one indexing thread; a thread of
//! tantivy that makes as many calls fails as well. After each run the index must be sound and contain what it did
//! before or what it should contain afterwards, and the exit code must say which.

use std::{
    collections::BTreeMap,
    fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::AtomicBool,
};

use vestnik::{Index, index::check};

use crate::{
    Settings,
    fixture::{Contents, Fixture, expect},
};

/// The calls that fail, and the errors that they fail with.
const CALLS: &[(&str, &[&str])] = &[
    ("openat", &["EACCES", "EMFILE", "ENOMEM", "EIO", "ENOSPC"]),
    ("read", &["EIO"]),
    ("pread64", &["EIO"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("rename", &["EACCES", "EIO", "ENOSPC"]),
    ("unlink", &["EACCES", "EIO"]),
    ("rmdir", &["EACCES", "EIO"]),
    ("mkdir", &["EACCES", "ENOSPC", "EIO"]),
    ("link", &["EACCES", "EMFILE", "EIO"]),
    ("linkat", &["EACCES", "EMFILE", "EIO"]),
    ("copy_file_range", &["EIO", "ENOSPC"]),
    ("ftruncate", &["EIO"]),
    ("lseek", &["EIO"]),
    ("flock", &["EIO", "ENOMEM"]),
    ("mmap", &["ENOMEM", "EACCES"]),
    ("statx", &["EACCES", "EIO", "ENOMEM"]),
    ("fstat", &["EIO"]),
    ("newfstatat", &["EACCES", "EIO"]),
    ("getdents64", &["EIO", "ENOMEM"]),
    ("clone3", &["EAGAIN", "ENOMEM"]),
    ("brk", &["ENOMEM"]),
    ("mremap", &["ENOMEM"]),
    ("mprotect", &["ENOMEM"]),
    ("readlink", &["EACCES", "EIO"]),
    ("getcwd", &["ENOMEM", "EACCES"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Job {
    Incremental,
    Full,
    Compact,
    Gc,
    Backup,
    Restore,
    Rollback,
}

const JOBS: [Job; 7] =
    [Job::Incremental, Job::Full, Job::Compact, Job::Gc, Job::Backup, Job::Restore, Job::Rollback];

/// One run: a job, and the call that fails in it.
#[derive(Clone, Debug)]
struct Injection {
    job: Job,
    call: &'static str,
    number: usize,
    error: &'static str,
}

/// A job that can be repeated: copies of its folders, and the contents of the index before and after it.
struct Stage {
    job: Job,
    fixture: Fixture,
    copies: tempfile::TempDir,
    was: Contents,
    wanted: Contents,
}

#[derive(Default)]
struct Tally {
    before: u32,
    after: u32,
    partly: u32,
    killed: u32,
}

pub fn run(settings: &Settings) {
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !strace.is_ok_and(|status| status.success()) {
        println!("system-calls: skipped: strace is missing (apt-get install strace)");
        return;
    }
    let mut rng = settings.rng();
    let stages = JOBS.map(|job| Stage::new(job, &mut rng));
    let mut injections: Vec<Injection> = stages.iter().flat_map(Stage::injections).collect();
    let all = injections.len();
    rng.shuffle(&mut injections);
    injections.truncate(settings.rounds_or(30) as usize);
    let mut tallies: BTreeMap<Job, Tally> = BTreeMap::new();
    let mut lost = 0;
    for (round, injection) in injections.iter().enumerate() {
        if settings.is_long() && round % 100 == 0 {
            println!("system-calls: {round} tried, {lost} failed");
        }
        let stage = stages.iter().find(|stage| stage.job == injection.job).unwrap();
        let tally = tallies.entry(injection.job).or_default();
        // The panic is printed. The remaining injections are tried as well.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            stage.inject(injection, tally);
            if round % 25 == 0 {
                stage.assert_repaired(injection);
            }
        }));
        lost += u32::from(outcome.is_err());
    }
    for (job, Tally { before, after, partly, killed }) in tallies {
        println!(
            "system-calls: {job:?}: {before} left the state before, {after} the state after, {partly} could not \
             read a part, {killed} ran out of memory; each exit code is right"
        );
    }
    println!("system-calls: {} of {all} failing calls tried", injections.len());
    assert_eq!(lost, 0, "injections that failed");
}

impl Stage {
    fn new(job: Job, rng: &mut fastrand::Rng) -> Self {
        let mut fixture = Fixture::new(24, rng);
        fixture.update_index(&[]);
        fixture.change(rng);
        fixture.update_index(if job == Job::Rollback { &["--full"] } else { &[] });
        let mut was = fixture.contents.clone();
        let mut wanted = was.clone();
        match job {
            Job::Incremental | Job::Full => {
                fixture.change(rng);
                wanted = fixture.contents.clone();
            }
            Job::Compact | Job::Gc | Job::Backup => {
                for options in [&["--full"][..], &[]] {
                    fixture.change(rng);
                    fixture.update_index(options);
                }
                was = fixture.contents.clone();
                wanted = was.clone();
            }
            Job::Restore => {
                expect(&fixture.run(&["backup", fixture.saved().to_str().unwrap()]), 0, "backup");
                fixture.change(rng);
                fixture.update_index(&[]);
                was = fixture.contents.clone();
            }
            Job::Rollback => {
                wanted = was.clone();
                fixture.change(rng);
                fixture.update_index(&["--full"]);
                was = fixture.contents.clone();
            }
        }
        let copies = tempfile::tempdir().unwrap();
        copy(&fixture.index(), &copies.path().join("index"));
        if job == Job::Restore {
            copy(&fixture.saved(), &copies.path().join("saved"));
        }
        Self { job, fixture, copies, was, wanted }
    }

    fn words(&self) -> Vec<String> {
        let (corpus, saved) = (self.fixture.corpus(), self.fixture.saved());
        let (corpus, saved) = (corpus.to_str().unwrap(), saved.to_str().unwrap());
        let words: &[&str] = match self.job {
            Job::Incremental => &["index", "--threads", "1", corpus],
            Job::Full => &["index", "--threads", "1", "--full", corpus],
            Job::Compact => &["compact"],
            Job::Gc => &["gc", "--keep", "0"],
            Job::Backup => &["backup", saved],
            Job::Restore => &["restore", saved],
            Job::Rollback => &["rollback"],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// Puts the folders back as they were before the job.
    fn reset(&self) {
        for folder in [self.fixture.index(), self.fixture.saved()] {
            _ = fs::remove_dir_all(&folder);
            let original = self.copies.path().join(folder.file_name().unwrap());
            if original.is_dir() {
                copy(&original, &folder);
            }
        }
    }

    fn strace(&self, options: &[&str]) -> Output {
        let job = self.fixture.vestnik(&[]);
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "--seccomp-bpf", "-o", self.trace().to_str().unwrap()]).args(options);
        command.arg(job.get_program()).args(self.words()).args(job.get_args());
        command.output().unwrap()
    }

    fn trace(&self) -> PathBuf {
        self.copies.path().join("trace")
    }

    /// Every call of the job, with every error.
    fn injections(&self) -> Vec<Injection> {
        self.reset();
        let names: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
        expect(&self.strace(&["-e", &format!("trace={}", names.join(","))]), 0, "tracing");
        let trace = fs::read_to_string(self.trace()).unwrap();
        let mut injections = Vec::new();
        for &(call, errors) in CALLS {
            // The most calls that one thread made: strace counts by thread.
            let mut by_thread: BTreeMap<&str, usize> = BTreeMap::new();
            for line in trace.lines() {
                if let Some((thread, rest)) = line.split_once(' ')
                    && rest.trim_start().starts_with(&format!("{call}("))
                {
                    *by_thread.entry(thread).or_default() += 1;
                }
            }
            let most = by_thread.into_values().max().unwrap_or_default();
            for number in 1..=most {
                injections.extend(errors.iter().map(|&error| Injection {
                    job: self.job,
                    call,
                    number,
                    error,
                }));
            }
        }
        injections
    }

    fn inject(&self, injection: &Injection, tally: &mut Tally) {
        let Injection { call, number, error, .. } = injection;
        self.reset();
        let output = self.strace(&[
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={call}:error={error}:when={number}"),
        ]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let doing = format!("{injection:?}, {:?}: {stderr}", output.status);
        let report = check(&self.fixture.index(), &AtomicBool::new(false));
        let report = report.unwrap_or_else(|error| panic!("{doing}: {error}"));
        assert!(report.problems.is_empty(), "{doing}: {:?}", report.problems);
        let holds = self.fixture.indexed();
        match output.status.code() {
            Some(0) => {
                assert!(holds == self.wanted, "{doing}: success, but not what it should contain");
                tally.after += 1;
            }
            // Some files could not be read: of these the index contains what it did.
            Some(2) => {
                let ids = self.was.keys().chain(self.wanted.keys());
                for id in ids {
                    let held = holds.get(id);
                    assert!(held == self.was.get(id) || held == self.wanted.get(id), "{doing}: {id}");
                }
                tally.partly += 1;
            }
            // 127: the program could not even be loaded.
            Some(3 | 127) => {
                assert!(holds == self.was, "{doing}: failed, but not what it contained before");
                tally.before += 1;
            }
            Some(code) => panic!("{doing}: {code} is not the code for a system error"),
            None => {
                assert!(holds == self.was || holds == self.wanted, "{doing}: neither before nor after");
                tally.killed += 1;
            }
        }
        if self.job == Job::Backup && Index::exists(self.fixture.saved()) {
            assert!(Fixture::held_at(&self.fixture.saved()) == self.was, "{doing}: the backup");
        } else if self.job == Job::Backup {
            assert_ne!(output.status.code(), Some(0), "{doing}: no backup");
        }
    }

    /// The next run succeeds and removes what the failed one left.
    fn assert_repaired(&self, injection: &Injection) {
        let doing = format!("after {injection:?}");
        if self.job == Job::Backup {
            let saved = self.fixture.saved();
            let code = if Index::exists(&saved) { 3 } else { 0 };
            expect(&self.fixture.run(&["backup", saved.to_str().unwrap()]), code, &doing);
        }
        self.fixture.update_index(&[]);
        assert!(self.fixture.indexed() == self.fixture.contents, "{doing}: not repaired");
        self.fixture.assert_no_garbage(3, &doing);
    }
}

/// Copies a folder of files and folders.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
