//! `vestnik index --explain`: shows what is read from one file, by which reader, and what was left out.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use vestnik::{
    Error, Release,
    corpus::{Corpus, Found},
};

use crate::{
    exit::Exit,
    location::Located,
    signals,
    terminal::{Line, Terminal},
};

/// How many releases of one file are shown in full.
const SHOWN: u64 = 5;
/// How many lines of a text are shown.
const LINES: usize = 4;
/// How much of a line is shown, in characters.
const LINE: usize = 160;

pub fn run(file: &Path, located: &Located, terminal: &mut Terminal) -> Result<Exit> {
    // Names count from the folder that the file would be indexed with.
    let roots = located.roots.iter().filter_map(|root| root.canonicalize().ok());
    let roots: Vec<PathBuf> = roots.collect();
    let corpus = Corpus::open(&[file.to_owned()], &roots)?.with_options(located.read.clone());
    let mut failed = 0_u64;
    for found in corpus.files() {
        match found {
            Found::File(file) => failed += explain(&file, &corpus, terminal)?,
            Found::PassedOver(path) if path.is_file() => {
                terminal.line(format_args!("{}: not read", path.display()))?;
            }
            Found::PassedOver(_) => {}
            Found::Failed(error) => {
                failed += 1;
                terminal.line(format_args!("not read: {error}"))?;
            }
        }
    }
    Ok(if failed > 0 { Exit::Partly } else { Exit::Done })
}

/// Shows one file; returns how many of its parts could not be read.
fn explain(file: &vestnik::corpus::SourceFile, corpus: &Corpus, terminal: &mut Terminal) -> Result<u64> {
    let (mut releases, mut failed) = (0_u64, 0_u64);
    let mut broken = Ok(());
    let done = file.read(corpus.options(), &signals::handle(), &mut |item| {
        let shown = match item {
            Ok(release) => {
                releases += 1;
                if releases <= SHOWN { show(&release, terminal) } else { Ok(()) }
            }
            Err(error) => {
                failed += 1;
                terminal.line(format_args!("not read: {error}"))
            }
        };
        match shown {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                broken = Err(error);
                ControlFlow::Break(())
            }
        }
    });
    broken?;
    match done {
        Ok(read) => {
            if releases > SHOWN {
                terminal.line(format_args!("… and {} more releases", releases - SHOWN))?;
            }
            terminal.line(format_args!(
                "{}: reader {}, releases {releases}, failed {failed}, parts passed over {}",
                file.name, read.reader, read.passed_over
            ))?;
            Ok(failed)
        }
        Err(error @ Error::Interrupted) => bail!(error),
        Err(error) => {
            terminal.line(format_args!("not read: {error}"))?;
            Ok(failed + 1)
        }
    }
}

fn show(release: &Release, terminal: &mut Terminal) -> Result<()> {
    let origin = release.origin.clone().unwrap_or_default();
    terminal.line(Line::new().bold(&release.id))?;
    let mut field = |name: &str, value: Option<&str>| match value {
        Some(value) => terminal.line(format_args!("  {name:<9} {value}")),
        None => Ok(()),
    };
    field("title", Some(&release.title))?;
    let from = origin.date_origin.as_deref().unwrap_or("unknown");
    let date = release.date.map(|date| format!("{date}, from: {from}"));
    field("date", Some(date.as_deref().unwrap_or("none found")))?;
    field("source", release.source.as_deref())?;
    field("url", release.url.as_deref())?;
    field("record", release.record.as_deref())?;
    field("reader", origin.reader.as_deref())?;
    field("encoding", origin.encoding.as_deref())?;
    for note in &origin.notes {
        field("note", Some(note))?;
    }
    for (name, value) in &release.extra {
        field("extra", Some(&shortened(&format!("{name}: {value}"))))?;
    }
    let lines: Vec<&str> = release.body.lines().filter(|line| !line.trim().is_empty()).collect();
    let words = release.body.split_whitespace().count();
    let count =
        |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let size = format!("{} in {}", count(words, "word"), count(lines.len(), "line"));
    field("text", Some(&size))?;
    for line in lines.iter().take(LINES) {
        field("", Some(&shortened(line)))?;
    }
    if lines.len() > LINES {
        field("", Some("…"))?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
