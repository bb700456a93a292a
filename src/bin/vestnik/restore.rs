//! `vestnik restore`: puts a backup in force.

use std::path::PathBuf;

use anyhow::Result;
use vestnik::index::{Choices, restore};

use crate::{backup::told, exit::Exit, place::IndexPlace, screen::Screen, signals, waiting::Waiting};

/// Put a backup in force as the newest generation of the index
///
/// The backup is checked first; it stays as it is, and so does the generation before, for `rollback`.
#[derive(clap::Args)]
pub struct Args {
    /// A folder that `vestnik backup` has made
    dir: PathBuf,

    #[command(flatten)]
    place: IndexPlace,

    /// How many old generations to keep
    #[arg(long, value_name = "N", default_value_t = Choices::default().keep)]
    keep: usize,

    #[command(flatten)]
    waiting: Waiting,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let stop = signals::heed();
    let choices = Choices { keep: args.keep, wait: args.waiting.time(), stop, ..Choices::default() };
    let taken = restore(args.place.folder(), &args.dir, &choices)?;
    screen.remark(format_args!("restored {}", told(&taken)));
    Ok(Exit::Done)
}
