//! SIGKILL at random moments, and at the worst ones: the index is what it was before or what it
//! should be, and the next run puts all right.

use std::{
    collections::BTreeSet,
    fs,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Orders,
    world::{Dice, World, expect},
};

/// When to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// At any time of the run.
    Any,
    /// When the first segment is being written.
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

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let mut world = World::new(150, &mut dice);
    world.index_up_to_date(&[]);
    let (mut before, mut after, mut finished) = (0, 0, 0);
    for round in 0..orders.rounds_or(8) {
        let was = world.contents.clone();
        world.change(&mut dice);
        let full = dice.below(3) == 0;
        let moment = MOMENTS[dice.below(MOMENTS.len())];
        let ended = killed(&world, full, moment, &mut dice);
        let doing = format!("round {round}, full {full}, {moment:?}");
        expect(&world.run(&["check"]), 0, &format!("{doing}: check after the kill"));
        let holds = world.indexed();
        if holds == world.contents {
            after += 1;
        } else {
            assert!(holds == was, "{doing}: the index holds neither what it did nor what it should");
            before += 1;
        }
        finished += u32::from(ended);
        // A run that has nothing to do must not hide what the killed one left.
        if dice.below(2) == 0 {
            expect(&world.run(&["gc"]), 0, &format!("{doing}: gc"));
            world.assert_tidy(2);
        }
        world.index_up_to_date(&[]);
        assert!(world.indexed() == world.contents, "{doing}: the next run did not put it right");
        expect(&world.run(&["gc"]), 0, &format!("{doing}: gc"));
        world.assert_tidy(2);
        expect(&world.run(&["check"]), 0, &format!("{doing}: check at the end"));
    }
    println!("kills: {before} left the state before, {after} the state after ({finished} came too late)");
}

/// Starts a run and kills it; whether it ended by itself.
fn killed(world: &World, full: bool, moment: Moment, dice: &mut Dice) -> bool {
    let corpus = world.corpus();
    let mut words = vec!["index", "--quiet", corpus.to_str().unwrap()];
    words.extend(full.then_some("--full"));
    let there = names(world);
    let mut child = world.vestnik(&words).stderr(Stdio::null()).spawn().unwrap();
    let delay = if moment == Moment::Any { dice.below(120_000) } else { dice.below(3_000) };
    wait_for(moment, world, &there, &mut child);
    thread::sleep(Duration::from_micros(delay.try_into().unwrap()));
    // One that has ended cannot be killed any more.
    _ = child.kill();
    child.wait().unwrap().code().is_some()
}

fn wait_for(moment: Moment, world: &World, there: &BTreeSet<String>, child: &mut Child) {
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
    while !comes(&names(world)) && started.elapsed() < Duration::from_secs(5) {
        if child.try_wait().unwrap().is_some() {
            return;
        }
    }
}

/// The names of all files in the index folder.
fn names(world: &World) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![world.index()];
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
