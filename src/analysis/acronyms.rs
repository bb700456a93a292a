//! Separates abbreviations from words written in capitals.
//!
//! «ЦАР» is not a form of «царь», «КАМИЛОВ» in a list of guests is not an abbreviation, and in a headline in
//! capitals nearly every word is an ordinary one. Decides by the letters and by what the dictionary says of
//! the form; produces no terms.

use super::{
    morphology::Morphology,
    normalize::{Case, case_of, is_capital},
};

/// How a form in capitals is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapsReading {
    /// As an ordinary word.
    Word,
    /// As an abbreviation and nothing else.
    Abbreviation,
    /// As both, because the letters do not decide.
    Both,
}

/// A form in capitals of up to this many letters is an abbreviation even if it is also a word.
const SURELY_SHORT: usize = 3;
/// An unknown form in capitals of at least this many letters may be a word that the dictionary lacks.
const MAYBE_WORD: usize = 6;
/// A form of more letters is not an abbreviation.
const LONGEST_ABBREVIATION: usize = 8;
/// A line in capitals is running text if it has a word of this many letters.
const LONG_WORD: usize = 6;

/// Classifies a form of at least two letters, all capitals. `all_caps_line` says that the line around it is
/// in capitals too, which makes an abbreviation less likely.
pub(crate) fn classify(letters: usize, morphology: &Morphology, all_caps_line: bool) -> CapsReading {
    let known = morphology.is_known_word();
    let (fixed, declined) = match &morphology.abbreviation {
        Some(abbreviation) => (!abbreviation.declined, abbreviation.declined),
        None => (false, false),
    };
    if letters > LONGEST_ABBREVIATION || known && all_caps_line && !fixed && !declined {
        return CapsReading::Word;
    }
    let is_letters = match known {
        true if declined => false,
        true => letters <= SURELY_SHORT || fixed && !all_caps_line,
        // In a line in capitals a short word that the dictionary lacks may as well be a name.
        false => letters < MAYBE_WORD && !all_caps_line || fixed,
    };
    if is_letters { CapsReading::Abbreviation } else { CapsReading::Both }
}

/// Whether a line is running text in capitals.
pub(crate) fn is_all_caps_line(line: &str) -> bool {
    let mut run = 0;
    let mut longest = 0;
    for c in line.chars() {
        if c.is_lowercase() {
            return false;
        }
        run = if c.is_alphabetic() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest >= LONG_WORD
}

/// The case endings that abbreviations take in running text: МИДа, МИДом, ЦИКе, ВУЗов.
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
    fn a_line_in_capitals_has_a_word_and_no_small_letter() {
        for (input, expected) in [
            ("ЗАСЕДАНИЕ КОМИТЕТА", true),
            ("КТУ ООН", false),
            ("МВД РОССИИ", true),
            ("ЦАР", false),
            ("Заседание ООН", false),
            ("", false),
        ] {
            assert_eq!(is_all_caps_line(input), expected, "{input}");
        }
    }
}
