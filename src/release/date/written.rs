//! One date as people and programs write it: a day, a month or a year.
//!
//! Says why a text is no date, in words for the person who wrote it; never fills in a missing part.

use super::{Date, months};

/// The days that one written date covers, both included: one day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) first: Date,
    pub(super) last: Date,
}

/// What may follow the digits of a day or a year: «2023-го», «2024г», «13th».
const ENDINGS: [&str; 14] =
    ["", "-го", "-е", "-й", "-ый", "-м", "-ом", "го", "г", "-г", "th", "st", "nd", "rd"];

/// Words around a date that add nothing to it.
const FILLERS: &str = "в во от за на г год года году годом число числа on in of the";

/// Reads one date, or says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Written, String> {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split([' ', ','])
        // A time of day ends the date; what comes after it is at most a zone.
        .take_while(|word| !is_clock(word))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty() && !is_filler(word) && !months::is_weekday(word))
        .collect();
    match words[..] {
        [.., month] if months::number(month).is_some() => {
            Err("has no year; write it out: 13 мая 2024".to_owned())
        }
        [one] => in_digits(one),
        [month, year] if months::number(month).is_some() && year_of(year).is_some() => {
            in_words(None, month, year)
        }
        [day, month, year] if months::number(month).is_some() => in_words(Some(day), month, year),
        [month, day, year] if months::number(month).is_some() => in_words(Some(day), month, year),
        _ => Err(no_date()),
    }
}

/// Lower case, ё as е, and every space and dash of one kind.
fn fold(text: &str) -> String {
    let one = |c: char| match c {
        'ё' => 'е',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{FEFF}' => ' ',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    text.chars().flat_map(char::to_lowercase).map(one).collect()
}

fn is_filler(word: &str) -> bool {
    FILLERS.split(' ').any(|filler| filler == word)
}

fn is_clock(word: &str) -> bool {
    word.split_once(':').is_some_and(|(hours, _)| hours.len() <= 2 && is_number(hours))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2024`, `2024-05`, `05.2024`, `2024-05-13`, `13.05.2024`, `13.05.24`, `20240513`, with or without a
/// time after a `T`.
fn in_digits(word: &str) -> Result<Written, String> {
    let digits = match word.split_once('t') {
        Some((date, time)) if time.starts_with(|c: char| c.is_ascii_digit()) => date,
        _ => word,
    };
    if let Some(year) = year_of(digits) {
        return whole_year(year);
    }
    if let (8, true, Ok(all)) = (digits.len(), is_number(digits), digits.parse::<i32>()) {
        return a_day(all / 10_000, all / 100 % 100, all % 100);
    }
    let digits = digits.strip_suffix('г').unwrap_or(digits);
    let Some(mark) = digits.chars().find(|c| ['-', '.', '/'].contains(c)) else { return Err(no_date()) };
    let parts: Vec<&str> = digits.split(mark).collect();
    if !parts.iter().all(|part| is_number(part)) {
        return Err(no_date());
    }
    let sizes: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let values: Vec<i32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    match (&sizes[..], &values[..]) {
        ([4, 1..=2], &[year, month]) | ([1..=2, 4], &[month, year]) => whole_month(year, month),
        ([4, 1..=2, 1..=2], &[year, month, day]) | ([1..=2, 1..=2, 4], &[day, month, year]) => {
            a_day(year, month, day)
        }
        // With hyphens two digits may as well be the year in front.
        ([1..=2, 1..=2, 2], &[day, month, year]) if mark != '-' => a_day(century(year), month, day),
        _ => Err(no_date()),
    }
}

/// `май 2024`, `13 мая 2024`, `May 13 2024`; two digits are a year only where a day stands too.
fn in_words(day: Option<&str>, month: &str, year: &str) -> Result<Written, String> {
    let month = months::number(month).map(i32::from).ok_or_else(no_date)?;
    let Some(day) = day else {
        return whole_month(year_of(year).ok_or_else(no_date)?, month);
    };
    let day = counted(day, 1..=2).ok_or_else(no_date)?;
    let year = year_of(year).or_else(|| counted(year, 2..=2).map(century)).ok_or_else(no_date)?;
    a_day(year, month, day)
}

fn year_of(word: &str) -> Option<i32> {
    counted(word, 4..=4)
}

/// The number at the start of a word, where it has so many digits and nothing but an ending after it.
fn counted(word: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, ending) = word.split_at(end);
    if !digits.contains(&number.len()) || !ENDINGS.contains(&ending) {
        return None;
    }
    number.parse().ok()
}

/// 00 to 69 are of this century, 70 to 99 of the last.
fn century(year: i32) -> i32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

fn whole_year(year: i32) -> Result<Written, String> {
    let Written { first, .. } = a_day(year, 1, 1)?;
    Ok(Written { first, last: first.last_of_year() })
}

fn whole_month(year: i32, month: i32) -> Result<Written, String> {
    let Written { first, .. } = a_day(year, month, 1)?;
    Ok(Written { first, last: first.last_of_month() })
}

fn a_day(year: i32, month: i32, day: i32) -> Result<Written, String> {
    let first = first_of_month(year, month)
        .ok_or_else(|| format!("no such month: {month}; write day, month, year, as in 13.05.2024"))?;
    let days = first.days_in_month();
    let found = i8::try_from(day).ok().and_then(|day| Date::new(first.year(), first.month(), day).ok());
    let date = found.ok_or_else(|| {
        format!("no such day: {year:04}-{month:02} has the days 1 to {days}, not {day}; correct the day")
    })?;
    Ok(Written { first: date, last: date })
}

fn first_of_month(year: i32, month: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
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
            let Written { first, last } = read(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
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
            ("в мае 23-го", "not a date"),
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
