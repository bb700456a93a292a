//! `vestnik gc`: removes what a killed run left behind, and old generations.

use anyhow::Result;
use vestnik::index::{Choices, gc};

use crate::{exit::Exit, place::IndexPlace, screen::Screen, signals, waiting::Waiting};

/// Remove files that belong to no commit, and old generations
#[derive(clap::Args)]
pub struct Args {
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
    let removed = gc(args.place.folder(), &choices)?;
    for path in &removed {
        screen.remark(format_args!("removed {}", path.display()));
    }
    if removed.is_empty() {
        screen.remark("nothing to remove");
    }
    Ok(Exit::Done)
}
