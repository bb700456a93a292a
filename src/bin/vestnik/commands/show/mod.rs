//! `vestnik show`: prints one release in full.

mod lookup;

use anyhow::Result;
use serde_json::json;
use vestnik::Release;

use self::lookup::Found;
use crate::{
    arguments,
    exit::Exit,
    location::IndexLocation,
    options::{Format, JSON_VERSION},
    terminal::{Line, Terminal},
};

/// Print a release in full
#[derive(clap::Args)]
pub struct Args {
    /// The id of the release, its path as `vestnik search` prints it, or the end of either
    #[arg(value_name = "ID", value_parser = arguments::text)]
    id: String,

    #[command(flatten)]
    location: IndexLocation,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let index = args.location.open_or_build(terminal)?;
    let searcher = index.searcher()?;
    let release = match lookup::find(&args.id, &index, &searcher)? {
        Found::Release(release) => release,
        Found::Several(ids, count) => {
            let more = if count > ids.len() { ", …" } else { "" };
            let ids = ids.join(", ");
            terminal
                .warn(format_args!("{count} releases end with {:?}: {ids}{more}; give more of one", args.id));
            return Ok(Exit::Nothing);
        }
        Found::Nothing(similar) => {
            let advice = match &similar[..] {
                [] => "`vestnik search` prints their paths".to_owned(),
                similar => format!("similar: {}", similar.join(", ")),
            };
            terminal.warn(format_args!("no release {:?} in the index; {advice}", args.id));
            return Ok(Exit::Nothing);
        }
    };
    match args.format {
        Format::Text => print(&release, terminal)?,
        Format::Json => {
            terminal.json(&json!({ "v": JSON_VERSION, "type": "release", "release": release }))?;
        }
    }
    Ok(Exit::Done)
}

fn print(release: &Release, terminal: &mut Terminal) -> Result<()> {
    terminal.line(Line::new().bold(&release.title))?;
    let path = release.origin.as_ref().map(|origin| origin.path().display().to_string());
    let date = release.date.map(|date| date.to_string());
    let facts = [
        ("date", date.as_deref()),
        ("source", release.source.as_deref()),
        ("address", release.url.as_deref()),
        ("file", path.as_deref()),
    ];
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
    release.body.trim_end().lines().try_for_each(|line| terminal.line(line))
}
