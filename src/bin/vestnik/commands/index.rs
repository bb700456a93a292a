//! `vestnik index`: brings the index up to date with the corpus.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use vestnik::{
    Index,
    index::{JobOptions, Summary, WriterOptions, update},
};

use crate::{
    commands::explain,
    exit::Exit,
    location::{IndexLocation, default_corpus},
    lock_wait::LockWait,
    metrics,
    report::Reporter,
    signals,
    terminal::Terminal,
    units::bytes,
};

/// Index files and folders: add new releases, replace changed ones, remove deleted ones
///
/// Files that have not changed since the last run are not read again. A file that cannot be read is reported and
/// skipped; the exit code is then 2. An index that is missing, damaged or from another version is rebuilt.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate flag")]
pub struct Args {
    /// Files or folders [default: those of the project file, or else the folders of the last run, or else corpus]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    location: IndexLocation,

    /// Build a new index next to the old one, and replace the old one when the new one is complete
    #[arg(long)]
    full: bool,

    /// Report what would change without writing anything
    #[arg(long)]
    dry_run: bool,

    /// Continue even if more than half of the releases would be removed, or a folder is empty or missing
    #[arg(long)]
    allow_removals: bool,

    /// Also read files that symbolic links outside the corpus folders lead to
    #[arg(long)]
    follow_links: bool,

    /// How many old generations of the index to keep after a rebuild
    #[arg(long, value_name = "N", default_value_t = JobOptions::default().keep)]
    keep: usize,

    #[command(flatten)]
    lock_wait: LockWait,

    /// Memory for segments that are being built, for example 200M; at least 15M [default: 512M]
    ///
    /// Reading and merging need more, about 100 MB. A run that the system ends for lack of memory (SIGABRT or
    /// SIGKILL, exit codes 134 and 137) leaves the index as it was.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    memory: Option<usize>,

    /// Number of indexing threads, at most 8 [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    threads: Option<u8>,

    /// Priority of the run as a nice value, from 0 (normal) to 19 (lowest), so that searches stay fast
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=19))]
    nice: u8,

    /// Only show what is read from a file, by which reader and why, without touching the index
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "full", "dry_run", "json", "metrics"])]
    explain: Option<PathBuf>,

    /// Report the run as JSON Lines on standard output
    #[arg(long)]
    json: bool,

    /// Write metrics of the run to a file for the Prometheus node exporter
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let located = args.location.locate()?;
    if let Some(file) = &args.explain {
        return explain::run(file, &located, terminal);
    }
    // The folders of the project file are the whole archive; a path on the command line is a part of it.
    let is_project = args.paths.is_empty() && !located.roots.is_empty();
    let choices = JobOptions {
        full: args.full,
        dry_run: args.dry_run,
        allow_removals: args.allow_removals,
        exact_paths: is_project,
        follow_links: args.follow_links,
        keep: args.keep,
        wait: args.lock_wait.time(),
        read: located.read,
        writer: WriterOptions {
            memory: args.memory.unwrap_or_default(),
            threads: args.threads.map_or(0, usize::from),
        },
        stop: signals::handle(),
    };
    let unwritable = |file: &Path| format!("cannot write {}", file.display());
    if let Some(file) = &args.metrics {
        metrics::check_place(file).with_context(|| unwritable(file))?;
    }
    lower_priority(args.nice);
    let folder = &located.folder;
    let paths = if args.paths.is_empty() { &located.roots } else { &args.paths };
    let done = build(folder, paths, &choices, args.json, terminal);
    let mut exit = match &done {
        Ok((summary, Ok(()))) if summary.failed == 0 => Exit::Done,
        Ok(_) => Exit::Partly,
        Err(error) => Exit::of(error),
    };
    let (summary, mut report) = match done {
        Ok((summary, report)) => (Ok(summary), report),
        Err(error) => (Err(error), Ok(())),
    };
    if let Some(file) = &args.metrics
        && !args.dry_run
    {
        // Where the system refuses to read it, the time of the last success stays as it was reported before.
        let last_success = Index::last_success(folder).unwrap_or_default();
        let written = metrics::write(file, exit, summary.as_ref().ok(), last_success);
        report = report.and(written.with_context(|| unwritable(file)));
    }
    // The run is over: a report that cannot be written is a warning, also if the run failed.
    if let Err(error) = report {
        terminal.warn(format_args!("{error:#}"));
        exit = if exit == Exit::Done { Exit::Partly } else { exit };
    }
    summary.map(|_| exit)
}

/// Lowers the priority of this thread and of all threads that it starts later.
#[cfg(unix)]
fn lower_priority(by: u8) {
    // Without the right to change it, the priority stays normal.
    _ = rustix::process::nice(by.into());
}

#[cfg(not(unix))]
fn lower_priority(_: u8) {}

/// Indexes paths into a folder and reports the run. Returns also whether the report could be written.
pub fn build(
    folder: &Path,
    paths: &[PathBuf],
    choices: &JobOptions,
    json: bool,
    terminal: &mut Terminal,
) -> Result<(Summary, Result<()>)> {
    let mut reporter = Reporter::new(terminal, json, choices.dry_run);
    let done = update(folder, paths, &default_corpus(), choices, &mut |event, progress| {
        reporter.event(&event, progress);
    });
    match done {
        Ok(summary) => {
            let report = reporter.end(&summary);
            Ok((summary, report))
        }
        Err(error) => {
            let error = error.into();
            reporter.failed(&error, Exit::of(&error));
            Err(error)
        }
    }
}
