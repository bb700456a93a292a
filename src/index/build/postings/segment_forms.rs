//! The word forms of a segment, numbered for all threads that read its texts, and their terms.

use tantivy_stacker::ArenaHashMap;

use super::groups::Groups;
use crate::analysis::TermListRef;

/// The terms of a segment in the order of their bytes, and the forms that have each term.
pub(in crate::index::build) struct SortedTerms<'f> {
    /// The first bytes, the key and the number of each term.
    keys: Vec<(u128, &'f [u8], u32)>,
    forms: Groups<u32>,
}

impl SortedTerms<'_> {
    /// The key and the forms of each term.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u32])> {
        self.keys.iter().map(|&(_, key, number)| (key, self.forms.get(number as usize)))
    }
}

/// The forms of a segment. Two surfaces with the same terms, «Дом» and «дом», are one form.
#[derive(Default)]
pub(in crate::index::build) struct SegmentForms {
    /// The number of each term by its key. A segment has a million terms, most of them rare.
    keys: ArenaHashMap,
    /// The terms of all forms, and the end of the terms of each form.
    terms: Vec<u32>,
    ends: Vec<usize>,
    /// The newest form with each first term, by its number, and for each form the one before it with that first term.
    newest: Vec<u32>,
    older: Vec<u32>,
}

/// Stands for no form.
const NONE: u32 = u32::MAX;

impl SegmentForms {
    /// The number of a form, given its terms.
    pub fn intern(&mut self, form: TermListRef<'_>) -> u32 {
        let start = self.terms.len();
        for term in form.terms() {
            let mut number = u32::try_from(self.keys.len()).unwrap_or(NONE);
            self.keys.mutate_or_create(term.key().as_bytes(), |known| {
                number = known.unwrap_or(number);
                number
            });
            self.terms.push(number);
        }
        // A form without terms is as one whose first term is the first of all.
        let first = self.terms.get(start).map_or(0, |&first| first as usize);
        self.newest.resize(self.newest.len().max(first + 1), NONE);
        let mut known = self.newest[first];
        while known != NONE {
            if self.terms_of(known as usize) == &self.terms[start..] {
                self.terms.truncate(start);
                return known;
            }
            known = self.older[known as usize];
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(NONE >> 1);
        self.ends.push(self.terms.len());
        self.older.push(std::mem::replace(&mut self.newest[first], number));
        number
    }

    fn terms_of(&self, form: usize) -> &[u32] {
        let start = form.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.terms[start..self.ends[form]]
    }

    /// The number of forms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// All terms in the order of their bytes.
    pub fn sorted_terms(&self) -> SortedTerms<'_> {
        let mut counts = vec![0; self.keys.len()];
        self.terms.iter().for_each(|&term| counts[term as usize] += 1);
        let mut forms = Groups::with_counts(counts);
        for (form, number) in (0..self.len()).zip(0..) {
            self.terms_of(form).iter().for_each(|&term| forms.add(term as usize, number));
        }
        // Most keys differ in their first sixteen bytes, which are compared as one number.
        let first_bytes = |key: &[u8]| {
            let mut first = [0; 16];
            let length = key.len().min(first.len());
            first[..length].copy_from_slice(&key[..length]);
            u128::from_be_bytes(first)
        };
        let keys = self.keys.iter().map(|(key, number)| (first_bytes(key), key, self.keys.read(number)));
        let mut keys: Vec<(u128, &[u8], u32)> = keys.collect();
        keys.sort_unstable();
        SortedTerms { keys, forms }
    }

    /// Bytes of memory, now or while positions are grouped, which takes the keys and the terms of forms once more.
    pub fn memory(&self) -> usize {
        let sorted = self.keys.len() * size_of::<(u128, &[u8], u32)>();
        self.keys.mem_usage() + sorted + 12 * self.terms.len() + 16 * self.len()
    }
}
