//! Two writers started together: one works, the other is told who does.

use std::process::Stdio;

use crate::{
    Orders,
    world::{World, expect},
};

pub fn run(orders: &Orders) {
    let mut dice = orders.dice();
    let mut world = World::new(600, &mut dice);
    world.index_up_to_date(&[]);
    let corpus = world.corpus();
    let rounds = orders.rounds_or(3);
    for round in 0..rounds {
        world.replace(5, &mut dice);
        // A rebuild takes far longer than two processes need to start.
        let words = ["index", "--full", corpus.to_str().unwrap()];
        let start = || world.vestnik(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
        let mut codes = both.each_ref().map(|output| output.status.code());
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(11)], "round {round}");
        let second = both.iter().find(|output| output.status.code() == Some(11)).unwrap();
        let told = String::from_utf8_lossy(&second.stderr);
        assert!(told.contains("is being written by another run"), "{told}");
        assert!(world.indexed() == world.contents, "round {round}");
    }
    // One who may wait works after the other.
    let words = ["index", "--full", "--wait-lock", "60", corpus.to_str().unwrap()];
    let start = || world.vestnik(&words).stderr(Stdio::piped()).spawn().unwrap();
    for output in [start(), start()].map(|child| child.wait_with_output().unwrap()) {
        expect(&output, 0, "waiting for the lock");
    }
    println!("writers: {rounds} pairs, one of two each time");
}
