//! Dates of releases: the table of places and what is found there, and laws that hold for any text.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::fmt::Write;

use proptest::prelude::*;
use vestnik::{DateContext, DateOrigin, Dating, DayOrder, find_date};

fn context() -> DateContext {
    DateContext::on("2024-06-01".parse().unwrap())
}

fn shown(dating: &Dating) -> String {
    let reasons: Vec<&str> = dating.refused.iter().map(|refused| refused.reason.as_str()).collect();
    match &dating.found {
        Some(found) => {
            let origin = serde_json::to_value(found.origin).unwrap();
            format!("{} {}", found.date, origin.as_str().unwrap())
        }
        None => format!("- {}", reasons.join("; ")),
    }
}

#[test]
fn every_line_of_the_table_holds() {
    let mut failures = String::new();
    let (mut cases, mut rejections) = (0, 0);
    for line in include_str!("date_table.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (place, rest) = line.split_once('|').unwrap();
        let (text, expected) = rest.rsplit_once('|').unwrap();
        let (mut text, expected) = (text.trim(), expected.trim());
        let mut context = context();
        if let Some((year, rest)) = text.strip_prefix("year=").and_then(|rest| rest.split_once(' ')) {
            (context.year, text) = (Some(year.parse().unwrap()), rest);
        }
        if let Some(rest) = text.strip_prefix("us ") {
            (context.order, text) = (DayOrder::MonthFirst, rest);
        }
        let origin = match place.trim() {
            "field" => DateOrigin::Field,
            "meta" => DateOrigin::Metadata,
            "url" => DateOrigin::Url,
            "file" => DateOrigin::FileName,
            _ => DateOrigin::Text,
        };
        let found = shown(&find_date(&[(origin, text)], &context));
        let holds = match expected.strip_prefix('-') {
            Some(reason) => found.starts_with('-') && found.contains(reason.trim()),
            None => found == expected,
        };
        if !holds {
            writeln!(failures, "{line}\n    found {found}").unwrap();
        }
        cases += 1;
        rejections += usize::from(expected.starts_with('-'));
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(cases >= 160 && rejections * 3 >= cases, "{cases} cases, {rejections} rejections");
}

#[test]
fn the_most_trusted_place_wins() {
    use DateOrigin::{Dateline, Field, FileName, Metadata, Text, Updated, Url};
    let table: [(&[(DateOrigin, &str)], &str); 9] = [
        (&[(Metadata, "2024-05-14"), (Field, "2024-05-13")], "2024-05-13 field"),
        (&[(Field, "вчера"), (Metadata, "2024-05-14")], "2024-05-14 metadata"),
        (&[(Field, "2064-05-13"), (Text, "13 мая 2024")], "2024-05-13 text"),
        (&[(Text, "14 мая 2024"), (Url, "/2024/05/13/")], "2024-05-13 url"),
        (&[(Text, "12 мая 2024"), (Text, "Опубликовано: 13 мая 2024")], "2024-05-13 label"),
        (&[(Updated, "2024-05-20"), (Dateline, "Ташкент, 13 мая 2024 г.")], "2024-05-13 dateline"),
        (&[(Updated, "2024-05-20")], "2024-05-20 updated"),
        (&[(Text, "13 мая"), (Url, "https://example.uz/2023/05/a.html")], "2023-05-13 text"),
        (&[(Text, "13 мая"), (FileName, "2023/a.html")], "2023-05-13 text"),
    ];
    for (candidates, expected) in table {
        assert_eq!(shown(&find_date(candidates, &context())), expected, "{candidates:?}");
    }
}

#[test]
fn what_is_refused_is_reported() {
    let dating = find_date(&[(DateOrigin::Field, "2064-05-13"), (DateOrigin::Url, "/a")], &context());
    assert_eq!(dating.found, None);
    let [refused] = &dating.refused[..] else { panic!("{dating:?}") };
    assert_eq!((refused.text.as_str(), refused.origin), ("2064-05-13", DateOrigin::Field));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        text in "([0-9]{1,4}|[-./,:«» \n|]|мая|май|May|г\\.|т\\.г\\.|Дата:|Опубликовано|Ташкент|V|\\PC){0,24}",
        year in proptest::option::of(1900_i16..2100),
    ) {
        let context = DateContext { year, ..context() };
        for origin in [DateOrigin::Field, DateOrigin::Metadata, DateOrigin::Url, DateOrigin::FileName, DateOrigin::Text] {
            let dating = find_date(&[(origin, &text)], &context);
            if let Some(found) = dating.found {
                prop_assert!((1900..=2025).contains(&found.date.year()));
                prop_assert!(text.contains(&found.text));
            }
        }
    }
}
