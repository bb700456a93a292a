//! `vestnik compact`: makes the index as small and fast as it can be.

use anyhow::Result;
use vestnik::{
    Index,
    index::{Choices, compact},
};

use crate::{exit::Exit, place::IndexPlace, screen::Screen, signals, waiting::Waiting};

/// Merge the index into one piece and drop what was deleted
///
/// Needs room on the disk for a second copy while it works. Searches go on meanwhile.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: IndexPlace,

    #[command(flatten)]
    waiting: Waiting,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let folder = args.place.folder();
    let before = Index::open(folder)?.size()?;
    let choices = Choices { wait: args.waiting.time(), stop: signals::heed(), ..Choices::default() };
    screen.progress("merging");
    compact(folder, &choices)?;
    screen.end_progress();
    let after = Index::open(folder)?.size()?;
    screen.remark(format_args!("{before} bytes before, {after} now"));
    Ok(Exit::Done)
}
