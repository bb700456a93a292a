//! `vestnik init`: looks at a folder and writes a project file for it.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    exit::Exit,
    location::default_corpus,
    project::{FILE_NAME, inspect::inspect},
    signals,
    terminal::Terminal,
};

/// Look at a folder and write vestnik.toml for it
///
/// Counts formats and encodings, reads a sample of the files, and proposes fields and sources. The file is written
/// to the current folder; one that is already there is never changed.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the releases [default: corpus where it is there, or else the current folder]
    folder: Option<PathBuf>,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let usual = || Some(default_corpus()).filter(|corpus| corpus.is_dir()).unwrap_or_else(|| ".".into());
    let folder = args.folder.clone().unwrap_or_else(usual);
    if !folder.is_dir() {
        bail!("{} is not a folder; name the one with the releases", folder.display());
    }
    if Path::new(FILE_NAME).exists() {
        bail!("{FILE_NAME} is already there; edit it, or remove it and run this again");
    }
    terminal.progress(format!("looking at {}", folder.display()));
    let inspection = inspect(&folder, &signals::handle())?;
    terminal.end_progress();
    let written = OpenOptions::new().write(true).create_new(true).open(FILE_NAME);
    match written.and_then(|mut file| file.write_all(inspection.settings(&folder).as_bytes())) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{FILE_NAME} is already there; edit it, or remove it and run this again")
        }
        done => done.with_context(|| format!("cannot write {FILE_NAME}"))?,
    }
    for line in inspection.summary() {
        terminal.info(line);
    }
    terminal.info(format_args!(
        "wrote {FILE_NAME}; see what is read from a file with `vestnik index --explain FILE`"
    ));
    Ok(Exit::Done)
}
