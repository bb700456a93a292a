//! The surface forms of a segment, numbered in the order in which they occur, and their terms.

use super::{groups::Groups, term_interner::TermInterner};
use crate::{
    analysis::{PendingToken, TermCache, TokenContext},
    index::schema::dictionary_key,
};

/// Stands for a form that the segment does not contain yet.
pub(super) const NONE: u32 = u32::MAX;

/// The numbers of the terms of a segment in the order of their bytes, and the forms that have each term.
pub(in crate::index::build) struct SortedTerms {
    order: Vec<u32>,
    forms: Groups,
}

impl SortedTerms {
    /// Each term with its forms.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.order.iter().map(|&term| (term, self.forms.get(term as usize)))
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
    pub fn sorted_terms(&self) -> SortedTerms {
        let mut counts = vec![0; self.names.len()];
        self.terms.iter().for_each(|&term| counts[term as usize] += 1);
        let mut forms = Groups::with_counts(counts);
        let mut start = 0;
        for (&end, form) in self.ends.iter().zip(0..) {
            self.terms[start..end].iter().for_each(|&term| forms.add(term as usize, form));
            start = end;
        }
        SortedTerms { order: self.names.sorted(), forms }
    }

    /// Bytes of memory, now or while positions are grouped, which counts terms and forms once more.
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
