//! Reads one run of characters between spaces: a word, an operator, a distance, a prefix, a pattern.
//!
//! Does not look at the characters around the run.

use crate::query::{
    Expr, Field, Form,
    limits::MAX_DISTANCE,
    token::{Kind, Operator},
    word,
};

/// The longest field name, in characters.
const MAX_NAME: usize = 9;

/// A name before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Field(Field),
    Date,
}

/// What a name before a colon means, in any letter case.
fn name(text: &str) -> Option<Name> {
    match text.to_lowercase().as_str() {
        "заголовок" | "title" => Some(Name::Field(Field::Title)),
        "текст" | "body" => Some(Name::Field(Field::Body)),
        "источник" | "source" => Some(Name::Field(Field::Source)),
        "дата" | "date" => Some(Name::Date),
        _ => None,
    }
}

/// The name that a run begins with, as typed and as understood. `source://` is an address, not a name.
pub(super) fn leading_name(mut run: impl Iterator<Item = char> + Clone) -> Option<(String, Name)> {
    let length = run.clone().take(MAX_NAME + 1).position(|c| c == ':')?;
    let typed: String = run.by_ref().take(length).collect();
    let understood = name(&typed)?;
    let address = run.nth(1) == Some('/') && run.next() == Some('/');
    (!address).then_some((typed, understood))
}

/// Reads a run that can be an operator or a distance. In a query in capitals, «И» is a word.
pub(super) fn read(run: &str, in_capitals: bool) -> (Option<Kind>, Option<&'static str>) {
    let operator = match run {
        _ if in_capitals => None,
        "И" | "AND" => Some(Operator::And),
        "ИЛИ" | "OR" => Some(Operator::Or),
        "НЕ" | "NOT" => Some(Operator::Not),
        _ => None,
    };
    if let Some(operator) = operator {
        return (Some(Kind::Operator { operator, word: Some(run.to_owned()) }), None);
    }
    match distance(run) {
        Some(within @ 1..=MAX_DISTANCE) => (Some(Kind::Near(within)), None),
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

/// Reads a run that is a word, a prefix or a pattern. Also returns what a strict parser refuses in it.
pub(in crate::query) fn leaf(run: &str, form: Form) -> (Option<Kind>, Option<&'static str>) {
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
    if !run.contains(['*', '?']) {
        return (plain(text), None);
    }
    // Wildcards at the ends are punctuation to `split_word`. A `?` at the end is a question mark.
    let star = if word::has_leading_star(run) { "*" } else { "" };
    let tail = after.split(|c| !matches!(c, '*' | '?')).next().unwrap_or_default().trim_end_matches('?');
    // Two stars are the bold type of Markdown.
    let tail = if tail.starts_with("**") { "" } else { tail };
    let shaped = format!("{star}{text}{tail}");
    if let Some(leaf) = word::wildcards(&shaped) {
        return (Some(Kind::Leaf(leaf)), None);
    }
    (plain(text), shaped.contains('*').then_some("`*` needs two letters next to it"))
}

/// The word before a `~` that is followed by nothing but a number.
fn before_tilde(text: &str) -> Option<&str> {
    let (stem, number) = text.rsplit_once('~')?;
    let (stem, _) = word::split_word(stem);
    (!stem.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then_some(stem)
}
