//! Backups and checks without pause while the index is brought up to date again and again: each is of
//! one commit, and none is of an older one than the backup before.

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
            // A generation that is not kept goes while it is read from.
            fixture.update_index(if run % 3 == 2 { &["--full", "--keep", "0"] } else { &[] });
        }
        done.store(true, Ordering::SeqCst);
        saving.join().unwrap()
    });
    let mut last = 0;
    for contents in &taken {
        let state = states.iter().position(|state| state == contents).expect("a state that never was");
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
