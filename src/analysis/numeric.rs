//! The terms of tokens that are not words: numbers, dates, ordinals, signs and addresses.
//!
//! Uses neither the dictionary nor the stemmer. The tokenizer decides what kind of token it is.

use super::{
    normalize::{clean, fold, is_ignorable},
    term::{Channel, Rule},
    term_list::TermList,
};

/// «1 000,5» as 1000.5, «1 / 2» as 1/2.
pub(super) fn number(surface: &str) -> TermList {
    let digits = surface.chars().filter(|c| !c.is_whitespace());
    let digits: String = digits.map(|c| if c == ',' { '.' } else { c }).collect();
    exact(&digits)
}

/// The shortest telephone number without a code.
const SHORTEST_PHONE: usize = 5;
/// The lengths of telephone numbers without the codes of the country and of the city.
const LOCAL_LENGTHS: [usize; 3] = [10, 9, 7];

/// «+998 71 239-19-19» as 998712391919, 712391919 and 2391919: with each code and without.
pub(super) fn phone(surface: &str) -> TermList {
    let digits: String = surface.chars().filter(char::is_ascii_digit).collect();
    let mut form = exact(&digits);
    let groups = surface.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
    let mut left = digits.as_str();
    for group in groups {
        left = &left[group.len()..];
        if left.len() >= SHORTEST_PHONE {
            form.push(Channel::Exact, left, Rule::Joined);
        }
    }
    if digits.len() == surface.len() {
        for length in LOCAL_LENGTHS {
            if let Some(local) = digits.len().checked_sub(length).and_then(|at| digits.get(at..)) {
                form.push(Channel::Exact, local, Rule::Joined);
            }
        }
    }
    form
}

/// The lemma of «№».
pub(super) const NUMBER_SIGN: &str = "номер";

/// Signs that people also write as words.
pub(super) fn sign(surface: &str) -> TermList {
    let mut form = exact(surface);
    let word = match surface {
        "%" => "процент",
        "№" => NUMBER_SIGN,
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

/// «24-й» and «24й»: the whole and the number alone.
pub(super) fn ordinal(surface: &str) -> TermList {
    let folded = fold(&clean(surface));
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = folded.split_at(digits);
    let mut form = exact(&format!("{number}-{}", ending.trim_start_matches('-')));
    form.push(Channel::Exact, number, Rule::Surface);
    form
}

/// In bytes, with invisible characters.
const LONGEST_ENDING: usize = 16;

/// The endings of ordinals and of numbers in figures: «24-й», «90-х», «5-ти», «2-мя».
const ORDINAL_ENDINGS: &[&str] = &[
    "й", "ый", "ий", "ой", "го", "ого", "его", "му", "ому", "ему", "м", "ым", "им", "ом", "ем", "я", "ая",
    "ья", "ю", "ую", "ью", "ей", "е", "ое", "ье", "ые", "ьи", "х", "ых", "их", "ми", "ыми", "ими", "и", "ти",
    "мя", "ух", "ух", "ех", "ёх",
];

/// Whether a number and the letters after it are an ordinal: «24-й», «90-х», «90х». Letters that are a unit,
/// «10-км» and «10м», are not an ending.
pub(super) fn is_ordinal(number: &str, ending: &str, attached: bool) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || is_ignorable(c);
    let is_ending = |known: &&str| known.chars().eq(ending.chars().filter(|&c| !is_ignorable(c)));
    number.chars().all(is_digit)
        && ending.len() <= LONGEST_ENDING
        && ORDINAL_ENDINGS.iter().filter(|known| !(attached && matches!(**known, "м" | "и"))).any(is_ending)
}

/// The day of «05.06.2024», which «5 июня 2024» has as «5».
pub(super) fn day(figure: &str) -> TermList {
    let mut form = exact(figure);
    if let Some(digit) = figure.strip_prefix('0') {
        form.push(Channel::Exact, digit, Rule::Surface);
    }
    form
}

/// The year of «05.10.23», which other dates have in four digits.
pub(super) fn year(figure: &str) -> TermList {
    let mut form = exact(figure);
    if let (2, Ok(year)) = (figure.len(), figure.parse::<u32>()) {
        let century = if year < FIRST_YEAR_OF_LAST_CENTURY { 2000 } else { 1900 };
        form.push(Channel::Exact, &(century + year).to_string(), Rule::Surface);
    }
    form
}

/// Years in two digits are of this century below 70, as in dates of releases.
const FIRST_YEAR_OF_LAST_CENTURY: u32 = 70;

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
