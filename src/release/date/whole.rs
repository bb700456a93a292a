//! A value that is one date and nothing else, for queries and fields: a day, a month or a year.
//!
//! Reports why a text is no date, in words for the person who wrote it; never fills in a missing part.

use std::sync::LazyLock;

use super::{
    Date,
    grammar::{Unresolved, Written, clock_at, date_at, day_of},
    labels, months,
    tokens::{Kind, Token, tokens},
    word_set::{WordSet, words},
};

/// The days that one written date covers, both included: one day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
}

/// Words around a date that add nothing to it.
static FILLERS: WordSet =
    LazyLock::new(|| words("в во от за на г год года году годом число числа го м й on in of the"));
/// How many tokens a value may have.
const TOKENS: usize = 64;

/// Reads one date, or reports what is wrong with it.
pub(super) fn read(text: &str) -> Result<Days, String> {
    let tokens = tokens(text, TOKENS);
    let start = tokens.iter().position(|token| !is_filler(token)).unwrap_or(tokens.len());
    if let Some((written, end)) = date_at(&tokens, start) {
        if !is_tail(tokens.get(end..).unwrap_or_default()) {
            return Err(no_date());
        }
        return one_day(written);
    }
    let rest = tokens.get(start..).unwrap_or_default();
    match digits(rest) {
        Some((days, used)) if is_tail(rest.get(used..).unwrap_or_default()) => days,
        _ => month_or_year(rest),
    }
}

fn one_day(written: Written) -> Result<Days, String> {
    let day = written.resolve_strictly().map_err(explain)?;
    Ok(Days { first: day, last: day })
}

/// `20240513`, with or without a time behind it.
fn digits(tokens: &[Token<'_>]) -> Option<(Result<Days, String>, usize)> {
    let all = tokens.first()?.number(8..=8)?;
    let day = day_of(all / 10_000, all / 100 % 100, all % 100).map_err(explain);
    Some((day.map(|day| Days { first: day, last: day }), 1))
}

/// `2024`, `2024-05`, `05.2024`, «май 2024», «2024 год».
fn month_or_year(tokens: &[Token<'_>]) -> Result<Days, String> {
    let mut kept: Vec<&Token<'_>> = Vec::new();
    for token in tokens {
        match token {
            // «2023-го»
            ending if is_filler(ending) && !ending.spaced => {
                kept.pop_if(|hyphen| hyphen.is_mark('-'));
            }
            filler if is_filler(filler) || filler.is_mark('"') => {}
            token => kept.push(token),
        }
    }
    let number = |at: usize, digits| kept.get(at).and_then(|token| token.number(digits));
    let name = |at: usize| kept.get(at).and_then(|token| months::number(&token.folded)).map(i32::from);
    let mark =
        |at: usize| kept.get(at).is_some_and(|token| matches!(token.kind, Kind::Mark('-' | '.' | '/')));
    let ends = |at: usize| kept.iter().skip(at).all(|token| token.is_mark('.'));
    let unspaced = || kept.iter().skip(1).take(2).all(|token| !token.spaced);
    match (number(0, 4..=4), number(0, 1..=2), name(0)) {
        (Some(year), ..) if ends(1) => whole_year(year),
        (Some(year), ..) if mark(1) && unspaced() && ends(3) => match number(2, 1..=2) {
            Some(month) => whole_month(year, month),
            None => Err(no_date()),
        },
        (_, Some(month), _) if mark(1) && unspaced() && ends(3) => match number(2, 4..=4) {
            Some(year) => whole_month(year, month),
            None => Err(no_date()),
        },
        (_, _, Some(month)) => {
            let year = 1 + usize::from(kept.get(1).is_some_and(|token| token.is_mark('.')));
            match number(year, 4..=4) {
                Some(year_number) if ends(year + 1) => whole_month(year_number, month),
                None if kept.len() <= year => Err(explain(Unresolved::Yearless)),
                _ => Err(no_date()),
            }
        }
        _ => Err(no_date()),
    }
}

/// Whether tokens behind a date add nothing to it: a time of day with all that follows it, or fillers.
fn is_tail(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [] => true,
        [t, time, ..] if t.folded == "t" && !t.spaced && time.number(2..=6).is_some() => true,
        _ if clock_at(tokens, 0).is_some() => true,
        [first, rest @ ..] => {
            (is_filler(first) && first.spaced || matches!(first.kind, Kind::Mark(',' | '.'))) && is_tail(rest)
        }
    }
}

fn is_filler(token: &Token<'_>) -> bool {
    token.is_mark(',')
        || labels::is_weekday(token)
        || token.kind == Kind::Word && FILLERS.contains(&*token.folded)
}

fn whole_year(year: i32) -> Result<Days, String> {
    let first = day_of(year, 1, 1).map_err(explain)?;
    Ok(Days { first, last: first.last_of_year() })
}

fn whole_month(year: i32, month: i32) -> Result<Days, String> {
    let first = day_of(year, month, 1).map_err(explain)?;
    Ok(Days { first, last: first.last_of_month() })
}

pub(super) fn explain(unresolved: Unresolved) -> String {
    match unresolved {
        Unresolved::Yearless => "has no year; write it out: 13 мая 2024".to_owned(),
        Unresolved::Month(month) => {
            format!("no such month: {month}; write day, month, year, as in 13.05.2024")
        }
        Unresolved::Day { year, month, day, days } => {
            format!("no such day: {year:04}-{month:02} has the days 1 to {days}, not {day}; correct the day")
        }
    }
}

fn no_date() -> String {
    "is not a date; write 2024-05-13, 13.05.2024, 13 мая 2024, май 2024 or 2024, \
     or a span such as 2024-01..2024-06"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_style() {
        let table = [
            ("2024", "2024-01-01 2024-12-31"),
            (" 2024 г. ", "2024-01-01 2024-12-31"),
            ("2024г.", "2024-01-01 2024-12-31"),
            ("2024 год", "2024-01-01 2024-12-31"),
            ("в 2024 году", "2024-01-01 2024-12-31"),
            ("в 2024-м", "2024-01-01 2024-12-31"),
            ("0001", "0001-01-01 0001-12-31"),
            ("2024-05", "2024-05-01 2024-05-31"),
            ("2024-5", "2024-05-01 2024-05-31"),
            ("05.2024", "2024-05-01 2024-05-31"),
            ("5/2024", "2024-05-01 2024-05-31"),
            ("02.2023", "2023-02-01 2023-02-28"),
            ("май 2024", "2024-05-01 2024-05-31"),
            ("МАЙ 2024", "2024-05-01 2024-05-31"),
            ("мая 2024 г.", "2024-05-01 2024-05-31"),
            ("в мае 2023-го", "2023-05-01 2023-05-31"),
            ("В мае 2023\u{2011}го года", "2023-05-01 2023-05-31"),
            ("сентябрём 2021", "2021-09-01 2021-09-30"),
            ("СЕНТЯБРЁМ 2021", "2021-09-01 2021-09-30"),
            ("янв. 2020", "2020-01-01 2020-01-31"),
            ("фев. 2024", "2024-02-01 2024-02-29"),
            ("May 2024", "2024-05-01 2024-05-31"),
            ("2024-05-13", "2024-05-13"),
            ("2024-5-3", "2024-05-03"),
            ("2024/05/13", "2024-05-13"),
            ("2024.05.13", "2024-05-13"),
            ("20240513", "2024-05-13"),
            ("2024-05-13T10:00:00+05:00", "2024-05-13"),
            ("2024-05-13T23:30:00Z", "2024-05-13"),
            ("2024-05-13t10:00", "2024-05-13"),
            ("2024-05-13 10:00:00", "2024-05-13"),
            ("20240513T100000Z", "2024-05-13"),
            ("13.05.2024", "2024-05-13"),
            ("13.05.2024 г.", "2024-05-13"),
            ("13.05.2024г.", "2024-05-13"),
            ("3.5.2024", "2024-05-03"),
            ("13.05.24", "2024-05-13"),
            ("13.05.69", "2069-05-13"),
            ("13.05.70", "1970-05-13"),
            ("13.05.99", "1999-05-13"),
            ("13/05/2024", "2024-05-13"),
            ("13-05-2024", "2024-05-13"),
            ("13.05.2024, 10:15", "2024-05-13"),
            ("13.05.2024 в 10:15 мск", "2024-05-13"),
            ("13 мая 2024 года", "2024-05-13"),
            ("13\u{a0}мая\u{a0}2024\u{202f}г.", "2024-05-13"),
            ("13  МАЯ   2024", "2024-05-13"),
            ("от 13 мая 2024 года", "2024-05-13"),
            ("13-го мая 2024-го", "2024-05-13"),
            ("1 сент. 2021 г.", "2021-09-01"),
            ("29 февраля 2024", "2024-02-29"),
            ("понедельник, 13 мая 2024 года", "2024-05-13"),
            ("в среду, 15 мая 2024 года", "2024-05-15"),
            ("13 мая 24 г.", "2024-05-13"),
            ("13 May 2024", "2024-05-13"),
            ("May 13, 2024", "2024-05-13"),
            ("the 13th of May, 2024", "2024-05-13"),
            ("Mon, 13 May 2024 10:00:00 +0500", "2024-05-13"),
            ("13 May 2024 10:00:00 GMT", "2024-05-13"),
            ("Thu, 01 Jan 70 00:00:00 GMT", "1970-01-01"),
            ("\u{feff}2024-05-13\n", "2024-05-13"),
        ];
        for (text, expected) in table {
            let Days { first, last } = read(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            let found = if first == last { first.to_string() } else { format!("{first} {last}") };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_says_why() {
        let table = [
            ("31.02.2024", "no such day: 2024-02 has the days 1 to 29, not 31"),
            ("29 февраля 2023", "no such day: 2023-02 has the days 1 to 28, not 29"),
            ("31 апреля 2024", "no such day"),
            ("00.05.2024", "no such day"),
            ("2024-04-31T10:00", "no such day"),
            ("05/13/2024", "no such month: 13; write day, month, year"),
            ("2024-13", "no such month: 13"),
            ("20241301", "no such month: 13"),
            ("00.2024", "no such month: 0"),
            ("13 мая", "no year"),
            ("май", "no year"),
            ("в мае 23-го", "no year"),
            ("24-05-13", "not a date"),
            ("2024-2025", "not a date"),
            ("вчера", "not a date"),
            ("13.05", "not a date"),
            ("13 мая 2024 и 14 мая 2024", "not a date"),
            ("13-14 мая 2024", "not a date"),
            ("13 мая 2024а", "not a date"),
            ("202", "not a date"),
            ("20245", "not a date"),
            ("+1234567", "not a date"),
            ("2024-05-", "not a date"),
            ("10:00", "not a date"),
            ("года", "not a date"),
            ("", "not a date"),
        ];
        for (text, reason) in table {
            let found = read(text).expect_err(text);
            assert!(found.contains(reason), "{text}: {found}");
        }
    }
}
