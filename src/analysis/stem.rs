//! Stems: the Snowball algorithm, repeated until the stem no longer changes.
//!
//! Snowball (Martin Porter, Richard Boulton) removes one layer of endings; a surname often has another
//! (Камилова → камилов → камил). Stemming the stem again brings all forms of a word together, as long as
//! enough letters are left.
//!
//! Truncation to the first letters also brings words of one origin together, «финансирование» and «финансист». For
//! Russian it ranks as well as a stemmer (Dolamic & Savoy 2009), but it confuses more words: `plan` decides what it
//! is used for.

use std::sync::OnceLock;

use rust_stemmers::{Algorithm, Stemmer};

/// The fewest letters that a repeated stem may have. With fewer, unrelated words share a stem.
const SHORTEST_RESTEMMED: usize = 5;

/// The Snowball stem of a folded Russian word.
pub(crate) fn snowball(folded: &str) -> String {
    static RUSSIAN: OnceLock<Stemmer> = OnceLock::new();
    RUSSIAN.get_or_init(|| Stemmer::create(Algorithm::Russian)).stem(folded).into_owned()
}

/// The repeated stem of a folded Russian word.
pub(crate) fn russian(folded: &str) -> String {
    let mut stem = snowball(folded);
    // A stem never gets longer, so a short one is final.
    while stem.chars().count() >= SHORTEST_RESTEMMED {
        let next = snowball(&stem);
        if next == stem || next.chars().count() < SHORTEST_RESTEMMED {
            break;
        }
        stem = next;
    }
    stem
}

/// How many letters a truncated word has.
const TRUNCATED: usize = 5;

/// The first letters of a folded word that has more than these.
pub(crate) fn truncated(folded: &str) -> Option<&str> {
    folded.char_indices().nth(TRUNCATED).map(|(end, _)| &folded[..end])
}

/// The Snowball stem of a lower-case English word.
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
    #[ignore = "needs ../shared"]
    fn shared_snowball_vocabulary_gets_the_published_stems() {
        let shared = std::env::var_os("VESTNIK_SHARED").unwrap_or_else(|| "../shared".into());
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(shared).join("snowball");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let (words, stems) = (read("russian_voc.txt"), read("russian_output.txt"));
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
    fn long_words_are_truncated() {
        for (input, expected) in
            [("финансирование", Some("финан")), ("вопрос", Some("вопро")), ("вывод", None), ("", None)]
        {
            assert_eq!(truncated(input), expected, "{input}");
        }
    }

    #[test]
    fn short_stems_are_left_alone() {
        for (input, expected) in [("банка", "банк"), ("иран", "ира"), ("ооо", "оо")] {
            assert_eq!(russian(input), expected);
        }
    }
}
