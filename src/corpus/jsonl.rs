//! Many releases in one file, one JSON object a line.
//!
//! Holds one line at a time in memory, so a file may be of any size; a bad line costs only itself.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{self, BufRead, Read},
    path::PathBuf,
};

use encoding_rs::UTF_8;

use super::{fields::Fault, json};
use crate::{
    error::{Error, Result},
    release::{Origin, Release},
};

/// The longest line that is read, in bytes.
pub(super) const LONGEST_LINE: u64 = 64 << 20;

/// The releases in the lines of a file, in their order.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    longest: u64,
    root: PathBuf,
    name: String,
    /// The line last read, from 1.
    line: u64,
    /// Where each id within the file was first seen.
    taken: HashMap<String, u64>,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads from `input`, the contents of the file of this name below the root.
    pub(super) fn new(input: R, longest: u64, root: PathBuf, name: String) -> Self {
        Self { input, longest, root, name, line: 0, taken: HashMap::new(), ended: false }
    }

    /// The next line with its end, or why it is none to read; nothing at the end of the file.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Fault>>> {
        let mut bytes = Vec::new();
        let within = self.longest.saturating_add(1);
        if self.input.by_ref().take(within).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if !bytes.ends_with(b"\n") && u64::try_from(bytes.len()).is_ok_and(|length| length > self.longest) {
            self.input.skip_until(b'\n')?;
            let reason = format!("is longer than {} bytes; split the record", self.longest);
            return Ok(Some(Err(reason.into())));
        }
        Ok(Some(Ok(bytes)))
    }

    fn release(&mut self, text: &str) -> Result<Release> {
        let mut release = json::read(text).map_err(|fault| self.malformed(fault))?;
        let within = release.record.clone().unwrap_or_else(|| format!("L{}", self.line));
        let id = format!("{}#{within}", self.name);
        if let Some(first) = self.taken.get(&within) {
            return Err(Error::DuplicateId { id, place: self.place(self.line), first: self.place(*first) });
        }
        self.taken.insert(within, self.line);
        release.id = id;
        release.origin =
            Some(Origin { root: self.root.clone(), file: self.name.clone(), line: Some(self.line) });
        Ok(release)
    }

    fn path(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    fn place(&self, line: u64) -> String {
        format!("{}, line {line}", self.path().display())
    }

    fn malformed(&self, fault: Fault) -> Error {
        Error::Malformed { path: self.path(), line: Some(self.line), reason: fault.reason }
    }
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| "is not UTF-8, as JSON must be; convert the file to UTF-8".into())
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Release>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.next_line() {
                Ok(Some(Ok(bytes))) => match text(&bytes) {
                    Ok(text) if text.trim_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).is_empty() => {}
                    Ok(text) => return Some(self.release(&text)),
                    Err(fault) => return Some(Err(self.malformed(fault))),
                },
                Ok(Some(Err(fault))) => return Some(Err(self.malformed(fault))),
                Ok(None) => self.ended = true,
                Err(source) => {
                    self.ended = true;
                    return Some(Err(Error::Read { path: self.path(), source }));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(input: &[u8], longest: u64) -> Vec<String> {
        let lines = Lines::new(input, longest, PathBuf::from("/c"), "un/a.jsonl".to_owned());
        let show = |item: Result<Release>| match item {
            Ok(release) => {
                let origin = release.origin.unwrap();
                assert_eq!(origin.path(), PathBuf::from("/c/un/a.jsonl"));
                let record = release.record.unwrap_or_default();
                format!("{} {} {record} {}", release.id, release.title, origin.line.unwrap())
            }
            Err(error) => error.to_string(),
        };
        lines.map(show).collect()
    }

    #[test]
    fn good_lines_are_read_around_bad_ones() {
        let input = "\u{feff}{\"id\":\"x\",\"title\":\"А\"}\r\n\n{\"title\":\"Б\"}\n{\"title\":5}\n \t\n[]\n\
                     {\"id\":7,\"title\":\"В\"}\n{\"id\":\"x\",\"title\":\"Г\"}\n{\"id\":\"L3\",\"title\":\"Д\"}\n\
                     {\"title\":\"Е\"}";
        let expected = [
            "un/a.jsonl#x А x 1",
            "un/a.jsonl#L3 Б  3",
            "/c/un/a.jsonl, line 4: \"title\" is a number; it must be text in quotes",
            "/c/un/a.jsonl, line 6: holds a list; put its releases one object a line into a .jsonl file",
            "un/a.jsonl#7 В 7 7",
            "/c/un/a.jsonl, line 8: id \"un/a.jsonl#x\" is already taken by /c/un/a.jsonl, line 1; rename one of the two",
            "/c/un/a.jsonl, line 9: id \"un/a.jsonl#L3\" is already taken by /c/un/a.jsonl, line 3; rename one of the two",
            "un/a.jsonl#L10 Е  10",
        ];
        assert_eq!(shown(input.as_bytes(), LONGEST_LINE), expected);
    }

    #[test]
    fn lines_that_are_no_utf8_or_too_long_cost_only_themselves() {
        let mut input = b"{\"title\":\"\xC0\"}\n{\"title\":\"".to_vec();
        input.extend([b'x'; 100]);
        input.extend(b"\"}\n{\"title\":\"1234\"}\n{\"title\":\"5678\"}");
        let expected = [
            "/c/un/a.jsonl, line 1: is not UTF-8, as JSON must be; convert the file to UTF-8",
            "/c/un/a.jsonl, line 2: is longer than 16 bytes; split the record",
            "un/a.jsonl#L3 1234  3",
            "un/a.jsonl#L4 5678  4",
        ];
        assert_eq!(shown(&input, 16), expected);
        assert_eq!(shown(b"", 16), [""; 0]);
    }
}
