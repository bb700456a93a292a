//! Where readers put their releases: gives them their ids and origins, and passes them on at once.

use std::{collections::HashMap, ops::ControlFlow, path::Path};

use super::{Budget, Fault, Input, fields, text_limit};
use crate::{
    error::{Error, Result},
    release::{Origin, Release},
};

/// How many notes about a release are kept.
const MOST_NOTES: usize = 12;
/// The text of a file may be this many times larger than the file, beyond `SMALL` bytes: a spreadsheet of 100 KB can
/// name one long text in a million cells.
const HIGHEST_RATIO: u64 = 500;
const SMALL: u64 = 64 << 20;
/// How many failures of one file are listed. The others are counted: a file of millions of bad lines would otherwise
/// take a gigabyte of memory and of the index.
const MOST_FAILURES: u64 = 1_000;

/// Where in the content a release was found, and how it was read.
#[derive(Debug, Default)]
pub(crate) struct Details {
    /// The name of the release within the content, where that holds more than one.
    pub part: Option<String>,
    /// The line in the content, from 1, where that is text with many releases.
    pub line: Option<u64>,
    /// The encoding of the text.
    pub encoding: Option<&'static str>,
    /// What was cut, replaced or left out, each as a sentence for people.
    pub notes: Vec<String>,
}

/// Takes the releases of one file.
pub(in crate::corpus) struct Output<'a> {
    root: &'a Path,
    /// The file's path below the root.
    file: &'a str,
    budget: &'a Budget<'a>,
    /// The source of releases that name none.
    pub source: Option<&'a str>,
    sink: &'a mut dyn FnMut(Result<Release>) -> ControlFlow<()>,
    /// The names of the parts that are being read, from the outermost.
    parts: Vec<String>,
    reader: &'static str,
    /// Ids that were given, without the file's name, and their lines.
    taken: HashMap<String, Option<u64>>,
    passed_over: u64,
    failures: u64,
    /// The size of the file, and of the text that was read from it, in bytes.
    pub size: u64,
    text: u64,
}

impl<'a> Output<'a> {
    pub fn new(
        root: &'a Path,
        file: &'a str,
        budget: &'a Budget<'a>,
        sink: &'a mut dyn FnMut(Result<Release>) -> ControlFlow<()>,
    ) -> Self {
        let (parts, taken, passed_over, failures) = (Vec::new(), HashMap::new(), 0, 0);
        let (size, text) = (u64::MAX, 0);
        Self {
            root,
            file,
            budget,
            source: None,
            sink,
            parts,
            reader: "",
            taken,
            passed_over,
            failures,
            size,
            text,
        }
    }

    /// Takes a release; its id and origin are set here.
    ///
    /// # Errors
    ///
    /// If the caller stops.
    pub fn release(&mut self, release: Release, details: Details) -> Result<(), Fault> {
        let Details { part, line, encoding, notes } = details;
        let below = self.parts.iter().chain(&part).map(|part| format!("#{part}")).collect::<String>();
        let id = format!("{}{below}", self.file);
        for note in &notes {
            tracing::info!(id, note, "read in part");
        }
        if let Some(first) = self.taken.get(&below) {
            let (path, first) = (self.root.join(self.file), self.place(*first));
            return self.send(Err(Error::DuplicateId { id, path, line, first }));
        }
        let part = Some(below.trim_start_matches('#').to_owned()).filter(|part| !part.is_empty());
        self.taken.insert(below, line);
        let mut release = release;
        if part.is_none() {
            // The file's name and folders date a file of one release.
            fields::date_by_content(&mut release, Some(self.file));
        }
        release.source = release.source.or_else(|| self.source.map(str::to_owned));
        self.text += (release.title.len() + release.body.len()) as u64;
        if self.text > SMALL && self.text / HIGHEST_RATIO > self.size {
            return Err(format!("gives more than {HIGHEST_RATIO} times its size of text; split it").into());
        }
        let cut = text_limit::limit(self.budget.text(), &mut release);
        let mut read_as = release.origin.take().unwrap_or_default();
        let notes = distinct(notes.into_iter().chain(read_as.notes.drain(..)).chain(cut));
        let origin = Origin {
            root: self.root.to_owned(),
            file: self.file.to_owned(),
            line,
            part,
            reader: Some(self.reader.to_owned()),
            encoding: encoding.map(str::to_owned),
            notes,
            ..read_as
        };
        self.send(Ok(Release { id, origin: Some(origin), ..release }))
    }

    /// Takes a failure that costs one part of the content and not the rest.
    ///
    /// # Errors
    ///
    /// If the caller stops or the fault says so.
    pub fn failure(&mut self, line: Option<u64>, fault: Fault) -> Result<(), Fault> {
        let path = self.root.join(self.file);
        let within = self.parts.join("#");
        let error = match fault {
            Fault::Cancelled => return Err(Fault::Cancelled),
            Fault::Unknown => {
                self.passed_over += 1;
                tracing::debug!(file = %path.display(), part = within, "passed over");
                return Ok(());
            }
            Fault::Unreadable(source) if self.parts.is_empty() => Error::Read { path, source },
            Fault::Unreadable(source) => {
                Error::Malformed { path, line: None, reason: format!("{within}: {source}") }
            }
            Fault::Malformed { line: own, reason } => {
                let reason = if within.is_empty() { reason } else { format!("{within}: {reason}") };
                Error::Malformed { path, line: line.or(own), reason }
            }
        };
        self.send(Err(error))
    }

    /// Reads a part of a container through the table of formats.
    ///
    /// # Errors
    ///
    /// If the caller stops. A fault of the part is a separate failure, also where no reader takes the part.
    pub fn part(&mut self, name: &str, mut part: Input<'_>) -> Result<(), Fault> {
        self.parts.push(name.to_owned());
        let limit = part.options.limits.depth;
        let done = if part.depth > limit {
            Err(format!("is nested more than {limit} containers deep; unpack it").into())
        } else {
            super::read(&mut part, self)
        };
        let done = match done {
            Err(Fault::Unknown) => part.verify().and(Err(Fault::Unknown)),
            done => done,
        };
        let done = done.or_else(|fault| self.failure(None, fault));
        self.parts.pop();
        done
    }

    /// How many parts of containers were of a kind that no reader takes.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// The name of the reader that works now.
    pub fn reader(&self) -> &'static str {
        self.reader
    }

    pub(super) fn begin(&mut self, reader: &'static str) -> &'static str {
        std::mem::replace(&mut self.reader, reader)
    }

    pub(super) fn end(&mut self, outer: &'static str) {
        if !outer.is_empty() {
            self.reader = outer;
        }
    }

    /// Reports how many failures were not listed.
    ///
    /// # Errors
    ///
    /// If the caller stops.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let more = self.failures.saturating_sub(MOST_FAILURES);
        if more == 0 {
            return Ok(());
        }
        self.failures = 0;
        let reason = format!("{more} more parts cannot be read; correct those that are listed first");
        self.send(Err(Error::Malformed { path: self.root.join(self.file), line: None, reason }))
    }

    fn send(&mut self, item: Result<Release>) -> Result<(), Fault> {
        self.failures += u64::from(item.is_err());
        if item.is_err() && self.failures > MOST_FAILURES {
            self.budget.restart();
            return Ok(());
        }
        let flow = (self.sink)(item);
        // The caller may have waited for its workers, which is not time spent on reading.
        self.budget.restart();
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Cancelled),
        }
    }

    fn place(&self, line: Option<u64>) -> String {
        let path = self.root.join(self.file);
        line.map_or_else(|| path.display().to_string(), |line| format!("{}, line {line}", path.display()))
    }
}

/// Each note once, and no more than a person reads.
fn distinct(notes: impl Iterator<Item = String>) -> Vec<String> {
    let (mut kept, mut more) = (Vec::new(), 0);
    for note in notes {
        if kept.contains(&note) {
            continue;
        }
        if kept.len() < MOST_NOTES {
            kept.push(note);
        } else {
            more += 1;
        }
    }
    if more > 0 {
        kept.push(format!("{more} more notes like these"));
    }
    kept
}
