//! `vestnik check`: verifies the index and its age.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use vestnik::index::check;

use crate::{
    exit::Exit,
    location::IndexLocation,
    options::{Format, JSON_VERSION},
    signals,
    terminal::Terminal,
    units::duration,
};

/// Verify the checksums of all files of the index, and that every release can be read
///
/// Older generations are verified too. Changes nothing, and can run during an index run.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    /// Also fail if the last successful run is longer ago, for example 26h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_age: Option<Duration>,

    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let report = check(&args.location.folder()?, &signals::handle())?;
    let too_old = args.max_age.is_some_and(|most| report.age.is_none_or(|age| age > most));
    if args.format == Format::Json {
        terminal.json(&json!({
            "v": JSON_VERSION,
            "type": "check",
            "problems": report.problems,
            "older_problems": report.older,
            "files": report.files,
            "bytes": report.bytes,
            "releases": report.releases,
            "age_seconds": report.age.map(|age| age.as_secs()),
            "too_old": too_old,
        }))?;
    }
    for problem in &report.problems {
        terminal.warn(format_args!("damaged: {problem}"));
    }
    for problem in &report.older {
        terminal.warn(format_args!("damaged, in an older generation: {problem}"));
    }
    if !report.problems.is_empty() {
        terminal.warn(
            "rebuild the index with `vestnik index --full`, or restore a backup with `vestnik restore DIR`",
        );
        return Ok(Exit::Damaged);
    }
    if !report.older.is_empty() {
        terminal.warn("the current generation is intact; `vestnik gc --keep 0` removes older generations");
        return Ok(Exit::Damaged);
    }
    let age = report.age.map_or_else(
        || "the time of the last successful run is unknown".to_owned(),
        |age| format!("the last successful run was {} ago", words(age)),
    );
    if too_old {
        terminal.warn(format_args!("{age}; check that the timer is active"));
        return Ok(Exit::TooOld);
    }
    terminal.info(format_args!(
        "intact: {} releases, {} files, {} bytes; {age}",
        report.releases, report.files, report.bytes
    ));
    Ok(Exit::Done)
}

fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
