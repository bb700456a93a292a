//! Pairs of quotation marks.
//!
//! A phrase ends at the first mark that can close it. Only « and » nest. Russian typography merges two
//! closing marks into one, as in «ООО «Ромашка»; such a mark closes both.

use std::collections::HashMap;

use super::chars::Chars;

/// The marks that close what `open` opens.
fn closing(open: char) -> &'static [char] {
    match open {
        '"' => &['"'],
        '«' => &['»'],
        '„' | '“' => &['“', '”'],
        _ => &[],
    }
}

/// Where quotation marks close. Computed once, so that no part of the query is scanned repeatedly.
pub(super) struct Quotes {
    /// The last `"`, or 0. Every `"` before it is closed.
    straight: usize,
    /// The last `»`, likewise.
    angled: usize,
    /// The last `“` or `”`, likewise.
    curly: usize,
    /// The closing mark of each `«` that has its own.
    partners: HashMap<usize, usize>,
}

impl Quotes {
    pub(super) fn new(chars: &Chars) -> Self {
        let chars = chars.as_slice();
        let last = |marks: &[char]| chars.iter().rposition(|c| marks.contains(c)).unwrap_or(0);
        let mut partners = HashMap::new();
        let mut open = Vec::new();
        for (at, c) in chars.iter().enumerate() {
            match c {
                '«' => open.push(at),
                '»' => partners.extend(open.pop().map(|open| (open, at))),
                _ => {}
            }
        }
        Self { straight: last(&['"']), angled: last(&['»']), curly: last(&['“', '”']), partners }
    }

    /// Whether the character at `at` is an opening mark that is closed somewhere.
    pub(super) fn opens(&self, chars: &Chars, at: usize) -> bool {
        let last = match chars.get(at) {
            Some('"') => self.straight,
            Some('«') => self.angled,
            Some('„' | '“') => self.curly,
            _ => 0,
        };
        at < last
    }

    /// The text between the mark at `open` and the one that closes it, and the place after that mark.
    pub(super) fn quoted(&self, chars: &Chars, open: usize) -> Option<(String, usize)> {
        if !self.opens(chars, open) {
            return None;
        }
        let first = || {
            let marks = closing(chars.get(open)?);
            (open + 1..).find(|&at| chars.get(at).is_none_or(|c| marks.contains(&c)))
        };
        let close = self.partners.get(&open).copied().or_else(first)?;
        Some((chars.slice(open + 1, close), close + 1))
    }
}
