//! Makes JSON of what is nearly JSON, as other programs and people write it.
//!
//! Works on a text that a JSON parser refused, in one pass: writes its records again, with the notation of JavaScript,
//! Python and JSON5 replaced, unknown escapes and quotation marks in strings escaped, and commas and brackets where they
//! are missing. `strings` reads strings. Where it is not clear what a text means, nothing is repaired.

mod strings;

/// How many commas, names and so on were repaired.
#[derive(Default)]
pub(super) struct Counts {
    surrogates: usize,
    controls: usize,
    escapes: usize,
    quotes: usize,
    values: usize,
    commas: usize,
    missing: usize,
    bare: usize,
    comments: usize,
    around: usize,
    cut: usize,
}

impl Counts {
    fn notes(&self) -> Vec<String> {
        let counts = [
            (self.surrogates, "escapes of half a character were replaced"),
            (self.controls, "raw control characters in strings were taken as they are"),
            (self.escapes, "escapes that JSON does not have were read as text"),
            (self.quotes, "quotation marks in strings were taken as they are"),
            (self.values, "values that JSON has no notation for (NaN, Infinity) were left out"),
            (self.commas, "superfluous commas were dropped"),
            (self.missing, "missing commas were added"),
            (self.bare, "names or values without double quotes were read"),
            (self.comments, "comments were passed over"),
            (self.around, "pieces of text around the records were passed over"),
            (self.cut, "records end too early and are read as far as they go"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, what)| format!("{count} {what}")).collect()
    }
}

/// A repaired text.
#[derive(Debug, PartialEq)]
pub(super) struct Repaired {
    pub text: String,
    /// What was repaired.
    pub notes: Vec<String>,
    /// Whether the text ended within a string, or before a value or a name of an object, as that of a file which is still
    /// being written.
    pub is_cut: bool,
}

/// Repairs a text; nothing if it is not like JSON.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    let out = String::with_capacity(text.len());
    let mut repair = Repair { out, open: Vec::new(), counts: Counts::default(), is_cut: false };
    let mut rest = text;
    while !rest.is_empty() {
        rest = repair.next(rest)?;
    }
    repair.counts.cut += usize::from(!repair.open.is_empty());
    // A bracket alone is also forgotten by people.
    repair.is_cut |= repair.open.last().is_some_and(|open| match open.next {
        Next::Name => open.is_object && !open.is_empty,
        Next::Colon | Next::Value => open.is_object,
        Next::Comma => false,
    });
    while !repair.open.is_empty() {
        repair.close();
    }
    let Repair { out: text, counts, is_cut, .. } = repair;
    (!text.is_empty()).then(|| Repaired { text, notes: counts.notes(), is_cut })
}

/// What comes next in a list or an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Name,
    Colon,
    Value,
    Comma,
}

/// A list or an object that is not closed.
struct Open {
    is_object: bool,
    is_empty: bool,
    next: Next,
}

struct Repair {
    out: String,
    open: Vec<Open>,
    counts: Counts,
    is_cut: bool,
}

impl Repair {
    /// Reads one piece of the text; returns what follows. Nothing where the piece makes no sense.
    fn next<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let c = text.chars().next()?;
        let behind = text.get(c.len_utf8()..).unwrap_or_default();
        if c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{1E}') {
            return Some(behind);
        }
        if let Some(behind) = after_comment(text) {
            self.counts.comments += 1;
            return Some(behind);
        }
        if self.open.is_empty() && !matches!(c, '{' | '[') {
            return Some(self.around(text));
        }
        let next = self.open.last().map(|open| open.next);
        match c {
            '{' | '[' => {
                if next.is_some() {
                    self.counts.missing += usize::from(next == Some(Next::Comma));
                    self.begin_value()?;
                }
                let is_object = c == '{';
                let next = if is_object { Next::Name } else { Next::Value };
                self.out.push(c);
                self.open.push(Open { is_object, is_empty: true, next });
            }
            '}' | ']' => {
                let is_object = c == '}';
                let opened = self.open.iter().rposition(|open| open.is_object == is_object)?;
                self.counts.cut += usize::from(opened + 1 < self.open.len());
                while self.open.len() > opened {
                    self.close();
                }
            }
            ',' => match next? {
                Next::Comma => {
                    let open = self.open.last_mut()?;
                    open.next = if open.is_object { Next::Name } else { Next::Value };
                }
                Next::Name => self.counts.commas += 1,
                Next::Value if !self.open.last()?.is_object => self.counts.commas += 1,
                Next::Value | Next::Colon => return None,
            },
            ':' if next == Some(Next::Colon) => {
                self.out.push(':');
                self.expect(Next::Value);
            }
            ':' => return None,
            '"' | '\'' => {
                let is_name = self.begin()?;
                self.counts.bare += usize::from(c == '\'');
                let is_object = self.open.last()?.is_object;
                let behind = self.string(behind, c, (is_name, is_object));
                self.expect(if is_name { Next::Colon } else { Next::Comma });
                return Some(behind);
            }
            _ => return self.bare(text),
        }
        // A comma before a bracket is superfluous, since commas are written only before values.
        if c == ',' && behind.trim_start().starts_with(['}', ']']) {
            self.counts.commas += 1;
        }
        Some(behind)
    }

    /// Passes over what stands before, between or after records.
    fn around<'t>(&mut self, text: &'t str) -> &'t str {
        let end = text.find(['{', '[', '\n']).unwrap_or(text.len());
        let (around, behind) = text.split_at(end);
        self.counts.around += usize::from(!around.trim_matches([' ', ',', '\r', '\t']).is_empty());
        behind
    }

    /// Begins a name or a value, with the comma before it; returns whether it is a name.
    fn begin(&mut self) -> Option<bool> {
        let is_name = match self.open.last() {
            Some(Open { next: Next::Name, .. }) => true,
            Some(Open { next: Next::Comma, is_object, .. }) => {
                self.counts.missing += 1;
                *is_object
            }
            _ => false,
        };
        if is_name {
            self.separate();
        } else {
            self.begin_value()?;
        }
        Some(is_name)
    }

    fn begin_value(&mut self) -> Option<()> {
        match self.open.last()? {
            Open { next: Next::Value, is_object: true, .. } => {}
            Open { next: Next::Value | Next::Comma, is_object: false, .. } => self.separate(),
            _ => return None,
        }
        self.expect(Next::Comma);
        Some(())
    }

    fn separate(&mut self) {
        if let Some(open) = self.open.last_mut()
            && !std::mem::replace(&mut open.is_empty, false)
        {
            self.out.push(',');
        }
    }

    fn expect(&mut self, next: Next) {
        if let Some(open) = self.open.last_mut() {
            open.next = next;
        }
    }

    /// Closes the innermost list or object.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if open.is_object {
            self.out.push_str(match open.next {
                Next::Colon => ":null}",
                Next::Value => "null}",
                Next::Name | Next::Comma => "}",
            });
        } else {
            self.out.push(']');
        }
        self.expect(Next::Comma);
    }

    /// Writes a word or a number without quotes.
    fn bare<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '"');
        let end = text.find(is_end).unwrap_or(text.len());
        let (word, behind) = text.split_at(end);
        let is_name = self.begin()?;
        let is_literal = || serde_json::from_str::<serde_json::Value>(word).is_ok();
        match word {
            _ if is_name => self.quote(word),
            "NaN" | "Infinity" | "-Infinity" | "+Infinity" | "undefined" | "None" => {
                self.counts.values += 1;
                self.out.push_str("null");
            }
            "True" | "False" => {
                self.counts.bare += 1;
                self.out.push_str(if word == "True" { "true" } else { "false" });
            }
            _ if is_literal() => self.out.push_str(word),
            _ => self.quote(word),
        }
        self.expect(if is_name { Next::Colon } else { Next::Comma });
        Some(behind)
    }

    fn quote(&mut self, word: &str) {
        self.counts.bare += 1;
        self.out.push('"');
        word.chars().for_each(|c| self.character(c));
        self.out.push('"');
    }
}

/// What follows a comment of JavaScript or a shell, where one begins the text.
fn after_comment(text: &str) -> Option<&str> {
    if let Some(comment) = text.strip_prefix("/*") {
        return Some(comment.split_once("*/").map_or("", |(_, behind)| behind));
    }
    let is_line = text.starts_with("//") || text.starts_with('#');
    is_line.then(|| text.find('\n').and_then(|end| text.get(end..)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_nearly_json_becomes_json() {
        // The text, what becomes of it, and how its first note begins.
        let table = [
            (r#"{"a":"x\ud83d y"}"#, "{\"a\":\"x\u{FFFD} y\"}", "1 escapes of half"),
            (r#"{"a":"\ud83d\ude00\udc00"}"#, "{\"a\":\"\\ud83d\\ude00\u{FFFD}\"}", "1 escapes of half"),
            ("{\"a\":\"x\ny\tz\"}", r#"{"a":"x\u000ay\u0009z"}"#, "2 raw"),
            (r#"{"a":NaN,"b":-Infinity,"c":"NaN, ]"}"#, r#"{"a":null,"b":null,"c":"NaN, ]"}"#, "2 values"),
            (r#"{"a":[1,2,],"b":{"c":1, },}"#, r#"{"a":[1,2],"b":{"c":1}}"#, "3 superfluous"),
            (r#"[1,,2]{"a":1,,"b":2}"#, r#"[1,2]{"a":1,"b":2}"#, "2 superfluous"),
            (r#"{"a":1 "b":[1 2]}"#, r#"{"a":1,"b":[1,2]}"#, "2 missing"),
            ("{\"a\":\"x\"\n\"b\":\"y\"}", r#"{"a":"x","b":"y"}"#, "1 missing"),
            (r#"{'a':'x\'y','b':'«" z'}"#, r#"{"a":"x'y","b":"«\" z"}"#, "4 names"),
            (r#"{a:"x",b_1:True,c:None}"#, r#"{"a":"x","b_1":true,"c":null}"#, "1 values"),
            (r#"{"a":+5,"b":.5,"c":0xFF}"#, r#"{"a":"+5","b":".5","c":"0xFF"}"#, "3 names"),
            ("// x\n{\"a\":1 /* y */}# z", r#"{"a":1}"#, "3 comments"),
            (r#"{"a":"C:\новости \x41 \u04"}"#, r#"{"a":"C:\\новости \u0041 \\u04"}"#, "3 escapes that"),
            (r#"{"a":"Клуб "Заря" победил","b":1}"#, r#"{"a":"Клуб \"Заря\" победил","b":1}"#, "2 quotation"),
            (r#"{"a":"«"Да", сказал","b":"x"}"#, r#"{"a":"«\"Да\", сказал","b":"x"}"#, "2 quotation"),
            (r#"callback({"a":1});"#, r#"{"a":1}"#, "2 pieces"),
            (")]}',\n{\"a\":1}", r#"{"a":1}"#, "1 pieces"),
            ("{\"a\":1},\n{\"a\":2},", r#"{"a":1}{"a":2}"#, ""),
            (r#"[{"a":"x"},{"a":"y"#, r#"[{"a":"x"},{"a":"y"}]"#, "1 records"),
            (r#"[{"a":"x"},{"a""#, r#"[{"a":"x"},{"a":null}]"#, "1 records"),
            (r#"{"a":[1,2}"#, r#"{"a":[1,2]}"#, "1 records"),
            (r#"{"a":"\"\\"}"#, r#"{"a":"\"\\"}"#, ""),
        ];
        for (text, expected, note) in table {
            let Repaired { text: repaired, notes, .. } = repair(text).unwrap();
            assert_eq!(repaired, expected, "{text}");
            assert!(
                notes.first().map_or(note.is_empty(), |found| found.starts_with(note)),
                "{text}: {notes:?}"
            );
        }
        for text in ["", "текст", r#"{"a" "b"}"#, r#"{"a":,"b":1}"#, "{:}", "{[1]:2}"] {
            assert_eq!(repair(text), None, "{text}");
        }
    }

    fn parsed(text: &str) -> Option<Vec<serde_json::Value>> {
        serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().ok()
    }

    proptest! {
        #[test]
        fn what_is_repaired_is_json(text in "[\\[\\]{},:\"'\\\\u0-9a-fNA#/* \n]{0,40}") {
            if let Some(Repaired { text: repaired, .. }) = repair(&text) {
                prop_assert!(parsed(&repaired).is_some(), "{repaired}");
            }
        }

        #[test]
        fn json_stays_json(text in "\\[[\\[\\]{},:\"\\\\u0-9a-fNA \n]{0,40}\\]") {
            if let Some(values) = parsed(&text) {
                let repaired = repair(&text).map(|repaired| repaired.text);
                prop_assert_eq!(repaired.as_deref().and_then(parsed), Some(values));
            }
        }
    }
}
