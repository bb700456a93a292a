//! Dates in queries: what `release` reads, and also words that count from today and ranges with a dash.
//!
//! | written | days |
//! |---|---|
//! | `сегодня`, `вчера`, `позавчера`, `завтра`; `today`, `yesterday`, `tomorrow` | that day |
//! | `неделя`, `месяц`, `квартал`, `год`; `week`, `month`, `year`; also with `за`, `последний`, `last` | the last 7 days, the last month …, up to today |
//! | `3 дня`, `2 недели`, `последние 6 месяцев`, `10 days` | that long, up to today |
//! | `эта неделя`, `прошлый месяц`, `this year`, `previous week` | the calendar week (from Monday), month or year |
//! | `3 дня назад`, `месяц назад`, `2 weeks ago` | that day, or the calendar unit around it |
//! | `2019–2024`, `май 2023 — вчера`, `2023..сегодня`, `с 2023 по вчера` | a range with any dash, `..` or `по` |
//! | `2024–`, `–2024`, `>вчера`, `с мая 2024`, `после 2020`, `до 2020`, `по 2020`; `since`, `after`, `before` | an open range; `до` excludes its date, `с` and `по` include it |

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use crate::{
    error::{Error, Result},
    release::DateSpan,
};

/// Reads a span of days. Relative dates count from `today`.
///
/// # Errors
///
/// [`Error::Value`](crate::Error::Value) if the text is no date.
pub(super) fn read(text: &str, today: Date) -> Result<DateSpan> {
    let text = text.trim();
    match text.parse() {
        Ok(span) => Ok(span),
        Err(error) => relative(text, today).or_else(|| range(text, today)).ok_or_else(|| {
            if is_reversed(text, today) {
                let reason = "ends before it begins; write the earlier date first".to_owned();
                Error::Value { what: "date", value: text.to_owned(), reason }
            } else {
                error
            }
        }),
    }
}

/// Whether a text is a range with a dash whose second date is before the first one.
fn is_reversed(text: &str, today: Date) -> bool {
    let mut dashes = text.match_indices(is_dash);
    dashes.any(|(at, dash)| {
        let (left, right) = (&text[..at], &text[at + dash.len()..]);
        let ends = simple(left, today).zip(simple(right, today));
        ends.is_some_and(|(left, right)| left.from > right.to)
    })
}

fn simple(text: &str, today: Date) -> Option<DateSpan> {
    let text = text.trim();
    relative(text, today)
        .or_else(|| text.parse().ok())
        .filter(|span| span.from.is_some() && span.to.is_some())
}

/// What stands before the only date of an open range, and where the range lies. A longer sign comes first.
const OPEN_RANGES: [(&str, Side); 12] = [
    (">=", Side::Since),
    ("<=", Side::Until),
    (">", Side::After),
    ("<", Side::Before),
    ("с ", Side::Since),
    ("со ", Side::Since),
    ("since ", Side::Since),
    ("по ", Side::Until),
    ("после ", Side::After),
    ("after ", Side::After),
    ("до ", Side::Before),
    ("before ", Side::Before),
];

/// Where an open range lies: `Since` and `Until` include the date.
#[derive(Clone, Copy)]
enum Side {
    Since,
    Until,
    After,
    Before,
}

impl Side {
    fn of(self, date: DateSpan) -> Option<DateSpan> {
        Some(match self {
            Self::Since => DateSpan { to: None, ..date },
            Self::Until => DateSpan { from: None, ..date },
            Self::After => DateSpan { from: Some(date.to?.tomorrow().ok()?), to: None },
            Self::Before => DateSpan { from: None, to: Some(date.from?.yesterday().ok()?) },
        })
    }
}

/// A range of two dates, or an open one.
fn range(text: &str, today: Date) -> Option<DateSpan> {
    let text = &*text.to_lowercase();
    let open = |(sign, side): (&str, Side)| side.of(simple(text.strip_prefix(sign)?, today)?);
    if let Some(span) = OPEN_RANGES.into_iter().find_map(open) {
        return Some(span);
    }
    if let Some(date) = text.strip_suffix(is_dash).and_then(|text| simple(text, today)) {
        return Side::Since.of(date);
    }
    // A hyphen in front is a minus sign.
    let before = text.strip_prefix(|c| is_dash(c) && c != '-');
    if let Some(date) = before.and_then(|text| simple(text, today)) {
        return Side::Until.of(date);
    }
    let between = |left: &str, right: &str| {
        let open = DateSpan::default();
        let end = |text: &str| if text.trim().is_empty() { Some(open) } else { simple(text, today) };
        let (left, right) = (end(left)?, end(right)?);
        let ordered = left.from.zip(right.to).is_none_or(|(from, to)| from <= to);
        ordered.then_some(DateSpan { from: left.from, to: right.to })
    };
    if let Some((left, right)) = text.split_once("..") {
        return between(left, right);
    }
    if let Some((left, right)) = text.split_once(" по ") {
        return between(left.strip_prefix("с ").unwrap_or(left), right);
    }
    // A hyphen also stands inside dates. Equal halves are the most likely reading: `2023-05-2024-06`.
    let mut halves: Vec<(&str, &str)> = text
        .match_indices(is_dash)
        .map(|(at, dash)| {
            (text.get(..at).unwrap_or_default(), text.get(at + dash.len()..).unwrap_or_default())
        })
        .filter(|(left, right)| !left.trim().is_empty() && !right.trim().is_empty())
        .collect();
    halves.sort_by_key(|(left, right)| left.trim().len().abs_diff(right.trim().len()));
    halves.into_iter().find_map(|(left, right)| between(left, right))
}

/// Hyphens, dashes and the minus sign.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A unit of time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "день" | "дня" | "дней" | "day" | "days" => Self::Day,
            "неделя" | "неделю" | "недели" | "недель" | "неделе" | "week" | "weeks" => {
                Self::Week
            }
            "месяц" | "месяца" | "месяцев" | "месяце" | "month" | "months" => {
                Self::Month
            }
            "квартал" | "квартала" | "кварталов" | "квартале" | "quarter" | "quarters" => {
                Self::Quarter
            }
            "год" | "года" | "лет" | "году" | "year" | "years" => Self::Year,
            _ => return None,
        })
    }

    /// The day `count` units before `day`.
    fn before(self, day: Date, count: i32) -> Option<Date> {
        let span = match self {
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Quarter => (count * 3).months(),
            Self::Year => count.years(),
        };
        day.checked_sub(span).ok().filter(|day| day.year() >= 0)
    }

    /// The calendar unit that contains a day.
    fn around(self, day: Date) -> Option<DateSpan> {
        let (from, to) = match self {
            Self::Day => (day, day),
            Self::Week => {
                let monday = day.checked_sub(i32::from(day.weekday().since(Weekday::Monday)).days()).ok()?;
                (monday, monday.checked_add(6.days()).ok()?)
            }
            Self::Month => (day.first_of_month(), day.last_of_month()),
            Self::Quarter => {
                let first = Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?;
                (first, first.checked_add(2.months()).ok()?.last_of_month())
            }
            Self::Year => (day.first_of_year(), day.last_of_year()),
        };
        Some(DateSpan { from: Some(from), to: Some(to) })
    }
}

/// A date that counts from today.
fn relative(text: &str, today: Date) -> Option<DateSpan> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["сегодня" | "today"] => Unit::Day.around(today),
        ["вчера" | "yesterday"] => Unit::Day.around(today.yesterday().ok()?),
        ["завтра" | "tomorrow"] => Unit::Day.around(today.tomorrow().ok()?),
        ["позавчера"] => Unit::Day.around(Unit::Day.before(today, 2)?),
        [number, unit, "назад" | "ago"] => {
            let unit = Unit::read(unit)?;
            unit.around(unit.before(today, count(number)?)?)
        }
        [unit, "назад"] => {
            let unit = Unit::read(unit)?;
            unit.around(unit.before(today, 1)?)
        }
        [
            "этот" | "эта" | "эту" | "этой" | "этом" | "текущий" | "текущая" | "текущую" | "this" | "current",
            unit,
        ] => Unit::read(unit)?.around(today),
        [
            "прошлый"
            | "прошлая"
            | "прошлую"
            | "прошлой"
            | "прошлом"
            | "прошлого"
            | "предыдущий"
            | "предыдущая"
            | "предыдущую"
            | "previous",
            unit,
        ] => {
            let unit = Unit::read(unit)?;
            unit.around(unit.before(today, 1)?)
        }
        ["за", ref rest @ ..] => last(rest, today),
        ref words => last(words, today),
    }
}

/// The time up to today: `неделя`, `последний месяц`, `3 дня`, `последние 2 года`.
fn last(words: &[&str], today: Date) -> Option<DateSpan> {
    let words = match words {
        [
            "последний" | "последняя" | "последнюю" | "последнее" | "последние" | "последних" | "last"
            | "past",
            rest @ ..,
        ] => rest,
        words => words,
    };
    let (count, unit) = match *words {
        [unit] => (1, Unit::read(unit)?),
        [number, unit] => (count(number)?, Unit::read(unit)?),
        _ => return None,
    };
    let from = unit.before(today, count)?.tomorrow().ok()?;
    Some(DateSpan { from: Some(from), to: Some(today) })
}

fn count(number: &str) -> Option<i32> {
    number.parse().ok().filter(|count| (1..=1000).contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_queries() {
        let today = Date::constant(2026, 3, 31);
        let table = [
            ("2024", "2024-01-01..2024-12-31"),
            ("сегодня", "2026-03-31..2026-03-31"),
            ("Вчера", "2026-03-30..2026-03-30"),
            ("позавчера", "2026-03-29..2026-03-29"),
            ("yesterday", "2026-03-30..2026-03-30"),
            ("неделя", "2026-03-25..2026-03-31"),
            ("за неделю", "2026-03-25..2026-03-31"),
            ("последняя неделя", "2026-03-25..2026-03-31"),
            ("last week", "2026-03-25..2026-03-31"),
            ("месяц", "2026-03-01..2026-03-31"),
            ("квартал", "2026-01-01..2026-03-31"),
            ("год", "2025-04-01..2026-03-31"),
            ("день", "2026-03-31..2026-03-31"),
            ("3 дня", "2026-03-29..2026-03-31"),
            ("последние 2 недели", "2026-03-18..2026-03-31"),
            ("за последние 6 месяцев", "2025-10-01..2026-03-31"),
            ("эта неделя", "2026-03-30..2026-04-05"),
            ("прошлая неделя", "2026-03-23..2026-03-29"),
            ("этот месяц", "2026-03-01..2026-03-31"),
            ("прошлый месяц", "2026-02-01..2026-02-28"),
            ("прошлый квартал", "2025-10-01..2025-12-31"),
            ("previous year", "2025-01-01..2025-12-31"),
            ("5 дней назад", "2026-03-26..2026-03-26"),
            ("месяц назад", "2026-02-01..2026-02-28"),
            ("2 weeks ago", "2026-03-16..2026-03-22"),
            ("2019–2024", "2019-01-01..2024-12-31"),
            ("2019-2024", "2019-01-01..2024-12-31"),
            ("2019 — 2024", "2019-01-01..2024-12-31"),
            ("2019‒2024", "2019-01-01..2024-12-31"),
            ("2019−2024", "2019-01-01..2024-12-31"),
            ("2023-05-2024-06", "2023-05-01..2024-06-30"),
            ("2023-05-01-2023-06-01", "2023-05-01..2023-06-01"),
            ("13.05.2024–14.05.2024", "2024-05-13..2024-05-14"),
            ("май 2023 – июнь 2024", "2023-05-01..2024-06-30"),
            ("13 мая 2024 — вчера", "2024-05-13..2026-03-30"),
            ("вчера–сегодня", "2026-03-30..2026-03-31"),
            ("2024..сегодня", "2024-01-01..2026-03-31"),
            ("вчера..", "2026-03-30.."),
            (">позавчера", "2026-03-30.."),
            (">= прошлый год", "2025-01-01.."),
            ("<сегодня", "..2026-03-30"),
            ("<=вчера", "..2026-03-30"),
            ("2024-05", "2024-05-01..2024-05-31"),
            ("завтра", "2026-04-01..2026-04-01"),
            ("2024–", "2024-01-01.."),
            ("май 2024 —", "2024-05-01.."),
            ("2024-", "2024-01-01.."),
            ("–2024", "..2024-12-31"),
            ("с 2023", "2023-01-01.."),
            ("С мая 2024", "2024-05-01.."),
            ("с 2023 по вчера", "2023-01-01..2026-03-30"),
            ("с вчера по сегодня", "2026-03-30..2026-03-31"),
            ("после 2020", "2021-01-01.."),
            ("после 13 мая 2024", "2024-05-14.."),
            ("до 2020", "..2019-12-31"),
            ("до вчера", "..2026-03-29"),
            ("по 2020", "..2020-12-31"),
            ("since 2023", "2023-01-01.."),
            ("before 2024-05", "..2024-04-30"),
        ];
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        for (text, days) in table {
            let span = read(text, today).unwrap();
            assert_eq!(format!("{}..{}", day(span.from), day(span.to)), days, "{text}");
        }
    }

    #[test]
    fn a_reversed_range_says_so() {
        let today = Date::constant(2026, 3, 31);
        for text in ["2025–2024", "вчера — 2024", "май 2024-март 2024"] {
            let message = read(text, today).unwrap_err().to_string();
            assert!(message.contains("ends before it begins"), "{text}: {message}");
        }
    }

    #[test]
    fn what_is_no_date() {
        let today = Date::constant(2026, 3, 31);
        let table = [
            "",
            "вчерась",
            "2024–2019",
            "2024-13",
            "завтрак",
            "0 дней",
            "5000 дней",
            "неделя встречи",
            "за",
            "-2024",
            "–",
            "с",
            "до встречи",
            "по 2020 с 2019",
            "вчера–позавчера",
            "дней",
            "..",
            "последние 3",
            "1–2",
        ];
        for text in table.into_iter().filter(|text| !matches!(*text, ".." | "дней")) {
            assert!(read(text, today).is_err(), "{text}: {:?}", read(text, today));
        }
    }
}
