//! The fields of a release as every format fills them.
//!
//! Cleans what is never meant (byte order marks, line ends, stray white space) and nothing else:
//! soft hyphens, stress marks and letters are the business of analysis.

use std::borrow::Cow;

use crate::release::{DateContext, DateOrigin, Dating, Release, find_date};

/// The text as one line: white space of any kind becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let text =
        if text.contains('\u{FEFF}') { text.replace('\u{FEFF}', "").into() } else { Cow::Borrowed(text) };
    // Word by word: a list of the words of a hostile file can take eight times its size.
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The same, or nothing where there are no words.
pub(crate) fn some_line(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|line| !line.is_empty())
}

/// The text with `\n` line ends, without empty lines around it and white space at the end of lines.
pub(crate) fn body(text: &str) -> String {
    let text = if text.contains(['\u{FEFF}', '\r']) {
        Cow::Owned(text.replace('\u{FEFF}', "").replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut body = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if !(body.is_empty() && line.is_empty()) {
            body.push_str(line);
            body.push('\n');
        }
    }
    body.truncate(body.trim_end_matches('\n').len());
    body
}

/// A first line longer than this, in characters, is a text and not a title.
const LONGEST_TITLE: usize = 300;

/// The first line with words in it as the title, and the rest as it follows; nothing where there are no words.
#[allow(dead_code, reason = "for readers that report nothing of a title")]
pub(crate) fn titled(text: &str) -> Option<(String, String)> {
    titled_noting(text, &mut Vec::new())
}

/// The same; if the first line is a whole text, because it is long or the only line, its first sentence is the title
/// and the line stays in the rest, which is noted.
pub(crate) fn titled_noting(text: &str, notes: &mut Vec<String>) -> Option<(String, String)> {
    let text = body(text);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let title = some_line(first)?;
    let length = title.chars().count();
    let sentence = first_sentence(&title);
    if length > LONGEST_TITLE {
        notes.push(format!("the first line has {length} characters; the title is its beginning"));
        return Some((sentence.unwrap_or_else(|| first_words(&title)).to_owned(), text));
    }
    if let Some(sentence) = sentence.filter(|_| rest.trim().is_empty()) {
        notes.push("the text is one line; the title is its first sentence".to_owned());
        return Some((sentence.to_owned(), text));
    }
    Some((title, rest.to_owned()))
}

/// As many words as a title may have.
fn first_words(line: &str) -> &str {
    let end = line.char_indices().nth(LONGEST_TITLE).map_or(line.len(), |(at, _)| at);
    let start = line.get(..end).unwrap_or(line);
    start.get(..start.rfind(' ').unwrap_or(start.len())).unwrap_or(start).trim_end()
}

/// The first sentence, if another one follows and it is no longer than a title may be.
fn first_sentence(line: &str) -> Option<&str> {
    let end = line.char_indices().nth(LONGEST_TITLE).map_or(line.len(), |(at, _)| at);
    let start = line.get(..end).unwrap_or(line);
    let mut ends = start.match_indices([' ', '\u{A0}']).map(|(at, _)| at);
    let sentence = ends.find(|at| {
        let (before, behind) = line.split_at_checked(*at).unwrap_or((line, ""));
        let word = before.trim_end_matches(['.', '!', '?', '…']);
        // «г.», «Т.» and the like are no ends, and a sentence has some words.
        let last = word.rsplit(' ').next().unwrap_or_default();
        word.len() < before.len()
            && last.chars().count() > 3
            && before.chars().count() > 20
            && behind.trim_start().starts_with(|c: char| c.is_uppercase() || c == '«' || c == '—')
    });
    line.get(..sentence?).map(str::trim_end)
}

/// How many lines of a text are searched for its date: datelines and publication lines stand on top.
const DATED_LINES: usize = 4;

/// Dates the release by what its field says; a value that is no date stays in `extra` as it was written.
pub(crate) fn date(release: &mut Release, written: &str) {
    dated(release, find_date(&[(DateOrigin::Field, written)], &DateContext::now()));
}

/// Dates a release that has no date by its address, the name of its file and the first lines of its text.
pub(crate) fn date_by_content(release: &mut Release, file_name: Option<&str>) {
    if release.date.is_some() {
        return;
    }
    let lines = release.body.lines().filter(|line| !line.trim().is_empty()).take(DATED_LINES);
    let mut candidates: Vec<(DateOrigin, &str)> = lines.map(|line| (DateOrigin::Text, line)).collect();
    candidates.extend(release.url.as_deref().map(|url| (DateOrigin::Url, url)));
    candidates.extend(file_name.map(|name| (DateOrigin::FileName, name)));
    let dating = find_date(&candidates, &DateContext::now());
    dated(release, dating);
}

/// Enters the date that was found, its origin, and what was refused.
pub(crate) fn dated(release: &mut Release, dating: Dating) {
    let origin = release.origin.get_or_insert_default();
    if let Some(found) = dating.found {
        release.date = Some(found.date);
        origin.date_origin = Some(found.origin.name().to_owned());
    }
    for refused in dating.refused {
        origin.notes.push(format!("the date {:?} {} and is not used", refused.text, refused.reason));
        let in_field = matches!(refused.origin, DateOrigin::Field | DateOrigin::Metadata);
        if in_field && (release.date.is_none() || refused.origin == DateOrigin::Field) {
            release.extra.entry("date").or_insert_with(|| refused.text.into());
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
