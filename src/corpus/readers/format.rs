//! The table of formats: the only place that knows all readers.

use std::path::Path;

#[cfg(feature = "html")]
use super::html;
use super::{Fault, Input, Reader, text};
#[cfg(feature = "json")]
use super::{json, json_lines};

/// A file format that releases are read from.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Format {
    /// A short name, kept with each release as its reader.
    pub name: &'static str,
    /// What the format is, for people.
    pub about: &'static str,
    /// The extensions of its files, lower-case and without dots.
    pub extensions: &'static [&'static str],
    /// Its MIME types.
    pub mime: &'static [&'static str],
    /// Whether content that starts like this can be nothing else.
    magic: fn(&[u8]) -> bool,
    pub(super) reader: Reader,
}

/// More specific formats stand before more general ones: the first whose magic bytes match is taken.
const FORMATS: &[Format] = &[
    #[cfg(feature = "html")]
    Format {
        name: "html",
        about: "web page",
        extensions: &["html", "htm", "xhtml", "shtml"],
        mime: &["text/html", "application/xhtml+xml"],
        magic: |head| starts_with_any(head, &["<!doctype html", "<html"]),
        reader: html::read,
    },
    #[cfg(feature = "json")]
    Format {
        name: "json",
        about: "JSON, one release",
        extensions: &["json"],
        mime: &["application/json", "text/json"],
        magic: never,
        reader: json::read,
    },
    #[cfg(feature = "json")]
    Format {
        name: "jsonl",
        about: "JSON Lines, one release a line",
        extensions: &["jsonl", "ndjson"],
        mime: &["application/jsonl", "application/x-ndjson", "application/json-seq"],
        magic: never,
        reader: json_lines::read,
    },
    Format {
        name: "text",
        about: "plain text: the title in the first line, then header lines, then the body",
        extensions: &["txt"],
        mime: &["text/plain"],
        magic: never,
        reader: text::read,
    },
];

/// Every format that this build reads.
pub fn formats() -> &'static [Format] {
    FORMATS
}

/// The format of an input. Magic bytes decide; where they say nothing, the MIME type and then the extension do.
pub(super) fn choose(input: &mut Input<'_>) -> Result<&'static Format, Fault> {
    let by_mime = input.mime.as_deref().and_then(of_mime);
    let hinted = by_mime.or_else(|| of_name(Path::new(&input.name)));
    let head = input.head()?;
    let by_magic = || FORMATS.iter().find(|format| (format.magic)(head));
    let confirmed = hinted.filter(|format| (format.magic)(head));
    confirmed.or_else(by_magic).or(hinted).ok_or(Fault::Unknown)
}

/// Whether files of this name are read.
pub(in crate::corpus) fn is_read(path: &Path) -> bool {
    of_name(path).is_some()
}

/// The extensions that are read, for messages: `.html, .json or .txt`.
pub(in crate::corpus) fn kinds() -> String {
    let first = FORMATS.iter().filter_map(|format| format.extensions.first());
    let dotted: Vec<String> = first.map(|extension| format!(".{extension}")).collect();
    match dotted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => dotted.concat(),
    }
}

fn of_name(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

fn of_mime(mime: &str) -> Option<&'static Format> {
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    FORMATS.iter().find(|format| format.mime.contains(&mime.as_str()))
}

fn never(_: &[u8]) -> bool {
    false
}

/// Whether text starts with one of these, in any ASCII-compatible encoding or UTF-16 and in any case, behind a
/// byte order mark, white space, an XML declaration and comments.
#[cfg(feature = "html")]
fn starts_with_any(head: &[u8], starts: &[&str]) -> bool {
    let head = head.get(..4096).unwrap_or(head);
    let text: Vec<u8> = head.iter().filter(|byte| byte.is_ascii() && **byte != 0).copied().collect();
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    let mut text = text.trim_start();
    loop {
        let end = if text.starts_with("<!--") {
            "-->"
        } else if text.starts_with("<?xml") {
            "?>"
        } else {
            return starts.iter().any(|start| text.starts_with(start));
        };
        let Some((_, rest)) = text.split_once(end) else { return false };
        text = rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::corpus::readers::{Budget, ReadOptions};

    #[test]
    fn bytes_decide_before_the_mime_type_and_the_name() {
        let utf16: Vec<u8> = "\u{FEFF}<!DOCTYPE html><p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: [(&str, Option<&str>, &[u8], &str); 12] = [
            ("a.txt", None, b"Text", "text"),
            ("A.HTM", None, b"Text", "html"),
            ("a.txt", None, b"\xEF\xBB\xBF\n<!DOCTYPE HTML PUBLIC", "html"),
            ("a.txt", None, &utf16, "html"),
            ("a.txt", None, b"<?xml version='1.0'?><!-- a --><html xmlns='b'>", "html"),
            ("a.txt", None, b"<!-- never closed <html>", "text"),
            ("a.txt", None, b"see <html>", "text"),
            ("a.json", None, b"{}", "json"),
            ("a", Some("application/x-ndjson; charset=utf-8"), b"{}", "jsonl"),
            ("a.txt", Some("Text/HTML"), b"Text", "html"),
            ("a.txt", Some("application/no-such"), b"Text", "text"),
            ("a.exe", None, b"MZ", "none"),
        ];
        let (options, stop) = (ReadOptions::default(), AtomicBool::new(false));
        let budget = Budget::new(&options, &stop);
        for (name, mime, bytes, expected) in table {
            let mut input = Input::file(Path::new("/c"), name, bytes, &options, &budget);
            input.mime = mime.map(str::to_owned);
            let found = choose(&mut input).map_or("none", |format| format.name);
            assert_eq!(found, expected, "{name} {mime:?} {bytes:?}");
        }
    }
}
