//! Capitals: telling an abbreviation from a word that is merely written large.
//!
//! «ЦАР» is no form of «царь», «КАМИЛОВ» in a list of guests is no abbreviation, and in a headline
//! set in capitals nearly everything is an ordinary word. Looks at letters and at what the
//! dictionary said; gives no terms itself.

use super::{
    fold::{Case, case_of, is_capital},
    lemma::Reading,
};

/// How a form in capitals is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capitals {
    /// As an ordinary word.
    Word,
    /// As an abbreviation and nothing else.
    Abbreviation,
    /// As both: the letters alone don't tell.
    Both,
}

/// Up to this many letters a form in capitals is an abbreviation whatever word it resembles.
const SURELY_SHORT: usize = 3;
/// From this many letters on, an unknown form in capitals may be a word that the dictionary lacks.
const MAYBE_WORD: usize = 6;
/// Hardly an abbreviation has more letters than this.
const LONGEST_ABBREVIATION: usize = 8;
/// A line wholly in capitals counts as shouted when it has a word of this many letters.
const SHOUTED_WORD: usize = 6;

/// Reads a form of two letters or more, all of them capitals. `shouted` says that the whole line
/// around it is in capitals, so that they tell nothing.
pub(crate) fn read(letters: usize, reading: &Reading, shouted: bool) -> Capitals {
    let known = reading.is_known_word();
    let (fixed, declined) = match &reading.abbreviation {
        Some(abbreviation) => (!abbreviation.declined, abbreviation.declined),
        None => (false, false),
    };
    if letters > LONGEST_ABBREVIATION || known && shouted && !fixed && !declined {
        return Capitals::Word;
    }
    let is_letters = match known {
        true if declined => false,
        true => letters <= SURELY_SHORT || fixed && !shouted,
        false => letters < MAYBE_WORD || fixed,
    };
    if is_letters { Capitals::Abbreviation } else { Capitals::Both }
}

/// Whether a line is written in capitals throughout, so that capitals tell nothing in it.
pub(crate) fn is_shouted(line: &str) -> bool {
    let mut run = 0;
    let mut longest = 0;
    for c in line.chars() {
        if c.is_lowercase() {
            return false;
        }
        run = if c.is_alphabetic() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest >= SHOUTED_WORD
}

/// The endings that abbreviations take in running text: МИДа, МИДом, ЦИКе, ВУЗов, СМИшных is none.
const ENDINGS: &[&str] =
    &["а", "у", "ом", "ем", "е", "ы", "и", "ов", "ев", "ам", "ами", "ах", "ой", "ей", "ю", "я"];

/// The letters of an abbreviation with an ending, «МИДа» and «ЦИК-а», or with small letters inside,
/// «УзА» and «КамАЗ».
pub(crate) fn mixed_abbreviation(clean: &str) -> Option<String> {
    let (last, capital) = clean.char_indices().rfind(|&(_, c)| is_capital(c))?;
    let (letters, ending) = clean.split_at(last + capital.len_utf8());
    let ending = ending.strip_prefix(['-', '\'']).unwrap_or(ending);
    let before = letters.chars().rev().nth(1)?;
    let fits = ending.is_empty() || before.is_uppercase() && ENDINGS.contains(&ending);
    let is_mixed = case_of(clean) == Case::Mixed && clean.starts_with(char::is_uppercase);
    (fits && is_mixed && letters.chars().all(char::is_alphabetic)).then(|| letters.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_shows_its_letters_through_small_ones() {
        for (input, expected) in [
            ("МИДа", Some("МИД")),
            ("ЦИК-а", Some("ЦИК")),
            ("ВУЗов", Some("ВУЗ")),
            ("НАТОвский", None),
            ("КамАЗ", Some("КАМАЗ")),
            ("КамАЗом", Some("КАМАЗ")),
            ("УзА", Some("УЗА")),
            ("ГазПром", None),
            ("Нью-Йорк", None),
            ("Санкт-ПетербургА", None),
            ("Ивана", None),
            ("ООН", None),
        ] {
            assert_eq!(mixed_abbreviation(input).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn a_shouted_line_has_a_word_and_no_small_letter() {
        for (input, expected) in [
            ("ЗАСЕДАНИЕ КОМИТЕТА", true),
            ("КТУ ООН", false),
            ("МВД РОССИИ", true),
            ("ЦАР", false),
            ("Заседание ООН", false),
            ("", false),
        ] {
            assert_eq!(is_shouted(input), expected, "{input}");
        }
    }
}
