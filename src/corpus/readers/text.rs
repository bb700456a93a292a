//! Plain text: a title, perhaps header lines right below it, then the body.
//!
//! A line is a header only where its name and its value can be one; any other stays in the body.

use super::{Details, Fault, Input, Output, encoding::Decoded, fields};
use crate::release::Release;

/// The reader of plain text.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let name = input.name.clone();
    let Decoded { text, encoding, notes } = input.text()?;
    let release = release(&text, &name)?;
    // The release is a copy. A large file must not be in memory twice while it is indexed.
    drop(text);
    output.release(release, Details { encoding: Some(encoding), notes, ..Details::default() })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Date,
    Source,
    Url,
}

/// Reads the release in a text of this name.
pub(super) fn release(text: &str, file_name: &str) -> Result<Release, Fault> {
    let mut notes = Vec::new();
    let (title, rest) = fields::titled_noting(text, &mut notes)
        .ok_or("is empty: a release has its title in the first line; write one or remove the file")?;
    let mut release = Release { title, ..Release::default() };
    let mut seen = Vec::new();
    let mut rest = rest.as_str();
    while let Some((header, value)) = header(rest.lines().next().unwrap_or_default()) {
        if seen.contains(&header) {
            break;
        }
        seen.push(header);
        match header {
            Header::Date if value.is_empty() => {}
            Header::Date => fields::date(&mut release, value),
            Header::Source => release.source = fields::some_line(value),
            Header::Url => release.url = fields::some_line(value),
        }
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    release.body = fields::body(rest);
    release.origin.get_or_insert_default().notes.extend(notes);
    fields::date_by_content(&mut release, Some(file_name));
    Ok(release)
}

fn header(line: &str) -> Option<(Header, &str)> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim();
    let header = match name.trim().to_lowercase().as_str() {
        "дата" | "date" => Header::Date,
        "источник" | "source" => Header::Source,
        // «Адрес: ул. Навои, 1» is a line of the release.
        "адрес" | "url" if value.is_empty() || is_url(value) => Header::Url,
        _ => return None,
    };
    Some((header, value))
}

fn is_url(value: &str) -> bool {
    value.contains('.') && !value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Title, body, date, source, URL and the date as written, for a text in `a.txt`.
    fn shown(text: &str, file_name: &str) -> String {
        let release = release(text, file_name).unwrap();
        let extra = release.extra.get("date").and_then(|date| date.as_str()).unwrap_or_default();
        let date = release.date.map(|date| date.to_string()).unwrap_or_default();
        let (source, url) = (release.source.unwrap_or_default(), release.url.unwrap_or_default());
        [release.title, release.body, date, source, url, extra.to_owned()].join("|")
    }

    #[test]
    fn titles_headers_and_bodies() {
        let table = [
            ("Встреча", "Встреча|||||"),
            (
                "\u{feff}\n \nВстреча\u{a0}сторон \n\nОдин. \r\n\r\nДва.\n\n",
                "Встреча сторон|Один.\n\nДва.||||",
            ),
            ("Встреча\nОдин.", "Встреча|Один.||||"),
            (
                "Встреча\nДата: 13 мая 2024 г.\nИсточник: МЧС  России\nАдрес: https://m.example/1\n\nОдин.",
                "Встреча|Один.|2024-05-13|МЧС России|https://m.example/1|",
            ),
            (
                "Meeting\r\nURL: m.example\r\nDATE : 2024-05-13\r\nsource:МЧС\r\n\r\nOne.",
                "Meeting|One.|2024-05-13|МЧС|m.example|",
            ),
            ("Встреча\nДата: вчера\n\nОдин.", "Встреча|Один.||||вчера"),
            ("Встреча\nДата: 31.02.2024\n\nОдин.", "Встреча|Один.||||31.02.2024"),
            ("Встреча\nДата:\nИсточник: МЧС\n\nОдин.", "Встреча|Один.||МЧС||"),
            ("Встреча\n\nДата: 2024-05-13", "Встреча|Дата: 2024-05-13|2024-05-13|||"),
            ("Встреча\nАдрес: ул. Навои, 1\n\nОдин.", "Встреча|Адрес: ул. Навои, 1\n\nОдин.||||"),
            ("Встреча\nИсточник: МЧС\nИсточник: МИД", "Встреча|Источник: МИД||МЧС||"),
            ("Встреча\nПовод: 10:00\n\nОдин.", "Встреча|Повод: 10:00\n\nОдин.||||"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text, "a.txt"), expected, "{text:?}");
        }
    }

    #[test]
    fn the_file_name_dates_what_has_no_date() {
        let table = [
            ("2024-05-13-tashkent.txt", "Встреча", "Встреча||2024-05-13|||"),
            ("2024-05-13.txt", "Встреча\nИсточник: МЧС", "Встреча||2024-05-13|МЧС||"),
            ("2024-05-13.txt", "Встреча\nДата: 2024-05-14", "Встреча||2024-05-14|||"),
            ("2024-05-13.txt", "Встреча\nДата: вчера", "Встреча||2024-05-13|||вчера"),
            ("2024-02-31.txt", "Встреча", "Встреча|||||"),
            ("20240513-a.txt", "Встреча", "Встреча||2024-05-13|||"),
            (
                "a.txt",
                "Встреча\n\nТашкент, 13 мая 2024 г. – Текст.",
                "Встреча|Ташкент, 13 мая 2024 г. – Текст.|2024-05-13|||",
            ),
            ("a.txt", "Встреча\n\nОна состоится 13 мая 2024 г.", "Встреча|Она состоится 13 мая 2024 г.||||"),
            ("встреча.txt", "Встреча", "Встреча|||||"),
        ];
        for (file_name, text, expected) in table {
            assert_eq!(shown(text, file_name), expected, "{file_name}: {text:?}");
        }
    }

    #[test]
    fn an_empty_file_is_no_release() {
        for text in ["", "\u{feff}", " \r\n\u{a0}\n"] {
            assert!(
                matches!(release(text, "a.txt"), Err(Fault::Malformed { reason, .. }) if reason.starts_with("is empty: ")),
                "{text:?}"
            );
        }
    }
}
