//! `vestnik index`: brings the index into the state of the corpus.

use std::path::{Path, PathBuf};

use anyhow::Result;
use vestnik::{
    Index,
    corpus::Corpus,
    index::{Event, Summary, sync},
};

use crate::{
    exit::Exit,
    place::{IndexPlace, default_corpus},
    screen::Screen,
};

/// Index files and folders: add what is new, replace what changed, remove what is gone
///
/// Reads .txt, .html, .json (one release each) and .jsonl (one release a line). What cannot be read
/// is reported and skipped; the rest goes on, and the exit code is 2.
#[derive(clap::Args)]
pub struct Args {
    /// Files or folders [default: the folders indexed before, or else corpus]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    place: IndexPlace,

    /// Build a new index beside the old one and put it in its place when it is done
    #[arg(long)]
    full: bool,

    /// Go on even if more than half of the releases would be removed
    #[arg(long)]
    allow_removals: bool,
}

/// How to build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    pub full: bool,
    pub allow_removals: bool,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let choices = Choices { full: args.full, allow_removals: args.allow_removals };
    let summary = build(args.place.folder(), &args.paths, &choices, screen)?;
    Ok(if summary.failed > 0 { Exit::Failed } else { Exit::Done })
}

/// Indexes paths into a folder and reports on standard error.
pub fn build(folder: &Path, paths: &[PathBuf], choices: &Choices, screen: &mut Screen) -> Result<Summary> {
    let index = if choices.full { Index::rebuild(folder)? } else { Index::open_or_create(folder)? };
    let known = remembered(folder, &index, choices)?;
    let paths = match (paths, &known[..]) {
        ([], []) => vec![default_corpus()],
        ([], known) => known.to_vec(),
        (paths, _) => paths.to_vec(),
    };
    let corpus = Corpus::open(&paths, &known)?;
    for place in corpus.places() {
        screen.note(format_args!("indexing {}", place.path().display()));
    }
    let summary = sync(&index, &corpus, choices.allow_removals, &mut |event, progress| match event {
        Event::Failed(error) => screen.note(format_args!("skipped: {error}")),
        Event::File(file) => {
            screen
                .progress(format!("{} files, {} releases: {}", progress.files, progress.releases, file.name));
        }
        _ => {}
    })?;
    index.publish()?;
    screen.end_progress();
    report(&summary, screen);
    Ok(summary)
}

/// The corpus folders that the index was built from; a rebuilt index asks the one it replaces.
fn remembered(folder: &Path, index: &Index, choices: &Choices) -> Result<Vec<PathBuf>> {
    if choices.full {
        // An index of another version cannot be asked; then the paths decide.
        return Ok(Index::open(folder)
            .and_then(|old| old.state())
            .map(|state| state.roots)
            .unwrap_or_default());
    }
    Ok(index.state()?.roots)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for reading")]
fn report(summary: &Summary, screen: &mut Screen) {
    let megabytes = summary.read.bytes as f64 / 1e6;
    let seconds = summary.took.as_secs_f64();
    screen.note(format_args!(
        "{} releases: {} added, {} changed, {} removed, {} unchanged, {} failed, {} passed over; \
         {megabytes:.1} MB in {seconds:.1} s",
        summary.total,
        summary.added,
        summary.changed,
        summary.removed,
        summary.unchanged,
        summary.failed,
        summary.passed_over,
    ));
}
