//! The terms of tokens that are not words: numbers, dates, ordinals, signs and addresses.
//!
//! Uses neither the dictionary nor the stemmer. The tokenizer decides what kind of token it is.

use super::{
    normalize::{clean, fold},
    term::{Channel, Rule},
    term_list::TermList,
};

/// «1 000,5» as 1000.5.
pub(super) fn number(surface: &str) -> TermList {
    let digits = surface.chars().filter(|c| !c.is_whitespace());
    let digits: String = digits.map(|c| if c == ',' { '.' } else { c }).collect();
    exact(&digits)
}

/// Signs that people also write as words.
pub(super) fn sign(surface: &str) -> TermList {
    let mut form = exact(surface);
    let word = match surface {
        "%" => "процент",
        "№" => "номер",
        _ => "промилле",
    };
    form.push(Channel::Lemma, word, Rule::Sign);
    form
}

/// Addresses, «т.г.» and days in figures: found whole as they stand, without a scheme.
pub(super) fn literal(surface: &str) -> TermList {
    let body = surface.split_once("://").map_or(surface, |(_, body)| body);
    exact(&fold(&clean(body)))
}

/// «24-й»: the whole and the number alone.
pub(super) fn ordinal(surface: &str) -> TermList {
    let folded = fold(&clean(surface));
    let mut form = exact(&folded);
    if let Some((number, _)) = folded.split_once('-') {
        form.push(Channel::Exact, number, Rule::Surface);
    }
    form
}

/// Whether a number and what a hyphen joins to it are an ordinal: «24-й», «90-х».
pub(super) fn is_ordinal(number: &str, ending: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit())
        && ending.chars().count() <= 3
        && ending.chars().all(|c| matches!(c, 'а'..='я'))
}

/// The day of «05.06.2024», which «5 июня 2024» has as «5».
pub(super) fn day(figure: &str) -> TermList {
    let mut form = exact(figure);
    if let Some(digit) = figure.strip_prefix('0') {
        form.push(Channel::Exact, digit, Rule::Surface);
    }
    form
}

const MONTHS: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];

/// The month of «13.05.2024»: the figure, and the word that «13 мая 2024» has in its place.
pub(super) fn month(figure: &str) -> TermList {
    let mut form = exact(figure);
    let name = figure.parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    if let Some(name) = name {
        form.push(Channel::Lemma, name, Rule::Month);
    }
    form
}

fn exact(text: &str) -> TermList {
    let mut form = TermList::default();
    form.push(Channel::Exact, text, Rule::Surface);
    form
}
