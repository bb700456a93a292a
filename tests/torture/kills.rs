//! SIGKILL at random moments, and at the worst ones, of everything that writes: the index is what it
//! was before or what it should be, and the next run puts all right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Orders,
    world::{Contents, Dice, World, expect},
};

/// When to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// At any time of the run.
    Any,
    /// When the first file of a segment is there.
    Writing,
    /// When the records are there and the commit is about to come.
    Committing,
    /// When the commit is there, and merging and tidying up begin.
    Committed,
    /// When a generation is about to take over.
    Switching,
}

const MOMENTS: [Moment; 5] =
    [Moment::Any, Moment::Writing, Moment::Committing, Moment::Committed, Moment::Switching];

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

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let mut world = World::new(150, &mut dice);
    world.index_up_to_date(&[]);
    let mut tallies: BTreeMap<Job, Tally> = BTreeMap::new();
    let rounds = orders.rounds_or(10);
    for round in 0..rounds {
        let job = JOBS[round as usize % JOBS.len()];
        let moment = MOMENTS[dice.below(MOMENTS.len())];
        let doing = format!("round {round}, {job:?}, {moment:?}");
        let (was, wanted) = prepare(job, &mut world, &mut dice);
        let ended = killed(&world, job, moment, &mut dice);
        expect(&world.run(&["check"]), 0, &format!("{doing}: check after the kill"));
        let holds = world.indexed();
        let tally = tallies.entry(job).or_default();
        if holds == wanted {
            tally.after += 1;
        } else {
            assert!(holds == was, "{doing}: the index holds neither what it did nor what it should");
            tally.before += 1;
        }
        tally.ended += u32::from(ended);
        if job == Job::Backup {
            saved_again(&world, &was, &doing);
        }
        // A run that has nothing to do must not hide what the killed one left.
        if dice.below(2) == 0 {
            tidied(&world, &doing);
        }
        world.index_up_to_date(&[]);
        assert!(world.indexed() == world.contents, "{doing}: the next run did not put it right");
        tidied(&world, &doing);
        expect(&world.run(&["check"]), 0, &format!("{doing}: check at the end"));
    }
    for (job, Tally { before, after, ended }) in tallies {
        println!(
            "kills: {job:?}: {} times: {before} left the state before, {after} the state after \
             ({ended} came too late)",
            before + after
        );
    }
}

/// Makes something to do; what the index holds, and what it will hold when the job is done.
fn prepare(job: Job, world: &mut World, dice: &mut Dice) -> (Contents, Contents) {
    let was = world.contents.clone();
    match job {
        Job::Incremental | Job::Full => world.change(dice),
        Job::Compact | Job::Gc => {
            // More segments, deletions and generations.
            for options in [&[][..], &["--full"], &[]] {
                world.change(dice);
                world.index_up_to_date(options);
            }
            return (world.contents.clone(), world.contents.clone());
        }
        Job::Backup => _ = fs::remove_dir_all(world.saved()),
        Job::Restore => {
            _ = fs::remove_dir_all(world.saved());
            expect(&world.run(&["backup", world.saved().to_str().unwrap()]), 0, "backup");
            world.change(dice);
            world.index_up_to_date(&[]);
            return (world.contents.clone(), was);
        }
    }
    (was, world.contents.clone())
}

/// A backup that was killed is no index, or a whole one; the next one takes its place.
fn saved_again(world: &World, was: &Contents, doing: &str) {
    let saved = world.saved();
    let check = World::vestnik_at(&saved, &["check"]).output().unwrap();
    if check.status.code() == Some(10) {
        expect(&world.run(&["backup", saved.to_str().unwrap()]), 0, &format!("{doing}: again"));
    }
    expect(&World::vestnik_at(&saved, &["check"]).output().unwrap(), 0, &format!("{doing}: the backup"));
    assert!(World::held_at(&saved) == *was, "{doing}: the backup holds something else");
}

fn tidied(world: &World, doing: &str) {
    expect(&world.run(&["gc"]), 0, &format!("{doing}: gc"));
    world.assert_tidy(2);
}

/// Starts a job and kills it; whether it ended by itself.
fn killed(world: &World, job: Job, moment: Moment, dice: &mut Dice) -> bool {
    let (corpus, saved) = (world.corpus(), world.saved());
    let (corpus, saved) = (corpus.to_str().unwrap(), saved.to_str().unwrap());
    let words: &[&str] = match job {
        Job::Incremental => &["index", "--quiet", corpus],
        Job::Full => &["index", "--quiet", "--full", corpus],
        Job::Compact => &["compact"],
        Job::Gc => &["gc", "--keep", "0"],
        Job::Backup => &["backup", saved],
        Job::Restore => &["restore", saved],
    };
    let place = if job == Job::Backup { world.saved() } else { world.index() };
    let there = names(&place);
    let mut child = world.vestnik(words).stderr(Stdio::null()).spawn().unwrap();
    // What only moves files about is over soon.
    let most = if matches!(job, Job::Incremental | Job::Full | Job::Compact) { 120_000 } else { 30_000 };
    let delay = if moment == Moment::Any { dice.below(most) } else { dice.below(3_000) };
    wait_for(moment, &place, &there, &mut child);
    thread::sleep(Duration::from_micros(delay.try_into().unwrap()));
    // One that has ended cannot be killed any more.
    _ = child.kill();
    child.wait().unwrap().code().is_some()
}

fn wait_for(moment: Moment, place: &Path, there: &BTreeSet<String>, child: &mut Child) {
    let started = Instant::now();
    let is_new = |name: &String| !there.contains(name);
    let comes = |names: &BTreeSet<String>| match moment {
        Moment::Any => true,
        Moment::Writing => names.iter().any(|name| is_new(name) && name.contains(".store")),
        Moment::Committing => names.iter().any(|name| is_new(name) && name.contains(".files")),
        Moment::Committed => names.iter().any(|name| name.contains("meta.json.new")),
        Moment::Switching => names.iter().any(|name| name.contains("current.new")),
    };
    // Moments that last microseconds are mostly missed; the kill then comes at the end of the run.
    while !comes(&names(place)) && started.elapsed() < Duration::from_secs(5) {
        if child.try_wait().unwrap().is_some() {
            return;
        }
    }
}

/// The names of all files in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder may go while it is looked at.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            names.insert(entry.path().display().to_string());
        }
    }
    names
}
