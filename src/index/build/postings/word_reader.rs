//! Reads the words of texts: from the characters to the numbers of their forms.

use parking_lot::Mutex;

use super::{doc_words::DocWords, segment_forms::SegmentForms};
use crate::analysis::{
    Checkpoint, CheckpointWriter, PendingToken, Role, TermCache, TokenContext, TokenStream,
};

/// Words that are looked up together.
const LOOKUP_BATCH: usize = 64;

/// Stands for a form whose number this thread does not know.
const NONE: u32 = u32::MAX;

/// Reads texts in one of the threads that write a segment.
pub(in crate::index::build) struct WordReader<'s> {
    forms: &'s Mutex<SegmentForms>,
    /// Passes from one segment to the next.
    pub cache: TermCache,
    /// How often the term cache had been cleared when `numbers` was started.
    clears: u32,
    /// The number in the segment of each form in the term cache, by its number there.
    numbers: Vec<u32>,
}

impl<'s> WordReader<'s> {
    pub fn new(cache: TermCache, forms: &'s Mutex<SegmentForms>) -> Self {
        Self { forms, clears: cache.clears(), cache, numbers: Vec::new() }
    }

    /// Adds a document, given title, body and publisher; returns the checkpoints of its body.
    pub fn read(&mut self, texts: [&str; 3], words: &mut DocWords) -> CheckpointWriter {
        let [_, checkpoints, _] = texts.map(|text| self.read_text(text, words));
        checkpoints
    }

    fn read_text(&mut self, text: &str, words: &mut DocWords) -> CheckpointWriter {
        let mut checkpoints = CheckpointWriter::default();
        // The next words, and the numbers of their forms.
        let (mut steps, mut found) = (Vec::with_capacity(LOOKUP_BATCH), Vec::with_capacity(LOOKUP_BATCH));
        let mut tokens = TokenStream::new(text);
        let (before, mut next) = (words.len(), 0);
        loop {
            steps.clear();
            steps.extend(std::iter::from_fn(|| tokens.step()).take(LOOKUP_BATCH));
            if steps.is_empty() {
                break;
            }
            found.clear();
            let surfaces = steps.iter().map(|step: &PendingToken| (step.span.of(text), step.context));
            self.cache.find_cached(surfaces, |cached| {
                let number = cached.and_then(|cached| self.numbers.get(cached as usize).copied());
                found.push(number.unwrap_or(NONE));
            });
            for (step, &known) in steps.iter().zip(&found) {
                let &PendingToken { position, span, role, context } = step;
                if role != Role::Part {
                    checkpoints.pass(Checkpoint { position, byte: span.start });
                }
                let form = if known == NONE { self.number(span.of(text), context) } else { known };
                words.push(form, position == next);
                next = position + 1;
            }
        }
        words.end_text(words.len() - before, next);
        checkpoints
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
        let number = self.forms.lock().intern(surface, context, self.cache.form(cached));
        if let Some(at) = at {
            self.numbers.resize(self.numbers.len().max(at + 1), NONE);
            self.numbers[at] = number;
        }
        number
    }
}
