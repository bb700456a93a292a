//! Boundaries of words: which characters belong to a word, separate words, or surround them.
//!
//! The text stays as typed. Case folding and the dictionary belong to `analysis`.

use std::borrow::Cow;

use super::{Expr, Form};
use crate::analysis::{is_ignorable, is_word_char};

/// What separates words.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// A text without the invisible characters that pasted text has in and between its words.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(is_ignorable) { text.replace(is_ignorable, "").into() } else { text.into() }
}

/// Signs that texts have as words, and that take a position in a phrase.
fn is_sign(c: char) -> bool {
    matches!(c, '№' | '%' | '‰')
}

/// Letters, digits and what analysis reads as some: «㎡».
fn is_read(c: char) -> bool {
    is_word_char(c) || c.is_alphanumeric()
}

/// The marks that open or close a phrase. Apostrophes are not among them, because they stand in words.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '«' | '»' | '„' | '“' | '”')
}

/// Whether a word can begin with the character.
pub(super) fn begins_word(c: char) -> bool {
    is_read(c) || matches!(c, '#' | '№' | '@' | '§' | '$' | '€' | '₽' | '£' | '_')
}

/// A stress mark or another accent that follows its letter.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}')
}

fn ends_word(c: char) -> bool {
    is_read(c) || is_accent(c) || matches!(c, '%' | '‰' | '°' | '+' | '$' | '€' | '₽' | '£' | '_')
}

/// Splits a piece of text into its word and the punctuation after it. The word is empty if the piece has no letter
/// and no digit. An initial keeps its dot: «В.», «А.Б.».
pub(super) fn split_word(piece: &str) -> (&str, &str) {
    let begin = piece.find(begins_word).unwrap_or(piece.len());
    let from_word = piece.get(begin..).unwrap_or_default();
    let end = from_word.char_indices().rfind(|&(_, c)| ends_word(c)).map_or(0, |(at, c)| at + c.len_utf8());
    let (word, after) = from_word.split_at(end);
    if !word.contains(is_read) {
        return ("", after);
    }
    if after.starts_with('.') && ends_with_initial(word) {
        return from_word.split_at(end + '.'.len_utf8());
    }
    (word, after)
}

fn ends_with_initial(word: &str) -> bool {
    let last = word.chars().next_back().filter(|c| c.is_alphabetic()).map_or(0, char::len_utf8);
    // «Дж.» is the one initial of two letters.
    let before = word.strip_suffix("Дж").unwrap_or(&word[..word.len() - last]);
    before.len() < word.len()
        && before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !is_accent(c))
}

/// A word, a phrase if there are several words, or nothing if there is none.
///
/// Quotes inside count as spaces. Parts without a letter, a digit or a sign that is read as a word are left
/// out, and so are stars around a part, which match nothing in a phrase.
pub(super) fn text(text: &str, form: Form, slop: Option<u32>) -> Option<Expr> {
    let text = visible(text);
    let is_read = |part: &str| part.contains(|c: char| is_read(c) || is_sign(c));
    let parts: Vec<&str> = text
        .split(|c| is_space(c) || is_quote(c))
        .filter(|part| is_read(part))
        .map(|part| part.trim_matches('*'))
        .collect();
    // The first part is cut before a word and the last one behind a word: what is left must still be read.
    let begins = |part: &&str| part.find(begins_word).is_some_and(|begin| is_read(&part[begin..]));
    let ends = |part: &&str| {
        let end = part.char_indices().rfind(|&(_, c)| ends_word(c));
        end.is_some_and(|(at, c)| is_read(&part[..at + c.len_utf8()]))
    };
    let first = parts.iter().position(begins).unwrap_or(parts.len());
    let last = parts.iter().rposition(ends).map_or(first, |last| (last + 1).max(first));
    let joined = parts[first..last].join(" ");
    let (text, _) = split_word(&joined);
    match text.split(' ').count() {
        _ if text.is_empty() => None,
        1 => Some(Expr::Word { text: text.to_owned(), form }),
        _ => Some(Expr::Phrase { text: text.to_owned(), form, slop }),
    }
}

/// Whether it is a number with nothing but a unit sign after it, as in «-5°C» or «-10,5%».
pub(super) fn is_number(piece: &str) -> bool {
    let (word, _) = split_word(piece);
    let number = word.split(['%', '‰', '°']).next().unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}

/// Whether one `*` stands directly before the first word of a run. Two are the bold type of Markdown.
pub(super) fn has_leading_star(run: &str) -> bool {
    run.find(begins_word)
        .and_then(|begin| run.get(..begin))
        .is_some_and(|before| before.ends_with('*') && !before.ends_with("**"))
}

/// A prefix or a pattern from a word with wildcards, or nothing if these are ordinary signs.
///
/// A prefix has at least two letters or digits. A pattern begins with one, or with `*` and one, has at least
/// two, and one of them is a letter, so that «2*2» is no pattern. A `?` stands between letters.
pub(super) fn wildcards(word: &str) -> Option<Expr> {
    let word = &visible(word);
    let is_wild = |c: char| matches!(c, '*' | '?');
    if !word.contains(is_wild) {
        return None;
    }
    let word = without_double_stars(word);
    let fits = |c: char| c.is_alphanumeric() || is_accent(c) || is_wild(c) || "-.'’ʼ‘".contains(c);
    let letters = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).count();
    let body = word.strip_prefix('*').unwrap_or(&word);
    if !body.starts_with(char::is_alphanumeric) || !word.chars().all(fits) {
        return None;
    }
    if let Some(head) = word.strip_suffix('*').filter(|head| !head.contains(is_wild)) {
        return (letters(head) >= 2).then(|| Expr::Prefix(head.to_owned()));
    }
    let holds = letters(&word) >= 2 && word.contains(char::is_alphabetic) && marks_are_letters(&word);
    holds.then_some(Expr::Pattern(word))
}

fn without_double_stars(word: &str) -> String {
    let mut single = String::with_capacity(word.len());
    for c in word.chars() {
        if c != '*' || !single.ends_with('*') {
            single.push(c);
        }
    }
    single
}

/// Whether each `?` has a letter, a digit or another wildcard on both sides.
fn marks_are_letters(word: &str) -> bool {
    let is_letter =
        |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || is_accent(c) || matches!(c, '*' | '?'));
    let mut before = None;
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        if c == '?' && !(is_letter(before) && is_letter(rest.clone().next())) {
            return false;
        }
        before = Some(c);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_punctuation_and_keep_what_is_theirs() {
        let table = [
            ("Ташкент,", "Ташкент", ","),
            ("(ООН)", "ООН", ")"),
            ("В.", "В.", ""),
            ("В.Воронков.", "В.Воронков", "."),
            ("Ш.М.,", "Ш.М.", ","),
            ("Ж.-Б.", "Ж.-Б.", ""),
            ("Дж.", "Дж.", ""),
            ("млн.", "млн", "."),
            ("5%,", "5%", ","),
            ("+18°", "18°", ""),
            ("№5.", "№5", "."),
            ("@president_uz!", "@president_uz", "!"),
            ("дома\u{301}.", "дома\u{301}", "."),
            ("О’Брайен", "О’Брайен", ""),
            ("#", "", "#"),
            ("...", "", ""),
            ("", "", ""),
        ];
        for (piece, word, after) in table {
            assert_eq!(split_word(piece), (word, after), "{piece}");
            assert_eq!(split_word(word).0, word, "{piece}: again");
        }
    }

    #[test]
    fn phrases_begin_and_end_with_what_is_read() {
        let table = [
            ("рост на 5 %", "рост на 5 %"),
            ("3 +№", "3"),
            ("3 +№ +№", "3"),
            ("%# а", "а"),
            ("# № приказ", "№ приказ"),
            ("+№", ""),
        ];
        for (typed, expected) in table {
            let read = match text(typed, Form::Any, None) {
                Some(Expr::Word { ref text, .. } | Expr::Phrase { ref text, .. }) => text.clone(),
                _ => String::new(),
            };
            assert_eq!(read, expected, "{typed}");
        }
    }

    #[test]
    fn wildcards_need_letters() {
        let pattern = |text: &str| Some(Expr::Pattern(text.to_owned()));
        let prefix = |text: &str| Some(Expr::Prefix(text.to_owned()));
        let table = [
            ("дипло*", prefix("дипло")),
            ("дипло**", prefix("дипло")),
            ("до*", prefix("до")),
            ("д*", None),
            ("сл?во", pattern("сл?во")),
            ("сл??во", pattern("сл??во")),
            ("с*во", pattern("с*во")),
            ("сло?*", pattern("сло?*")),
            ("*слово", pattern("*слово")),
            ("**часть**", pattern("*часть*")),
            ("*с", None),
            ("*12", None),
            ("*-слово", None),
            ("2*2", None),
            ("а-?б", None),
            ("/page?id", None),
            ("слово", None),
        ];
        for (word, expected) in table {
            assert_eq!(wildcards(word), expected, "{word}");
        }
    }
}
