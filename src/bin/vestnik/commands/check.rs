//! `vestnik check`: finds out whether the index is sound, and young enough.

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

/// Check that every byte of the index is as it was written, and every release can be read
///
/// Older generations that are kept are checked too. Changes nothing; a run may be writing meanwhile.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    location: IndexLocation,

    /// Also fail where the last run that ended well is longer ago, as in 26h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_age: Option<Duration>,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let report = check(args.location.folder(), &signals::heed())?;
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
        terminal
            .warn("rebuild the index with `vestnik index --full`, or take a backup with `vestnik restore`");
        return Ok(Exit::Damaged);
    }
    if !report.older.is_empty() {
        terminal.warn("the index itself is sound; `vestnik gc --keep 0` removes older generations");
        return Ok(Exit::Damaged);
    }
    let age = report.age.map_or_else(
        || "nobody knows when a run last ended well".to_owned(),
        |age| format!("a run last ended well {} ago", words(age)),
    );
    if too_old {
        terminal.warn(format_args!("{age}; is the timer running?"));
        return Ok(Exit::TooOld);
    }
    terminal.info(format_args!(
        "sound: {} releases, {} files, {} bytes; {age}",
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
