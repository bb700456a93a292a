//! Analysis: text → terms, the same way for documents and queries.
//!
//! The chain, top to bottom:
//!  1. `scanner`  finds tokens and how they are put together, in one pass;
//!  2. `fold`     cleans a token (NFC, stress marks, look-alikes) and folds it (lower case, ё as е);
//!  3. `capitals` tells abbreviations from words written large;
//!  4. `lemma`    asks the dictionary for every candidate;
//!  5. `stem`     adds the Snowball stem, stemmed again until nothing changes;
//!  6. `form`     gathers the terms of a word, `figures` those of what is no word, and `cache` keeps them;
//!  7. `token`    lays them out by position.
//!
//! Usable apart from any index: a term is plain text in a named channel.

mod cache;
mod capitals;
mod figures;
mod fold;
mod form;
#[cfg(test)]
mod laws;
mod lemma;
mod place;
mod scanner;
mod stem;
mod term;
mod token;

use std::sync::Arc;

use rumorph::Dictionary;

pub use cache::Forms;
pub use term::{Channel, Rule, Term};
pub(crate) use token::Tokens;
pub use token::{Role, Token};

use crate::error::{Error, Result};

/// Names the chain: an index made by a chain of another name must be rebuilt.
///
/// Change the number whenever the terms of any text change, the dictionary's version included.
const CHAIN: &str = "vestnik-2 rumorph-0.5.0 snowball-1.2.0";

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
        let mut forms = self.forms();
        let mut tokens = Tokens::new(text);
        let mut out = Vec::new();
        while let Some(token) = tokens.next(&mut forms) {
            out.push(token.to_token(text));
        }
        out
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
