//! `vestnik gc`: removes files of interrupted runs and old generations.

use anyhow::Result;
use vestnik::index::{JobOptions, gc};

use crate::{exit::Exit, location::IndexLocation, lock_wait::LockWait, signals, terminal::Terminal};

/// Remove files that belong to no commit, and old generations
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    /// How many old generations to keep
    #[arg(long, value_name = "N", default_value_t = JobOptions::default().keep)]
    keep: usize,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let stop = signals::handle();
    let choices = JobOptions { keep: args.keep, wait: args.lock_wait.time(), stop, ..JobOptions::default() };
    let removed = gc(&args.location.folder()?, &choices)?;
    for path in &removed {
        terminal.info(format_args!("removed {}", path.display()));
    }
    if removed.is_empty() {
        terminal.info("nothing to remove");
    }
    Ok(Exit::Done)
}
