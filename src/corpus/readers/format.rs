//! The table of formats: the only place that knows all readers.

use std::path::Path;

#[cfg(feature = "archive")]
use super::archive;
#[cfg(feature = "docx")]
use super::docx;
#[cfg(feature = "epub")]
use super::epub;
#[cfg(feature = "feed")]
use super::feed;
#[cfg(feature = "html")]
use super::html;
#[cfg(feature = "mail")]
use super::mail;
#[cfg(feature = "markdown")]
use super::markdown;
#[cfg(feature = "mhtml")]
use super::mhtml;
#[cfg(feature = "odt")]
use super::odt;
#[cfg(feature = "pdf")]
use super::pdf;
#[cfg(feature = "rtf")]
use super::rtf;
#[cfg(feature = "sqlite")]
use super::sqlite;
#[cfg(feature = "table")]
use super::table;
#[cfg(feature = "xlsx")]
use super::xlsx;
use super::{Reader, text};
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
    pub(super) magic: fn(&[u8]) -> bool,
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
    #[cfg(feature = "mhtml")]
    Format {
        name: "mhtml",
        about: "web page saved in one file",
        extensions: &["mht", "mhtml"],
        mime: &["multipart/related", "application/x-mimearchive"],
        magic: mhtml::is_mhtml,
        reader: mhtml::read,
    },
    #[cfg(feature = "json")]
    Format {
        name: "json",
        about: "JSON, one release or a list",
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
    #[cfg(feature = "docx")]
    Format {
        name: "docx",
        about: "Word document",
        extensions: &["docx", "docm", "dotx"],
        mime: &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        magic: |head| is_zip(head) && contains(head, b"word/"),
        reader: docx::read,
    },
    #[cfg(feature = "odt")]
    Format {
        name: "odt",
        about: "OpenDocument text",
        extensions: &["odt", "ott", "fodt"],
        mime: &["application/vnd.oasis.opendocument.text"],
        magic: |head| is_zip(head) && start_contains(head, b"application/vnd.oasis.opendocument.text"),
        reader: odt::read,
    },
    #[cfg(feature = "rtf")]
    Format {
        name: "rtf",
        about: "Rich Text Format",
        extensions: &["rtf"],
        mime: &["application/rtf", "text/rtf"],
        magic: |head| head.starts_with(b"{\\rtf"),
        reader: rtf::read,
    },
    #[cfg(feature = "pdf")]
    Format {
        name: "pdf",
        about: "PDF with a text layer",
        extensions: &["pdf"],
        mime: &["application/pdf", "application/x-pdf"],
        magic: |head| head.starts_with(b"%PDF-"),
        reader: pdf::read,
    },
    #[cfg(feature = "epub")]
    Format {
        name: "epub",
        about: "e-book (EPUB)",
        extensions: &["epub"],
        mime: &["application/epub+zip"],
        magic: |head| is_zip(head) && start_contains(head, b"application/epub+zip"),
        reader: epub::read,
    },
    #[cfg(feature = "xlsx")]
    Format {
        name: "xlsx",
        about: "spreadsheet with a header row, one release a row",
        extensions: &["xlsx", "xlsm"],
        mime: &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        magic: |head| is_zip(head) && contains(head, b"xl/"),
        reader: xlsx::read,
    },
    #[cfg(feature = "table")]
    Format {
        name: "table",
        about: "CSV or TSV with a header row, one release a row",
        extensions: &["csv", "tsv"],
        mime: &["text/csv", "text/tab-separated-values"],
        magic: never,
        reader: table::read,
    },
    #[cfg(feature = "feed")]
    Format {
        name: "feed",
        about: "RSS, Atom or news sitemap, one release an item",
        extensions: &["rss", "atom", "rdf", "xml"],
        mime: &[
            "application/rss+xml",
            "application/atom+xml",
            "application/rdf+xml",
            "text/xml",
            "application/xml",
        ],
        magic: |head| starts_with_any(head, &["<rss", "<feed", "<rdf:rdf", "<urlset"]),
        reader: feed::read,
    },
    #[cfg(feature = "markdown")]
    Format {
        name: "markdown",
        about: "Markdown, with or without front matter",
        extensions: &["md", "markdown"],
        mime: &["text/markdown", "text/x-markdown"],
        magic: never,
        reader: markdown::read,
    },
    #[cfg(feature = "mail")]
    Format {
        name: "mbox",
        about: "mailbox, one release a message and attachment",
        extensions: &["mbox", "mbx"],
        mime: &["application/mbox"],
        magic: mail::is_mailbox,
        reader: mail::read_mailbox,
    },
    #[cfg(feature = "mail")]
    Format {
        name: "mail",
        about: "mail message with its attachments",
        extensions: &["eml"],
        mime: &["message/rfc822"],
        magic: mail::is_message,
        reader: mail::read,
    },
    #[cfg(feature = "sqlite")]
    Format {
        name: "sqlite",
        about: "SQLite database, one release a row",
        extensions: &["sqlite", "sqlite3", "db"],
        mime: &["application/vnd.sqlite3", "application/x-sqlite3"],
        magic: |head| head.starts_with(b"SQLite format 3\0"),
        reader: sqlite::read,
    },
    #[cfg(feature = "archive")]
    Format {
        name: "gzip",
        about: "file compressed with gzip",
        extensions: &["gz", "tgz"],
        mime: &["application/gzip", "application/x-gzip"],
        magic: |head| head.starts_with(b"\x1F\x8B\x08"),
        reader: archive::read_gzip,
    },
    #[cfg(feature = "archive")]
    Format {
        name: "zstd",
        about: "file compressed with Zstandard",
        extensions: &["zst", "tzst"],
        mime: &["application/zstd"],
        magic: |head| head.starts_with(b"\x28\xB5\x2F\xFD"),
        reader: archive::read_zstd,
    },
    #[cfg(feature = "archive")]
    Format {
        name: "bzip2",
        about: "file compressed with bzip2",
        extensions: &["bz2", "tbz", "tbz2"],
        mime: &["application/x-bzip2"],
        magic: |head| head.starts_with(b"BZh"),
        reader: archive::read_bzip2,
    },
    #[cfg(feature = "archive")]
    Format {
        name: "tar",
        about: "tar archive",
        extensions: &["tar"],
        mime: &["application/x-tar"],
        magic: |head| head.get(257..262) == Some(b"ustar"),
        reader: archive::read_tar,
    },
    #[cfg(feature = "archive")]
    Format {
        name: "zip",
        about: "zip archive",
        extensions: &["zip"],
        mime: &["application/zip", "application/x-zip-compressed"],
        magic: |head| is_zip(head) || head.starts_with(b"PK\x05\x06"),
        reader: archive::read_zip,
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

/// The extensions that are read, for messages: `.html, .json or .txt`.
pub(in crate::corpus) fn kinds() -> String {
    let first = FORMATS.iter().filter_map(|format| format.extensions.first());
    let dotted: Vec<String> = first.map(|extension| format!(".{extension}")).collect();
    match dotted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => dotted.concat(),
    }
}

pub(super) fn of_name(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

pub(super) fn of_mime(mime: &str) -> Option<&'static Format> {
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    FORMATS.iter().find(|format| format.mime.contains(&mime.as_str()))
}

#[cfg(any(feature = "docx", feature = "odt", feature = "epub", feature = "xlsx", feature = "archive"))]
fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Whether the first kilobytes contain this name, which packages of documents have in their first entries.
#[cfg(any(feature = "docx", feature = "xlsx"))]
fn contains(head: &[u8], part: &[u8]) -> bool {
    let head = head.get(..super::input::HEAD).unwrap_or(head);
    head.windows(part.len()).any(|window| window == part)
}

/// Whether the first entry of a zip file, which says what the package is, contains this.
#[cfg(any(feature = "odt", feature = "epub"))]
fn start_contains(head: &[u8], part: &[u8]) -> bool {
    head.get(..200).unwrap_or(head).windows(part.len()).any(|window| window == part)
}

fn never(_: &[u8]) -> bool {
    false
}

/// Whether text starts with one of these, in any ASCII-compatible encoding or UTF-16 and in any case, behind a
/// byte order mark, white space, an XML declaration and comments.
#[cfg(any(feature = "html", feature = "feed"))]
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
