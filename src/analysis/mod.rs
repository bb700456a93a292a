//! Analysis: text → terms, the same way for documents and queries.
//!
//! The chain, top to bottom:
//!  1. `scanner`  finds tokens and how they are put together, in one pass, with `numbers` for figures;
//!  2. `fold`     cleans a token (NFC, stress marks, look-alikes) and folds it (lower case, ё as е);
//!  3. `capitals` tells abbreviations from words written large;
//!  4. `lemma`    asks the dictionary for every candidate;
//!  5. `stem`     adds the Snowball stem, stemmed again until nothing changes;
//!  6. `form`     gathers the terms of a word, `figures` those of what is no word, and `cache` keeps them;
//!  7. `token`    lays them out by position, and `landmarks` let it begin in the middle.
//!
//! Beside it `layout` says how a text is shown, with `plain` for what is shown as it stands and `sentence`
//! for where sentences begin.
//!
//! Usable apart from any index: a term is plain text in a named channel.
//!
//! # Three channels in one field
//!
//! A word lies in the index as its exact form, as every lemma that it may belong to and as its stem,
//! each with the channel's letter in front, all at the word's position. In one field, because then a
//! phrase can have one word by lemma and the next by stem without joining the positions of three
//! fields, and a word's frequency is one union of lists. Every candidate is kept, because only the
//! query can tell «банка» the jar from «банка» of the bank, and mostly it cannot either; ranking
//! takes a word's candidates as one term.
//!
//! What each is for, by leaving its Cyrillic terms out of the index (names: all words required,
//! precision, recall, names not found; nDCG@10 of names, xquad-sentences, xquad-paragraphs; lists and
//! dictionaries in per cent of the text and CPU-seconds for the 88 MB of `../shared/bulk`, for which
//! stock tantivy takes 5.5 s):
//!
//! | without | precision | recall | lost | nDCG | | | index | CPU s |
//! |---|---|---|---|---|---|---|---|---|
//! | nothing | 0.893 | 0.989 | 9 | 0.967 | 0.838 | 0.968 | 56.5 % | 3.8 |
//! | exact forms | 0.893 | 0.989 | 9 | 0.967 | 0.838 | 0.968 | 34.1 % | 3.2 |
//! | lemmas | 0.846 | 0.929 | 61 | 0.926 | 0.822 | 0.963 | 36.7 % | 3.6 |
//! | stems | 0.884 | 0.980 | 19 | 0.961 | 0.832 | 0.966 | 43.6 % | 3.8 |
//!
//! So the lemmas from rumorph carry the search; the stems find what its dictionary misjudges or
//! lacks, above all names, and take 13 %; function words, of which the dictionary knows every form, have
//! none. The exact forms serve `!слово` and `нач*`, numbers and words of other alphabets, and take 22 %.
//! All three stay.

mod cache;
mod capitals;
mod figures;
mod fold;
mod form;
mod key;
mod landmarks;
#[cfg(test)]
mod laws;
mod layout;
mod leb128;
mod lemma;
mod numbers;
mod place;
mod plain;
mod scanner;
mod sentence;
mod shelf;
mod slots;
mod stem;
mod term;
mod token;

use std::sync::Arc;

use rumorph::Dictionary;

pub use cache::Forms;
#[cfg(test)]
pub(crate) use fold::is_ignorable;
pub(crate) use form::Setting;
pub(crate) use landmarks::{Landmark, Landmarks, Survey};
pub(crate) use layout::{Layout, Seams};
pub use term::{Channel, Rule, Term};
pub use token::{Role, Token};
pub(crate) use token::{Step, TokenRef, Tokens};

use crate::error::{Error, Result};

/// Names the chain: an index made by a chain of another name must be rebuilt.
///
/// Change the number whenever the terms of any text change, the dictionary's version included.
const CHAIN: &str = "vestnik-4 rumorph-0.5.0 snowball-1.2.0";

/// Turns text into terms. Cheap to clone, usable from many threads; clones share one cache.
#[derive(Clone)]
pub struct Analyzer {
    shared: Arc<Shared>,
}

struct Shared {
    dictionary: Dictionary,
    forms: cache::SharedForms,
}

impl Analyzer {
    /// Loads the dictionary, some 4 ms.
    ///
    /// # Errors
    /// `Error::Dictionary` where the dictionary that is part of the program is damaged.
    pub fn new() -> Result<Self> {
        let dictionary = Dictionary::bundled().map_err(|error| Error::Dictionary(error.to_string()))?;
        Ok(Self { shared: Arc::new(Shared { dictionary, forms: cache::SharedForms::default() }) })
    }

    /// A short name of everything that decides which terms a text gives.
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
        self.forms().analyze(text)
    }

    /// A word in the one spelling that exact terms are compared in: lower case, ё as е.
    pub fn fold(&self, word: &str) -> String {
        fold::fold(&fold::clean(word))
    }

    /// A view of the cache for one thread, to read many texts with.
    pub fn forms(&self) -> Forms {
        Forms::new(self.clone())
    }
}
