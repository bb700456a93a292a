//! Normalization: one spelling for what Russian texts spell in several ways.
//!
//! [`clean`] composes (NFC), removes stress marks, soft hyphens and zero-width characters, and replaces
//! look-alike letters of another alphabet. [`fold`] lowers and writes ё as е, but never й as и. Both work on
//! one token; where it starts and ends is the tokenizer's decision.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The letter case of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// No capital, or no letter at all.
    Lower,
    /// One capital, at the start.
    Title,
    /// All letters are capitals.
    Upper,
    /// Anything else: «МИДа», «КамАЗ».
    Mixed,
}

/// Invisible characters inside words.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{34F}' | '\u{FE00}'..='\u{FE0F}')
}

/// Combining marks, which belong to the letter before them.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

pub(crate) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{A640}'..='\u{A69F}')
}

/// The token without invisible characters and stress marks, in one alphabet. Letter case is kept.
pub(crate) fn clean(surface: &str) -> Cow<'_, str> {
    if surface.chars().all(is_plain) {
        return Cow::Borrowed(surface);
    }
    let mut base = '\0';
    let visible = surface.chars().filter(|&c| {
        if is_ignorable(c) {
            return false;
        }
        let stress = matches!(c, '\u{300}' | '\u{301}' | '\u{341}') && is_cyrillic(base);
        if !is_mark(c) {
            base = c;
        }
        !stress
    });
    let visible: String = visible.map(plain_sign).collect();
    let composed = if is_nfc(&visible) { visible } else { visible.nfc().collect() };
    Cow::Owned(unify_alphabet(composed))
}

/// As `char::is_uppercase`, but without a table lookup for Russian letters.
pub(crate) fn is_capital(c: char) -> bool {
    match c {
        'а'..='я' | 'ё' => false,
        'А'..='Я' | 'Ё' => true,
        _ => c.is_uppercase(),
    }
}

/// As `char::is_lowercase`, but without a table lookup for Russian letters.
fn is_small(c: char) -> bool {
    match c {
        'а'..='я' | 'ё' => true,
        'А'..='Я' | 'Ё' => false,
        _ => c.is_lowercase(),
    }
}

/// One hyphen for all hyphens and dashes, one apostrophe for all apostrophes.
fn plain_sign(c: char) -> char {
    match c {
        '\u{2010}' | '\u{2011}' | '–' | '—' | '−' => '-',
        '’' | 'ʼ' => '\'',
        _ => c,
    }
}

/// Whether a character needs no cleaning.
fn is_plain(c: char) -> bool {
    matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё' | '-')
}

/// The cleaned token in lower case with ё as е.
pub(crate) fn fold(clean: &str) -> String {
    let mut folded = String::with_capacity(clean.len());
    for c in clean.chars() {
        match c {
            'а'..='я' => folded.push(c),
            'А'..='Я' => folded.push(lower_russian(c)),
            'ё' | 'Ё' => folded.push('е'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// As `fold`, but returns the same string if it is already folded, as most lemmas are.
pub(crate) fn fold_owned(clean: String) -> String {
    if clean.chars().all(|c| matches!(c, 'а'..='я')) { clean } else { fold(&clean) }
}

/// The small letter of a capital А–Я, 32 code points after it.
fn lower_russian(c: char) -> char {
    char::from_u32(c as u32 + 32).unwrap_or(c)
}

/// The letter case of a cleaned token.
pub(crate) fn case_of(clean: &str) -> Case {
    let (mut capitals, mut small, mut first_is_capital) = (0_u32, 0_u32, None);
    for c in clean.chars() {
        if is_capital(c) {
            capitals += 1;
            first_is_capital.get_or_insert(true);
        } else if is_small(c) {
            small += 1;
            first_is_capital.get_or_insert(false);
        }
    }
    match (first_is_capital, capitals, small) {
        (_, 0, _) => Case::Lower,
        (_, _, 0) => Case::Upper,
        (Some(true), 1, _) => Case::Title,
        _ => Case::Mixed,
    }
}

/// Latin letters and the Russian letters that look the same.
const LOOK_ALIKES: &[(char, char)] = &[
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('k', 'к'),
    ('m', 'м'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('ë', 'ё'),
    ('Ë', 'Ё'),
];

/// Rewrites a word of mixed alphabets in the alphabet of most of its letters, if every other letter has a
/// look-alike there: «Утратилo» with a Latin o, «Вank» with a Russian В.
fn unify_alphabet(word: String) -> String {
    let cyrillic = word.chars().filter(|&c| is_cyrillic(c)).count();
    let latin = word.chars().filter(|&c| c.is_alphabetic() && c.is_ascii() || c == 'ë' || c == 'Ë').count();
    if cyrillic == 0 || latin == 0 {
        return word;
    }
    let to_russian = |c: char| LOOK_ALIKES.iter().find(|pair| pair.0 == c).map_or(c, |&(_, russian)| russian);
    let to_latin = |c: char| LOOK_ALIKES.iter().find(|pair| pair.1 == c).map_or(c, |&(latin, _)| latin);
    if cyrillic >= latin {
        let unified: String = word.chars().map(to_russian).collect();
        return if unified.chars().any(|c| c.is_ascii_alphabetic()) { word } else { unified };
    }
    let unified: String = word.chars().map(to_latin).collect();
    if unified.chars().any(is_cyrillic) { word } else { unified }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_folds_to_one() {
        for (input, expected) in [
            ("Ёлка", "елка"),
            ("ПАРЛАМЕНТ", "парламент"),
            ("и\u{306}од", "йод"),
            ("Владимира\u{301}", "владимира"),
            ("е\u{308}лка", "елка"),
            ("пра\u{AD}во", "право"),
            ("сло\u{200B}во", "слово"),
            ("\u{FEFF}Начало", "начало"),
            ("Утратилo", "утратило"),
            ("Вank", "bank"),
            ("COVID", "covid"),
            ("Ўзбекистон", "ўзбекистон"),
            ("cafe\u{301}", "café"),
            ("Рr", "рr"),
            ("2024–2025", "2024-2025"),
            ("О’Нил", "о'нил"),
            ("нормативно\u{2011}правовой", "нормативно-правовой"),
        ] {
            assert_eq!(fold(&clean(input)), expected, "{input}");
        }
    }

    #[test]
    fn case_is_seen() {
        for (input, expected) in [
            ("слово", Case::Lower),
            ("Слово", Case::Title),
            ("ООН", Case::Upper),
            ("В", Case::Upper),
            ("МИДа", Case::Mixed),
            ("КамАЗ", Case::Mixed),
            ("24", Case::Lower),
            ("Ёж", Case::Title),
        ] {
            assert_eq!(case_of(input), expected, "{input}");
        }
    }
}
