//! What an index must survive, tried for as many rounds as one likes.
//!
//! `cargo test --release --test torture` runs a few rounds of everything; with
//! `-- --rounds 200 kills` it runs 200 of one thing, the seed of which it prints. Needs nothing but
//! the program itself; what needs rights that are missing is skipped, and says so.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a harness fails by panicking and prints what it found"
)]

mod disk;
mod flips;
mod kills;
mod readers;
mod world;
mod writers;

use std::{process::ExitCode, time::Instant};

/// How to run.
pub struct Orders {
    /// Rounds asked for; none: as many as take a few seconds.
    rounds: Option<u32>,
    seed: u64,
}

impl Orders {
    /// The rounds asked for, or so many.
    pub fn rounds_or(&self, few: u32) -> u32 {
        self.rounds.unwrap_or(few)
    }

    /// Whether so much is run that figures of time mean something.
    pub fn is_long(&self) -> bool {
        self.rounds.is_some()
    }

    /// The chance of this run.
    pub fn dice(&self) -> world::Dice {
        world::Dice::new(self.seed)
    }
}

type Trial = fn(&Orders);
const TRIALS: [(&str, Trial); 5] = [
    ("kills", kills::run),
    ("flips", flips::run),
    ("readers", readers::run),
    ("writers", writers::run),
    ("disk", disk::run),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut orders = Orders { rounds: None, seed: 1 };
    let mut chosen = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => orders.rounds = words.next().and_then(|word| word.parse().ok()),
            "--seed" => orders.seed = words.next().and_then(|word| word.parse().ok()).unwrap_or(1),
            // What a test runner passes on to all tests.
            option if option.starts_with('-') => {}
            _ => chosen.push(word),
        }
    }
    for (name, trial) in TRIALS {
        if chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str())) {
            let started = Instant::now();
            trial(&orders);
            println!("{name}: passed in {:.1} s (seed {})", started.elapsed().as_secs_f64(), orders.seed);
        }
    }
    ExitCode::SUCCESS
}
