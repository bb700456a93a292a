//! `vestnik rollback`: goes back to the generation before.

use anyhow::Result;
use vestnik::index::{Choices, rollback};

use crate::{exit::Exit, place::IndexPlace, screen::Screen, signals, waiting::Waiting};

/// Go back to the index as it was before the last rebuild or restore
///
/// It is checked first. Going back again goes back further, as far as generations were kept.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: IndexPlace,

    #[command(flatten)]
    waiting: Waiting,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let choices = Choices { wait: args.waiting.time(), stop: signals::heed(), ..Choices::default() };
    let number = rollback(args.place.folder(), &choices)?;
    screen.remark(format_args!("generation {number} is in force again"));
    Ok(Exit::Done)
}
