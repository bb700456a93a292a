//! Makes text safe to print: characters that control a terminal or reorder its text become visible escapes.
//!
//! Titles, file names and queries are untrusted. A control sequence in one of them can rename the window,
//! write to the clipboard or clear the screen; a newline can forge a line of a log; a bidirectional control
//! can make a file name read as another.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

/// Whether a character must not reach a terminal or a log.
///
/// Control characters (C0, DEL and C1) except the tab; line and paragraph separators; bidirectional controls
/// (Unicode Standard Annex #9, section 2); interlinear annotations and tags, which hide text.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c,
            '\u{2028}' | '\u{2029}'
            | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// One line of text with every unsafe character as `\u{…}`, for example `\u{1b}` for escape.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, escape_in_line)
}

/// Appends text to a line, with every unsafe character as in [`line`].
pub struct EscapedLine<'o>(pub &'o mut String);

impl Write for EscapedLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(&line(text));
        Ok(())
    }
}

fn escape_in_line(out: &mut String, c: char) -> fmt::Result {
    write!(out, "\\u{{{:x}}}", u32::from(c))
}

/// JSON text with a `\u` escape for every unsafe character. Such characters occur only inside strings, where the
/// escape means the same character.
pub fn json(text: &str) -> Cow<'_, str> {
    replaced(text, |out, c| {
        c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))
    })
}

fn replaced(text: &str, escape: impl Fn(&mut String, char) -> fmt::Result) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a string does not fail.
            _ = escape(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A text that can be long, cut after `most` characters.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most).and_then(|(end, _)| text.get(..end)) {
        Some(start) => Cow::Owned(format!("{start}…")),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_become_visible() {
        let table = [
            ("Мост\tчерез реку — «Нева»", "Мост\tчерез реку — «Нева»", "\"Мост\\tчерез реку — «Нева»\""),
            ("\x1b]0;a\x07", "\\u{1b}]0;a\\u{7}", "\"\\u001b]0;a\\u0007\""),
            ("a\nb\rc", "a\\u{a}b\\u{d}c", "\"a\\nb\\rc\""),
            ("\x7f\u{9b}2J", "\\u{7f}\\u{9b}2J", "\"\\u007f\\u009b2J\""),
            ("\u{202e}txt.exe\u{2066}", "\\u{202e}txt.exe\\u{2066}", "\"\\u202etxt.exe\\u2066\""),
            ("\u{2028}\u{e0041}", "\\u{2028}\\u{e0041}", "\"\\u2028\\udb40\\udc41\""),
            ("Ле\u{301}нин\u{200d}", "Ле\u{301}нин\u{200d}", "\"Ле\u{301}нин\u{200d}\""),
        ];
        for (text, as_line, as_json) in table {
            assert_eq!(line(text), as_line, "{text:?}");
            let value = serde_json::Value::from(text).to_string();
            assert_eq!(json(&value), as_json, "{text:?}");
            assert_eq!(serde_json::from_str::<String>(&json(&value)).unwrap(), text);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened("абв", 3), "абв");
        assert_eq!(shortened("абвг", 3), "абв…");
    }
}
