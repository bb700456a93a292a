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
    // No round makes a stem longer, so that a short one needs none.
    while stem.chars().count() >= SHORTEST_RESTEMMED {
        let next = snowball(&stem);
        if next == stem || next.chars().count() < SHORTEST_RESTEMMED {
            break;
        }
        stem = next;
    }
    stem
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
    fn snowballs_own_vocabulary_gets_its_own_stems() {
        let shared = std::env::var_os("VESTNIK_SHARED").unwrap_or_else(|| "../shared".into());
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("snowball");
        let read = |name: &str| std::fs::read_to_string(folder.join(name));
        let (Ok(words), Ok(stems)) = (read("russian_voc.txt"), read("russian_output.txt")) else {
            eprintln!("skipped: {} is missing", folder.display());
            return;
        };
        // ё is folded before a word is stemmed; Snowball itself takes it for another letter.
        let pairs = words.lines().zip(stems.lines()).filter(|(word, _)| !word.contains('ё'));
        let wrong: Vec<_> = pairs.filter(|(word, stem)| snowball(word) != *stem).collect();
        assert_eq!((words.lines().count(), wrong), (49_785, Vec::new()));
    }

    #[test]
    fn one_round_takes_off_one_layer_of_endings() {
        for (input, expected) in [
            ("реабилитации", "реабилитац"),
            ("обсудили", "обсуд"),
            ("обсуждавшихся", "обсужда"),
            ("нормативных", "нормативн"),
            ("ташкентом", "ташкент"),
            ("камиловой", "камилов"),
            ("достоевского", "достоевск"),
            ("встречались", "встреча"),
            ("лучшейший", "лучш"),
            ("возможность", "возможн"),
            ("вода", "вод"),
            ("и", "и"),
        ] {
            assert_eq!(snowball(input), expected);
        }
    }

    #[test]
    fn short_stems_are_left_alone() {
        for (input, expected) in [("банка", "банк"), ("иран", "ира"), ("ооо", "оо")] {
            assert_eq!(russian(input), expected);
        }
    }
}
