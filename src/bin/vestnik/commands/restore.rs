//! `vestnik restore`: puts a backup in force.

use std::path::PathBuf;

use anyhow::Result;
use vestnik::index::{JobOptions, restore};

use crate::{
    commands::backup::summary, exit::Exit, location::IndexLocation, lock_wait::LockWait, signals,
    terminal::Terminal,
};

/// Put a backup in force as the newest generation of the index
///
/// The backup is checked first; it stays as it is, and so does the generation before, for `rollback`.
#[derive(clap::Args)]
pub struct Args {
    /// A folder that `vestnik backup` has made
    dir: PathBuf,

    #[command(flatten)]
    location: IndexLocation,

    /// How many old generations to keep
    #[arg(long, value_name = "N", default_value_t = JobOptions::default().keep)]
    keep: usize,

    #[command(flatten)]
    lock_wait: LockWait,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let stop = signals::heed();
    let choices = JobOptions { keep: args.keep, wait: args.lock_wait.time(), stop, ..JobOptions::default() };
    let taken = restore(args.location.folder(), &args.dir, &choices)?;
    terminal.info(format_args!("restored {}", summary(&taken)));
    Ok(Exit::Done)
}
