//! Reports an index run while it works: messages for a person, or JSON Lines for a program.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use vestnik::index::{Event, Progress, Summary};

use crate::{
    exit::Exit,
    options::JSON_VERSION,
    terminal::{self, MAX_SKIPPED, Terminal, with_causes},
};

/// The shortest time between two progress events in JSON.
const PROGRESS: Duration = Duration::from_secs(1);

/// Reports one run.
pub struct Reporter<'a> {
    terminal: &'a mut Terminal,
    json: bool,
    dry: bool,
    last_progress: Instant,
    /// How many files or records were skipped.
    skipped: u64,
    /// The first error of standard output. It must not stop a run.
    output_error: Option<anyhow::Error>,
}

impl<'a> Reporter<'a> {
    pub fn new(terminal: &'a mut Terminal, json: bool, dry: bool) -> Self {
        Self { terminal, json, dry, last_progress: Instant::now(), skipped: 0, output_error: None }
    }

    pub fn event(&mut self, event: &Event<'_>, progress: Progress) {
        if self.json {
            self.event_as_json(event, progress);
            return;
        }
        match event {
            Event::Rebuilding(reason) => {
                self.terminal.info(format_args!("building a new index: {reason}"));
            }
            Event::Place(place) => self.terminal.info(format_args!("indexing {}", place.path().display())),
            Event::Failed(error) => {
                self.skipped += 1;
                self.terminal.skipped(self.skipped, error);
            }
            Event::File(file) => self
                .terminal
                .progress(format!("{} files, {} releases: {}", progress.files, progress.releases, file.name)),
            _ => {}
        }
    }

    fn event_as_json(&mut self, event: &Event<'_>, progress: Progress) {
        match event {
            Event::Rebuilding(reason) => self.object("rebuilding", json!({ "reason": reason })),
            Event::Place(place) => self.object("place", json!({ "path": place.path().to_string_lossy() })),
            Event::Failed(error) => {
                let path = error.path().map(|path| path.to_string_lossy());
                self.object("failed", json!({ "path": path, "error": error.to_string() }));
            }
            Event::File(_) if self.last_progress.elapsed() >= PROGRESS => {
                self.last_progress = Instant::now();
                let Progress { files, releases, bytes } = progress;
                self.object("progress", json!({ "files": files, "releases": releases, "bytes": bytes }));
            }
            _ => {}
        }
    }

    fn object(&mut self, kind: &str, fields: Value) {
        let mut line = json!({ "v": JSON_VERSION, "type": kind });
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
            line.extend(fields);
        }
        match self.terminal.json(&line) {
            // A reader that has closed the output does not want more of it.
            Err(error) if !terminal::is_broken_pipe(&error) => _ = self.output_error.get_or_insert(error),
            _ => {}
        }
    }

    /// Reports a run that succeeded.
    pub fn end(mut self, summary: &Summary) -> Result<()> {
        self.terminal.end_progress();
        if self.skipped > MAX_SKIPPED {
            let more = self.skipped - MAX_SKIPPED;
            self.terminal.warn(format_args!("skipped {more} more; --verbose or --json lists all of them"));
        }
        if self.json {
            self.object("summary", fields(summary, self.dry));
        } else {
            self.terminal.info(line(summary, self.dry));
        }
        let output = self.output_error.map_or(Ok(()), Err);
        output.context("the run succeeded, but its report cannot be written to standard output")
    }

    /// Reports a run that failed. The caller prints the error.
    pub fn failed(mut self, error: &anyhow::Error, exit: Exit) {
        if self.json {
            self.object("error", json!({ "error": with_causes(error), "exit": exit.code() }));
        }
    }
}

fn fields(summary: &Summary, dry: bool) -> Value {
    json!({
        "dry_run": dry,
        "rebuilt": summary.rebuilt,
        "releases": summary.total,
        "added": summary.added,
        "changed": summary.changed,
        "removed": summary.removed,
        "unchanged": summary.unchanged,
        "kept": summary.kept,
        "failed": summary.failed,
        "noted": summary.noted,
        "files_read": summary.read.files,
        "files_unchanged": summary.same_files,
        "files_ignored": summary.ignored,
        "bytes_read": summary.read.bytes,
        "seconds": summary.took.as_secs_f64(),
    })
}

fn line(summary: &Summary, dry: bool) -> String {
    let megabytes = summary.read.bytes as f64 / 1e6;
    let seconds = summary.took.as_secs_f64();
    let speed = megabytes / seconds.max(1e-3);
    let dry = if dry { "would have " } else { "" };
    let noted = if summary.noted == 0 { String::new() } else { format!(", {} with notes", summary.noted) };
    let kept = if summary.kept == 0 { String::new() } else { format!("{} kept, ", summary.kept) };
    format!(
        "{dry}{} releases: {} added, {} changed, {} removed, {} unchanged, {kept}{} failed{noted}; \
         {} files read ({megabytes:.1} MB at {speed:.1} MB/s), {} files of other types ignored, {seconds:.1} s",
        summary.total,
        summary.added,
        summary.changed,
        summary.removed,
        summary.unchanged,
        summary.failed,
        summary.read.files,
        summary.ignored,
    )
}
