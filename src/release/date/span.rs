//! Spans of days as queries write them: `2024`, `май 2024..июнь 2024`, `>=2023`.

use std::{fmt, str::FromStr};

use serde::Serialize;

use super::{
    Date, not_a_date,
    whole::{self, Days},
};
use crate::error::{Error, Result};

/// Days from one to another, both included; a missing end is open.
///
/// Read from text by [`FromStr`]: a day, a month or a year; two of them with `..` or a dash between, the first of
/// which may leave out what it shares with the second (`13–15 мая 2024`); or one of them after `>`, `>=`, `<` or
/// `<=`.
///
/// ```
/// let spring: vestnik::DateSpan = "март 2024..май 2024".parse()?;
/// assert_eq!(spring.to_string(), "2024-03..2024-05");
/// # Ok::<(), vestnik::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DateSpan {
    /// The first day, or `None` for any day up to the last.
    pub from: Option<Date>,
    /// The last day, or `None` for any day since the first.
    pub to: Option<Date>,
}

impl DateSpan {
    /// Whether the day is in the span.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// How many dashes are tried; a span has at most five.
const SPLITS: usize = 8;

impl FromStr for DateSpan {
    type Err = Error;

    /// Reads a span.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] where the text is no date, names a day that does not exist, or ends before
    /// it begins.
    fn from_str(text: &str) -> Result<Self> {
        span(text.trim()).map_err(|reason| not_a_date(text, reason))
    }
}

fn span(text: &str) -> Result<DateSpan, String> {
    if let Some((from, to)) = text.split_once("..") {
        // «г...июнь» is «г.» followed by «..».
        return range(from.trim(), to.trim_start_matches('.').trim());
    }
    let all = |days: Days| DateSpan { from: Some(days.first), to: Some(days.last) };
    if let Some(text) = text.strip_prefix(">=") {
        return Ok(DateSpan { to: None, ..all(whole::read(text)?) });
    }
    if let Some(text) = text.strip_prefix("<=") {
        return Ok(DateSpan { from: None, ..all(whole::read(text)?) });
    }
    if let Some(text) = text.strip_prefix('>') {
        let next = whole::read(text)?.last.tomorrow();
        return Ok(DateSpan { from: Some(next.map_err(|_| beyond())?), to: None });
    }
    if let Some(text) = text.strip_prefix('<') {
        let previous = whole::read(text)?.first.yesterday().ok().filter(|day| day.year() >= 0);
        return Ok(DateSpan { from: None, to: Some(previous.ok_or_else(beyond)?) });
    }
    whole::read(text).map(all).or_else(|reason| dashed(text).ok_or(reason))
}

/// «2019–2024», «13–15 мая 2024», «май — июнь 2024», «с 13 по 15 мая 2024».
fn dashed(text: &str) -> Option<DateSpan> {
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let dashes = text.match_indices(is_dash);
    let splits = dashes.chain(text.match_indices(" по ")).filter_map(|(at, mark)| {
        let (left, right) = (text.get(..at)?.trim(), text.get(at + mark.len()..)?.trim());
        let left = left.strip_prefix("с ").unwrap_or(left);
        (!left.is_empty() && !right.is_empty()).then_some((left, right))
    });
    let ends = splits.take(SPLITS).filter_map(|(left, right)| {
        let last = whole::read(right).ok()?.last;
        let words: Vec<&str> = right.split_whitespace().collect();
        let shared =
            (1..words.len()).filter_map(|from| Some(format!("{left} {}", words.get(from..)?.join(" "))));
        let firsts = std::iter::once(left.to_owned()).chain(shared);
        let first = firsts.filter_map(|text| whole::read(&text).ok()).find(|days| days.first <= last)?.first;
        Some(DateSpan { from: Some(first), to: Some(last) })
    });
    { ends }.next()
}

fn range(from: &str, to: &str) -> Result<DateSpan, String> {
    let end = |text: &str| (!text.is_empty()).then(|| whole::read(text)).transpose();
    let span = DateSpan { from: end(from)?.map(|from| from.first), to: end(to)?.map(|to| to.last) };
    match (span.from, span.to) {
        (Some(from), Some(to)) if from > to => {
            Err("ends before it begins; write the earlier date first".to_owned())
        }
        _ => Ok(span),
    }
}

fn beyond() -> String {
    "nothing lies beyond it; years run from 0000 to 9999".to_owned()
}

impl fmt::Display for DateSpan {
    /// Renders the span in the shortest form that reads back as the same days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begins = |unit: fn(Date) -> Date| self.from.is_none_or(|day| unit(day) == day);
        let ends = |unit: fn(Date) -> Date| self.to.is_none_or(|day| unit(day) == day);
        let width = if begins(Date::first_of_year) && ends(Date::last_of_year) {
            "0000".len()
        } else if begins(Date::first_of_month) && ends(Date::last_of_month) {
            "0000-00".len()
        } else {
            "0000-00-00".len()
        };
        let render = |day: Option<Date>| {
            day.map_or_else(String::new, |day| day.to_string().chars().take(width).collect())
        };
        let (from, to) = (render(self.from), render(self.to));
        if from == to && self.from.is_some() { f.write_str(&from) } else { write!(f, "{from}..{to}") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_read_and_render() {
        let table = [
            ("2024", "2024-01-01", "2024-12-31", "2024"),
            ("май 2024", "2024-05-01", "2024-05-31", "2024-05"),
            ("13.05.2024", "2024-05-13", "2024-05-13", "2024-05-13"),
            ("2024-01..2024-06", "2024-01-01", "2024-06-30", "2024-01..2024-06"),
            ("2024-01 .. 2024-12", "2024-01-01", "2024-12-31", "2024"),
            ("2023..2024", "2023-01-01", "2024-12-31", "2023..2024"),
            ("2024-01..2024-06-15", "2024-01-01", "2024-06-15", "2024-01-01..2024-06-15"),
            ("13.05.2024..14.05.2024", "2024-05-13", "2024-05-14", "2024-05-13..2024-05-14"),
            ("13 мая 2024 г...июнь 2024 г.", "2024-05-13", "2024-06-30", "2024-05-13..2024-06-30"),
            ("2019–2024", "2019-01-01", "2024-12-31", "2019..2024"),
            ("2024-2025", "2024-01-01", "2025-12-31", "2024..2025"),
            ("13–15 мая 2024", "2024-05-13", "2024-05-15", "2024-05-13..2024-05-15"),
            ("13 — 15 мая 2024 г.", "2024-05-13", "2024-05-15", "2024-05-13..2024-05-15"),
            ("10 мая – 15 июня 2024", "2024-05-10", "2024-06-15", "2024-05-10..2024-06-15"),
            ("май–июнь 2024", "2024-05-01", "2024-06-30", "2024-05..2024-06"),
            ("с 13 по 15 мая 2024 года", "2024-05-13", "2024-05-15", "2024-05-13..2024-05-15"),
            ("2023-05-2024-06", "2023-05-01", "2024-06-30", "2023-05..2024-06"),
            ("13.05.2024-14.05.2024", "2024-05-13", "2024-05-14", "2024-05-13..2024-05-14"),
            ("2024-02-01..29.02.2024", "2024-02-01", "2024-02-29", "2024-02"),
            ("2023-12-31..", "2023-12-31", "", "2023-12-31.."),
            ("май 2024..", "2024-05-01", "", "2024-05.."),
            ("..2020", "", "2020-12-31", "..2020"),
            ("..2020-05-30", "", "2020-05-30", "..2020-05-30"),
            ("..", "", "", ".."),
            (">2023", "2024-01-01", "", "2024.."),
            ("> 2024-02", "2024-03-01", "", "2024-03.."),
            (">13 мая 2024", "2024-05-14", "", "2024-05-14.."),
            (">=2023", "2023-01-01", "", "2023.."),
            (">= 13.05.2024", "2024-05-13", "", "2024-05-13.."),
            ("<2020", "", "2019-12-31", "..2019"),
            ("<2020-03-01", "", "2020-02-29", "..2020-02"),
            ("<=2020-05", "", "2020-05-31", "..2020-05"),
        ];
        let end = |text: &str| (!text.is_empty()).then(|| text.parse::<Date>().unwrap());
        for (text, from, to, shown) in table {
            let span: DateSpan = text.parse().unwrap();
            assert_eq!(span, DateSpan { from: end(from), to: end(to) }, "{text}");
            assert_eq!(span.to_string(), shown, "{text}");
            assert_eq!(shown.parse::<DateSpan>().unwrap(), span, "{text}");
        }
    }

    #[test]
    fn what_is_no_span_says_why() {
        let table = [
            ("", "2024-05-13"),
            ("2025..2024", "ends before it begins"),
            ("2024-05-14..2024-05-13", "ends before it begins"),
            ("2024..31.02.2024", "no such day"),
            (">9999", "nothing lies beyond"),
            ("<0000", "nothing lies beyond"),
            (">", "2024-05-13"),
            ("=>2024", "2024-05-13"),
            (">2023..2024", "2024-05-13"),
            ("2023..2024..2025", "2024-05-13"),
            ("2025–2024", "2024-01..2024-06"),
            ("15–13 мая 2024", "2024-01..2024-06"),
            ("13–15", "2024-01..2024-06"),
            ("май–июнь", "2024-01..2024-06"),
        ];
        for (text, reason) in table {
            let message = text.parse::<DateSpan>().unwrap_err().to_string();
            assert!(message.starts_with("date ") && message.contains(reason), "{text}: {message}");
        }
    }

    #[test]
    fn a_span_holds_its_ends() {
        let span: DateSpan = "2024-05".parse().unwrap();
        let table =
            [("2024-04-30", false), ("2024-05-01", true), ("2024-05-31", true), ("2024-06-01", false)];
        for (text, expected) in table {
            assert_eq!(span.contains(text.parse().unwrap()), expected, "{text}");
        }
        assert!(DateSpan::default().contains(Date::constant(1997, 3, 1)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9.<>= \\-/гмаяй:tт]{0,24}|\\PC{0,24}") {
            if let Ok(span) = text.parse::<DateSpan>() {
                prop_assert_eq!(span.to_string().parse::<DateSpan>().unwrap(), span);
            }
        }
    }
}
