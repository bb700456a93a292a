//! Reads the words of texts: from the characters to the numbers of their forms.

use std::sync::{Mutex, PoisonError};

use super::{field_words::FieldWords, segment_forms::SegmentForms};
use crate::analysis::{Checkpoint, PendingToken, Role, TermCache, TokenContext, TokenStream};

/// Words that are looked up together.
const LOOKUP_BATCH: usize = 64;

/// Stands for a form whose number this thread does not know.
const NONE: u32 = u32::MAX;

/// Reads texts in one of the threads that write a segment.
pub(in crate::index::build) struct WordReader<'s> {
    forms: &'s Mutex<SegmentForms>,
    cache: TermCache,
    /// How often the term cache had been cleared when `numbers` was started.
    clears: u32,
    /// The number in the segment of each form in the term cache, by its number there.
    numbers: Vec<u32>,
    /// The next words of a text and the numbers of their forms. Kept between texts to reuse the memory.
    steps: Vec<PendingToken>,
    found: Vec<u32>,
}

impl<'s> WordReader<'s> {
    pub fn new(cache: TermCache, forms: &'s Mutex<SegmentForms>) -> Self {
        Self { forms, cache, clears: 0, numbers: Vec::new(), steps: Vec::new(), found: Vec::new() }
    }

    /// Returns the term cache, for the next segment.
    pub fn into_term_cache(self) -> TermCache {
        self.cache
    }

    /// Records the words of a text and passes on their checkpoints.
    pub(super) fn read(&mut self, text: &str, words: &mut FieldWords, mut pass: impl FnMut(Checkpoint)) {
        let (mut steps, mut found) = (std::mem::take(&mut self.steps), std::mem::take(&mut self.found));
        let mut tokens = TokenStream::new(text);
        let mut next = 0;
        loop {
            steps.clear();
            steps.extend(std::iter::from_fn(|| tokens.step()).take(LOOKUP_BATCH));
            if steps.is_empty() {
                break;
            }
            // Lookups in a row let the processor wait for many cache misses at once.
            found.clear();
            found.extend(steps.iter().map(|step| self.known(text, step)));
            for (step, &known) in steps.iter().zip(&found) {
                let &PendingToken { position, span, role, context } = step;
                if role != Role::Part {
                    pass(Checkpoint { position, byte: span.start });
                }
                let form = if known == NONE { self.number(span.of(text), context) } else { known };
                words.push(form, position == next);
                next = position + 1;
            }
        }
        words.end_text(next);
        (self.steps, self.found) = (steps, found);
    }

    /// The number of a token's form; `NONE` if this thread does not know it yet.
    fn known(&self, text: &str, token: &PendingToken) -> u32 {
        if self.cache.clears() != self.clears {
            return NONE;
        }
        let found = self.cache.find_cached(token.span.of(text), token.context);
        found.and_then(|number| self.numbers.get(number as usize).copied()).unwrap_or(NONE)
    }

    /// The number of a form; a new one if the segment does not contain it yet.
    fn number(&mut self, surface: &str, context: TokenContext) -> u32 {
        let cached = self.cache.find(surface, context);
        if self.cache.clears() != self.clears {
            self.clears = self.cache.clears();
            self.numbers.clear();
        }
        let at = cached.map(|number| number as usize);
        if let Some(&number) = at.and_then(|at| self.numbers.get(at)).filter(|&&number| number != NONE) {
            return number;
        }
        // The lock is poisoned if another thread has panicked, which fails the commit.
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        let number = forms.intern(self.cache.form(cached));
        if let Some(at) = at {
            self.numbers.resize(self.numbers.len().max(at + 1), NONE);
            self.numbers[at] = number;
        }
        number
    }

    /// Makes all forms unknown, as if the cache had been cleared.
    #[cfg(test)]
    pub fn forget(&mut self) {
        self.clears += 7;
        self.numbers.clear();
    }
}
