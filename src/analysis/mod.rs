//! Analysis: text → terms, the same way for documents and queries.
//!
//! The chain, in order:
//!  1. `tokenizer`  splits the text into words, compounds, numbers and addresses, in one pass;
//!  2. `normalize`  cleans a token (NFKC, stress marks, invisible characters) and folds it (lower case, ё as е);
//!     `alphabets` replaces look-alike letters and those that Russian lacks;
//!  3. `acronyms`   separates abbreviations from words in capitals;
//!  4. `morphology` asks the dictionary for every lemma the form may belong to, `toponym` for the place
//!     behind an adjective;
//!  5. `stem`       adds the first letters of long words, and the Snowball stem, repeated until it no longer
//!     changes, of words that are short, unknown or capitalised;
//!  6. `word_terms` collects the terms of a word, `numeric` those of other tokens, as a `term_list`;
//!     `term_cache` keeps them;
//!  7. `token`      lays the terms out by position; `pairs` are terms of two function words.
//!
//! `form_table` keeps the terms of forms in a file, so that a search need not analyse what indexing has analysed.
//!
//! Two modules describe a text rather than its terms: `sentences` finds where sentences begin, and
//! `display` stores how a text is shown and where tokenizing can start in the middle of it.
//!
//! Analysis does not depend on an index: a term is plain text in a named channel.
//!
//! # Three channels in one field
//!
//! The index holds each word as its exact form, as every lemma it may belong to, and as its stem. All of
//! these have the position of the word, and the first letter of the term names the channel. One field
//! holds all channels, so a phrase can match one word by lemma and the next by stem without joining the
//! positions of three fields, and the frequency of a word is a union of posting lists. Every candidate
//! lemma is kept, because the text rarely decides between «банка» (jar) and «банка» (of the bank); ranking
//! treats the candidates of a word as one term.
//!
//! What each channel contributes, measured by leaving its Cyrillic terms out of the index: for names with
//! all words required, precision, recall and the number of names not found; nDCG@10 on names,
//! xquad-sentences and xquad-paragraphs; posting lists and term dictionaries in per cent of the text; and
//! CPU-seconds for the 88 MB of `../shared/bulk` (stock tantivy: 5.5 s).
//!
//! | without | precision | recall | lost | nDCG | | | index | CPU s |
//! |---|---|---|---|---|---|---|---|---|
//! | nothing | 0.893 | 0.989 | 9 | 0.967 | 0.838 | 0.968 | 56.5 % | 3.8 |
//! | exact forms | 0.893 | 0.989 | 9 | 0.967 | 0.838 | 0.968 | 34.1 % | 3.2 |
//! | lemmas | 0.846 | 0.929 | 61 | 0.926 | 0.822 | 0.963 | 36.7 % | 3.6 |
//! | stems | 0.884 | 0.980 | 19 | 0.961 | 0.832 | 0.966 | 43.6 % | 3.8 |
//!
//! Lemmas from rumorph matter most. Stems find what the dictionary misjudges or lacks, mainly names, and
//! take 13 %; function words have no stem, because the dictionary knows all their forms. Exact forms serve
//! `!слово` and `нач*`, numbers and words of other alphabets, and take 22 %.
//!
//! Since this was measured, long words in small letters that the dictionary lists have their first five letters
//! instead of a stem, which takes as much (+0.4 % of the index). Queries of five to eight content words match these
//! letters where a release has none of the other terms of a word: sentences 0.8405 → 0.8443, headlines 0.9574 → 0.9605.

mod acronyms;
mod alphabets;
mod broken_words;
mod display;
mod form_table;
mod morphology;
mod normalize;
mod numeric;
mod pairs;
#[cfg(test)]
mod properties;
mod sentences;
mod stem;
mod term;
mod term_cache;
mod term_list;
mod token;
mod tokenizer;
mod toponym;
mod word_terms;

use std::sync::{Arc, OnceLock};

use rumorph::Dictionary;

pub(crate) use display::{Checkpoint, CheckpointWriter, Checkpoints, DisplayEdits, DisplayMap};
pub(crate) use form_table::{FormTable, FormTableWriter, FormTables, TypedWords};
pub(crate) use normalize::{capitalized, capitals, is_ignorable, is_word_char};
pub(crate) use pairs::{FunctionLemmas, is_pair, pair_key, short_lemma};
pub use term::{Channel, Rule, Term};
pub use term_cache::TermCache;
pub(crate) use term_list::TermListRef;
pub(crate) use token::{PendingToken, TokenStream};
pub use token::{Role, Token};
pub(crate) use tokenizer::Span;
pub(crate) use word_terms::TokenContext;

use crate::error::{Error, Result};

/// Identifies the chain. An index made by another chain is rebuilt.
///
/// Change the number whenever the terms of any text change, and with every version of the dictionary.
const CHAIN: &str = "vestnik-7 rumorph-0.5.0 snowball-1.2.0";

/// Gives the dictionary, or `Error::Dictionary` if it is damaged.
type LoadDictionary = fn() -> Result<&'static Dictionary>;

/// The dictionary, or why it could not be loaded.
static DICTIONARY: OnceLock<std::result::Result<Dictionary, String>> = OnceLock::new();

/// The dictionary, which is part of the program and loaded once.
fn dictionary() -> Result<&'static Dictionary> {
    let loaded = DICTIONARY.get_or_init(|| Dictionary::bundled().map_err(|error| error.to_string()));
    loaded.as_ref().map_err(|error| Error::Dictionary(error.clone()))
}

/// Reports a dictionary that could not be loaded; nothing if nobody has needed it.
fn check_dictionary() -> Result<()> {
    DICTIONARY.get().map_or(Ok(()), |_| dictionary().map(drop))
}

/// Turns text into terms. Cheap to clone and usable from many threads; clones share one cache.
#[derive(Clone)]
pub struct Analyzer {
    shared: Arc<term_cache::SharedCache>,
}

impl Analyzer {
    /// Loads the dictionary unless that has been done, which takes about 4 ms: its checksum and its tables are verified.
    ///
    /// # Errors
    /// `Error::Dictionary` if the dictionary built into the program is damaged.
    pub fn new() -> Result<Self> {
        dictionary()?;
        Ok(Self::unloaded())
    }

    /// An analyzer that loads the dictionary when a word needs it.
    pub(crate) fn unloaded() -> Self {
        Self { shared: Arc::new(term_cache::SharedCache::new(dictionary)) }
    }

    /// This analyzer once the dictionary is loaded.
    pub(crate) fn loaded(&self) -> Result<&Self> {
        dictionary().map(|_| self)
    }

    /// A short name of everything that determines the terms of a text.
    pub fn fingerprint() -> &'static str {
        CHAIN
    }

    /// The tokens of a text with their terms, in order of position.
    ///
    /// ```
    /// let analyzer = vestnik::Analyzer::new()?;
    /// let tokens = analyzer.analyze("Абдулазиза Камилова");
    /// assert!(tokens[1].terms.iter().any(|term| term.text() == "камилов"));
    /// # Ok::<(), vestnik::Error>(())
    /// ```
    pub fn analyze(&self, text: &str) -> Vec<Token> {
        self.term_cache().analyze(text)
    }

    /// A word in the spelling in which exact terms are compared: lower case, ё as е.
    pub fn fold(&self, word: &str) -> String {
        normalize::fold(&normalize::clean(word))
    }

    /// A cache of analysed forms for one thread, to be reused from text to text.
    pub fn term_cache(&self) -> TermCache {
        self.term_cache_over(Arc::default())
    }

    /// As `term_cache`; forms that the tables have are not analysed.
    pub(crate) fn term_cache_over(&self, tables: Arc<FormTables>) -> TermCache {
        TermCache::new(self.shared.clone(), tables)
    }
}

impl TermCache {
    /// The analyzer whose forms are cached here.
    pub(crate) fn analyzer(&self) -> Analyzer {
        Analyzer { shared: self.shared().clone() }
    }
}
