//! `vestnik status`: prints what the index holds.

use anyhow::Result;
use serde_json::json;
use vestnik::Index;

use crate::{
    exit::Exit,
    options::{Format, JSON_VERSION},
    place::IndexPlace,
    screen::Screen,
};

/// Print what the index holds: releases, size, when, from where, by which version
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: IndexPlace,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, screen: &mut Screen) -> Result<Exit> {
    let index = args.place.open()?;
    let state = index.state()?;
    let releases = index.searcher()?.releases();
    let bytes = index.size()?;
    let committed = i64::try_from(state.committed).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    let committed = committed.filter(|_| state.committed > 0).map(|at| at.to_string());
    let folder = args.place.folder().display().to_string();
    if args.format == Format::Json {
        screen.line(json!({
            "v": JSON_VERSION,
            "type": "status",
            "index": folder,
            "releases": releases,
            "bytes": bytes,
            "committed": committed,
            "corpora": state.roots,
            "version": Index::fingerprint(),
        }))?;
        return Ok(Exit::Done);
    }
    screen.line(format_args!("index     {folder}"))?;
    screen.line(format_args!("releases  {releases}"))?;
    screen.line(format_args!("size      {bytes} bytes"))?;
    screen.line(format_args!("built     {}", committed.unwrap_or_else(|| "never".into())))?;
    for root in &state.roots {
        screen.line(format_args!("from      {}", root.display()))?;
    }
    screen.line(format_args!("version   {}", Index::fingerprint()))?;
    Ok(Exit::Done)
}
