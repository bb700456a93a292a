//! `vestnik index`: brings the index into the state of the corpus.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use vestnik::{
    Index,
    index::{JobOptions, Summary, WriterOptions, update},
};

use crate::{
    exit::Exit,
    location::{IndexLocation, default_corpus},
    lock_wait::LockWait,
    metrics,
    report::Reporter,
    signals,
    terminal::Terminal,
    units::bytes,
};

/// Index files and folders: add what is new, replace what changed, remove what is gone
///
/// Reads .txt, .html, .json (one release each) and .jsonl (one release a line). What cannot be read
/// is reported and skipped; the rest goes on, and the exit code is 2. Files that have not changed since
/// the last run are not read. An index that is missing, damaged or of another version is built anew.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Args {
    /// Files or folders [default: the folders indexed before, or else corpus]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    location: IndexLocation,

    /// Build a new index beside the old one and put it in its place when it is done
    #[arg(long)]
    full: bool,

    /// Only say what would change
    #[arg(long)]
    dry_run: bool,

    /// Go on even if more than half of the releases would be removed, or a folder is empty or gone
    #[arg(long)]
    allow_removals: bool,

    /// How many old generations of the index to keep when a new one takes over
    #[arg(long, value_name = "N", default_value_t = JobOptions::default().keep)]
    keep: usize,

    #[command(flatten)]
    lock_wait: LockWait,

    /// Memory for segments that wait to be written, as in 200M, at least 15M [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    memory: Option<usize>,

    /// How many threads make terms, at most 8 [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    threads: Option<u8>,

    /// How far to stand back for others who need the processor, searches above all: 0 not, 19 most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=19))]
    nice: u8,

    /// Print what happens as JSON Lines on standard output
    #[arg(long)]
    json: bool,

    /// Write the figures of this run to a file for Prometheus
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let choices = JobOptions {
        full: args.full,
        dry_run: args.dry_run,
        allow_removals: args.allow_removals,
        keep: args.keep,
        wait: args.lock_wait.time(),
        writer: WriterOptions {
            memory: args.memory.unwrap_or_default(),
            threads: args.threads.map_or(0, usize::from),
        },
        stop: signals::heed(),
    };
    let unwritable = |file: &Path| format!("cannot write {}", file.display());
    if let Some(file) = &args.metrics {
        metrics::check_place(file).with_context(|| unwritable(file))?;
    }
    stand_back(args.nice);
    let folder = args.location.folder();
    let done = build(folder, &args.paths, &choices, args.json, terminal);
    let exit = match &done {
        Ok(summary) if summary.failed > 0 => Exit::Partly,
        Ok(_) => Exit::Done,
        Err(error) => Exit::of(error),
    };
    // The figures of a run that is still going on are not ours to replace.
    if let Some(file) = &args.metrics
        && !args.dry_run
        && exit != Exit::Locked
    {
        metrics::write(file, exit, done.as_ref().ok(), Index::last_success(folder))
            .with_context(|| unwritable(file))?;
    }
    done.map(|_| exit)
}

/// Lowers the priority of this thread and of all that it starts from now on.
#[cfg(unix)]
fn stand_back(by: u8) {
    // Whoever may not even be modest works at the usual priority.
    _ = rustix::process::nice(by.into());
}

#[cfg(not(unix))]
fn stand_back(_: u8) {}

/// Indexes paths into a folder and reports.
pub fn build(
    folder: &Path,
    paths: &[PathBuf],
    choices: &JobOptions,
    json: bool,
    terminal: &mut Terminal,
) -> Result<Summary> {
    let mut reporter = Reporter::new(terminal, json, choices.dry_run);
    let done = update(folder, paths, &default_corpus(), choices, &mut |event, progress| {
        reporter.event(&event, progress);
    });
    match done {
        Ok(summary) => reporter.end(&summary).map(|()| summary),
        Err(error) => {
            let error = error.into();
            reporter.failed(&error, Exit::of(&error));
            Err(error)
        }
    }
}
