//! `vestnik backup`: a second index of the same commit, by hard links.

use std::path::PathBuf;

use anyhow::Result;
use vestnik::index::{BackupStats, backup};

use crate::{exit::Exit, location::IndexLocation, terminal::Terminal};

/// Make a backup of the index, also while a run is writing it
///
/// On the same disk its files are hard links, which take no room and no time; on another disk they are
/// copies. The backup is an index: `vestnik search --index DIR` searches it.
#[derive(clap::Args)]
pub struct Args {
    /// A folder that is empty or not there yet
    dir: PathBuf,

    #[command(flatten)]
    location: IndexLocation,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let taken = backup(args.location.folder(), &args.dir)?;
    terminal.info(format_args!("{} holds {}", args.dir.display(), summary(&taken)));
    Ok(Exit::Done)
}

/// What was taken over, in words.
pub fn summary(taken: &BackupStats) -> String {
    let linked = taken.files - taken.copied;
    format!("{} files, {} bytes: {linked} linked, {} copied", taken.files, taken.bytes, taken.copied)
}
