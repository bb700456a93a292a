//! Fault injection: crashes, corrupted files, full disks, missing permissions and concurrent processes.
//!
//! `cargo test --release --test fault_injection` runs a few rounds of each case, `-- --long` the number of
//! rounds that a release must pass, and `-- --rounds 1000 crashes` this many rounds of one case. The seed
//! is printed. A case that needs missing permissions or programs reports that it is skipped.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a harness fails by panicking and prints what it found"
)]

mod backups;
mod concurrent_readers;
mod concurrent_writers;
mod corruption;
mod crashes;
mod fixture;
mod full_disk;
#[cfg(unix)]
mod permissions;
#[cfg(target_os = "linux")]
mod system_calls;

use std::{panic, process::ExitCode, time::Instant};

use fastrand::Rng;

/// The command-line options.
pub struct Settings {
    /// The number of rounds; `None` runs for a few seconds.
    rounds: Option<u32>,
    seed: u64,
}

impl Settings {
    /// The number of rounds, by default `few`.
    pub fn rounds_or(&self, few: u32) -> u32 {
        self.rounds.unwrap_or(few)
    }

    /// Whether the run is long enough for its timings to be significant.
    pub fn is_long(&self) -> bool {
        self.rounds.is_some()
    }

    /// The random numbers of this run.
    pub fn rng(&self) -> Rng {
        Rng::with_seed(self.seed)
    }
}

type Case = fn(&Settings);
/// Each case with its number of rounds for `--long`.
const CASES: &[(&str, Case, u32)] = &[
    ("crashes", crashes::run, 200),
    ("corruption", corruption::run, 20),
    ("concurrent-readers", concurrent_readers::run, 20),
    ("concurrent-writers", concurrent_writers::run, 100),
    ("backups", backups::run, 60),
    ("full-disk", full_disk::run, 40),
    #[cfg(unix)]
    ("permissions", permissions::run, 10),
    #[cfg(target_os = "linux")]
    ("system-calls", system_calls::run, 2400),
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
            // Options of the standard test harness.
            option if option.starts_with('-') => {}
            _ => chosen.push(word),
        }
    }
    let mut failed = Vec::new();
    for &(name, case, many) in CASES {
        if !chosen.is_empty() && !chosen.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let settings = Settings { rounds: rounds.or(long.then_some(many)), seed };
        let started = Instant::now();
        // A failing case must not hide the results of the others.
        let outcome = panic::catch_unwind(|| case(&settings));
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
