//! The tokens of a text that match words of the query.

use super::{display_text::WordSpan, term_table::Strength};

/// The tokens of a text that match words. Reusable for one text after the other.
#[derive(Default)]
pub(super) struct MatchedTokens {
    /// The position and the span of each token, in order.
    tokens: Vec<(u32, WordSpan)>,
    /// The tokens that match each word, in order.
    by_word: Vec<Vec<(usize, Strength)>>,
}

impl MatchedTokens {
    /// Clears the tokens for a text in which this many words are looked for.
    pub fn clear(&mut self, words: usize) {
        self.tokens.clear();
        self.by_word.resize_with(words, Vec::new);
        self.by_word.iter_mut().for_each(Vec::clear);
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Adds the next token to a word that it matches.
    pub fn add_word(&mut self, word: usize, strength: Strength) {
        let next = self.tokens.len();
        match self.by_word[word].last_mut() {
            Some((last, known)) if *last == next => *known = strength.max(*known),
            _ => self.by_word[word].push((next, strength)),
        }
    }

    /// Adds the token whose words were added.
    pub fn push(&mut self, position: u32, span: WordSpan) {
        self.tokens.push((position, span));
    }

    /// The tokens that match a word.
    pub fn of_word(&self, word: usize) -> &[(usize, Strength)] {
        &self.by_word[word]
    }

    pub fn position(&self, token: usize) -> u32 {
        self.tokens[token].0
    }

    pub fn span(&self, token: usize) -> &WordSpan {
        &self.tokens[token].1
    }
}
