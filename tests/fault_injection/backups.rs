//! Backups and checks while the index is brought up to date: each backup contains exactly one commit, and never an
//! older one than the backup before it.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{
    Settings,
    fixture::{Contents, Fixture, expect},
};

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let mut fixture = Fixture::new(100, &mut rng);
    fixture.update_index(&[]);
    let mut states = vec![fixture.contents.clone()];
    let (index, saved) = (fixture.index(), fixture.saved());
    let runs = settings.rounds_or(4);
    let done = AtomicBool::new(false);
    let taken = thread::scope(|scope| {
        let saving = scope.spawn(|| saved_until(&done, &index, &saved));
        for run in 0..runs {
            fixture.change(&mut rng);
            states.push(fixture.contents.clone());
            // With `--keep 0` a generation is removed while it is read.
            fixture.update_index(if run % 3 == 2 { &["--full", "--keep", "0"] } else { &[] });
        }
        done.store(true, Ordering::SeqCst);
        saving.join().unwrap()
    });
    let mut last = 0;
    for contents in &taken {
        let state = states.iter().position(|state| state == contents).expect("a state that the index had");
        assert!(state >= last, "an older state than before");
        last = state;
    }
    println!("backups: {} during {runs} runs, each of one commit, the last of number {last}", taken.len());
}

/// Makes backups until it is stopped; returns the contents of each.
fn saved_until(done: &AtomicBool, index: &Path, saved: &Path) -> Vec<Contents> {
    let mut taken = Vec::new();
    while !done.load(Ordering::SeqCst) {
        _ = fs::remove_dir_all(saved);
        let run = |index: &Path, words: &[&str]| Fixture::vestnik_at(index, words).output().unwrap();
        expect(&run(index, &["backup", saved.to_str().unwrap()]), 0, "a backup during a run");
        expect(&run(saved, &["check"]), 0, "the backup");
        expect(&run(index, &["check"]), 0, "a check during a run");
        taken.push(Fixture::held_at(saved));
    }
    taken
}
