//! An arena of analysed forms, found by their surface.
//!
//! Analysis looks up millions of forms, and most of that time is spent waiting for memory. All letters are
//! therefore in one string, a surface next to its terms, and the entries that point into it are small.

use super::{packed_key::PackedKey, table::SlotTable};
use crate::analysis::term_list::{TermEnd, TermListRef};

/// Analysed forms, numbered in the order in which they were added.
#[derive(Default)]
pub(super) struct TermArena {
    table: SlotTable,
    /// One for each form, by its number.
    entries: Vec<Entry>,
    /// Each form's surface and then the keys of its terms.
    letters: String,
    ends: Vec<TermEnd>,
}

/// Where a form is in the arena.
#[derive(Clone, Copy)]
struct Entry {
    /// Where in `letters` its surface begins.
    letters: u32,
    /// Where in `ends` its terms begin.
    ends: u32,
    /// How many bytes its surface has.
    surface: u8,
    /// How many terms it has.
    terms: u8,
    function: bool,
}

impl Entry {
    fn surface<'s>(&self, letters: &'s str) -> &'s [u8] {
        let start = self.letters as usize;
        letters.as_bytes().get(start..start + usize::from(self.surface)).unwrap_or_default()
    }
}

impl TermArena {
    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn clear(&mut self) {
        self.table.clear();
        self.entries.clear();
        self.letters.clear();
        self.ends.clear();
    }

    /// The number of the form of a surface.
    pub fn find(&self, key: PackedKey, surface: &str) -> Option<u32> {
        let surface = surface.as_bytes();
        let is_equal =
            |number| self.entry(number).is_some_and(|entry| entry.surface(&self.letters) == surface);
        self.table.find(key, is_equal)
    }

    /// Adds a form and gives its number. Its surface has at most 255 bytes.
    pub fn add(&mut self, key: PackedKey, surface: &str, form: TermListRef<'_>) -> u32 {
        let entry = Entry {
            letters: small(self.letters.len()),
            ends: small(self.ends.len()),
            surface: u8::try_from(surface.len()).unwrap_or(u8::MAX),
            terms: u8::try_from(form.ends.len()).unwrap_or(u8::MAX),
            function: form.function,
        };
        if self.entries.is_empty() {
            // Enough for the words of most queries.
            self.letters.reserve(2 << 10);
            self.ends.reserve(128);
            self.entries.reserve(16);
        }
        self.letters.push_str(surface);
        self.letters.push_str(form.letters);
        self.ends.extend_from_slice(form.ends);
        self.entries.push(entry);
        self.table.add(key)
    }

    fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get(number as usize)
    }

    /// The form that has a number.
    pub fn form(&self, number: u32) -> TermListRef<'_> {
        let Some(entry) = self.entry(number) else { return TermListRef::default() };
        let first = entry.ends as usize;
        let ends = self.ends.get(first..first + usize::from(entry.terms)).unwrap_or_default();
        let start = entry.letters as usize + usize::from(entry.surface);
        let end = start + ends.last().map_or(0, |last| usize::from(last.end));
        let letters = self.letters.get(start..end).unwrap_or_default();
        TermListRef { letters, ends, function: entry.function }
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use foldhash::fast::RandomState;

    use super::*;
    use crate::analysis::{
        term::{Channel, Rule, Term},
        term_list::TermList,
        word_terms::TokenContext,
    };

    #[test]
    fn added_forms_are_found() {
        let mut arena = TermArena::default();
        let form = |word: &str| {
            let mut form = TermList::default();
            form.function = word.len() < 4;
            form.push(Channel::Exact, word, Rule::Surface);
            form.push(Channel::Lemma, word, Rule::Dictionary);
            form.push(Channel::Stem, word, Rule::Snowball);
            form
        };
        let words: Vec<String> =
            (0..5_000).map(|number| format!("слово{number}")).chain(["и".into()]).collect();
        let hasher = RandomState::default();
        let key = |word: &str, context| PackedKey::of(word, context, &hasher);
        for word in &words {
            for context in [TokenContext::Text, TokenContext::AllCapsLine] {
                arena.add(key(word, context), word, form(word).as_ref());
            }
        }
        assert_eq!(arena.len(), 2 * words.len());
        for word in &words {
            let kept = arena.form(arena.find(key(word, TokenContext::AllCapsLine), word).unwrap());
            let keys: Vec<&str> = kept.terms().map(Term::into_key).collect();
            assert_eq!(keys, [format!("e{word}"), format!("l{word}"), format!("s{word}")]);
            assert_eq!(kept.function, word.len() < 4);
            assert!(arena.find(key(word, TokenContext::Whole), word).is_none());
        }
        arena.clear();
        assert!(arena.find(key("и", TokenContext::Text), "и").is_none());
    }
}
