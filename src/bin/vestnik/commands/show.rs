//! `vestnik show`: prints one release in full.

use anyhow::Result;
use serde_json::json;

use crate::{
    exit::Exit,
    location::IndexLocation,
    options::{Format, JSON_VERSION},
    terminal::{Line, Terminal},
};

/// Print a release
#[derive(clap::Args)]
pub struct Args {
    /// The release's id, as `vestnik search --format json` prints it: the path below the corpus
    id: String,

    #[command(flatten)]
    location: IndexLocation,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let searcher = args.location.open_or_build(terminal)?.searcher()?;
    let release = match searcher.release(&args.id) {
        Err(error @ vestnik::Error::UnknownRelease(_)) => {
            terminal.warn(error);
            return Ok(Exit::Nothing);
        }
        release => release?,
    };
    if args.format == Format::Json {
        terminal.json(&json!({ "v": JSON_VERSION, "type": "release", "release": release }))?;
        return Ok(Exit::Done);
    }
    terminal.line(Line::new().bold(&release.title))?;
    let path = release.origin.as_ref().map(|origin| origin.path().display().to_string());
    let date = release.date.map(|date| date.to_string());
    let facts = [("date", date), ("source", release.source), ("address", release.url), ("file", path)];
    for (name, value) in facts {
        if let Some(value) = value {
            terminal.line(Line::new().faint(format_args!("{name}: {value}")))?;
        }
    }
    for (name, value) in &release.extra {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        terminal.line(Line::new().faint(format_args!("{name}: {value}")))?;
    }
    terminal.line("")?;
    release.body.trim_end().lines().try_for_each(|line| terminal.line(line))?;
    Ok(Exit::Done)
}
