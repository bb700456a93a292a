//! Capitals: telling an abbreviation from a word that is merely written large.
//!
//! «ЦАР» is no form of «царь», «КАМИЛОВ» in a list of guests is no abbreviation, and in a headline
//! set in capitals nearly everything is an ordinary word. Looks at letters and at what the
//! dictionary said; gives no terms itself.

use super::{
    fold::{Case, case_of},
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
    if letters > LONGEST_ABBREVIATION {
        return Capitals::Word;
    }
    if reading.abbreviation && !known {
        return Capitals::Abbreviation;
    }
    if shouted {
        return match (known, reading.abbreviation) {
            (true, true) if letters <= SURELY_SHORT => Capitals::Abbreviation,
            (true, true) => Capitals::Both,
            (true, false) => Capitals::Word,
            (false, _) if letters < MAYBE_WORD => Capitals::Abbreviation,
            (false, _) => Capitals::Both,
        };
    }
    if letters <= SURELY_SHORT || !known && letters < MAYBE_WORD {
        return Capitals::Abbreviation;
    }
    Capitals::Both
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

/// The abbreviation in «МИДа» and «ЦИК-а»: at least two capitals and then an ending.
pub(crate) fn inflected_abbreviation(clean: &str) -> Option<&str> {
    let small = clean.char_indices().find(|(_, c)| !c.is_uppercase())?.0;
    let (capitals, ending) = clean.split_at(small);
    let ending = ending.strip_prefix(['-', '’', '\'']).unwrap_or(ending);
    let long_enough = capitals.chars().count() >= 2 && case_of(capitals) == Case::Upper;
    (long_enough && ENDINGS.contains(&ending)).then_some(capitals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inflected_abbreviation_shows_its_letters() {
        for (input, expected) in [
            ("МИДа", Some("МИД")),
            ("ЦИК-а", Some("ЦИК")),
            ("ВУЗов", Some("ВУЗ")),
            ("НАТОвский", None),
            ("КамАЗ", None),
            ("Ивана", None),
            ("ООН", None),
        ] {
            assert_eq!(inflected_abbreviation(input), expected, "{input}");
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
