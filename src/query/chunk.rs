//! Reads one run of characters between spaces: a word, an operator, a distance, a prefix, a pattern.
//!
//! Knows nothing of what stands around the run.

use std::borrow::Cow;

use super::{
    Expr, Field, Form,
    token::{Kind, Operator},
    word,
};

/// The longest name of a field, in characters.
const LONGEST_NAME: usize = 9;

/// A name before a colon that means a part of the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Field(Field),
    Date,
}

/// What a name before a colon means, in whatever letter case.
fn name(text: &str) -> Option<Name> {
    match text.to_lowercase().as_str() {
        "заголовок" | "title" => Some(Name::Field(Field::Title)),
        "текст" | "body" => Some(Name::Field(Field::Body)),
        "источник" | "source" => Some(Name::Field(Field::Source)),
        "дата" | "date" => Some(Name::Date),
        _ => None,
    }
}

/// The name that a run begins with, as written and as meant; `source://` is an address.
pub(super) fn leading_name(mut run: impl Iterator<Item = char> + Clone) -> Option<(String, Name)> {
    let length = run.clone().take(LONGEST_NAME + 1).position(|c| c == ':')?;
    let written: String = run.by_ref().take(length).collect();
    let meant = name(&written)?;
    let address = run.nth(1) == Some('/') && run.next() == Some('/');
    (!address).then_some((written, meant))
}

/// Reads a run that may be an operator or a distance.
pub(super) fn read(run: &str) -> (Option<Kind>, Option<&'static str>) {
    let operator = match run {
        "И" | "AND" => Some(Operator::And),
        "ИЛИ" | "OR" => Some(Operator::Or),
        "НЕ" | "NOT" => Some(Operator::Not),
        _ => None,
    };
    if let Some(operator) = operator {
        return (Some(Kind::Operator { operator, word: Some(run.to_owned()) }), None);
    }
    match distance(run) {
        Some(within @ 1..=super::shape::MOST_WORDS) => (Some(Kind::Near(within)), None),
        Some(_) => (leaf(run, Form::Any).0, Some("a distance is a number from 1 to 100, as in /3")),
        None => leaf(run, Form::Any),
    }
}

/// The number after the slash in `/N`.
fn distance(run: &str) -> Option<u32> {
    let number = run.strip_prefix('/')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse().unwrap_or(u32::MAX))
}

/// Reads a run that is a word, a prefix or a pattern, and says what is doubtful in it.
pub(super) fn leaf(run: &str, form: Form) -> (Option<Kind>, Option<&'static str>) {
    let (text, after) = word::split_word(run);
    if text.is_empty() {
        return (None, None);
    }
    let plain = |text: &str| Some(Kind::Leaf(Expr::Word { text: text.to_owned(), form }));
    if text.contains("://") {
        return (plain(text), None);
    }
    if let Some(stem) = before_tilde(text) {
        return (plain(stem), Some("`~N` stands only after a phrase in quotes"));
    }
    let tail = after.split(|c| !matches!(c, '*' | '?')).next().unwrap_or_default().trim_end_matches('?');
    let shaped = if tail.is_empty() { text.into() } else { Cow::Owned(format!("{text}{tail}")) };
    let behind = run.starts_with('*').then_some("`*` stands behind the letters that a word begins with");
    if let Some(leaf) = word::wildcards(&shaped) {
        return (Some(Kind::Leaf(leaf)), behind);
    }
    if behind.is_some() {
        return (plain(text), behind);
    }
    (plain(text), shaped.contains('*').then_some("`*` needs two letters before it"))
}

/// What stands before a `~` with nothing but a number after it.
fn before_tilde(text: &str) -> Option<&str> {
    let (stem, number) = text.rsplit_once('~')?;
    let (stem, _) = word::split_word(stem);
    (!stem.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then_some(stem)
}
