//! Folding: one spelling for what Russian texts spell in many ways.
//!
//! Composes (NFC), drops what cannot be seen or heard in a search (stress marks, soft hyphens,
//! zero-width characters), mends look-alike letters, lowers, and writes ё as е. Never й as и.
//! Works on one token at a time and never changes where it starts or ends.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// How a token's letters stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// No capital, or no letter at all.
    Lower,
    /// A capital and then none.
    Title,
    /// Two letters or more, all capitals; or one capital letter alone.
    Upper,
    /// Anything else: «МИДа», «КамАЗ».
    Mixed,
}

/// Characters that stand inside words without being part of them.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{34F}' | '\u{FE00}'..='\u{FE0F}')
}

/// Combining marks: part of the letter before them.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

pub(crate) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{A640}'..='\u{A69F}')
}

/// The token without what is neither seen nor heard, its look-alike letters mended, its case kept.
pub(crate) fn clean(surface: &str) -> Cow<'_, str> {
    if surface.chars().all(is_plain) {
        return Cow::Borrowed(surface);
    }
    let mut base = '\0';
    let heard = surface.chars().filter(|&c| {
        if is_ignorable(c) {
            return false;
        }
        let stress = matches!(c, '\u{300}' | '\u{301}' | '\u{341}') && is_cyrillic(base);
        if !is_mark(c) {
            base = c;
        }
        !stress
    });
    let heard: String = heard.map(plain_sign).collect();
    let composed = if is_nfc(&heard) { heard } else { heard.nfc().collect() };
    Cow::Owned(mend(composed))
}

/// As `char::is_uppercase`, which looks at tables for Russian letters.
pub(crate) fn is_capital(c: char) -> bool {
    match c {
        'а'..='я' | 'ё' => false,
        'А'..='Я' | 'Ё' => true,
        _ => c.is_uppercase(),
    }
}

/// As `char::is_lowercase`, likewise.
fn is_small(c: char) -> bool {
    match c {
        'а'..='я' | 'ё' => true,
        'А'..='Я' | 'Ё' => false,
        _ => c.is_lowercase(),
    }
}

/// Hyphens, dashes and apostrophes of every length and curve in one spelling each.
fn plain_sign(c: char) -> char {
    match c {
        '\u{2010}' | '\u{2011}' | '–' | '—' | '−' => '-',
        '’' | 'ʼ' => '\'',
        _ => c,
    }
}

/// Letters that need no cleaning: Russian ones, and Latin ones and digits where they stand alone.
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

/// As `fold`, of a word that nobody else needs: most lemmas are folded as they are.
pub(crate) fn fold_owned(clean: String) -> String {
    if clean.chars().all(|c| matches!(c, 'а'..='я')) { clean } else { fold(&clean) }
}

/// Lower case of one capital among А–Я, which stand 32 code points before their small letters.
fn lower_russian(c: char) -> char {
    char::from_u32(c as u32 + 32).unwrap_or(c)
}

/// How the letters of a cleaned token stand.
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

/// Latin letters and the Russian ones that look the same.
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

/// Writes a word of mixed alphabets in the one that most of its letters belong to, where every
/// letter of the other has a look-alike there: «Утратилo» with a Latin o, «Вank» with a Russian В.
fn mend(word: String) -> String {
    let cyrillic = word.chars().filter(|&c| is_cyrillic(c)).count();
    let latin = word.chars().filter(|&c| c.is_alphabetic() && c.is_ascii() || c == 'ë' || c == 'Ë').count();
    if cyrillic == 0 || latin == 0 {
        return word;
    }
    let to_russian = |c: char| LOOK_ALIKES.iter().find(|pair| pair.0 == c).map_or(c, |&(_, russian)| russian);
    let to_latin = |c: char| LOOK_ALIKES.iter().find(|pair| pair.1 == c).map_or(c, |&(latin, _)| latin);
    if cyrillic >= latin {
        let mended: String = word.chars().map(to_russian).collect();
        return if mended.chars().any(|c| c.is_ascii_alphabetic()) { word } else { mended };
    }
    let mended: String = word.chars().map(to_latin).collect();
    if mended.chars().any(is_cyrillic) { word } else { mended }
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
