//! SIGKILL at random and at chosen moments of every command that writes: the index contains what it did before or
//! what it should contain, and the next run completes the job.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::{
    Settings,
    fixture::{Contents, Fixture, expect},
};

/// The moment of the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KillPoint {
    /// A random moment.
    Any,
    /// When the first file of a segment exists.
    Writing,
    /// When the manifest is written, before the commit.
    Committing,
    /// When the commit is made, before merging and garbage collection.
    Committed,
    /// When a generation is about to be activated.
    Switching,
}

const KILL_POINTS: [KillPoint; 5] =
    [KillPoint::Any, KillPoint::Writing, KillPoint::Committing, KillPoint::Committed, KillPoint::Switching];

/// What to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Job {
    Incremental,
    Full,
    Compact,
    Gc,
    Backup,
    Restore,
}

/// Runs come up most: they are what runs at night.
const JOBS: [Job; 10] = [
    Job::Incremental,
    Job::Full,
    Job::Compact,
    Job::Incremental,
    Job::Gc,
    Job::Full,
    Job::Backup,
    Job::Incremental,
    Job::Restore,
    Job::Full,
];

/// What came of killing one kind of job.
#[derive(Default)]
struct Tally {
    before: u32,
    after: u32,
    ended: u32,
}

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let mut fixture = Fixture::new(150, &mut rng);
    fixture.update_index(&[]);
    let mut tallies: BTreeMap<Job, Tally> = BTreeMap::new();
    let rounds = settings.rounds_or(10);
    for round in 0..rounds {
        let job = JOBS[round as usize % JOBS.len()];
        let moment = KILL_POINTS[rng.usize(..KILL_POINTS.len())];
        let doing = format!("round {round}, {job:?}, {moment:?}");
        let (was, wanted) = prepare(job, &mut fixture, &mut rng);
        let ended = killed(&fixture, job, moment, &mut rng);
        expect(&fixture.run(&["check"]), 0, &format!("{doing}: check after the kill"));
        let holds = fixture.indexed();
        let tally = tallies.entry(job).or_default();
        if holds == wanted {
            tally.after += 1;
        } else {
            assert!(holds == was, "{doing}: the index holds neither what it did nor what it should");
            tally.before += 1;
        }
        tally.ended += u32::from(ended);
        if job == Job::Backup {
            saved_again(&fixture, &was, &doing);
        }
        // A run that has nothing to do must not hide what the killed one left.
        if rng.usize(..2) == 0 {
            assert_collected(&fixture, &doing);
        }
        fixture.update_index(&[]);
        assert!(fixture.indexed() == fixture.contents, "{doing}: the next run did not put it right");
        assert_collected(&fixture, &doing);
        expect(&fixture.run(&["check"]), 0, &format!("{doing}: check at the end"));
    }
    for (job, Tally { before, after, ended }) in tallies {
        println!(
            "crashes: {job:?}: {} times: {before} left the state before, {after} the state after \
             ({ended} came too late)",
            before + after
        );
    }
}

/// Makes something to do; what the index holds, and what it will hold when the job is done.
fn prepare(job: Job, fixture: &mut Fixture, rng: &mut Rng) -> (Contents, Contents) {
    let was = fixture.contents.clone();
    match job {
        Job::Incremental | Job::Full => fixture.change(rng),
        Job::Compact | Job::Gc => {
            // More segments, deletions and generations.
            for options in [&[][..], &["--full"], &[]] {
                fixture.change(rng);
                fixture.update_index(options);
            }
            return (fixture.contents.clone(), fixture.contents.clone());
        }
        Job::Backup => _ = fs::remove_dir_all(fixture.saved()),
        Job::Restore => {
            _ = fs::remove_dir_all(fixture.saved());
            expect(&fixture.run(&["backup", fixture.saved().to_str().unwrap()]), 0, "backup");
            fixture.change(rng);
            fixture.update_index(&[]);
            return (fixture.contents.clone(), was);
        }
    }
    (was, fixture.contents.clone())
}

/// A backup that was killed is no index, or a whole one; the next one takes its place.
fn saved_again(fixture: &Fixture, was: &Contents, doing: &str) {
    let saved = fixture.saved();
    let check = Fixture::vestnik_at(&saved, &["check"]).output().unwrap();
    if check.status.code() == Some(10) {
        expect(&fixture.run(&["backup", saved.to_str().unwrap()]), 0, &format!("{doing}: again"));
    }
    expect(&Fixture::vestnik_at(&saved, &["check"]).output().unwrap(), 0, &format!("{doing}: the backup"));
    assert!(Fixture::held_at(&saved) == *was, "{doing}: the backup has other contents");
}

fn assert_collected(fixture: &Fixture, doing: &str) {
    expect(&fixture.run(&["gc"]), 0, &format!("{doing}: gc"));
    fixture.assert_no_garbage(2, doing);
}

/// Starts a job and kills it; returns whether it ended by itself.
fn killed(fixture: &Fixture, job: Job, moment: KillPoint, rng: &mut Rng) -> bool {
    let (corpus, saved) = (fixture.corpus(), fixture.saved());
    let (corpus, saved) = (corpus.to_str().unwrap(), saved.to_str().unwrap());
    let words: &[&str] = match job {
        Job::Incremental => &["index", "--quiet", corpus],
        Job::Full => &["index", "--quiet", "--full", corpus],
        Job::Compact => &["compact"],
        Job::Gc => &["gc", "--keep", "0"],
        Job::Backup => &["backup", saved],
        Job::Restore => &["restore", saved],
    };
    let place = if job == Job::Backup { fixture.saved() } else { fixture.index() };
    let there = names(&place);
    let mut child = fixture.vestnik(words).stderr(Stdio::null()).spawn().unwrap();
    // What only moves files about is over soon.
    let most = if matches!(job, Job::Incremental | Job::Full | Job::Compact) { 120_000 } else { 30_000 };
    let delay = if moment == KillPoint::Any { rng.usize(..most) } else { rng.usize(..3_000) };
    wait_for(moment, &place, &there, &mut child);
    thread::sleep(Duration::from_micros(delay.try_into().unwrap()));
    // A process that has ended cannot be killed.
    _ = child.kill();
    child.wait().unwrap().code().is_some()
}

fn wait_for(moment: KillPoint, place: &Path, there: &BTreeSet<String>, child: &mut Child) {
    let started = Instant::now();
    let is_new = |name: &String| !there.contains(name);
    let comes = |names: &BTreeSet<String>| match moment {
        KillPoint::Any => true,
        KillPoint::Writing => names.iter().any(|name| is_new(name) && name.contains(".store")),
        KillPoint::Committing => names.iter().any(|name| is_new(name) && name.contains(".files")),
        KillPoint::Committed => names.iter().any(|name| name.contains("meta.json.new")),
        KillPoint::Switching => names.iter().any(|name| name.contains("current.new")),
    };
    // Moments of a few microseconds are mostly missed; the signal then comes at the end of the run.
    while !comes(&names(place)) && started.elapsed() < Duration::from_secs(5) {
        if child.try_wait().unwrap().is_some() {
            return;
        }
    }
}

/// The paths of all files below a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder may be removed meanwhile.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            names.insert(entry.path().display().to_string());
        }
    }
    names
}
