//! The scanner: finds the lexemes of a text in one pass.
//!
//! It examines characters only and allocates nothing per lexeme. Each byte is examined a bounded number of
//! times, so time is linear in the length of the text.

use crate::analysis::normalize::{is_ignorable, is_mark, is_word_char};

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
    /// A number with spaces between its thousands, a decimal mark or a fraction bar: «1 000,5», «1/2».
    Number,
    /// Numbers of three digits side by side, which may be one number: «150 200 350».
    Groups,
    /// A telephone number: «+998 71 239-19-19».
    Phone,
    /// A sign that is read as a word: «%», «№».
    Sign,
    /// Runs joined by hyphens or apostrophes, letters and digits, a range, a time, a version:
    /// «Санкт-Петербург», «МиГ29», «2024–2025», «10:30», «2.1.10».
    Joint,
    /// Single small letters with full stops: «т.г.».
    Dotted,
    /// A date in figures: «13.05.2024», «13/05/2024».
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
                '@' | '#' if self.char_at(after).is_some_and(is_word_char) => {
                    return Some(self.marked(self.at, after));
                }
                _ if is_word_char(c) => return Some(self.lexeme(self.at)),
                _ => self.at = after,
            }
        }
    }

    /// The lexeme that begins with a letter or digit at `start`.
    fn lexeme(&mut self, start: usize) -> Lexeme {
        // Most lexemes are words of Cyrillic letters before a space or a sign that joins nothing.
        let letters = self.letter_pairs_end(start);
        if letters > start && self.ends_word(start, letters) {
            examined(letters - start);
            self.at = letters;
            return single(Span { start, end: letters });
        }
        let (end, only_letters) = self.run_end(start);
        let first = Span { start, end };
        self.at = end;
        let is_number = !only_letters && self.is_digits(first);
        // The usual end of a word.
        let ends_here = self.char_at(end).is_none_or(|next| matches!(next, ' ' | ',' | '\n' | '»' | ')'));
        if ends_here && !is_number {
            return if only_letters { single(first) } else { self.joint(first) };
        }
        if self.text[end..].starts_with("://") {
            return self.url(first);
        }
        if is_number && let Some(number) = self.number(first) {
            return number;
        }
        if let Some(letters) = self.letters_before_number(first) {
            self.at = letters.end;
            return single(letters);
        }
        if self.char_at(end) == Some('.')
            && (is_single_letter(first.of(self.text)) || first.of(self.text) == DZH)
        {
            return self.lettered(first);
        }
        self.joint(first)
    }

    /// The letters of a run that ends with the first digits of a number with dots: «v2.1.10», «ГОСТ12.1».
    fn letters_before_number(&self, run: Span) -> Option<Span> {
        let dot = self.char_at(run.end) == Some('.');
        if !dot || !self.char_at(run.end + 1).is_some_and(|c| c.is_ascii_digit()) {
            return None;
        }
        let letters = run.of(self.text).trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let is_cut = letters > 0 && letters < run.end - run.start;
        let letters = Span { start: run.start, end: run.start + letters };
        (is_cut && letters.of(self.text).chars().all(char::is_alphabetic)).then_some(letters)
    }

    /// Whether a run of Cyrillic letters is sure to be a lexeme, as the bytes after it show.
    fn ends_word(&self, start: usize, end: usize) -> bool {
        match self.text.as_bytes().get(end..).unwrap_or_default() {
            [] | [b' ' | b',' | b'\n' | b')' | b';' | b'!' | b'?' | b'"', ..] | [0xC2, 0xBB, ..] => true,
            // After a letter or two a full stop may belong to the word.
            [b'.', b' ' | b'\n', ..] | [b'.'] => end > start + 4,
            _ => false,
        }
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

    /// The next visible character.
    pub(super) fn visible(&self, mut at: usize) -> usize {
        while let Some(c) = self.char_at(at).filter(|&c| is_ignorable(c)) {
            at += c.len_utf8();
        }
        at
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

/// Counts the bytes that the scanner examines, for the tests of linear time.
pub(in crate::analysis) fn examined(bytes: usize) {
    #[cfg(test)]
    crate::analysis::properties::count_steps(bytes);
    let _ = bytes;
}

pub(super) fn single(span: Span) -> Lexeme {
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
            ("24/7 и/или", "24/7|и|или"),
            ("2024/2025", "2024|2025"),
            ("МиГ29", "МиГ29[МиГ 29]"),
            ("3,5км и 1 000км", "3,5|км|и|1 000|км"),
            ("150 200 350", "150 200 350[150 200 350]"),
            ("+998 71 239-19-19", "998 71 239-19-19[998 71 239 19 19]"),
            ("150 м<sup>2</sup> земли", "150|м<sup>2[м 2]|земли"),
            ("v2.1.10 и ГОСТ12.1", "v|2.1.10[2 1 10]|и|ГОСТ|12.1"),
            ("от 13.05.2024г.", "от|13.05.2024[13 05 2024]|г"),
            ("8 916 123 45 67", "8 916 123 45 67[8 916 123 45 67]"),
            ("с 2024-05-13", "с|2024-05-13[2024 05 13]"),
            ("12 000-15 000", "12|000-15[000 15]|000"),
            ("f81d4fae7dec11d0a765", "f81d4fae7dec11d0a765"),
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
