//! What an index run tells while it works: lines for a reader, or JSON Lines for a program.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use vestnik::index::{Event, Progress, Summary};

use crate::{
    exit::Exit,
    options::JSON_VERSION,
    terminal::{self, Terminal, with_causes},
};

/// JSON progress comes no more often than this.
const PROGRESS: Duration = Duration::from_secs(1);

/// Tells of one run.
pub struct Reporter<'a> {
    terminal: &'a mut Terminal,
    json: bool,
    dry: bool,
    last_progress: Instant,
    /// Standard output that is gone must not stop a run.
    unheard: Option<anyhow::Error>,
}

impl<'a> Reporter<'a> {
    pub fn new(terminal: &'a mut Terminal, json: bool, dry: bool) -> Self {
        Self { terminal, json, dry, last_progress: Instant::now(), unheard: None }
    }

    pub fn event(&mut self, event: &Event<'_>, progress: Progress) {
        if self.json {
            self.event_as_json(event, progress);
            return;
        }
        match event {
            Event::Rebuilding(reason) => {
                self.terminal.info(format_args!("building the index anew: {reason}"));
            }
            Event::Place(place) => self.terminal.info(format_args!("indexing {}", place.path().display())),
            Event::Failed(error) => self.terminal.warn(format_args!("skipped: {error}")),
            Event::File(file) => self
                .terminal
                .progress(format!("{} files, {} releases: {}", progress.files, progress.releases, file.name)),
            _ => {}
        }
    }

    fn event_as_json(&mut self, event: &Event<'_>, progress: Progress) {
        match event {
            Event::Rebuilding(reason) => self.object("rebuilding", json!({ "reason": reason })),
            Event::Place(place) => self.object("place", json!({ "path": place.path() })),
            Event::Failed(error) => {
                self.object("failed", json!({ "path": error.path(), "error": error.to_string() }));
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
            // Whoever read has enough; the run goes on, and ends as it would have.
            Err(error) if !terminal::is_broken_pipe(&error) => _ = self.unheard.get_or_insert(error),
            _ => {}
        }
    }

    /// Tells what came of it.
    pub fn end(mut self, summary: &Summary) -> Result<()> {
        self.terminal.end_progress();
        if self.json {
            self.object("summary", fields(summary, self.dry));
        } else {
            self.terminal.info(line(summary, self.dry));
        }
        let unheard = self.unheard.map_or(Ok(()), Err);
        unheard.context("the run is done, but standard output cannot be written")
    }

    /// Tells of a run that failed; whoever called prints why.
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
        "passed_over": summary.passed_over,
        "files_read": summary.read.files,
        "files_same": summary.same_files,
        "bytes_read": summary.read.bytes,
        "seconds": summary.took.as_secs_f64(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a figure for reading")]
fn line(summary: &Summary, dry: bool) -> String {
    let megabytes = summary.read.bytes as f64 / 1e6;
    let seconds = summary.took.as_secs_f64();
    let speed = megabytes / seconds.max(1e-3);
    let would = if dry { "would have " } else { "" };
    let kept = if summary.kept == 0 { String::new() } else { format!("{} kept, ", summary.kept) };
    format!(
        "{would}{} releases: {} added, {} changed, {} removed, {} unchanged, {kept}{} failed, {} passed over; \
         read {megabytes:.1} MB of {} files at {speed:.1} MB/s in {seconds:.1} s",
        summary.total,
        summary.added,
        summary.changed,
        summary.removed,
        summary.unchanged,
        summary.failed,
        summary.passed_over,
        summary.read.files,
    )
}
