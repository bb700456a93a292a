//! The stem channel: Snowball's stems, carried on until nothing changes.
//!
//! Snowball (Porter & Richard Boulton) takes one layer of endings off; a surname or an old suffix
//! often keeps another (Камилова → камилов → камил). Stemming the stem again brings the forms of a
//! word together, as long as enough of it is left. No dictionary here.

use std::sync::OnceLock;

use rust_stemmers::{Algorithm, Stemmer};

/// How many letters a stem must keep for another round: with fewer, unlike words meet.
const SHORTEST_RESTEMMED: usize = 5;

/// Snowball's own Russian stem of a folded word.
pub(crate) fn snowball(folded: &str) -> String {
    static RUSSIAN: OnceLock<Stemmer> = OnceLock::new();
    RUSSIAN.get_or_init(|| Stemmer::create(Algorithm::Russian)).stem(folded).into_owned()
}

/// The stem of a folded Russian word, stemmed again while five letters or more are left.
pub(crate) fn russian(folded: &str) -> String {
    let mut stem = snowball(folded);
    loop {
        let next = snowball(&stem);
        if next == stem || next.chars().count() < SHORTEST_RESTEMMED {
            return stem;
        }
        stem = next;
    }
}

/// Snowball's English stem of a lower-case Latin word.
pub(crate) fn english(folded: &str) -> String {
    static ENGLISH: OnceLock<Stemmer> = OnceLock::new();
    ENGLISH.get_or_init(|| Stemmer::create(Algorithm::English)).stem(folded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_name_meet_in_one_stem() {
        for forms in [
            &["камилов", "камилова", "камиловым", "камилове", "камиловой"][..],
            &["газпром", "газпрома", "газпромом"],
            &["узбекистан", "узбекистане", "узбекистаном"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| russian(form)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        }
    }

    #[test]
    fn short_stems_are_left_alone() {
        for (input, expected) in [("банка", "банк"), ("иран", "ира"), ("ооо", "оо")] {
            assert_eq!(russian(input), expected);
        }
    }
}
