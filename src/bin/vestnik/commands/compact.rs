//! `vestnik compact`: makes the index as small and fast as it can be.

use anyhow::Result;
use vestnik::{
    Index,
    index::{JobOptions, compact},
};

use crate::{exit::Exit, location::IndexLocation, lock_wait::LockWait, signals, terminal::Terminal};

/// Merge the index into one piece and drop what was deleted
///
/// Needs room on the disk for a second copy while it works. Searches go on meanwhile.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let folder = args.location.folder();
    let before = Index::open(folder)?.size()?;
    let choices = JobOptions { wait: args.lock_wait.time(), stop: signals::heed(), ..JobOptions::default() };
    terminal.progress("merging");
    compact(folder, &choices)?;
    terminal.end_progress();
    let after = Index::open(folder)?.size()?;
    terminal.info(format_args!("{before} bytes before, {after} now"));
    Ok(Exit::Done)
}
