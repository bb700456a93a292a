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

/// The longest lemma of a pair, in bytes: five letters, as «чтобы» has. The most frequent function words are shorter, and
/// most other lemmas are longer and need not be tested.
const LONGEST: usize = 10;

/// Whether a key is that of a pair.
pub(crate) fn is_pair(key: &[u8]) -> bool {
    key.first().is_some_and(|&first| char::from(first) == PAIR)
}

/// The key of the pair of two lemmas, given their texts.
pub(crate) fn pair_key(first: &str, second: &str) -> SmolStr {
    smol_str::format_smolstr!("{PAIR}{first} {second}")
}

/// The text of a lemma with a key, without its mark, if it is short enough for a pair.
pub(crate) fn short_lemma(key: &str) -> Option<&str> {
    let text = key.strip_prefix(Channel::Lemma.letter())?.trim_end_matches(Term::MARKS);
    Some(text).filter(|text| text.len() <= LONGEST)
}

impl TermCache {
    /// The text of the lemma with a key, if it is that of a short function word. The lemma of «ВСЕ» is in capitals, and
    /// «все» finds it.
    fn function_lemma(&mut self, key: &str) -> Option<SmolStr> {
        let text = short_lemma(key)?;
        let lemma: SmolStr = text.chars().flat_map(char::to_lowercase).collect();
        let found = self.find(&lemma, TokenContext::Text);
        self.form(found).function.then_some(lemma)
    }

    /// The lemmas of function words among the terms with these keys.
    pub(crate) fn function_lemmas<'k>(&mut self, keys: impl Iterator<Item = &'k str>) -> FunctionLemmas {
        let mut found = FunctionLemmas::default();
        for key in keys {
            match self.function_lemma(key) {
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
        который |
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
