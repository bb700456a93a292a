//! Normalization: one spelling for what Russian texts spell in several ways.
//!
//! [`clean`] composes (NFKC), removes stress marks, soft hyphens and zero-width characters, and has
//! `alphabets` replace look-alike letters of another alphabet. [`fold`] lowers and writes ё as е, but never й
//! as и. Both work on one token; where it starts and ends is the tokenizer's decision.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfkc};

use super::alphabets::{self, is_cyrillic, is_latin};

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

/// Invisible characters, which are no part of the word around them.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Combining marks, which belong to the letter before them.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

/// Letters, digits and units written as one character, «㎡». Apostrophes that Unicode takes for letters are not.
pub(crate) fn is_word_char(c: char) -> bool {
    match c {
        'а'..='я' | 'А'..='Я' | '\u{3380}'..='\u{33DF}' | '℃' | '℉' => true,
        _ => c.is_alphanumeric() && !is_apostrophe(c),
    }
}

/// Every apostrophe, and the signs that are typed for one.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c,
        '\'' | '`' | '´' | '\u{2B9}'..='\u{2BF}' | '\u{2C8}' | '\u{2CA}' | '\u{2CB}' | '\u{55A}' | '\u{2018}'..='\u{201B}'
        | '′' | '‵' | '\u{A78B}' | '\u{A78C}' | '\u{FF07}')
}

/// Hyphens of every kind.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{FE63}' | '\u{FF0D}')
}

/// Dashes and minus signs of every length.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '\u{2012}'..='\u{2015}' | '\u{2212}' | '\u{FE58}')
}

/// Fractions written as one character: «½».
pub(crate) fn is_vulgar_fraction(c: char) -> bool {
    matches!(c, '\u{BC}'..='\u{BE}' | '\u{2150}'..='\u{215E}' | '\u{2189}')
}

/// Raised, lowered and circled digits: «м²», «CO₂», «①».
pub(crate) fn is_raised_or_lowered(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}' | '\u{2460}'..='\u{2473}')
}

/// The token in one spelling: composed, without invisible characters, stress marks and hyphens at the end of
/// a line, in one alphabet. Letter case is kept.
pub(crate) fn clean(surface: &str) -> Cow<'_, str> {
    if surface.chars().all(is_plain) {
        return Cow::Borrowed(surface);
    }
    let spelled = composed(&visible(surface));
    if !spelled.chars().any(is_cyrillic) || !spelled.chars().any(is_latin) {
        return Cow::Owned(spelled);
    }
    let mut unified = String::with_capacity(spelled.len());
    for segment in spelled.split_inclusive(|c: char| !c.is_alphanumeric() && !is_mark(c) && c != '\'') {
        unified.push_str(&alphabets::unify(segment));
    }
    // Marks of Latin letters may be stress marks of what are Cyrillic letters now.
    Cow::Owned(if unified == spelled { unified } else { composed(&visible(&unified)) })
}

/// A token cleaned and folded.
pub(crate) fn normalized(surface: &str) -> String {
    fold(&clean(surface))
}

/// What remains without invisible characters, stress marks and hyphenation, with one sign for all hyphens and
/// dashes and one for all apostrophes.
fn visible(surface: &str) -> String {
    let mut visible = String::with_capacity(surface.len());
    let mut letter = '\0';
    let mut in_tag = false;
    for c in surface.chars() {
        if in_tag {
            in_tag = c != '>';
            continue;
        }
        match c {
            // «м<sup>2», as «м²».
            '<' => {
                in_tag = true;
                if visible.ends_with(char::is_numeric) {
                    visible.push('^');
                }
            }
            '\n' => {
                let line = visible.trim_end_matches([' ', '\t', '\r']);
                visible.truncate(line.strip_suffix('-').unwrap_or(line).len());
            }
            ' ' | '\t' | '\r' if surface.contains('\n') && !visible.ends_with('-') => {}
            _ if is_ignorable(c) => {}
            '\u{300}' | '\u{301}' | '\u{341}' if is_stressed(&visible, letter) => {}
            'ѐ' => visible.push('е'),
            'ѝ' => visible.push('и'),
            'Ѐ' => visible.push('Е'),
            'Ѝ' => visible.push('И'),
            _ if is_hyphen(c) || is_dash(c) => visible.push('-'),
            _ if is_apostrophe(c) => visible.push('\''),
            // «10⁶» is not 106, «1½» is not 11/2.
            _ if (is_vulgar_fraction(c) || is_raised_or_lowered(c))
                && visible.ends_with(char::is_numeric) =>
            {
                visible.push(if is_vulgar_fraction(c) { ' ' } else { '^' });
                visible.push(c);
            }
            _ => visible.push(c),
        }
        if !is_mark(c) && !is_ignorable(c) {
            letter = c;
        }
    }
    visible
}

/// Whether a stress mark is dropped: after a Cyrillic letter, or after an accented one.
fn is_stressed(visible: &str, letter: char) -> bool {
    is_cyrillic(letter)
        || !letter.is_ascii() && is_latin(letter)
        || visible.ends_with(['\u{300}', '\u{301}', '\u{341}'])
}

/// The text in Unicode's compatibility composition: «²» as 2, «Ⅳ» as IV, «½» as 1/2, full-width letters as
/// ordinary ones.
fn composed(text: &str) -> String {
    if text.is_ascii() || is_nfkc(text) {
        return text.to_owned();
    }
    // «½» is composed with a fraction slash, «℃» with a degree sign, which is no part of the word «°C».
    text.nfkc().filter(|&c| c != '°').map(|c| if c == '\u{2044}' { '/' } else { c }).collect()
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

/// Whether a character needs no cleaning.
fn is_plain(c: char) -> bool {
    matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё' | '-')
}

/// A word in small letters with a capital first letter, as a name.
pub(crate) fn capitalized(word: &str) -> Option<String> {
    let mut letters = word.chars();
    let first = letters.next().filter(|first| first.is_lowercase())?;
    Some(first.to_uppercase().chain(letters).collect())
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

/// A word in capitals, with Ё as Е.
pub(crate) fn capitals(word: &str) -> String {
    let mut capitals = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'а'..='я' => capitals.push(upper_russian(c)),
            'ё' | 'Ё' => capitals.push('Е'),
            _ => capitals.extend(c.to_uppercase()),
        }
    }
    capitals
}

/// The capital of a small letter а–я, 32 code points before it.
fn upper_russian(c: char) -> char {
    char::from_u32(c as u32 - 32).unwrap_or(c)
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
            ("Рr", "pr"),
            ("ВМW", "bmw"),
            ("ХХI", "xxi"),
            ("Н1N1", "h1n1"),
            ("Андрiй", "андрій"),
            ("Vальс", "vальс"),
            ("IT-компания", "it-компания"),
            ("зáмок", "замок"),
            ("Óльга", "ольга"),
            ("м²", "м2"),
            ("10⁶", "10^6"),
            ("м<sup>2", "м2"),
            ("10<sup>6", "10^6"),
            ("½", "1/2"),
            ("Ⅻ", "xii"),
            ("ＣＯＶＩＤ", "covid"),
            ("O‘zbek", "o'zbek"),
            ("реаби-\r\n  литация", "реабилитация"),
            ("сло\u{2066}во", "слово"),
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
