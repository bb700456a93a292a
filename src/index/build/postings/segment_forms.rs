//! The surface forms of a segment, numbered in the order in which they occur, and their terms.

use super::{distribution::TermOrder, term_interner::TermInterner};
use crate::{
    analysis::{PendingToken, TermCache, TokenContext},
    index::schema::dictionary_key,
};

/// Stands for a form that the segment does not contain yet.
pub(super) const NONE: u32 = u32::MAX;

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
    names: TermInterner,
}

impl SegmentForms {
    pub fn new(cache: TermCache) -> Self {
        Self {
            cache,
            clears: 0,
            numbers: Vec::new(),
            terms: Vec::new(),
            ends: Vec::new(),
            names: TermInterner::default(),
        }
    }

    pub fn into_term_cache(self) -> TermCache {
        self.cache
    }

    /// The number of forms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The key of a term.
    pub fn term(&self, number: u32) -> &str {
        self.names.get(number)
    }

    /// All terms in the order of their bytes.
    pub fn order(&self) -> TermOrder<'_> {
        TermOrder::new(self.names.sorted(), &self.terms, &self.ends)
    }

    /// Bytes of memory, now or while positions are distributed, which counts and ranks terms and forms once more.
    pub fn memory(&self) -> usize {
        let numbers = self.numbers.capacity() + 3 * self.terms.capacity() + 4 * self.ends.capacity();
        self.names.memory() + numbers * size_of::<u32>()
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
            self.terms.push(self.names.number(&dictionary_key(term.key())));
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
