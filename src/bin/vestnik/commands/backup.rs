//! `vestnik backup`: copies the index, by hard links if possible.

use std::path::PathBuf;

use anyhow::Result;
use vestnik::index::{BackupStats, backup};

use crate::{exit::Exit, location::IndexLocation, terminal::Terminal};

/// Back up the index, even while a run is writing it
///
/// On the same file system the backup consists of hard links, which take no space. On another file system
/// the files are copied. The backup is an index: `vestnik search --index DIR` searches it.
#[derive(clap::Args)]
pub struct Args {
    /// A new or empty folder
    dir: PathBuf,

    #[command(flatten)]
    location: IndexLocation,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let taken = backup(&args.location.folder()?, &args.dir)?;
    terminal.info(format_args!("{} holds {}", args.dir.display(), summary(&taken)));
    Ok(Exit::Done)
}

/// Describes what was copied.
pub fn summary(taken: &BackupStats) -> String {
    let linked = taken.files - taken.copied;
    format!("{} files, {} bytes: {linked} linked, {} copied", taken.files, taken.bytes, taken.copied)
}
