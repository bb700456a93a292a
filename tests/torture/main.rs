//! What an index must survive, tried for as many rounds as one likes.
//!
//! `cargo test --release --test torture` runs a few rounds of everything; with `-- --long` it runs as
//! many as the index is held to, and with `-- --rounds 1000 kills` so many of one thing. It prints the
//! seed. Needs nothing but the program itself; what needs rights that are missing is skipped, and says so.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a harness fails by panicking and prints what it found"
)]

mod backups;
mod disk;
mod flips;
mod kills;
mod readers;
#[cfg(unix)]
mod refused;
mod world;
mod writers;

use std::{panic, process::ExitCode, time::Instant};

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
/// Each trial, and the rounds of it that `--long` runs.
const TRIALS: &[(&str, Trial, u32)] = &[
    ("kills", kills::run, 200),
    ("flips", flips::run, 20),
    ("readers", readers::run, 20),
    ("writers", writers::run, 100),
    ("backups", backups::run, 60),
    ("disk", disk::run, 40),
    #[cfg(unix)]
    ("refused", refused::run, 10),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (mut rounds, mut seed, mut long) = (None, 1, false);
    let mut chosen = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().and_then(|word| word.parse().ok()),
            "--seed" => seed = words.next().and_then(|word| word.parse().ok()).unwrap_or(1),
            "--long" => long = true,
            // What a test runner passes on to all tests.
            option if option.starts_with('-') => {}
            _ => chosen.push(word),
        }
    }
    let mut failed = Vec::new();
    for &(name, trial, many) in TRIALS {
        if !chosen.is_empty() && !chosen.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let orders = Orders { rounds: rounds.or(long.then_some(many)), seed };
        let started = Instant::now();
        // One that fails must not hide what the others find.
        let outcome = panic::catch_unwind(|| trial(&orders));
        let ended = if outcome.is_ok() { "passed" } else { "FAILED" };
        println!("{name}: {ended} in {:.1} s (seed {seed})", started.elapsed().as_secs_f64());
        failed.extend(outcome.is_err().then_some(name));
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("failed: {}", failed.join(", "));
    ExitCode::FAILURE
}
