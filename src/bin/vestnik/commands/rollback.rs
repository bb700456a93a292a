//! `vestnik rollback`: goes back to the previous generation.

use anyhow::Result;
use vestnik::index::{JobOptions, rollback};

use crate::{exit::Exit, location::IndexLocation, lock_wait::LockWait, signals, terminal::Terminal};

/// Go back to the index before the last rebuild or restore
///
/// The older generation is verified first. Repeat the command to go back further, if older generations exist.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let choices =
        JobOptions { wait: args.lock_wait.time(), stop: signals::handle(), ..JobOptions::default() };
    let number = rollback(&args.location.folder()?, &choices)?;
    terminal.info(format_args!("generation {number} is the current one again"));
    Ok(Exit::Done)
}
