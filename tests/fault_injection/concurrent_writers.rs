//! Two writers started together: one works, the other reports which process does.

use std::process::Stdio;

use crate::{
    Settings,
    fixture::{Fixture, expect},
};

pub fn run(settings: &Settings) {
    let mut rng = settings.rng();
    let mut fixture = Fixture::new(600, &mut rng);
    fixture.update_index(&[]);
    let corpus = fixture.corpus();
    let rounds = settings.rounds_or(3);
    for round in 0..rounds {
        fixture.replace(5, &mut rng);
        // A rebuild takes far longer than two processes need to start.
        let words = ["index", "--full", corpus.to_str().unwrap()];
        let start = || fixture.vestnik(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
        let mut codes = both.each_ref().map(|output| output.status.code());
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(11)], "round {round}");
        let second = both.iter().find(|output| output.status.code() == Some(11)).unwrap();
        let stderr = String::from_utf8_lossy(&second.stderr);
        assert!(stderr.contains("is being written by another run"), "{stderr}");
        assert!(fixture.indexed() == fixture.contents, "round {round}");
    }
    // With `--wait-lock` the second one works after the first.
    let words = ["index", "--full", "--wait-lock", "60", corpus.to_str().unwrap()];
    let start = || fixture.vestnik(&words).stderr(Stdio::piped()).spawn().unwrap();
    for output in [start(), start()].map(|child| child.wait_with_output().unwrap()) {
        expect(&output, 0, "waiting for the lock");
    }
    println!("concurrent-writers: {rounds} pairs, one of two each time");
}
