//! The fields of a release as every format fills them.
//!
//! Cleans what is never meant (byte order marks, line ends, stray white space) and nothing else:
//! soft hyphens, stress marks and letters are the business of analysis.

use crate::release::{self, Release};

/// The text as one line: white space of any kind becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let text = text.replace('\u{FEFF}', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same, or nothing where there are no words.
pub(crate) fn some_line(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|line| !line.is_empty())
}

/// The text with `\n` line ends, without empty lines around it and white space at the end of lines.
pub(crate) fn body(text: &str) -> String {
    let text = text.replace('\u{FEFF}', "").replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The first line with words in it as the title, and the rest as it follows; nothing where there are no words.
pub(crate) fn titled(text: &str) -> Option<(String, String)> {
    let text = body(text);
    let (title, rest) = text.split_once('\n').unwrap_or((&text, ""));
    some_line(title).map(|title| (title, rest.to_owned()))
}

/// Notes the date; one that cannot be read stays in `extra` as it was written.
pub(crate) fn date(release: &mut Release, written: &str) {
    match release::day(written) {
        Ok(day) => release.date = Some(day),
        Err(_) => {
            release.extra.insert("date".to_owned(), written.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_line() {
        let table = [
            ("Встреча  в\u{a0}Ташкенте\r\n", "Встреча в Ташкенте"),
            ("\u{feff}Встреча\n\tв Ташкенте", "Встреча в Ташкенте"),
            ("пере\u{ad}говоры за\u{301}мок", "пере\u{ad}говоры за\u{301}мок"),
            (" \n ", ""),
        ];
        for (text, expected) in table {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn bodies_keep_their_paragraphs() {
        let table = [
            ("Первый.\r\n\r\nВторой. \r\n", "Первый.\n\nВторой."),
            ("\n \n\u{feff}  Отступ.\n \nДальше", "  Отступ.\n\nДальше"),
            ("Один\rдва", "Один\nдва"),
            ("пере\u{ad}говоры\u{a0}— за\u{301}мок", "пере\u{ad}говоры\u{a0}— за\u{301}мок"),
            (" \r\n", ""),
        ];
        for (text, expected) in table {
            assert_eq!(body(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_date_is_never_lost() {
        let mut release = Release::default();
        date(&mut release, "вчера");
        assert_eq!((release.date, &release.extra["date"]), (None, &"вчера".into()));
        date(&mut release, "13 мая 2024 г.");
        assert_eq!(release.date.map(|day| day.to_string()).as_deref(), Some("2024-05-13"));
    }
}
