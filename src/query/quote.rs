//! Phrases in quotes: which mark closes which, and the `~N` after them.
//!
//! A phrase ends at the first mark that can close it; only « and » nest, and where typography has
//! merged two closing marks into one, as in «ООО «Ромашка», that one closes both.

use std::collections::HashMap;

use super::{Form, lex::Lexer, shape::MOST_WORDS, token::Kind, word};

/// The marks that close what `open` opens.
fn closers(open: char) -> &'static [char] {
    match open {
        '"' => &['"'],
        '«' => &['»'],
        '„' | '“' => &['“', '”'],
        _ => &[],
    }
}

/// Where quotes close, found once, so that no search is ever made twice over the same text.
pub(super) struct Closers {
    /// The last `"`, or 0; before it, every opening mark of its kind is closed.
    straight: usize,
    /// The last `»`, likewise.
    angled: usize,
    /// The last `“` or `”`, likewise.
    curly: usize,
    /// For each « that has its own », the place of that.
    partners: HashMap<usize, usize>,
}

impl Closers {
    pub(super) fn of(chars: &[char]) -> Self {
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

    fn last(&self, open: char) -> usize {
        match open {
            '"' => self.straight,
            '«' => self.angled,
            '„' | '“' => self.curly,
            _ => 0,
        }
    }
}

impl Lexer<'_> {
    /// Whether a phrase begins here: an opening mark that is closed somewhere.
    pub(super) fn opens_phrase(&self, at: usize) -> bool {
        self.char(at).is_some_and(|open| at < self.closers.last(open))
    }

    /// The text between the mark at `open` and the one that closes it, and the place after that.
    pub(super) fn quoted(&self, open: usize) -> Option<(String, usize)> {
        if !self.opens_phrase(open) {
            return None;
        }
        let first = || {
            let marks = closers(self.char(open)?);
            (open + 1..).find(|&at| self.char(at).is_none_or(|c| marks.contains(&c)))
        };
        let close = self.closers.partners.get(&open).copied().or_else(first)?;
        Some((self.slice(open + 1, close), close + 1))
    }

    /// Reads the phrase that begins at `open`, or drops a mark that opens none.
    pub(super) fn phrase(&mut self, open: usize, form: Form) {
        let Some((text, after)) = self.quoted(open) else {
            self.doubts.note(open, "this quote has no partner");
            self.at = open + 1;
            return;
        };
        self.at = after;
        if text.split(word::is_space).any(|part| part.ends_with('*') && part.contains(word::begins_word)) {
            self.doubts.note(open, "`*` stands for nothing between quotes");
        }
        let slop = self.slop();
        match word::text(&text, form, slop) {
            Some(leaf) => self.push(open, Kind::Leaf(leaf)),
            None => self.doubts.note(open, "there is no word between these quotes"),
        }
    }

    /// Reads the `~N` directly after a phrase.
    fn slop(&mut self) -> Option<u32> {
        let tilde = self.at;
        if self.char(tilde) != Some('~') {
            return None;
        }
        let digits = (tilde + 1..).map_while(|at| self.char(at)).take_while(char::is_ascii_digit).count();
        self.at = tilde + 1 + digits;
        let slop = self.slice(tilde + 1, self.at).parse().ok().filter(|&slop| slop <= MOST_WORDS);
        if slop.is_none() {
            self.doubts.note(tilde, "the looseness of a phrase is a number from 0 to 100, as in ~3");
        }
        slop
    }
}
