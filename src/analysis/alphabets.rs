//! Letters of different alphabets that look alike, and Cyrillic letters that Russian does not have.
//!
//! Works on the letters of one token.

/// Latin letters and the Cyrillic ones that look the same. Where several do, the first pair counts. Those
/// with an accent are stressed vowels of Cyrillic words.
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
    ('i', 'і'),
    ('j', 'ј'),
    ('s', 'ѕ'),
    ('h', 'һ'),
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
    ('Y', 'У'),
    ('Y', 'Ү'),
    ('I', 'І'),
    ('J', 'Ј'),
    ('S', 'Ѕ'),
    ('ə', 'ә'),
    ('Ə', 'Ә'),
    ('ǝ', 'ә'),
    ('ɵ', 'ө'),
    ('Ɵ', 'Ө'),
    ('ë', 'ё'),
    ('Ë', 'Ё'),
    ('ï', 'ї'),
    ('Ï', 'Ї'),
    ('á', 'а'),
    ('à', 'а'),
    ('é', 'е'),
    ('è', 'е'),
    ('ó', 'о'),
    ('ò', 'о'),
    ('ý', 'у'),
    ('ỳ', 'у'),
    ('Á', 'А'),
    ('À', 'А'),
    ('É', 'Е'),
    ('È', 'Е'),
    ('Ó', 'О'),
    ('Ò', 'О'),
    ('Ý', 'У'),
    ('Ỳ', 'У'),
];

/// The letters that look alike as capitals, in small letters.
const CAPITAL_LOOK_ALIKES: &[(char, char)] = &[
    ('a', 'а'),
    ('b', 'в'),
    ('c', 'с'),
    ('e', 'е'),
    ('h', 'н'),
    ('i', 'і'),
    ('k', 'к'),
    ('m', 'м'),
    ('o', 'о'),
    ('p', 'р'),
    ('t', 'т'),
    ('x', 'х'),
    ('y', 'у'),
];

/// The fewest letters of an abbreviation in Latin capitals that is taken for a Cyrillic one as well.
const SHORTEST_LATIN_ABBREVIATION: usize = 4;

/// Letters of the Cyrillic alphabets of Central Asia, Ukraine and Belarus, and how Russian spells them.
const RUSSIAN_SPELLINGS: &[(char, char)] = &[
    ('ў', 'у'),
    ('қ', 'к'),
    ('ғ', 'г'),
    ('ҳ', 'х'),
    ('ә', 'а'),
    ('ө', 'о'),
    ('ұ', 'у'),
    ('ү', 'у'),
    ('і', 'и'),
    ('ї', 'и'),
    ('є', 'е'),
    ('ґ', 'г'),
    ('ң', 'н'),
    ('ҷ', 'ж'),
    ('җ', 'ж'),
    ('һ', 'х'),
    ('ӣ', 'и'),
    ('ӯ', 'у'),
    ('ј', 'й'),
    ('ѕ', 'с'),
];

pub(super) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{A640}'..='\u{A69F}')
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii() && LOOK_ALIKES.iter().any(|pair| pair.0 == c)
}

/// Writes letters of mixed alphabets in one, if all of the other have a look-alike there: «Утратилo» with a
/// Latin o, «ВМW» with a Russian В. Where both are possible, in that of most letters; numerals in Latin ones.
pub(super) fn unify(word: &str) -> String {
    let cyrillic = word.chars().filter(|&c| is_cyrillic(c)).count();
    let latin = word.chars().filter(|&c| is_latin(c)).count();
    if cyrillic == 0 || latin == 0 {
        return word.to_owned();
    }
    let to_cyrillic: Option<String> =
        word.chars().map(|c| if is_latin(c) { cyrillic_like(c) } else { Some(c) }).collect();
    let to_latin: Option<String> =
        word.chars().map(|c| if is_cyrillic(c) { latin_like(c) } else { Some(c) }).collect();
    match (to_cyrillic, to_latin) {
        (Some(cyrillic_word), Some(latin_word)) => {
            let is_numeral = latin_word.chars().all(|c| matches!(c, 'X' | 'I' | 'C' | 'M'));
            if is_numeral || latin > cyrillic { latin_word } else { cyrillic_word }
        }
        (Some(word), None) | (None, Some(word)) => word,
        (None, None) => word.to_owned(),
    }
}

fn cyrillic_like(c: char) -> Option<char> {
    LOOK_ALIKES.iter().find(|pair| pair.0 == c).map(|pair| pair.1)
}

fn latin_like(c: char) -> Option<char> {
    LOOK_ALIKES.iter().find(|pair| pair.1 == c).map(|pair| pair.0)
}

/// A folded designation or numeral as it looks in the other alphabet, without hyphens: «с-300» as «c300», «xx»
/// as «хх», «cccp» in Latin capitals as «ссср». `None` if a letter has no look-alike, or if the token may be an
/// ordinary word.
pub(super) fn in_other_alphabet(folded: &str, capitals: bool, designator: bool) -> Option<String> {
    let is_numeral = || {
        let is_sure = |c: char| matches!(c, 'x' | 'х' | 'i' | 'і');
        capitals
            && folded.chars().any(is_sure)
            && folded.chars().all(|c| is_sure(c) || matches!(c, 'c' | 'с' | 'm' | 'м'))
    };
    // Shorter ones are as likely Latin: BBC, PC.
    let is_abbreviation = || capitals && folded.is_ascii() && folded.len() >= SHORTEST_LATIN_ABBREVIATION;
    let has_digit = folded.bytes().any(|byte| byte.is_ascii_digit());
    if !(has_digit || designator || is_numeral() || is_abbreviation()) {
        return None;
    }
    let (mut other, mut alphabet) = (String::with_capacity(folded.len()), None);
    for c in folded.chars().filter(|c| c.is_alphanumeric()) {
        if !c.is_alphabetic() {
            other.push(c);
            continue;
        }
        let cyrillic = is_cyrillic(c);
        let like =
            CAPITAL_LOOK_ALIKES.iter().find(|pair| if cyrillic { pair.1 == c } else { pair.0 == c })?;
        if *alphabet.get_or_insert(cyrillic) != cyrillic {
            return None;
        }
        other.push(if cyrillic { like.0 } else { like.1 });
    }
    alphabet.map(|_| other)
}

/// A number that is typed with letters for some of its digits: «2О24» as 2024. The letter О may stand for 0 behind
/// the first digit, З for 3 and l for 1 between two digits.
pub(super) fn digits_in_letters(folded: &str) -> Option<String> {
    if !folded.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let between = |at: usize, c: char| {
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, 'о' | 'o');
        folded[..at].ends_with(is_digit) && folded[at + c.len_utf8()..].starts_with(is_digit)
    };
    let digits = folded.char_indices().map(|(at, c)| match c {
        '0'..='9' => Some(c),
        'о' | 'o' => Some('0'),
        'з' if between(at, c) => Some('3'),
        'l' if between(at, c) => Some('1'),
        _ => None,
    });
    let digits: String = digits.collect::<Option<_>>()?;
    let typed = folded.bytes().filter(u8::is_ascii_digit).count();
    (typed > 1 && typed < digits.len()).then_some(digits)
}

/// A cleaned word as Russian spells it: «Тоқаев» as «Токаев». `None` for a word of Russian letters.
pub(super) fn russian_spelling(clean: &str) -> Option<String> {
    // Nearly all words have letters of this row alone.
    if clean.chars().all(|c| matches!(c, 'А'..='я' | 'ё' | 'Ё' | '-')) {
        return None;
    }
    let russian = |c: char| {
        let small = c.to_lowercase().next().unwrap_or(c);
        let spelling = RUSSIAN_SPELLINGS.iter().find(|pair| pair.0 == small)?.1;
        Some(if small == c { spelling } else { spelling.to_uppercase().next().unwrap_or(spelling) })
    };
    let foreign = clean.chars().any(|c| russian(c).is_some());
    foreign.then(|| clean.chars().map(|c| russian(c).unwrap_or(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designations_and_numerals_look_alike() {
        for (folded, capitals, expected) in [
            ("с-300", false, Some("c300")),
            ("c-300", false, Some("с300")),
            ("т34", false, Some("t34")),
            ("хх", true, Some("xx")),
            ("xx", true, Some("хх")),
            ("хх", false, None),
            ("ооо", true, None),
            ("1ф", false, None),
            ("2024", false, None),
            ("xiх", true, None),
            ("cccp", true, Some("ссср")),
            ("cccp", false, None),
            ("ссср", true, None),
            ("bbc", true, None),
            ("nato", true, None),
        ] {
            assert_eq!(in_other_alphabet(folded, capitals, false).as_deref(), expected, "{folded}");
        }
        assert_eq!(in_other_alphabet("с", true, true).as_deref(), Some("c"));
    }

    #[test]
    fn digits_are_typed_as_letters() {
        for (folded, expected) in [
            ("2о24", Some("2024")),
            ("2o24", Some("2024")),
            ("20з5", Some("2035")),
            ("202о", Some("2020")),
            ("1l2", Some("112")),
            ("44з", None),
            ("5о", None),
            ("2024", None),
            ("о24", None),
            ("2г24", None),
            ("", None),
        ] {
            assert_eq!(digits_in_letters(folded).as_deref(), expected, "{folded}");
        }
    }

    #[test]
    fn letters_that_russian_lacks_have_a_russian_spelling() {
        for (word, expected) in [
            ("Тоқаев", Some("Токаев")),
            ("ЎЗБЕКИСТОН", Some("УЗБЕКИСТОН")),
            ("Київ", Some("Киив")),
            ("Жетісу", Some("Жетису")),
            ("Ҷумҳурӣ", Some("Жумхури")),
            ("Москва", None),
            ("ёлка", None),
            ("covid", None),
        ] {
            assert_eq!(russian_spelling(word).as_deref(), expected, "{word}");
        }
    }
}
