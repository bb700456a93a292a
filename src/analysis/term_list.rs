//! Term lists: the terms of one analysed token, packed into one string.
//!
//! Knows nothing of how terms are made. `word_terms` and `numeric` fill lists, `term_cache` stores them.

use smallvec::SmallVec;

use super::term::{Channel, Rule, Term, write_key};

/// The keys of most words' terms take no more bytes than this.
const ROOM: usize = 128;

/// The terms of an analysed token.
#[derive(Clone, Debug, Default)]
pub(crate) struct TermList {
    /// The keys of the terms, concatenated; `ends` says where each ends.
    letters: String,
    ends: SmallVec<[TermEnd; 8]>,
    /// Whether the token is a preposition, conjunction, particle, pronoun or a single letter, which a
    /// query does not require.
    pub function: bool,
}

impl TermList {
    /// Adds a term unless the list has it.
    pub(super) fn push(&mut self, channel: Channel, text: &str, rule: Rule) {
        let start = self.letters.len();
        if start == 0 {
            self.letters.reserve(ROOM);
        }
        write_key(channel, text, &mut self.letters);
        let key = &self.letters[start..];
        if self.as_ref().terms().any(|known| known.key() == key) {
            self.letters.truncate(start);
        } else {
            let end = u16::try_from(self.letters.len()).unwrap_or(u16::MAX);
            self.ends.push(TermEnd { end, rule });
        }
    }

    pub fn as_ref(&self) -> TermListRef<'_> {
        TermListRef { letters: &self.letters, ends: &self.ends, function: self.function }
    }
}

/// Where a term ends, in bytes from the start of its list, and which rule gave it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermEnd {
    pub end: u16,
    rule: Rule,
}

/// A borrowed term list.
#[derive(Clone, Copy, Default)]
pub(crate) struct TermListRef<'f> {
    pub(super) letters: &'f str,
    pub(super) ends: &'f [TermEnd],
    /// As [`TermList::function`].
    pub function: bool,
}

impl<'f> TermListRef<'f> {
    /// The term with an index, counted from 0.
    pub fn term(&self, index: usize) -> Option<Term<&'f str>> {
        let last = self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end.end);
        let key = self.letters.get(start.into()..last.end.into())?;
        Some(Term::from_key(key, last.rule))
    }

    pub fn terms(self) -> impl Iterator<Item = Term<&'f str>> + Clone {
        (0..self.ends.len()).filter_map(move |index| self.term(index))
    }
}
