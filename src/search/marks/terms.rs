//! Terms and the words of a query that they mention, and how surely.
//!
//! Knows no text; where a term stands is the site's business.

use crate::search::plan::Weighed;

/// A mention that counts less than this is weak: a place by its adjective, above all.
const WEAK: f32 = 0.3;

/// How surely a mention is of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) enum Strength {
    /// By the stem alone, which the index does not take for the word.
    Hint,
    /// Near in meaning, or capitals read as a plain word.
    Weak,
    /// The word itself.
    Full,
}

impl Strength {
    /// That of what a term of a word mentions.
    pub fn of(term: &Weighed) -> Self {
        match term.weight {
            _ if !term.full => Self::Hint,
            weight if weight < WEAK => Self::Weak,
            _ => Self::Full,
        }
    }
}

/// The words that a term is a mention of.
pub(in crate::search) type Mentioned = Vec<(usize, Strength)>;

/// What each term mentions, by a number.
#[derive(Debug, Default)]
pub(in crate::search) struct TermTable {
    /// Where the words of each end.
    ends: Vec<usize>,
    words: Mentioned,
}

impl TermTable {
    /// Adds one that mentions these words; says its number.
    pub fn add(&mut self, mentioned: &[(usize, Strength)]) -> u32 {
        self.words.extend_from_slice(mentioned);
        self.ends.push(self.words.len());
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, number: u32) -> &[(usize, Strength)] {
        let at = number as usize;
        let Some(&end) = self.ends.get(at) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..end]
    }
}
