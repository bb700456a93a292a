//! Chooses the format of a file or of a part of a container: by its bytes, then by its MIME type, then by its name.

use std::{fs::File, io::Read, path::Path};

use super::{
    Fault, Input, ReadOptions,
    format::{Format, formats, of_mime, of_name},
};

/// Formats whose files are zip files.
const PACKAGES: [&str; 4] = ["docx", "odt", "epub", "xlsx"];

/// Extensions of copies that editors and browsers leave next to a file.
const COPIES: [&str; 9] = ["bak", "old", "orig", "tmp", "swp", "part", "crdownload", "download", "save"];
/// The number of bytes to examine of a file with an unknown extension.
const SNIFFED: u64 = 4 << 10;

/// The format of an input. Magic bytes take precedence, then the MIME type, then the extension.
pub(super) fn choose(input: &mut Input<'_>) -> Result<&'static Format, Fault> {
    let by_mime = input.mime.as_deref().and_then(of_mime);
    let hinted = by_mime.or_else(|| of_name(Path::new(&input.name)));
    let name = input.name.clone();
    let head = input.head()?;
    let confirmed = hinted.filter(|format| (format.magic)(head));
    let found = match hinted {
        Some(hinted) => confirmed.or_else(|| by_magic(head)).unwrap_or(hinted),
        None => by_bytes(Path::new(&name), head).ok_or(Fault::Unknown)?,
    };
    // Records of several lines, or a list of them, are one document.
    if found.name == "jsonl" && is_document(head) {
        return Ok(formats().iter().find(|format| format.name == "json").unwrap_or(found));
    }
    // A zip file that is called a document is a damaged or unusual document.
    let package = hinted.filter(|format| PACKAGES.contains(&format.name) && found.name == "zip");
    Ok(package.unwrap_or(found))
}

/// Whether JSON begins with a line that only opens a record or a list.
fn is_document(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    line.len() < head.len() && [&b"{"[..], b"[", b"[{"].contains(&line)
}

fn by_magic(head: &[u8]) -> Option<&'static Format> {
    formats().iter().find(|format| (format.magic)(head))
}

/// The format of content whose name has no known extension. A zip file with an unknown extension, such as a presentation or
/// a program, is not an archive of releases.
fn by_bytes(name: &Path, head: &[u8]) -> Option<&'static Format> {
    by_magic(head).filter(|format| format.name != "zip" || name.extension().is_none())
}

/// Whether a file is read, by a converter or a reader. Its name decides where a format has such names, and its first
/// bytes where none has, as with `index.php?id=5`.
///
/// A README in Markdown describes its folder, and `Thumbs.db` is no database but a cache of Windows.
pub(in crate::corpus) fn is_read(path: &Path, options: &ReadOptions) -> bool {
    #[cfg(feature = "converters")]
    if options.converters.iter().any(|converter| converter.takes_name(path)) {
        return true;
    }
    #[cfg(not(feature = "converters"))]
    let _ = options;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let other = ["readme.md", "thumbs.db"].iter().any(|other| name.eq_ignore_ascii_case(other));
    let named = || of_name(path).is_some() || cfg!(feature = "mail") && is_in_maildir(path);
    !other && (named() || !is_copy(path) && has_known_bytes(path))
}

fn is_copy(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    COPIES.contains(&extension.as_str()) || path.as_os_str().as_encoded_bytes().ends_with(b"~")
}

/// Whether a file begins like one of the formats. One that cannot be opened has a name of no format, and is passed
/// over like any other of those.
fn has_known_bytes(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SNIFFED).read_to_end(&mut head));
    read.is_ok() && by_bytes(path, &head).is_some()
}

/// Whether a file is a message of a Maildir, whose names have no extension.
fn is_in_maildir(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    let place = folder.file_name().and_then(|name| name.to_str());
    let around = folder.parent();
    matches!(place, Some("cur" | "new"))
        && around.is_some_and(|around| around.join("tmp").is_dir() && around.join("cur").is_dir())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::corpus::readers::Budget;

    #[test]
    fn bytes_decide_before_the_mime_type_and_the_name() {
        let utf16: Vec<u8> = "\u{FEFF}<!DOCTYPE html><p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: [(&str, Option<&str>, &[u8], &str); 20] = [
            ("a.txt", None, b"Text", "text"),
            ("A.HTM", None, b"Text", "html"),
            ("a.txt", None, b"\xEF\xBB\xBF\n<!DOCTYPE HTML PUBLIC", "html"),
            ("a.txt", None, &utf16, "html"),
            ("a.txt", None, b"<?xml version='1.0'?><!-- a --><html xmlns='b'>", "html"),
            ("a.txt", None, b"<!-- never closed <html>", "text"),
            ("a.txt", None, b"see <html>", "text"),
            ("a.json", None, b"{}", "json"),
            ("a", Some("application/x-ndjson; charset=utf-8"), b"{}", "jsonl"),
            ("a.jsonl", None, b"{\"a\":1}\n{", "jsonl"),
            ("a.jsonl", None, b"\xEF\xBB\xBF\n{\r\n \"a\":1}", "json"),
            ("a.ndjson", None, b"[\n{\"a\":1},", "json"),
            ("a.txt", Some("Text/HTML"), b"Text", "html"),
            ("a.txt", Some("application/no-such"), b"Text", "text"),
            ("a.exe", None, b"MZ", "none"),
            ("index.php?id=5", None, b"<!doctype html><p>Text", "html"),
            ("a.doc", None, b"{\\rtf1 Text}", "rtf"),
            ("a.zip", None, b"PK\x03\x04", "zip"),
            ("a", None, b"PK\x03\x04", "zip"),
            ("a.pptx", None, b"PK\x03\x04", "none"),
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
