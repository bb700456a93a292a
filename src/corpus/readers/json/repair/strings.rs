//! Strings of what is nearly JSON: where they end, and what is escaped in them.

use std::fmt::Write;

use super::Repair;

/// How far behind a string the name of the next field is looked for, in bytes.
const NAME_WITHIN: usize = 200;

impl Repair {
    /// Writes the string behind a quotation mark; returns what follows it.
    pub(super) fn string<'t>(
        &mut self,
        text: &'t str,
        quote: char,
        (is_name, in_object): (bool, bool),
    ) -> &'t str {
        self.out.push('"');
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let behind = rest.get(c.len_utf8()..).unwrap_or_default();
            rest = match c {
                '\\' => self.escape(rest),
                c if c == quote && ends(behind, quote, (is_name, in_object)) => {
                    self.out.push('"');
                    return behind;
                }
                c => {
                    self.counts.quotes += usize::from(c == quote);
                    self.counts.controls += usize::from(c.is_ascii_control() && c != '\u{7F}');
                    self.character(c);
                    behind
                }
            };
        }
        self.out.push('"');
        self.is_cut = true;
        rest
    }

    /// Writes a character of a string.
    pub(super) fn character(&mut self, c: char) {
        match c {
            '"' | '\\' => self.out.extend(['\\', c]),
            '\u{0}'..='\u{1F}' => self.unit(u32::from(c)),
            c => self.out.push(c),
        }
    }

    fn unit(&mut self, unit: u32) {
        _ = write!(self.out, "\\u{unit:04x}");
    }

    /// Writes what a backslash begins; returns what follows.
    fn escape<'t>(&mut self, text: &'t str) -> &'t str {
        let hexadecimal = |text: &str, mark: &str, digits: usize| {
            let digits = text.strip_prefix(mark)?.get(..digits)?;
            u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
        };
        let unit = |text: &str| hexadecimal(text, "\\u", 4);
        let escaped = text.chars().nth(1);
        let length = match (escaped, unit(text)) {
            (Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't'), _) => 2,
            (_, Some(0xD800..=0xDBFF)) if matches!(text.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) => 12,
            (_, Some(0xD800..=0xDFFF)) => {
                self.counts.surrogates += 1;
                self.out.push('\u{FFFD}');
                return text.get(6..).unwrap_or_default();
            }
            (_, Some(_)) => 6,
            _ => return self.unknown_escape(text, hexadecimal(text, "\\x", 2)),
        };
        let (escape, behind) = text.split_at_checked(length).unwrap_or((text, ""));
        self.out.push_str(escape);
        behind
    }

    /// `\'` and `\x41` of JavaScript, a line that continues on the next one, and backslashes that escape nothing.
    fn unknown_escape<'t>(&mut self, text: &'t str, unit: Option<u32>) -> &'t str {
        let behind = text.get(1..).unwrap_or_default();
        if let Some(behind) = behind.strip_prefix('\'') {
            self.out.push('\'');
            return behind;
        }
        if let Some(behind) = behind.strip_prefix("\r\n").or_else(|| behind.strip_prefix('\n')) {
            return behind;
        }
        self.counts.escapes += 1;
        if let Some(unit) = unit {
            self.unit(unit);
            return text.get(4..).unwrap_or_default();
        }
        self.character('\\');
        behind
    }
}

/// Whether a quotation mark ends its string, by what follows it.
fn ends(behind: &str, quote: char, (is_name, in_object): (bool, bool)) -> bool {
    let rest = behind.trim_start();
    let Some(next) = rest.chars().next().filter(|_| !is_name) else { return true };
    match next {
        '}' | ']' => true,
        ',' if in_object => {
            let rest = rest.trim_start_matches([',', ' ', '\t', '\r', '\n']);
            rest.is_empty() || rest.starts_with(['}', '/', '#']) || is_name_at(rest)
        }
        ',' => true,
        c if c == quote && in_object => is_next_line(behind, rest) || is_name_at(rest),
        '/' => rest.starts_with("//") || rest.starts_with("/*"),
        '#' => true,
        _ => false,
    }
}

/// Whether a line ends in the white space between two places of a text.
fn is_next_line(text: &str, rest: &str) -> bool {
    text.strip_suffix(rest).is_some_and(|space| space.contains('\n'))
}

/// Whether a text begins with a name and a colon.
fn is_name_at(text: &str) -> bool {
    let text = text.get(..text.floor_char_boundary(NAME_WITHIN)).unwrap_or_default();
    let behind = if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        text.get(1..).and_then(|name| name.split_once(quote)).map(|(_, rest)| rest)
    } else {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
        let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
        text.get(end..).filter(|_| end > 0)
    };
    behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
}
