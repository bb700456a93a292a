//! The part of the scanner that reads numbers: groups of three digits, decimal marks, fractions, dates and
//! versions. Telephone numbers are in `phones`.

use super::scanner::{Lexeme, LexemeKind, Scanner, Span, examined};
use crate::analysis::normalize::{is_dash, is_hyphen, is_mark, is_word_char};

/// More numbers with slashes between them than this are a list.
const MOST_SLASHED: usize = 3;
/// More groups of three digits than this are a list of numbers.
const MOST_GROUPS: usize = 5;

/// The beginnings of words that follow a number and not a list of numbers: currencies, people and measures.
const COUNTED: &[&str] = &[
    "руб",
    "сумов",
    "сума",
    "доллар",
    "евро",
    "тенге",
    "сомов",
    "сомони",
    "манат",
    "человек",
    "тонн",
    "килограмм",
    "километр",
    "метр",
    "гектар",
    "экземпляр",
    "жител",
    "граждан",
    "семей",
    "семьям",
    "тысяч",
    "миллион",
    "миллиард",
    "$",
    "€",
    "₽",
    "%",
];
/// Abbreviated ones, which are whole words.
const UNITS: &[&str] = &[
    "сум", "сом", "долл", "чел", "т", "кг", "км", "м", "м²", "м2", "кв", "куб", "га", "экз", "шт", "тыс",
    "млн", "млрд",
];

impl Scanner<'_> {
    /// A number of several runs; `None` if the run of digits is a number by itself.
    pub(super) fn number(&mut self, first: Span) -> Option<Lexeme> {
        if let Some(phone) = self.phone(first) {
            return Some(phone);
        }
        let end = self.groups(first);
        if let Some(fraction) = self.decimals(first.start, end) {
            self.parts.clear();
            return Some(self.whole(first.start, fraction, LexemeKind::Number));
        }
        if end > first.end {
            let kind = if self.is_one_number(end) { LexemeKind::Number } else { LexemeKind::Groups };
            if kind == LexemeKind::Number {
                self.parts.clear();
            }
            return Some(self.whole(first.start, end, kind));
        }
        self.parts.clear();
        match self.char_at(end)? {
            '.' => self.dotted_number(first),
            '/' => self.slashed_number(first),
            _ => None,
        }
    }

    pub(super) fn whole(&mut self, start: usize, end: usize, kind: LexemeKind) -> Lexeme {
        self.at = end;
        Lexeme { span: Span { start, end }, kind }
    }

    /// The end of the groups of three digits that follow a run of up to three. Leaves them in the parts.
    fn groups(&mut self, first: Span) -> usize {
        self.parts.push(first);
        let mut end = first.end;
        let begins = first.end - first.start <= 3 && !first.of(self.text).starts_with('0');
        while begins && let Some(group) = self.group(end) {
            if self.parts.len() == MOST_GROUPS {
                return first.end;
            }
            self.parts.push(group);
            end = group.end;
        }
        // «12 100-15»: the last group belongs to what a hyphen joins to it.
        let joined = end > first.end
            && self.char_at(end).is_some_and(is_hyphen)
            && self.char_at(end + 1).is_some_and(|c| c.is_ascii_digit());
        if joined { first.end } else { end }
    }

    /// A space and the three digits behind it.
    fn group(&self, at: usize) -> Option<Span> {
        let space = self.char_at(at).filter(|&c| is_group_space(c))?;
        let run = self.leading_digits(at + space.len_utf8())?;
        (run.end - run.start == 3 && self.ends_number(run.end)).then_some(run)
    }

    /// Whether the groups in the parts are surely one number and no list, as «150 200 350» may be.
    fn is_one_number(&self, end: usize) -> bool {
        let Some((first, groups)) = self.parts.split_first() else { return true };
        let is_typeset = || self.parts.windows(2).all(|pair| self.char_at(pair[0].end) != Some(' '));
        let has_zero = || groups.iter().any(|group| group.of(self.text).starts_with('0'));
        let counts = || {
            let behind = self.text[end..].trim_start_matches(is_group_space);
            let word = behind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            UNITS.contains(&word) || COUNTED.iter().any(|word| behind.starts_with(word))
        };
        first.end - first.start < 3 && groups.len() < 3 || is_typeset() || has_zero() || counts()
    }

    /// Where the decimals end that follow a comma or a full stop. The commas of a list, «1,2,3», and the full
    /// stops of a version, «1.2.3», are not decimal marks.
    fn decimals(&self, start: usize, mark: usize) -> Option<usize> {
        let sign = self.char_at(mark).filter(|&c| matches!(c, ',' | '.'))?;
        let decimals = self.leading_digits(mark + 1)?;
        let behind = self.char_at(decimals.end);
        // «1,5млн» has a unit; «5.mp3» is a file.
        let unit = behind.filter(|&c| is_word_char(c) || is_mark(c));
        if unit.is_some_and(|c| !c.is_alphabetic() || sign == '.' && c.is_ascii()) {
            return None;
        }
        let sign = sign as u8;
        let listed_before = matches!(self.text.as_bytes()[..start],
            [.., before, mark] if before.is_ascii_digit() && mark == sign);
        let listed_behind =
            behind == Some(char::from(sign)) && self.leading_digits(decimals.end + 1).is_some();
        (!listed_before && !listed_behind).then_some(decimals.end)
    }

    /// «13.05.2024», «2.1.10», «192.168.0.1».
    fn dotted_number(&mut self, first: Span) -> Option<Lexeme> {
        let end = self.runs_joined_by(first, '.')?;
        let is_date = self.is_date();
        Some(self.whole(first.start, end, if is_date { LexemeKind::Date } else { LexemeKind::Joint }))
    }

    /// «13/05/2024», «1/2». Other runs, «2024/2025», are numbers by themselves.
    fn slashed_number(&mut self, first: Span) -> Option<Lexeme> {
        let end = self.runs_joined_by(first, '/')?;
        if self.is_date() {
            return Some(self.whole(first.start, end, LexemeKind::Date));
        }
        let is_fraction = self.parts.len() == 2 && self.parts.iter().all(|part| part.end - part.start <= 2);
        self.parts.clear();
        is_fraction.then(|| self.whole(first.start, end, LexemeKind::Number))
    }

    /// Where the last run of digits ends of several with a sign between them, which are left in the parts.
    fn runs_joined_by(&mut self, first: Span, sign: char) -> Option<usize> {
        self.parts.push(first);
        let mut end = first.end;
        while self.char_at(end) == Some(sign) {
            let Some(run) = self.leading_digits(end + 1).filter(|run| self.ends_number(run.end)) else {
                break;
            };
            if sign == '/' && self.parts.len() == MOST_SLASHED {
                self.parts.clear();
                return None;
            }
            self.parts.push(run);
            end = run.end;
        }
        if self.parts.len() == 1 {
            self.parts.clear();
        }
        (end > first.end).then_some(end)
    }

    /// Whether the parts are a day, a month and a year, or a year in four digits, a month and a day.
    pub(super) fn is_date(&self) -> bool {
        let [first, month, last] = self.parts[..] else { return false };
        let number = |span: Span| span.of(self.text).parse::<u32>().unwrap_or(u32::MAX);
        let length = |span: Span| span.end - span.start;
        let (day, year) = if length(first) == 4 { (last, first) } else { (first, last) };
        length(day) <= 2
            && length(month) <= 2
            // «2.1.10» is a version.
            && (length(year) == 4 || [day, month, year].map(length) == [2, 2, 2])
            && number(day) <= 31
            && number(month) <= 12
            && self.is_digits(year)
    }

    /// Whether digits end here or a Cyrillic unit follows, «1 000км», «13.05.2024г».
    fn ends_number(&self, at: usize) -> bool {
        !self.char_at(at).is_some_and(|c| is_word_char(c) && (c.is_ascii() || c.is_numeric()) || is_mark(c))
    }

    /// A run that has ASCII digits only.
    pub(super) fn digits(&self, start: usize) -> Option<Span> {
        let run = self.leading_digits(start)?;
        (!self.char_at(run.end).is_some_and(|c| is_word_char(c) || is_mark(c))).then_some(run)
    }

    /// The ASCII digits that begin here.
    fn leading_digits(&self, start: usize) -> Option<Span> {
        let length = self.text.as_bytes().get(start..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        examined(length);
        (length > 0).then_some(Span { start, end: start + length })
    }

    /// Whether a run has ASCII digits only.
    pub(super) fn is_digits(&self, span: Span) -> bool {
        span.of(self.text).bytes().all(|b| b.is_ascii_digit())
    }
}

/// The spaces that separate groups of digits.
pub(super) fn is_group_space(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}')
}

/// What may stand between two digits of a telephone number besides spaces and brackets.
pub(super) fn is_phone_hyphen(c: char) -> bool {
    is_hyphen(c) || is_dash(c)
}
