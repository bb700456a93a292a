//! `vestnik index`: brings the index into the state of the corpus.

use std::path::{Path, PathBuf};

use anyhow::Result;
use vestnik::index::{Choices, Event, Summary, update};

use crate::{
    exit::Exit,
    place::{IndexPlace, default_corpus},
    screen::Screen,
    waiting::Waiting,
};

/// Index files and folders: add what is new, replace what changed, remove what is gone
///
/// Reads .txt, .html, .json (one release each) and .jsonl (one release a line). What cannot be read
/// is reported and skipped; the rest goes on, and the exit code is 2. Files that have not changed since
/// the last run are not read. An index that is missing, damaged or of another version is built anew.
#[derive(clap::Args)]
pub struct Args {
    /// Files or folders [default: the folders indexed before, or else corpus]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    place: IndexPlace,

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
    #[arg(long, value_name = "N", default_value_t = Choices::default().keep)]
    keep: usize,

    #[command(flatten)]
    waiting: Waiting,

    /// Print nothing but what goes wrong
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let choices = Choices {
        full: args.full,
        dry_run: args.dry_run,
        allow_removals: args.allow_removals,
        keep: args.keep,
        wait: args.waiting.time(),
        ..Choices::default()
    };
    screen.set_quiet(args.quiet);
    let summary = build(args.place.folder(), &args.paths, &choices, screen)?;
    Ok(if summary.failed > 0 { Exit::Partly } else { Exit::Done })
}

/// Indexes paths into a folder and reports on standard error.
pub fn build(folder: &Path, paths: &[PathBuf], choices: &Choices, screen: &mut Screen) -> Result<Summary> {
    let summary = update(folder, paths, &default_corpus(), choices, &mut |event, progress| match event {
        Event::Rebuilding(reason) => screen.remark(format_args!("building the index anew: {reason}")),
        Event::Place(place) => screen.remark(format_args!("indexing {}", place.path().display())),
        Event::Failed(error) => screen.note(format_args!("skipped: {error}")),
        Event::File(file) => {
            screen
                .progress(format!("{} files, {} releases: {}", progress.files, progress.releases, file.name));
        }
        _ => {}
    })?;
    screen.end_progress();
    report(&summary, choices, screen);
    Ok(summary)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for reading")]
fn report(summary: &Summary, choices: &Choices, screen: &mut Screen) {
    let megabytes = summary.read.bytes as f64 / 1e6;
    let seconds = summary.took.as_secs_f64();
    let speed = megabytes / seconds.max(1e-3);
    let would = if choices.dry_run { "would be: " } else { "" };
    screen.remark(format_args!(
        "{would}{} releases: {} added, {} changed, {} removed, {} unchanged, {} failed, {} passed over; \
         read {megabytes:.1} MB in {} files, {speed:.1} MB/s, {seconds:.1} s",
        summary.total,
        summary.added,
        summary.changed,
        summary.removed,
        summary.unchanged,
        summary.failed,
        summary.passed_over,
        summary.read.files,
    ));
}
