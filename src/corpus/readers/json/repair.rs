//! Makes JSON of what is nearly JSON, as other programs write it.
//!
//! Works on a text that a JSON parser refused, in one pass: lone surrogates in escapes become U+FFFD, raw control
//! characters in strings are escaped, `NaN`, `Infinity` and `undefined` become null, and commas before a closing
//! bracket are dropped. Everything else stays as it is, for the parser to judge.

use std::borrow::Cow;

/// The repaired text, or the same one where nothing is to be repaired, and what was repaired.
pub(super) fn repair(text: &str) -> (Cow<'_, str>, Vec<String>) {
    let mut repair = Repair { out: String::with_capacity(text.len()), ..Repair::default() };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = if c == '"' { repair.string(rest) } else { repair.outside(rest, c) };
    }
    let counts = [
        (repair.surrogates, "escapes of half a character were replaced"),
        (repair.controls, "raw control characters in strings were taken as they are"),
        (repair.numbers, "values that JSON has no notation for (NaN, Infinity) were left out"),
        (repair.commas, "superfluous commas were dropped"),
    ];
    let notes: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if notes.is_empty() { (Cow::Borrowed(text), notes) } else { (Cow::Owned(repair.out), notes) }
}

#[derive(Default)]
struct Repair {
    out: String,
    surrogates: usize,
    controls: usize,
    numbers: usize,
    commas: usize,
}

impl Repair {
    /// Copies what starts outside of strings; returns what follows.
    fn outside<'t>(&mut self, text: &'t str, c: char) -> &'t str {
        let behind = text.get(c.len_utf8()..).unwrap_or_default();
        if c == ',' && behind.trim_start().starts_with(['}', ']']) {
            self.commas += 1;
            return behind;
        }
        let starts_word = !self.out.ends_with(|before: char| before.is_alphanumeric());
        for word in ["NaN", "-Infinity", "Infinity", "undefined"] {
            if let Some(behind) = text.strip_prefix(word).filter(|_| starts_word) {
                self.numbers += 1;
                self.out.push_str("null");
                return behind;
            }
        }
        self.out.push(c);
        behind
    }

    /// Copies a string with its quotes; returns what follows.
    fn string<'t>(&mut self, text: &'t str) -> &'t str {
        self.out.push('"');
        let mut rest = text.get(1..).unwrap_or_default();
        while let Some(c) = rest.chars().next() {
            rest = match c {
                '\\' => self.escape(rest),
                '\u{0}'..='\u{1F}' => {
                    self.controls += 1;
                    self.out.push_str(&format!("\\u{:04x}", u32::from(c)));
                    rest.get(1..).unwrap_or_default()
                }
                c => {
                    self.out.push(c);
                    rest.get(c.len_utf8()..).unwrap_or_default()
                }
            };
            if c == '"' {
                return rest;
            }
        }
        rest
    }

    fn escape<'t>(&mut self, text: &'t str) -> &'t str {
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let length = match unit(text) {
            Some(0xD800..=0xDBFF) if matches!(text.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                self.surrogates += 1;
                self.out.push('\u{FFFD}');
                return text.get(6..).unwrap_or_default();
            }
            _ => 1 + text.get(1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        };
        let (escape, behind) = text.split_at_checked(length).unwrap_or((text, ""));
        self.out.push_str(escape);
        behind
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_nearly_json_becomes_json() {
        let table = [
            (r#"{"a":"x\ud83d y"}"#, "{\"a\":\"x\u{FFFD} y\"}", "1 escapes"),
            (r#"{"a":"\ud83d\ude00\udc00"}"#, "{\"a\":\"\\ud83d\\ude00\u{FFFD}\"}", "1 escapes"),
            ("{\"a\":\"x\ny\tz\"}", r#"{"a":"x\u000ay\u0009z"}"#, "2 raw"),
            (r#"{"a":NaN,"b":-Infinity,"c":"NaN, ]"}"#, r#"{"a":null,"b":null,"c":"NaN, ]"}"#, "2 values"),
            (r#"{"a":[1,2,],"b":{"c":1, },}"#, r#"{"a":[1,2],"b":{"c":1 }}"#, "3 superfluous"),
            (r#"{"a":"\"\\"}"#, r#"{"a":"\"\\"}"#, ""),
        ];
        for (text, expected, note) in table {
            let (repaired, notes) = repair(text);
            assert_eq!(repaired, expected);
            assert!(notes.first().map_or(note.is_empty(), |found| found.starts_with(note)), "{notes:?}");
            assert!(serde_json::from_str::<serde_json::Value>(&repaired).is_ok(), "{repaired}");
        }
    }

    proptest! {
        #[test]
        fn json_stays_json(text in "[\\[\\]{},:\"\\\\u0-9a-fNA \n]{0,40}") {
            let (repaired, _) = repair(&text);
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&repaired).ok(), Some(value));
            }
        }
    }
}
