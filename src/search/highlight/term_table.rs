//! Which words of the query a term matches, and how reliably.

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

/// The words that a term matches, by their index.
pub(super) type MatchedWords = Vec<(usize, Strength)>;

/// The words that each term matches, by the index of the term.
#[derive(Debug, Default)]
pub(super) struct TermTable {
    /// The end of the words of each term.
    ends: Vec<usize>,
    words: MatchedWords,
}

impl TermTable {
    /// Adds a term and returns its index.
    pub fn add(&mut self, words: &[(usize, Strength)]) -> u32 {
        self.words.extend_from_slice(words);
        self.ends.push(self.words.len());
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }

    pub fn get(&self, term: u32) -> &[(usize, Strength)] {
        let at = term as usize;
        let Some(&end) = self.ends.get(at) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..end]
    }
}
