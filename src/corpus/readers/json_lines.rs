//! JSON Lines: many releases in one file, one JSON object a line.
//!
//! Holds one line at a time in memory, so a file may be of any size; a bad line costs only itself.

use std::io::{self, BufRead, Read};

use super::{Details, Fault, Input, Output, encoding, json};

/// The reader of JSON Lines.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let (mut stream, wide) = encoding::lines(input.stream())?;
    let mut line = 0;
    while let Some(bytes) = next_line(&mut *stream, input.options.limits.bytes)? {
        line += 1;
        input.check()?;
        match bytes {
            Ok(bytes) => {
                let decoded = encoding::decode_owned_line(bytes, input.charset.as_deref());
                let text = decoded.text.trim_matches(['\u{FEFF}', '\u{1E}', ' ', '\t', '\r', '\n']);
                // A list has its brackets on separate lines.
                if text.is_empty() || matches!(text, "[" | "]" | "],") {
                    continue;
                }
                match json::release_with(text, &input.options.fields) {
                    Ok(release) => {
                        let part = release.record.clone().unwrap_or_else(|| format!("L{line}"));
                        let details = Details {
                            part: Some(part),
                            line: Some(line),
                            encoding: Some(wide.unwrap_or(decoded.encoding)),
                            notes: decoded.notes,
                        };
                        output.release(release, details)?;
                    }
                    Err(fault) => output.failure(Some(line), fault)?,
                }
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
            "/c/un/a.jsonl, line 6: holds an empty list; remove it",
            "un/a.jsonl#7 В 7 7",
            "/c/un/a.jsonl, line 8: id \"un/a.jsonl#x\" is already taken by /c/un/a.jsonl, line 1; rename one of the two",
            "/c/un/a.jsonl, line 9: id \"un/a.jsonl#L3\" is already taken by /c/un/a.jsonl, line 3; rename one of the two",
            "un/a.jsonl#L10 Е  10",
        ];
        assert_eq!(shown(input.as_bytes(), 64 << 20), expected);
    }

    #[test]
    fn lines_that_are_too_long_cost_only_themselves() {
        let mut input = b"{\"title\":\"".to_vec();
        input.extend([b'x'; 100]);
        input.extend(b"\"}\n{\"title\":\"1234\"}\n{\"title\":\"5678\"}");
        let expected = [
            "/c/un/a.jsonl, line 1: is longer than 16 bytes; split the record",
            "un/a.jsonl#L2 1234  2",
            "un/a.jsonl#L3 5678  3",
        ];
        assert_eq!(shown(&input, 16), expected);
        assert_eq!(shown(b"", 16), [""; 0]);
    }

    #[test]
    fn lines_are_read_in_every_encoding() {
        let lines = "{\"title\":\"Встреча в Ташкенте\"}\n{\"title\":\"Заседание Правительства\"}\n";
        let expected = ["un/a.jsonl#L1 Встреча в Ташкенте  1", "un/a.jsonl#L2 Заседание Правительства  2"];
        let cp1251 = encoding_rs::WINDOWS_1251.encode(lines).0;
        let koi8 = encoding_rs::KOI8_R.encode(lines).0;
        let utf16: Vec<u8> = format!("\u{FEFF}{lines}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_be: Vec<u8> = lines.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let utf32: Vec<u8> = lines.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for bytes in [lines.as_bytes(), &cp1251, &koi8, &utf16, &utf16_be, &utf32] {
            assert_eq!(shown(bytes, 1 << 20), expected);
        }
        // Each line may be in another encoding.
        let mixed = [&cp1251[..=cp1251.iter().position(|b| *b == b'\n').unwrap()], lines.as_bytes()].concat();
        assert_eq!(shown(&mixed, 1 << 20)[0], expected[0]);
    }
}
