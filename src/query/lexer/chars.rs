//! The characters of a query with random access.
//!
//! In tests it counts the accesses, which shows that lexing is linear.

use crate::query::{markup::without_markup, word::visible};

/// The visible characters of a query, numbered from 0.
pub(super) struct Chars {
    chars: Vec<char>,
    #[cfg(test)]
    reads: std::cell::Cell<usize>,
}

impl Chars {
    pub(super) fn new(text: &str) -> Self {
        Self {
            chars: visible(&without_markup(text)).chars().collect(),
            #[cfg(test)]
            reads: std::cell::Cell::new(0),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<char> {
        #[cfg(test)]
        self.reads.set(self.reads.get() + 1);
        self.chars.get(at).copied()
    }

    /// The characters from a place to the end.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = char> + Clone {
        (at..).map_while(|at| self.get(at))
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        // Most letters of a query take two bytes.
        let mut slice = String::with_capacity(to.saturating_sub(from) * 2);
        slice.extend((from..to).map_while(|at| self.get(at)));
        slice
    }

    pub(super) fn as_slice(&self) -> &[char] {
        &self.chars
    }

    /// How often a character was read.
    #[cfg(test)]
    pub(super) fn reads(&self) -> usize {
        self.reads.get()
    }
}
