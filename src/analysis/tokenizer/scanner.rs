//! The scanner: finds the lexemes of a text in one pass.
//!
//! It examines characters only and allocates nothing per lexeme. Each byte is examined a bounded number of
//! times, so time is linear in the length of the text.

use crate::analysis::normalize::{is_ignorable, is_mark};

/// The one initial that is written with two letters: «Дж. Буш».
const DZH: &str = "Дж";

/// A stretch of the text, in bytes, always on character bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The kind of a lexeme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    /// One run of letters and digits.
    Word,
    /// One capital letter with a full stop behind it, as in «В. Воронков».
    Initial,
    /// A number with blanks between its thousands or with a decimal mark: «1 000,5».
    Number,
    /// A sign that is read as a word: «%», «№».
    Sign,
    /// Runs joined by hyphens or apostrophes, a range, a clock time: «Санкт-Петербург», «2024–2025».
    Joint,
    /// Single small letters with full stops: «т.г.».
    Dotted,
    /// A day in figures: «13.05.2024».
    Date,
    /// A mail address, a web address, an @name or a #tag.
    Address,
}

/// A unit of the text. If it consists of several runs, they are in `Scanner::parts`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexeme {
    pub span: Span,
    pub kind: LexemeKind,
}

/// Splits a text into lexemes.
pub(crate) struct Scanner<'t> {
    pub(in crate::analysis) text: &'t str,
    pub(in crate::analysis) at: usize,
    /// The runs of the last lexeme, if it has several.
    pub parts: Vec<Span>,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, parts: Vec::new() }
    }

    /// Continues at another offset, where a lexeme begins.
    pub fn jump(&mut self, at: usize) {
        self.at = at;
        self.parts.clear();
    }

    pub fn next_lexeme(&mut self) -> Option<Lexeme> {
        self.parts.clear();
        loop {
            if self.is_letter_pair(self.at) {
                return Some(self.lexeme(self.at));
            }
            let c = self.char_at(self.at)?;
            let after = self.at + c.len_utf8();
            match c {
                // Common signs, ruled out before the slower lookup of non-ASCII letters.
                '«' | '»' | '–' | '—' => self.at = after,
                '%' | '№' | '‰' => {
                    self.at = after;
                    let span = Span { start: after - c.len_utf8(), end: after };
                    return Some(Lexeme { span, kind: LexemeKind::Sign });
                }
                '@' | '#' if self.char_at(after).is_some_and(char::is_alphanumeric) => {
                    return Some(self.marked(self.at, after));
                }
                _ if c.is_alphanumeric() => return Some(self.lexeme(self.at)),
                _ => self.at = after,
            }
        }
    }

    /// A lexeme that begins with a letter or digit at `start`.
    fn lexeme(&mut self, start: usize) -> Lexeme {
        let end = self.run_end(start);
        let first = Span { start, end };
        self.at = end;
        let Some(next) = self.char_at(end) else {
            return single(first);
        };
        // The usual end of a word.
        if matches!(next, ' ' | ',' | '\n' | '»' | ')') && !self.is_digits(first) {
            return single(first);
        }
        if self.text[end..].starts_with("://") {
            return self.url(first);
        }
        if self.is_digits(first)
            && let Some(lexeme) = self.number(first)
        {
            return lexeme;
        }
        if next == '.' && (is_single_letter(first.of(self.text)) || first.of(self.text) == DZH) {
            return self.lettered(first);
        }
        self.joint(first)
    }

    /// The end of a run of letters and digits, including marks and invisible characters among them.
    fn run_end(&self, start: usize) -> usize {
        let at = self.letter_pairs_end(start);
        if self.text.as_bytes().get(at).is_none_or(|&byte| matches!(byte, b' ' | b',' | b'.' | b'\n')) {
            examined(at - start);
            return at;
        }
        let mut end = at;
        for (offset, c) in self.text[at..].char_indices() {
            if c.is_alphanumeric() || is_mark(c) {
                end = at + offset + c.len_utf8();
            } else if !is_ignorable(c) {
                break;
            }
            examined(c.len_utf8());
        }
        examined(at - start);
        end
    }

    /// Whether a Cyrillic letter of two bytes stands here. The rows from U+0400 to U+047F, which begin with
    /// the bytes 0xD0 and 0xD1, hold letters only.
    fn is_letter_pair(&self, at: usize) -> bool {
        matches!(self.text.as_bytes().get(at), Some(0xD0 | 0xD1))
    }

    /// The end of the letters of two bytes that begin here, four at a time.
    fn letter_pairs_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(&four) = self.text.as_bytes().get(at..).and_then(<[u8]>::first_chunk) {
            match letter_pairs(four) {
                4 => at += 8,
                pairs => return at + 2 * pairs,
            }
        }
        while self.is_letter_pair(at) {
            at += 2;
        }
        at
    }

    /// Letters with full stops: an initial, or a chain such as «т.г.» and «и.о.».
    fn lettered(&mut self, first: Span) -> Lexeme {
        let is_initial = first.of(self.text).starts_with(char::is_uppercase);
        if is_initial && !self.is_small_letter_and_stop(first.end + 1) {
            return Lexeme { span: first, kind: LexemeKind::Initial };
        }
        self.parts.push(first);
        let mut end = first.end;
        while self.char_at(end) == Some('.') {
            let start = end + 1;
            let run = Span { start, end: self.run_end_or(start) };
            if !is_single_letter(run.of(self.text)) || self.char_at(run.end) != Some('.') {
                break;
            }
            self.parts.push(run);
            end = run.end;
        }
        if self.parts.len() == 1 {
            self.parts.clear();
            return single(first);
        }
        self.at = end + 1;
        Lexeme { span: Span { start: first.start, end }, kind: LexemeKind::Dotted }
    }

    /// Whether a small letter and a full stop follow: then «И» in «И.о.» is not an initial.
    fn is_small_letter_and_stop(&self, at: usize) -> bool {
        let letter = self.char_at(at).filter(|c| c.is_lowercase());
        letter.is_some_and(|letter| self.char_at(at + letter.len_utf8()) == Some('.'))
    }

    /// Runs joined by signs.
    fn joint(&mut self, first: Span) -> Lexeme {
        self.parts.push(first);
        let mut kind = LexemeKind::Joint;
        let mut last = first;
        while let Some((joint, start)) = self.link(last) {
            if joint == LexemeKind::Address {
                kind = LexemeKind::Address;
            }
            last = Span { start, end: self.run_end_or(start) };
            self.parts.push(last);
        }
        self.at = last.end;
        if self.parts.len() == 1 {
            self.parts.clear();
            return single(first);
        }
        Lexeme { span: Span { start: first.start, end: last.end }, kind }
    }

    /// Whether the sign after a run joins it to another one: the kind that results, and where the next run begins.
    fn link(&self, run: Span) -> Option<(LexemeKind, usize)> {
        let sign = self.char_at(run.end)?;
        let start = run.end + sign.len_utf8();
        let next = self.char_at(start).filter(|c| c.is_alphanumeric())?;
        let last = run.of(self.text).chars().rev().find(|&c| !is_mark(c) && !is_ignorable(c))?;
        let ascii = last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric();
        let kind = match sign {
            '-' | '\u{2010}' | '\u{2011}' => LexemeKind::Joint,
            '–' | '—' | '−' if last.is_numeric() && next.is_numeric() => LexemeKind::Joint,
            '\'' | '’' | 'ʼ' if last.is_alphabetic() && next.is_alphabetic() => LexemeKind::Joint,
            ':' if last.is_ascii_digit() && next.is_ascii_digit() => LexemeKind::Joint,
            '@' | '_' => LexemeKind::Address,
            '.' | '&' if ascii => LexemeKind::Address,
            '.' if self.text[start..].starts_with("рф") && self.run_end(start) == start + "рф".len() => {
                LexemeKind::Address
            }
            _ => return None,
        };
        Some((kind, start))
    }

    /// «@name» and «#tag».
    fn marked(&mut self, start: usize, word: usize) -> Lexeme {
        let mut end = self.run_end(word);
        self.parts.push(Span { start: word, end });
        while self.char_at(end) == Some('_') && self.char_at(end + 1).is_some_and(char::is_alphanumeric) {
            let part = Span { start: end + 1, end: self.run_end(end + 1) };
            self.parts.push(part);
            end = part.end;
        }
        self.at = end;
        Lexeme { span: Span { start, end }, kind: LexemeKind::Address }
    }

    /// A web address, up to whitespace, a quote or a bracket. Its parts are the runs after the scheme.
    fn url(&mut self, scheme: Span) -> Lexeme {
        let body = scheme.end + "://".len();
        let stop =
            |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '«' | '»' | '(' | ')' | '”' | '“');
        let length = self.text[body..].find(stop).unwrap_or(self.text.len() - body);
        examined(length);
        let trimmed = self.text[body..body + length].trim_end_matches(|c: char| !c.is_alphanumeric());
        let end = body + trimmed.len();
        let mut at = body;
        while at < end {
            let Some(c) = self.char_at(at) else { break };
            if c.is_alphanumeric() {
                let part = Span { start: at, end: self.run_end(at).min(end) };
                self.parts.push(part);
                at = part.end;
            } else {
                at += c.len_utf8();
            }
        }
        if self.parts.is_empty() {
            return single(scheme);
        }
        self.at = end;
        Lexeme { span: Span { start: scheme.start, end }, kind: LexemeKind::Address }
    }

    fn run_end_or(&self, start: usize) -> usize {
        if self.char_at(start).is_some_and(char::is_alphanumeric) { self.run_end(start) } else { start }
    }

    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        examined(1);
        let byte = *self.text.as_bytes().get(at)?;
        if byte < 0x80 {
            return Some(char::from(byte));
        }
        self.text.get(at..)?.chars().next()
    }
}

/// The number of leading two-byte Cyrillic letters.
fn letter_pairs(four: [u8; 8]) -> usize {
    let others = (u64::from_le_bytes(four) ^ 0x00D0_00D0_00D0_00D0) & 0x00FE_00FE_00FE_00FE;
    others.trailing_zeros() as usize / 16
}

/// Counts the bytes that the scanner examines, for the tests of linear time.
pub(super) fn examined(bytes: usize) {
    #[cfg(test)]
    crate::analysis::properties::count_steps(bytes);
    let _ = bytes;
}

fn single(span: Span) -> Lexeme {
    Lexeme { span, kind: LexemeKind::Word }
}

fn is_single_letter(run: &str) -> bool {
    let mut chars = run.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.all(|c| is_mark(c) || is_ignorable(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lexemes of a text, one after a `|`, with the parts of each in brackets.
    fn cut(text: &str) -> String {
        let mut scanner = Scanner::new(text);
        let mut out = Vec::new();
        while let Some(lexeme) = scanner.next_lexeme() {
            let mut line = lexeme.span.of(text).to_owned();
            if !scanner.parts.is_empty() {
                let parts: Vec<&str> = scanner.parts.iter().map(|part| part.of(text)).collect();
                line = format!("{line}[{}]", parts.join(" "));
            }
            out.push(line);
        }
        out.join("|")
    }

    #[test]
    fn texts_are_cut_where_a_reader_would_cut_them() {
        for (input, expected) in [
            ("Стороны обсудили вопросы.", "Стороны|обсудили|вопросы"),
            ("«Дорожная карта»", "Дорожная|карта"),
            ("нормативно-правовых документов", "нормативно-правовых[нормативно правовых]|документов"),
            ("слово - слово", "слово|слово"),
            ("на 2024–2025 годы", "на|2024–2025[2024 2025]|годы"),
            ("1 000,5 рубля", "1 000,5|рубля"),
            ("1\u{A0}250\u{A0}000 сум", "1\u{A0}250\u{A0}000|сум"),
            ("в 2024 100 человек", "в|2024|100|человек"),
            ("1, 2, 3", "1|2|3"),
            ("1,2,3", "1|2|3"),
            ("3,5%", "3,5|%"),
            ("№ 312", "№|312"),
            ("13.05.2024 г.", "13.05.2024[13 05 2024]|г"),
            ("14 мая т.г.", "14|мая|т.г[т г]"),
            ("В.Воронков и А. Х. Камилов", "В|Воронков|и|А|Х|Камилов"),
            ("press@example.org", "press@example.org[press example org]"),
            ("https://example.org/news?id=1.", "https://example.org/news?id=1[example org news id 1]"),
            ("сайт мвд.рф открыт", "сайт|мвд.рф[мвд рф]|открыт"),
            ("конец.Начало", "конец|Начало"),
            ("#реабилитация @mid_uz", "#реабилитация[реабилитация]|@mid_uz[mid uz]"),
            ("24-й COVID-19", "24-й[24 й]|COVID-19[COVID 19]"),
            ("О’Нил", "О’Нил[О Нил]"),
            ("пра\u{AD}во и\u{306}", "пра\u{AD}во|и\u{306}"),
            ("24/7 и/или", "24|7|и|или"),
            ("в 10:30", "в|10:30[10 30]"),
            ("и.о. директора", "и.о[и о]|директора"),
            ("И.о. директора Дж. Буш", "И.о[И о]|директора|Дж|Буш"),
            ("им. Навои", "им|Навои"),
            ("http://", "http"),
            ("---", ""),
            ("", ""),
        ] {
            assert_eq!(cut(input), expected, "{input}");
        }
    }
}
