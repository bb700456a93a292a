//! The part of the scanner that reads compounds: runs joined by signs, each split where letters and digits
//! meet.

use super::scanner::{Lexeme, LexemeKind, Scanner, Span, examined, single};
use crate::analysis::normalize::{
    is_apostrophe, is_dash, is_hyphen, is_ignorable, is_mark, is_raised_or_lowered, is_vulgar_fraction,
    is_word_char,
};

/// The tags of raised and lowered digits, which have the same length.
const OPENING_TAGS: [&str; 2] = ["<sup>", "<sub>"];
const CLOSING_TAGS: [&str; 2] = ["</sup>", "</sub>"];
/// A run with more changes between letters and digits is an identifier and remains whole.
const MOST_PIECES: usize = 6;

impl Scanner<'_> {
    /// Runs joined by signs, each split where letters and digits meet.
    pub(super) fn joint(&mut self, first: Span) -> Lexeme {
        self.push_run(first);
        let mut kind = LexemeKind::Joint;
        let mut last = first;
        while let Some((joint, start)) = self.link(last) {
            if joint == LexemeKind::Address {
                kind = LexemeKind::Address;
            }
            last = Span { start, end: self.run_end_or(start) };
            self.push_run(last);
        }
        self.at = last.end;
        if self.parts.len() == 1 {
            self.parts.clear();
            return single(first);
        }
        if kind == LexemeKind::Joint && self.is_date() {
            kind = LexemeKind::Date;
        }
        if CLOSING_TAGS.iter().any(|tag| self.text[last.end..].starts_with(tag)) {
            self.at += CLOSING_TAGS[0].len();
        }
        Lexeme { span: Span { start: first.start, end: last.end }, kind }
    }

    /// Adds a run to the parts, split where letters, digits and raised or lowered digits meet.
    pub(super) fn push_run(&mut self, run: Span) {
        let before = self.parts.len();
        let mut start = run.start;
        let mut last = None;
        let only_letters = || run.of(self.text).bytes().all(|byte| byte.is_ascii_alphabetic());
        if self.letter_pairs_end(run.start) >= run.end || only_letters() {
            examined(run.end - run.start);
            self.parts.push(run);
            return;
        }
        for (offset, c) in run.of(self.text).char_indices().filter(|&(_, c)| !is_mark(c) && !is_ignorable(c))
        {
            let class = CharClass::of(c);
            if last.is_some_and(|last| last != class || class == CharClass::Fraction) {
                self.parts.push(Span { start, end: run.start + offset });
                start = run.start + offset;
                if self.parts.len() >= before + MOST_PIECES {
                    break;
                }
            }
            last = Some(class);
        }
        examined(run.end - run.start);
        if self.parts.len() >= before + MOST_PIECES {
            self.parts.truncate(before);
            start = run.start;
        }
        self.parts.push(Span { start, end: run.end });
    }

    /// Whether the sign after a run joins it to another one: the kind that results, and where the next run
    /// begins.
    pub(super) fn link(&self, run: Span) -> Option<(LexemeKind, usize)> {
        let sign = self.char_at(run.end)?;
        if let Some(start) = self.next_line(run.end).or_else(|| self.tagged_digits(run.end)) {
            return Some((LexemeKind::Joint, start));
        }
        let start = self.visible(run.end + sign.len_utf8());
        let next = self.char_at(start).filter(|&c| is_word_char(c))?;
        let last = run.of(self.text).chars().rev().find(|&c| !is_mark(c) && !is_ignorable(c))?;
        let ascii = last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric();
        let kind = match sign {
            _ if is_hyphen(sign) => LexemeKind::Joint,
            // Between words a dash is punctuation.
            _ if is_dash(sign) && (last.is_numeric() || next.is_numeric()) => LexemeKind::Joint,
            _ if is_apostrophe(sign) && last.is_alphabetic() && next.is_alphabetic() => LexemeKind::Joint,
            ':' if last.is_ascii_digit() && next.is_ascii_digit() => LexemeKind::Joint,
            '@' | '_' => LexemeKind::Address,
            '.' | '&' if ascii => LexemeKind::Address,
            '.' if self.text[start..].starts_with("рф") && self.run_end(start).0 == start + "рф".len() => {
                LexemeKind::Address
            }
            _ => return None,
        };
        Some((kind, start))
    }

    /// Where the raised or lowered digits begin that plain text marks up: «м<sup>2</sup>».
    pub(super) fn tagged_digits(&self, at: usize) -> Option<usize> {
        let behind = self.text.get(at..)?;
        let digits = OPENING_TAGS.iter().find_map(|tag| behind.strip_prefix(tag))?;
        let closing = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        examined(digits.len() - closing.len());
        let is_closed =
            closing.len() < digits.len() && CLOSING_TAGS.iter().any(|tag| closing.starts_with(tag));
        is_closed.then(|| self.text.len() - digits.len())
    }
}

/// What a run is split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CharClass {
    Letter,
    Digit,
    /// A raised, lowered or circled digit, as of a footnote.
    RaisedDigit,
    /// «½», which is a number by itself.
    Fraction,
}

impl CharClass {
    fn of(c: char) -> Self {
        match c {
            'а'..='я' | 'А'..='Я' => Self::Letter,
            _ if c.is_ascii_digit() => Self::Digit,
            _ if c.is_alphabetic() || !c.is_numeric() => Self::Letter,
            _ if is_vulgar_fraction(c) => Self::Fraction,
            _ if is_raised_or_lowered(c) => Self::RaisedDigit,
            _ => Self::Digit,
        }
    }
}
