//! The surface forms of a segment, numbered in the order in which they occur, and their terms.

use tantivy_stacker::ArenaHashMap;

use super::groups::Groups;
use crate::{
    analysis::{PendingToken, TermCache, TokenContext},
    index::schema::dictionary_key,
};

/// Stands for a form that the segment does not contain yet.
pub(super) const NONE: u32 = u32::MAX;

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

/// The forms of a segment.
pub(super) struct SegmentForms {
    cache: TermCache,
    /// How often the term cache had been cleared when `numbers` was started.
    clears: u32,
    /// The number in this segment of each form in the term cache, by its number there.
    numbers: Vec<u32>,
    /// The terms of all forms, and the end of the terms of each form.
    terms: Vec<u32>,
    ends: Vec<usize>,
    /// The number of each term by its key. A segment has a million terms, most of them rare.
    keys: ArenaHashMap,
}

impl SegmentForms {
    pub fn new(cache: TermCache) -> Self {
        Self {
            cache,
            clears: 0,
            numbers: Vec::new(),
            terms: Vec::new(),
            ends: Vec::new(),
            keys: ArenaHashMap::default(),
        }
    }

    pub fn into_term_cache(self) -> TermCache {
        self.cache
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
        let mut start = 0;
        for (&end, form) in self.ends.iter().zip(0..) {
            self.terms[start..end].iter().for_each(|&term| forms.add(term as usize, form));
            start = end;
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

    /// Bytes of memory, now or while positions are grouped, which counts terms and forms once more.
    pub fn memory(&self) -> usize {
        let numbers = self.numbers.capacity() + 3 * self.terms.capacity() + 4 * self.ends.capacity();
        self.keys.mem_usage() + numbers * size_of::<u32>()
    }

    /// The number of a token's form; `NONE` if it is not known yet.
    pub fn known(&self, text: &str, token: &PendingToken) -> u32 {
        if self.cache.clears() != self.clears {
            return NONE;
        }
        let found = self.cache.find_cached(token.span.of(text), token.context);
        found.and_then(|number| self.numbers.get(number as usize).copied()).unwrap_or(NONE)
    }

    /// The number of a form; a new one if it has none.
    pub fn number(&mut self, surface: &str, context: TokenContext) -> u32 {
        let Some(cached) = self.cache.find(surface, context) else { return self.add(None) };
        let clears = self.cache.clears();
        if clears != self.clears {
            self.clears = clears;
            self.numbers.clear();
        }
        let at = cached as usize;
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NONE);
        }
        if self.numbers[at] == NONE {
            self.numbers[at] = self.add(Some(cached));
        }
        self.numbers[at]
    }

    /// Numbers a form that the term cache contains, or that it has just analysed but has no room for.
    fn add(&mut self, cached: Option<u32>) -> u32 {
        let number = self.ends.len();
        for term in self.cache.form(cached).terms() {
            let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
            let key = dictionary_key(term.key());
            let mut number = next;
            self.keys.mutate_or_create(key.as_bytes(), |known| {
                number = known.unwrap_or(next);
                number
            });
            self.terms.push(number);
        }
        self.ends.push(self.terms.len());
        u32::try_from(number).unwrap_or(NONE >> 1)
    }

    /// Makes all forms new ones, as if the cache had been cleared.
    #[cfg(test)]
    pub fn forget(&mut self) {
        self.clears += 7;
        self.numbers.clear();
    }
}
