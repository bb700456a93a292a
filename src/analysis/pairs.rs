//! Pairs of function words, as terms: «что в» where one directly follows the other.
//!
//! Most releases have both words of «что это», and few have the phrase. Without the pair, a search for it reads the
//! positions of all that have the words. Lucene's `CommonGramsFilter` indexes pairs for a fixed list of words. Here a lemma
//! is that of a function word if it is one itself, whatever the form in the text.

use smol_str::SmolStr;

use super::{
    TermCache,
    term::{Channel, Term},
    word_terms::TokenContext,
};

/// The first letter of the keys of pairs. No channel has it.
const PAIR: char = 'p';

/// Whether a key is that of a pair.
pub(crate) fn is_pair(key: &str) -> bool {
    key.starts_with(PAIR)
}

/// The key of the pair of two lemmas, given their texts.
pub(crate) fn pair_key(first: &str, second: &str) -> SmolStr {
    smol_str::format_smolstr!("{PAIR}{first} {second}")
}

impl TermCache {
    fn is_function(&mut self, word: &str) -> bool {
        let found = self.find(word, TokenContext::Text);
        self.form(found).function
    }

    /// The lemmas of function words among the terms with these keys.
    pub(crate) fn function_lemmas<'k>(&mut self, keys: impl Iterator<Item = &'k str>) -> FunctionLemmas {
        let mut found = FunctionLemmas::default();
        for key in keys {
            let lemma = key.strip_prefix(Channel::Lemma.letter());
            // The lemma of «ВСЕ» is in capitals, and «все» finds it.
            let lemma = lemma.map(|lemma| SmolStr::from(lemma.trim_end_matches(Term::MARKS).to_lowercase()));
            match lemma.filter(|lemma| self.is_function(lemma)) {
                Some(lemma) if found.lemmas.contains(&lemma) => {}
                Some(lemma) => found.lemmas.push(lemma),
                None => found.has_others = true,
            }
        }
        found
    }
}

/// The lemmas of function words among some terms.
#[derive(Debug, Default)]
pub(crate) struct FunctionLemmas {
    /// Their texts in lower case, each once and without marks.
    pub lemmas: Vec<SmolStr>,
    /// Whether there are other terms.
    pub has_others: bool,
}

#[cfg(test)]
mod tests {
    use crate::Analyzer;

    use super::*;

    /// Surface | the lemmas of function words that it may be.
    const LEMMAS: &str = "
        что | что
        Что | что
        ЧТО | что
        это | это этот
        всех | весь все
        нём | он оно
        не | не
        В | в
        комитет |
        человек |
        ООН |
    ";

    #[test]
    fn forms_have_the_lemmas_of_function_words() {
        let mut cache = Analyzer::new().unwrap().term_cache();
        for line in LEMMAS.trim().lines() {
            let (surface, expected) = line.split_once('|').unwrap();
            let found = cache.find(surface.trim(), TokenContext::Text);
            let keys: Vec<String> = cache.form(found).terms().map(|term| term.key().to_owned()).collect();
            let mut lemmas = cache.function_lemmas(keys.iter().map(String::as_str)).lemmas;
            lemmas.sort();
            assert_eq!(lemmas.join(" "), expected.trim(), "{line}");
        }
    }
}
