//! The grammar of one written date: which tokens form it, and what they name.
//!
//! Looks at a bounded number of tokens from a given one, so that a scan of a text is linear. Checks only
//! the form; whether the day exists is for [`Written::resolve`] to say.

use std::sync::LazyLock;

use super::{
    Context, Date, DayOrder,
    labels::is_time_word,
    months,
    tokens::{Kind, Token},
    word_set::{WordSet, words},
};

/// The year of a written date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Year {
    /// In four digits.
    Full(i32),
    /// In two digits.
    Short(i32),
    /// «т. г.», «сего года»: the year of the text itself.
    Current,
    /// Not written.
    Missing,
}

/// A date as written: the numbers that the text gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) day: i32,
    pub(super) month: i32,
    pub(super) year: Year,
    /// Two numbers with slashes, whose order depends on the country.
    slashes: bool,
}

/// Why a well-formed date names no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// The year is neither written nor known.
    Yearless,
    /// There is no such month.
    Month(i32),
    /// The month has no such day.
    Day { year: i32, month: i32, day: i32, days: i8 },
}

impl Written {
    /// The day that the date names.
    pub(super) fn resolve(self, context: &Context) -> Result<Date, Unresolved> {
        let year = match self.year {
            Year::Full(year) => year,
            Year::Short(year) => century(year),
            Year::Current | Year::Missing => context.year.map(i32::from).ok_or(Unresolved::Yearless)?,
        };
        let american = self.slashes && (context.order == DayOrder::MonthFirst || self.month > 12);
        let (day, month) =
            if american && self.day <= 12 { (self.month, self.day) } else { (self.day, self.month) };
        day_of(year, month, day)
    }

    /// Whether the date reads as another day in a country of another order.
    pub(super) fn is_ambiguous(self) -> bool {
        self.slashes && self.day <= 12 && self.month <= 12 && self.day != self.month
    }

    /// The day, where the date has its year and the Russian order.
    pub(super) fn resolve_strictly(self) -> Result<Date, Unresolved> {
        let context = Context::on(Date::MAX);
        Self { slashes: false, ..self }.resolve(&context)
    }
}

/// 00 to 69 are of this century, 70 to 99 of the last, as POSIX `strptime` has it but for 69.
pub(super) fn century(year: i32) -> i32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// The day of these numbers, where there is one.
pub(super) fn day_of(year: i32, month: i32, day: i32) -> Result<Date, Unresolved> {
    let first = i16::try_from(year).ok().zip(i8::try_from(month).ok());
    let first = first.and_then(|(year, month)| Date::new(year, month, 1).ok());
    let first = first.ok_or(Unresolved::Month(month))?;
    let days = first.days_in_month();
    let found = i8::try_from(day).ok().and_then(|day| Date::new(first.year(), first.month(), day).ok());
    found.ok_or(Unresolved::Day { year, month, day, days })
}

/// Ordinal endings of a day or a year, behind a hyphen or none: «13-го», «13th», «2024-й».
static ENDINGS: WordSet = LazyLock::new(|| words("го е ое ого й ый я м ом му th st nd rd er º ª"));
/// Words for the year behind its number; «г» and «р» may have a full stop.
static YEARS: WordSet = LazyLock::new(|| {
    words(
        "г г-да год года году годом р рік року год годзе год жыл жылы жылғы жылдың ж й йил йили йилнинг \
    йилда yil yili yilning yilda",
    )
});
/// Words for the day behind a month: «13 май күні», «13-may kuni».
static DAYS: WordSet = LazyLock::new(|| words("күні куни kuni"));
/// Words before the year of the text itself: «т. г.», «сего года», «поточного року».
static CURRENT: WordSet = LazyLock::new(|| words("т с сего текущего этого нынешнего поточного"));
/// The year of the text itself behind one of [`CURRENT`].
static CURRENT_YEARS: WordSet = LazyLock::new(|| words("г года р року"));
/// Words between the day and the month, or the month and the year.
static OF: WordSet = LazyLock::new(|| words("of de del dia день числа число the"));

/// The date that begins at token `at`, and the token after it.
pub(super) fn date_at(tokens: &[Token<'_>], at: usize) -> Option<(Written, usize)> {
    let reader = Reader { tokens };
    let first = tokens.get(at)?;
    if reader.continues_number(at) {
        return None;
    }
    let found = match first.kind {
        Kind::Number(_, 4) => reader.year_first(at),
        Kind::Number(_, 1..=2) => reader.numeric(at).or_else(|| reader.day_first(at)),
        Kind::Mark('"') => reader.day_first(at),
        Kind::Word => reader.month_first(at),
        _ => None,
    };
    found.filter(|&(_, end)| !reader.number_continues(end))
}

struct Reader<'a, 't> {
    tokens: &'a [Token<'t>],
}

impl Reader<'_, '_> {
    fn get(&self, at: usize) -> Option<&Token<'_>> {
        self.tokens.get(at)
    }

    fn number(&self, at: usize, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
        self.get(at)?.number(digits)
    }

    /// The place after a mark, where that stands at `at`.
    fn mark(&self, at: usize, mark: char) -> Option<usize> {
        self.get(at)?.is_mark(mark).then_some(at + 1)
    }

    /// The place after a word of a set, where one stands at `at`.
    fn word(&self, at: usize, set: &WordSet) -> Option<usize> {
        let token = self.get(at)?;
        (token.kind == Kind::Word && set.contains(&*token.folded)).then_some(at + 1)
    }

    fn is_number(&self, at: usize) -> bool {
        matches!(self.get(at), Some(Token { kind: Kind::Number(..), .. }))
    }

    /// Whether the number at `at` is a part of a longer one: a version, a telephone number, a sum.
    fn continues_number(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.get(before)) else { return false };
        if self.get(at).is_none_or(|token| token.spaced || token.kind == Kind::Mark('"')) {
            return false;
        }
        match before.kind {
            Kind::Mark('.' | ',' | '/' | '-' | ':') => at >= 2 && self.is_number(at - 2) && !before.spaced,
            Kind::Mark('+' | '№' | '#' | '$' | '€' | '=') | Kind::Number(..) => true,
            Kind::Word => self.is_number(at),
            Kind::Mark(_) => false,
        }
    }

    /// Whether a number goes on behind a date that ends before `end`.
    fn number_continues(&self, end: usize) -> bool {
        match self.get(end) {
            Some(Token { kind: Kind::Mark('.' | '/' | '-' | '%'), spaced: false, .. }) => {
                self.get(end + 1).is_some_and(|next| !next.spaced && matches!(next.kind, Kind::Number(..)))
            }
            Some(Token { kind: Kind::Number(..), spaced: false, .. }) => true,
            _ => false,
        }
    }

    /// `2024-05-13`, `2024/05/13`, «2024, 13 мая», «2024 йил 13 май», `2024 May 13`.
    fn year_first(&self, at: usize) -> Option<(Written, usize)> {
        let year = Year::Full(self.number(at, 4..=4)?);
        if let Some(Kind::Mark(mark @ ('-' | '.' | '/'))) = self.get(at + 1).map(|token| token.kind)
            && let (Some(month), Some(day)) = (self.number(at + 2, 1..=2), self.number(at + 4, 1..=2))
            && self.mark(at + 3, mark).is_some()
            && (at + 1..=at + 4).all(|part| self.get(part).is_some_and(|token| !token.spaced))
        {
            return Some((Written { day, month, year, slashes: false }, at + 5));
        }
        let next = self.after_year(at + 1);
        let next = self.mark(next, ',').unwrap_or(next);
        if let Some((day, next)) = self.day(next) {
            let (month, end) = self.month(next)?;
            return Some((Written { day, month, year, slashes: false }, end));
        }
        let (month, next) = self.month(next)?;
        let (day, end) = self.day(next)?;
        Some((Written { day, month, year, slashes: false }, end))
    }

    /// `13.05.2024`, `13/05/24`, `13-05-2024`, «13/V-2024», `13. 05. 2024`.
    fn numeric(&self, at: usize) -> Option<(Written, usize)> {
        let day = self.number(at, 1..=2)?;
        let mark = |at: usize| match self.get(at)? {
            Token { kind: Kind::Mark(mark @ ('-' | '.' | '/')), spaced: false, .. } => Some(*mark),
            _ => None,
        };
        let (first, second) = (mark(at + 1)?, mark(at + 3)?);
        let two_digits = |at: usize| self.number(at, 2..=2).is_some();
        let spaced = |at: usize| self.get(at).is_some_and(|token| token.spaced);
        // White space follows both full stops or none.
        if spaced(at + 2) != spaced(at + 4) || (spaced(at + 2) && (first, second) != ('.', '.')) {
            return None;
        }
        let month = self.number(at + 2, 1..=2);
        let roman = || self.get(at + 2).and_then(|token| roman(token.text));
        let slashes = (first, second) == ('/', '/') && month.is_some();
        let (month, same) = match month {
            Some(month) => (month, first == second || second == '-'),
            None => (roman()?, true),
        };
        let year = match (self.number(at + 4, 4..=4), self.number(at + 4, 2..=2)) {
            (Some(year), _) => Year::Full(year),
            // With hyphens, two digits may as well be the year in front.
            // With single digits it is more often a version: 2.1.10.
            (None, Some(year))
                if second != '-' && !spaced(at + 4) && two_digits(at) && two_digits(at + 2) =>
            {
                Year::Short(year)
            }
            _ => return None,
        };
        same.then(|| (Written { day, month, year, slashes }, self.after_year(at + 5)))
    }

    /// «13 мая 2024 г.», «13-ое мая», ««13» мая», «13 мая т. г.», `13th of May, 2024`, `13. Mai 2024`.
    fn day_first(&self, at: usize) -> Option<(Written, usize)> {
        let (day, next) = self.day(at)?;
        let (month, next) = self.month(next)?;
        let (year, end) = self.year(next);
        Some((Written { day, month, year, slashes: false }, end))
    }

    /// `May 13, 2024`, `May 13 10:00:00 2024`.
    fn month_first(&self, at: usize) -> Option<(Written, usize)> {
        let (month, next) = self.month(at)?;
        let (day, next) = self.day(next)?;
        if let Some((year, end)) = self.year_number(self.after_zone(self.after_clock(next), next)) {
            return Some((Written { day, month, year, slashes: false }, end));
        }
        let (year, end) = self.year(next);
        Some((Written { day, month, year, slashes: false }, end))
    }

    fn day(&self, at: usize) -> Option<(i32, usize)> {
        if let Some(inside) = self.mark(at, '"') {
            let day = self.number(inside, 1..=2)?;
            return Some((day, self.mark(inside + 1, '"')?));
        }
        let day = self.number(at, 1..=2)?;
        let mut next = self.after_ordinal(at + 1);
        while let Some(after) = self.word(next, &OF) {
            next = after;
        }
        Some((day, next))
    }

    fn month(&self, at: usize) -> Option<(i32, usize)> {
        // «13-may», `13/May/2024`.
        let joined =
            |mark| self.mark(at, mark).filter(|&next| self.get(next).is_some_and(|word| !word.spaced));
        let at = joined('-').or_else(|| joined('/')).unwrap_or(at);
        let token = self.get(at)?;
        let month = months::number(&token.folded).filter(|_| token.kind == Kind::Word)?;
        // The full stop of an abbreviation.
        let stop = self.mark(at + 1, '.').filter(|&next| self.get(next).is_some());
        let end = stop.filter(|_| self.get(at + 1).is_some_and(|stop| !stop.spaced)).unwrap_or(at + 1);
        Some((month.into(), self.word(end, &DAYS).unwrap_or(end)))
    }

    /// The year behind a month, and the place after it.
    fn year(&self, at: usize) -> (Year, usize) {
        let mut next = at;
        for mark in [',', '-', '/'] {
            next = self.mark(next, mark).unwrap_or(next);
        }
        next = self.word(next, &OF).unwrap_or(next);
        if let Some(found) = self.year_number(next) {
            return found;
        }
        if let Some(end) = self.current(at) {
            return (Year::Current, end);
        }
        (Year::Missing, at)
    }

    fn year_number(&self, at: usize) -> Option<(Year, usize)> {
        let at = self.mark(at, ',').unwrap_or(at);
        if self.get(at + 1).is_some_and(|mark| mark.is_mark(':')) {
            return None;
        }
        if let Some(year) = self.number(at, 4..=4) {
            return Some((Year::Full(year), self.after_year(at + 1)));
        }
        let year = self.number(at, 2..=2)?;
        let apostrophe = at.checked_sub(1).is_some_and(|before| self.mark(before, '\'').is_some());
        let end = self.after_year(at + 1);
        let ends = self.get(at + 1).is_none() || self.after_clock(at + 1) > at + 1;
        (end > at + 1 || apostrophe || ends).then_some((Year::Short(year), end))
    }

    /// «т. г.», «с.г.», «сего года», «текущего года».
    fn current(&self, at: usize) -> Option<usize> {
        let next = self.word(at, &CURRENT)?;
        let next = self.mark(next, '.').unwrap_or(next);
        let end = self.word(next, &CURRENT_YEARS)?;
        Some(self.mark(end, '.').unwrap_or(end))
    }

    /// The place after the words for «year» and the endings of its number.
    fn after_year(&self, at: usize) -> usize {
        let next = self.after_ending(at);
        let hyphen = self.mark(next, '-').unwrap_or(next);
        match self.word(hyphen, &YEARS) {
            Some(end) => {
                let abbreviated = self.get(hyphen).is_some_and(|word| word.text.chars().count() <= 2);
                self.mark(end, '.').filter(|_| abbreviated).unwrap_or(end)
            }
            None => next,
        }
    }

    /// The place after the ending of an ordinal.
    fn after_ending(&self, at: usize) -> usize {
        let hyphen = self.mark(at, '-').unwrap_or(at);
        let unspaced = self.get(hyphen).is_some_and(|ending| !ending.spaced);
        self.word(hyphen, &ENDINGS).filter(|_| unspaced).unwrap_or(at)
    }

    /// The place after the ending of a day or the full stop of a German ordinal.
    fn after_ordinal(&self, at: usize) -> usize {
        let end = self.after_ending(at);
        let stop = self.mark(at, '.').filter(|&next| end == at && !self.is_number(next));
        stop.unwrap_or(end)
    }

    /// The place after a time zone behind a clock, `May 13 10:00:00 MSK 2024`.
    fn after_zone(&self, at: usize, clock: usize) -> usize {
        let is_zone =
            at > clock && self.get(at).is_some_and(|token| is_time_word(token) && self.is_number(at + 1));
        at + usize::from(is_zone)
    }

    /// The place after a time of day.
    fn after_clock(&self, at: usize) -> usize {
        clock_at(self.tokens, at).unwrap_or(at)
    }
}

/// The place after a time of day, `15:30` or `15:30:00`, where one stands at `at`.
pub(super) fn clock_at(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let number = |at: usize| tokens.get(at).and_then(|token| token.number(1..=2));
    let colon = |at: usize| tokens.get(at).is_some_and(|token| token.is_mark(':'));
    number(at).filter(|hours| *hours <= 24)?;
    if !colon(at + 1) || number(at + 2).is_none_or(|minutes| minutes > 59) {
        return None;
    }
    let seconds = colon(at + 3) && number(at + 4).is_some();
    Some(if seconds { at + 5 } else { at + 3 })
}

fn roman(text: &str) -> Option<i32> {
    let place = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
        .iter()
        .position(|number| *number == text)?;
    i32::try_from(place + 1).ok()
}
