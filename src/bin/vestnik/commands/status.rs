//! `vestnik status`: prints the state of the index.

use anyhow::Result;
use serde_json::json;
use vestnik::Index;

use crate::{
    exit::Exit,
    location::IndexLocation,
    options::{Format, JSON_VERSION},
    terminal::Terminal,
};

/// Print the state of the index: number of releases, size, age, corpus folders, version
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    /// List the files that could not be read, or not all of them, with the reasons
    #[arg(long)]
    failed: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let index = args.location.open()?;
    if args.failed {
        return failed(&index, args.format, terminal);
    }
    let state = index.commit_info()?;
    let releases = index.searcher()?.releases();
    let bytes = index.size()?;
    let committed = time(state.committed);
    let folder = args.location.folder()?;
    let last_run = Index::last_success(&folder)?.and_then(time);
    let folder = folder.display().to_string();
    if args.format == Format::Json {
        terminal.json(&json!({
            "v": JSON_VERSION,
            "type": "status",
            "index": folder,
            "releases": releases,
            "bytes": bytes,
            "committed": committed,
            "last_run": last_run,
            "corpora": state.roots,
            "version": Index::fingerprint(),
        }))?;
        return Ok(Exit::Done);
    }
    terminal.line(format_args!("index     {folder}"))?;
    terminal.line(format_args!("releases  {releases}"))?;
    terminal.line(format_args!("size      {bytes} bytes"))?;
    terminal.line(format_args!("built     {}", committed.unwrap_or_else(|| "never".into())))?;
    terminal.line(format_args!("last run  {}", last_run.unwrap_or_else(|| "unknown".into())))?;
    for root in &state.roots {
        terminal.line(format_args!("from      {}", root.display()))?;
    }
    terminal.line(format_args!("version   {}", Index::fingerprint()))?;
    Ok(Exit::Done)
}

/// Prints what could not be read, a line for each reason.
fn failed(index: &Index, format: Format, terminal: &mut Terminal) -> Result<Exit> {
    let failures = index.failures()?;
    for failure in &failures {
        if format == Format::Json {
            terminal.json(&json!({
                "v": JSON_VERSION,
                "type": "failed",
                "path": failure.path().map(|path| path.display().to_string()),
                "message": failure.to_string(),
            }))?;
        } else {
            terminal.line(failure)?;
        }
    }
    if failures.is_empty() {
        terminal.info("every file was read");
    }
    Ok(Exit::Done)
}

/// Seconds since 1970-01-01 UTC as text; none for 0, which stands for never.
fn time(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok().filter(|at| *at > 0)?;
    Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
}
