//! `vestnik compact`: merges the index into one segment.

use anyhow::Result;
use vestnik::{
    Index,
    index::{JobOptions, compact},
};

use crate::{exit::Exit, location::IndexLocation, lock_wait::LockWait, signals, terminal::Terminal};

/// Merge the index into one segment without deleted releases
///
/// Needs disk space for a second copy of the index. Searches continue during the merge.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let folder = args.location.folder()?;
    let before = Index::open(&folder)?.size()?;
    let choices =
        JobOptions { wait: args.lock_wait.time(), stop: signals::handle(), ..JobOptions::default() };
    terminal.progress("merging");
    compact(&folder, &choices)?;
    terminal.end_progress();
    let after = Index::open(&folder)?.size()?;
    terminal.info(format_args!("{before} bytes before, {after} now"));
    Ok(Exit::Done)
}
