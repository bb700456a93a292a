//! `vestnik rollback`: goes back to the generation before.

use anyhow::Result;
use vestnik::index::{JobOptions, rollback};

use crate::{exit::Exit, location::IndexLocation, lock_wait::LockWait, signals, terminal::Terminal};

/// Go back to the index as it was before the last rebuild or restore
///
/// It is checked first. Going back again goes back further, as far as generations were kept.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let choices = JobOptions { wait: args.lock_wait.time(), stop: signals::heed(), ..JobOptions::default() };
    let number = rollback(args.location.folder(), &choices)?;
    terminal.info(format_args!("generation {number} is in force again"));
    Ok(Exit::Done)
}
