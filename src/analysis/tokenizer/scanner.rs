//! The scanner: finds the lexemes of a text in one pass.
//!
//! It examines characters only and allocates nothing per lexeme. Each byte is examined a bounded number of
//! times, so time is linear in the length of the text.

use crate::analysis::{
    broken_words::is_word_of_two_lines,
    normalize::{
        is_apostrophe, is_dash, is_hyphen, is_ignorable, is_mark, is_raised_or_lowered, is_vulgar_fraction,
        is_word_char,
    },
};

/// The one initial that is written with two letters: «Дж. Буш».
const DZH: &str = "Дж";
/// Line ends with more blanks than this, or lines indented by more, do not continue a word.
const MOST_INDENT: usize = 16;
/// Halves of a word with more bytes than this are not joined.
const LONGEST_BROKEN_WORD: usize = 80;
/// The tags of raised and lowered digits, which have the same length.
const OPENING_TAGS: [&str; 2] = ["<sup>", "<sub>"];
const CLOSING_TAGS: [&str; 2] = ["</sup>", "</sub>"];
/// A run with more changes between letters and digits is an identifier and remains whole.
const MOST_PIECES: usize = 6;

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

    /// The end of a run of letters and digits, including marks and invisible characters among them, and
    /// whether it is sure to have letters only. A word that is hyphenated at the end of a line is one run.
    fn run_end(&self, start: usize) -> (usize, bool) {
        let (mut end, mut only_letters) = self.line_run_end(start);
        while let Some(next) = self.next_line(end)
            && self.is_broken_word(Span { start, end }, next)
        {
            let (next_end, next_only_letters) = self.line_run_end(next);
            end = next_end;
            only_letters &= next_only_letters;
        }
        (end, only_letters)
    }

    /// As `run_end`, but within a line.
    fn line_run_end(&self, start: usize) -> (usize, bool) {
        let at = self.letter_pairs_end(start);
        if self.text.as_bytes().get(at).is_none_or(|&byte| matches!(byte, b' ' | b',' | b'.' | b'-' | b'\n'))
        {
            examined(at - start);
            return (at, at > start);
        }
        let mut end = at;
        for (offset, c) in self.text[at..].char_indices() {
            if is_word_char(c) || is_mark(c) {
                end = at + offset + c.len_utf8();
            } else if !is_ignorable(c) {
                // Invisible characters before a sign would keep it from joining the run to the next one.
                if !c.is_whitespace() {
                    end = at + offset;
                }
                break;
            }
            examined(c.len_utf8());
        }
        examined(at - start);
        (end, false)
    }

    /// Where the next line begins with a letter or digit, after a hyphen at the end of this one.
    fn next_line(&self, hyphen: usize) -> Option<usize> {
        let sign = self.char_at(hyphen).filter(|&c| is_hyphen(c) || c == '\u{AD}')?;
        let behind = self.text.get(hyphen + sign.len_utf8()..)?;
        // Lines of extracted text may be indented.
        let line_end =
            behind.bytes().take(MOST_INDENT).position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        let line = behind[line_end..].strip_prefix('\n')?;
        let indent = line.bytes().take(MOST_INDENT).position(|byte| !matches!(byte, b' ' | b'\t'))?;
        examined(line_end + indent);
        line[indent..].starts_with(is_word_char).then(|| self.text.len() - line.len() + indent)
    }

    /// Whether a run and the one that begins the next line are one word: the dictionary has it, or it lacks
    /// the first half. «нормативно-⏎правовой» is not one word.
    fn is_broken_word(&self, first: Span, next: usize) -> bool {
        let second = Span { start: next, end: self.line_run_end(next).0 };
        let (before, after) = (first.of(self.text), second.of(self.text));
        if before.len() + after.len() > LONGEST_BROKEN_WORD {
            return false;
        }
        let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else {
            return false;
        };
        let same_case = next.is_lowercase() || last.is_uppercase() && next.is_uppercase();
        same_case && is_word_of_two_lines(before, after)
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

    /// Runs joined by signs, each split where letters and digits meet.
    fn joint(&mut self, first: Span) -> Lexeme {
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
        if CLOSING_TAGS.iter().any(|tag| self.text[last.end..].starts_with(tag)) {
            self.at += CLOSING_TAGS[0].len();
        }
        Lexeme { span: Span { start: first.start, end: last.end }, kind }
    }

    /// Where the raised or lowered digits begin that plain text marks up: «м<sup>2</sup>».
    fn tagged_digits(&self, at: usize) -> Option<usize> {
        let behind = self.text.get(at..)?;
        let digits = OPENING_TAGS.iter().find_map(|tag| behind.strip_prefix(tag))?;
        let closing = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        examined(digits.len() - closing.len());
        let is_closed =
            closing.len() < digits.len() && CLOSING_TAGS.iter().any(|tag| closing.starts_with(tag));
        is_closed.then(|| self.text.len() - digits.len())
    }

    /// Adds a run to the parts, split where letters, digits and raised or lowered digits meet.
    fn push_run(&mut self, run: Span) {
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
    fn link(&self, run: Span) -> Option<(LexemeKind, usize)> {
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

    /// «@name» and «#tag».
    fn marked(&mut self, start: usize, word: usize) -> Lexeme {
        let (mut end, _) = self.line_run_end(word);
        self.push_run(Span { start: word, end });
        while self.char_at(end) == Some('_') && self.char_at(end + 1).is_some_and(is_word_char) {
            let part = Span { start: end + 1, end: self.line_run_end(end + 1).0 };
            self.push_run(part);
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
            if is_word_char(c) {
                let part = Span { start: at, end: self.line_run_end(at).0.min(end) };
                self.push_run(part);
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

    /// The next visible character.
    fn visible(&self, mut at: usize) -> usize {
        while let Some(c) = self.char_at(at).filter(|&c| is_ignorable(c)) {
            at += c.len_utf8();
        }
        at
    }

    fn run_end_or(&self, start: usize) -> usize {
        if self.char_at(start).is_some_and(is_word_char) { self.run_end(start).0 } else { start }
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
