//! The tokens of a text that match words of a query.

use std::ops::Range;

use crate::search::plan::WeightedTerm;

/// A match by a term of a lower weight is weak: a place by its adjective.
const WEAK: f32 = 0.3;

/// How reliably a term is the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Only the stem matches, which ranking does not count as the word.
    Hint,
    /// A related word, or capitals read as a plain word.
    Weak,
    /// The word itself.
    Full,
}

impl Strength {
    /// The strength of a match by a term.
    pub fn of(term: &WeightedTerm) -> Self {
        match term.weight {
            _ if !term.full => Self::Hint,
            weight if weight < WEAK => Self::Weak,
            _ => Self::Full,
        }
    }
}

/// The tokens of a text that match words. Reusable for one text after the other.
#[derive(Default)]
pub(super) struct MatchedTokens {
    /// The position of each token and its range in the displayed text, in order.
    tokens: Vec<(u32, Range<usize>)>,
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
    pub fn push(&mut self, position: u32, span: Range<usize>) {
        self.tokens.push((position, span));
    }

    /// The tokens that match a word.
    pub fn of_word(&self, word: usize) -> &[(usize, Strength)] {
        &self.by_word[word]
    }

    pub fn position(&self, token: usize) -> u32 {
        self.tokens[token].0
    }

    pub fn span(&self, token: usize) -> &Range<usize> {
        &self.tokens[token].1
    }
}
