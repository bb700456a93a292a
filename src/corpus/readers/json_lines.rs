//! JSON Lines: many releases in one file, one JSON object a line.
//!
//! Holds one line at a time in memory, so a file may be of any size; a bad line costs only itself.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

use encoding_rs::UTF_8;

use super::{Details, Fault, Input, Output, json};

/// The reader of JSON Lines.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let mut stream = input.stream();
    let mut line = 0;
    while let Some(bytes) = next_line(&mut *stream, input.options.limits.bytes)? {
        line += 1;
        input.check()?;
        let release = bytes.and_then(|bytes| {
            let text = text(&bytes)?;
            let empty = text.trim_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).is_empty();
            if empty { Ok(None) } else { json::release(&text).map(Some) }
        });
        match release {
            Ok(None) => {}
            Ok(Some(release)) => {
                let part = release.record.clone().unwrap_or_else(|| format!("L{line}"));
                let details = Details {
                    part: Some(part),
                    line: Some(line),
                    encoding: Some(UTF_8.name()),
                    ..Details::default()
                };
                output.release(release, details)?;
            }
            Err(fault) => output.failure(Some(line), fault)?,
        }
    }
    Ok(())
}

/// The next line with its end, or why it is not read; nothing at the end of the stream.
fn next_line(stream: &mut dyn BufRead, longest: u64) -> io::Result<Option<Result<Vec<u8>, Fault>>> {
    let mut bytes = Vec::new();
    if stream.take(longest.saturating_add(1)).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if !bytes.ends_with(b"\n") && bytes.len() as u64 > longest {
        stream.skip_until(b'\n')?;
        return Ok(Some(Err(format!("is longer than {longest} bytes; split the record").into())));
    }
    Ok(Some(Ok(bytes)))
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| "is not UTF-8, as JSON must be; convert the file to UTF-8".into())
}

#[cfg(test)]
mod tests {
    use std::{ops::ControlFlow, path::Path, sync::atomic::AtomicBool};

    use super::*;
    use crate::{
        corpus::readers::{Budget, ReadOptions},
        error::Result,
        release::Release,
    };

    fn shown(content: &[u8], longest: u64) -> Vec<String> {
        let (mut options, stop) = (ReadOptions::default(), AtomicBool::new(false));
        options.limits.bytes = longest;
        let budget = Budget::new(&options, &stop);
        let mut found = Vec::new();
        let mut sink = |item: Result<Release>| {
            found.push(match item {
                Ok(release) => {
                    let origin = release.origin.unwrap();
                    assert_eq!(origin.path(), Path::new("/c/un/a.jsonl"));
                    let record = release.record.unwrap_or_default();
                    format!("{} {} {record} {}", release.id, release.title, origin.line.unwrap())
                }
                Err(error) => error.to_string(),
            });
            ControlFlow::Continue(())
        };
        let mut output = Output::new(Path::new("/c"), "un/a.jsonl", &budget, &mut sink);
        let mut input = Input::file(Path::new("/c/un/a.jsonl"), "un/a.jsonl", content, &options, &budget);
        read(&mut input, &mut output).unwrap();
        found
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
        assert_eq!(shown(input.as_bytes(), 64 << 20), expected);
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
