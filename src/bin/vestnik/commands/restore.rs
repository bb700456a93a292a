//! `vestnik restore`: replaces the index with a backup.

use std::path::PathBuf;

use anyhow::Result;
use vestnik::index::{JobOptions, restore};

use crate::{
    commands::backup::summary, exit::Exit, location::IndexLocation, lock_wait::LockWait, signals,
    terminal::Terminal,
};

/// Replace the index with a backup
///
/// The backup is verified first and is not changed. The previous generation is kept for `rollback`.
#[derive(clap::Args)]
pub struct Args {
    /// A folder made by `vestnik backup`
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
    let stop = signals::handle();
    let choices = JobOptions { keep: args.keep, wait: args.lock_wait.time(), stop, ..JobOptions::default() };
    let taken = restore(&args.location.folder()?, &args.dir, &choices)?;
    terminal.info(format_args!("restored {}", summary(&taken)));
    Ok(Exit::Done)
}
