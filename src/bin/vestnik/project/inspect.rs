//! Looks at a folder for `vestnik init`: formats, encodings, sources, and the names of fields in records.
//!
//! Names are counted over all files; contents are read from a sample, spread evenly over the files of a format.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    ops::ControlFlow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::Result;
use serde_json::Value;
use vestnik::{
    Error,
    corpus::{Corpus, FieldMapping, Found, ReadOptions, SourceFile, formats},
};

use crate::location::isolated;

/// How many files of each format are read.
const SAMPLE: usize = 100;
/// How many releases of one file are read.
const SAMPLED_RELEASES: u64 = 20;
/// How much of a file of records is searched for the names of their fields, in bytes.
const SAMPLED_BYTES: u64 = 1 << 20;

/// What is known of a folder.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Files by the name of their format.
    formats: BTreeMap<&'static str, usize>,
    /// Files that are not read, by extension.
    unread: BTreeMap<String, usize>,
    encodings: BTreeMap<String, usize>,
    readable: usize,
    unreadable: usize,
    dated: usize,
    sourced: usize,
    /// Where dates were found.
    dates: BTreeMap<String, usize>,
    /// Names of the fields of records, and in how many records they are.
    fields: BTreeMap<String, usize>,
    records: usize,
    /// Folders right below, how many files they have, and the source that their releases name most.
    folders: BTreeMap<String, (usize, BTreeMap<String, usize>)>,
}

/// Names under which archives keep the parts of a release, besides those of the usual mapping; best first.
const IDS: [&str; 3] = ["release_id", "doc_id", "key"];
const TITLES: [&str; 5] = ["subject", "header", "caption", "название", "тема"];
const TEXTS: [&str; 5] = ["news_text", "detail_text", "message", "содержание", "summary"];
const DATES: [&str; 6] =
    ["date_published", "published_on", "datetime", "active_from", "time", "дата_публикации"];
const SOURCES: [&str; 5] = ["agency", "organization", "organisation", "author", "ведомство"];
const URLS: [&str; 4] = ["href", "uri", "detail_page_url", "ссылка"];

/// Looks at a folder.
pub fn inspect(folder: &Path, stop: &AtomicBool) -> Result<Inspection> {
    let options = isolated(ReadOptions::default());
    let corpus = Corpus::open(&[folder.to_owned()], &[])?.with_options(options);
    let mut found = Inspection::default();
    let mut files: BTreeMap<&'static str, Vec<SourceFile>> = BTreeMap::new();
    for item in corpus.files() {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted.into());
        }
        match item {
            Found::File(file) => {
                let format = format_of(&file.name);
                *found.formats.entry(format).or_default() += 1;
                if let Some((top, _)) = file.name.split_once('/') {
                    found.folders.entry(top.to_owned()).or_default().0 += 1;
                }
                files.entry(format).or_default().push(file);
            }
            Found::PassedOver(path) if path.is_file() => {
                let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
                *found.unread.entry(extension).or_default() += 1;
            }
            Found::PassedOver(_) => {}
            Found::Failed(_) => found.unreadable += 1,
        }
    }
    for (format, files) in &files {
        let step = files.len().div_ceil(SAMPLE).max(1);
        for file in files.iter().step_by(step) {
            found.sample(file, &corpus, stop)?;
            if matches!(*format, "json" | "jsonl") {
                found.sample_fields(file, *format == "json");
            }
        }
    }
    Ok(found)
}

fn format_of(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
    let named = formats().iter().find(|format| format.extensions.contains(&extension.as_str()));
    named.map_or("other", |format| format.name)
}

impl Inspection {
    fn sample(&mut self, file: &SourceFile, corpus: &Corpus, stop: &AtomicBool) -> Result<()> {
        let mut count = 0;
        let read = file.read(corpus.options(), stop, &mut |item| {
            count += 1;
            match item {
                Ok(release) => {
                    self.readable += 1;
                    self.dated += usize::from(release.date.is_some());
                    self.sourced += usize::from(release.source.is_some());
                    let origin = release.origin.unwrap_or_default();
                    if let Some(encoding) = origin.encoding {
                        *self.encodings.entry(encoding).or_default() += 1;
                    }
                    if let Some(origin) = origin.date_origin {
                        *self.dates.entry(origin).or_default() += 1;
                    }
                    if let (Some(source), Some((top, _))) = (release.source, file.name.split_once('/')) {
                        let folder = self.folders.entry(top.to_owned()).or_default();
                        *folder.1.entry(source).or_default() += 1;
                    }
                }
                Err(_) => self.unreadable += 1,
            }
            if count < SAMPLED_RELEASES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted.into());
        }
        // Breaking off after the sample is no failure.
        self.unreadable += usize::from(read.is_err() && count < SAMPLED_RELEASES);
        Ok(())
    }

    /// Counts the names of fields in the first records of a file.
    fn sample_fields(&mut self, file: &SourceFile, one_record: bool) {
        let Ok(opened) = File::open(file.path()) else { return };
        let mut start = BufReader::new(opened.take(SAMPLED_BYTES));
        let mut text = String::new();
        if one_record {
            if start.read_to_string(&mut text).is_ok()
                && let Ok(value) = serde_json::from_str(&text)
            {
                self.record(&value);
            }
            return;
        }
        for line in start.lines().map_while(Result::ok).take(100) {
            if let Ok(value) = serde_json::from_str(&line) {
                self.record(&value);
            }
        }
    }

    fn record(&mut self, value: &Value) {
        let Value::Object(record) = value else { return };
        self.records += 1;
        for (name, value) in record {
            // One level deeper, as a path.
            match value.as_object() {
                Some(object) => {
                    for inner in object.keys() {
                        *self.fields.entry(format!("{name}.{inner}")).or_default() += 1;
                    }
                }
                None => *self.fields.entry(name.clone()).or_default() += 1,
            }
        }
    }

    /// What was found, a line each.
    pub fn summary(&self) -> Vec<String> {
        let files: usize = self.formats.values().sum();
        let unread: usize = self.unread.values().sum();
        let mut lines = vec![format!("{files} files to read: {}", listed(&self.formats))];
        if unread > 0 {
            lines.push(format!("{unread} files of other kinds: {}", listed(&self.unread)));
        }
        if self.readable > 0 {
            lines.push(format!(
                "{} releases sampled: {} dated ({})",
                self.readable,
                self.dated,
                listed(&self.dates)
            ));
        }
        if self.unreadable > 0 {
            lines.push(format!("{} could not be read; `vestnik index` says why", self.unreadable));
        }
        lines
    }

    /// A project file for the folder, with comments.
    pub fn settings(&self, folder: &Path) -> String {
        let mut lines: Vec<String> = vec![
            "# Vestnik reads this file in this folder and all folders below it. Paths count from here."
                .to_owned(),
            "# All keys: docs/project-file.md. What is read from one file: vestnik index --explain FILE"
                .to_owned(),
            "#".to_owned(),
        ];
        lines.extend(self.summary().into_iter().map(|line| format!("# {line}")));
        if !self.encodings.is_empty() {
            lines.push(format!("# Encodings: {}", listed(&self.encodings)));
        }
        lines.push("\n# Where the index is kept.\nindex = \"index\"\n\n[[root]]".to_owned());
        lines.push(format!("path = {}", quoted(&folder.to_string_lossy())));
        lines.push(ROOT_HELP.to_owned());
        lines.extend(self.sources());
        lines.extend(self.mapping());
        lines.push(LIMITS_HELP.to_owned());
        lines.join("\n") + "\n"
    }

    /// The source by folder: entered where all releases of a folder agree, and else proposed.
    fn sources(&self) -> Vec<String> {
        if self.folders.is_empty() {
            return Vec::new();
        }
        let mut lines = vec!["\n# The same by folder; the deepest folder counts.\n[root.sources]".to_owned()];
        for (folder, (files, sources)) in &self.folders {
            let most = sources.iter().max_by_key(|(_, count)| **count).map(|(source, _)| source.as_str());
            // A guess is only a comment.
            let comment = if sources.len() == 1 { "" } else { "# " };
            let source = quoted(most.unwrap_or(folder));
            lines.push(format!("{comment}{} = {source} # {files} files", quoted(folder)));
        }
        lines
    }

    /// The names of fields: entered where records use others than the usual ones.
    fn mapping(&self) -> Vec<String> {
        let mut lines = vec![
            "\n# Names of the fields in JSON and tables; the first one that is filled counts.".to_owned(),
        ];
        if self.records > 0 {
            lines.push(format!("# In {} records: {}", self.records, listed(&self.fields)));
        }
        lines.push("[fields]".to_owned());
        let usual = FieldMapping::default();
        let parts: [(&str, &[String], &[&str]); 6] = [
            ("id", &usual.id, &IDS),
            ("title", &usual.title, &TITLES),
            ("text", &usual.text, &TEXTS),
            ("date", &usual.date, &DATES),
            ("source", &usual.source, &SOURCES),
            ("url", &usual.url, &URLS),
        ];
        for (part, usual, others) in parts {
            let usual: Vec<&str> = usual.iter().map(String::as_str).collect();
            let nested = |name: &&str| {
                let ends = |field: &&String| field.rsplit_once('.').is_some_and(|(_, last)| last == *name);
                self.fields.keys().find(ends).map(String::as_str)
            };
            let is_field = |name: &&str| self.fields.contains_key(*name);
            let mut other: Vec<&str> = others.iter().copied().filter(is_field).collect();
            if other.is_empty() {
                other.extend(usual.iter().chain(others).filter_map(nested).take(1));
            }
            let (comment, names) = if other.is_empty() || usual.iter().any(is_field) {
                ("# ", usual)
            } else {
                ("", other.into_iter().chain(usual).collect())
            };
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            lines.push(format!("{comment}{part} = [{}]", names.join(", ")));
        }
        lines
    }
}

const ROOT_HELP: &str = "\
# Patterns as in .gitignore. Without include, every file of a known format is read.
# include = [\"*.html\", \"/releases/\"]
# exclude = [\"drafts/\", \"*.tmp.txt\"]
# The source of files that name none.
# source = \"Пресс-служба\"";

const LIMITS_HELP: &str = "
[limits]
# One file, the text of a release, what containers unpack to, how deep they are nested, and the time for one release.
# size = \"64M\"
# text = \"32M\"
# unpacked = \"4G\"
# depth = 8
# time = \"20s\"";

/// «html 12, txt 3», the most frequent first.
fn listed(counts: &BTreeMap<impl AsRef<str> + Ord, usize>) -> String {
    let mut counts: Vec<(&str, usize)> = counts.iter().map(|(name, count)| (name.as_ref(), *count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed: Vec<String> = counts
        .iter()
        .take(20)
        .map(|(name, count)| format!("{} {count}", if name.is_empty() { "without extension" } else { name }))
        .collect();
    listed.join(", ")
}

/// A TOML string; the strings of JSON are a part of those of TOML.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
