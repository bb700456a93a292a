//! Reads the words of texts: from the characters to the numbers of their forms.

use std::{collections::HashMap, mem};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::{doc_words::DocWords, segment_forms::SegmentForms};
use crate::analysis::{
    Checkpoint, CheckpointWriter, PendingToken, Role, Term, TermCache, TokenContext, TokenStream, pair_key,
    short_lemma,
};

/// Words that are looked up together.
const LOOKUP_BATCH: usize = 64;

/// Stands for a form whose number this thread does not know.
const NONE: Form = Form(u32::MAX);

/// The number of a form in the segment. The lowest bit says whether the form may be a function word.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form(u32);

impl Form {
    fn number(self) -> u32 {
        self.0 >> 1
    }

    fn is_function(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Reads texts in one of the threads that write a segment.
pub(in crate::index::build) struct WordReader<'s> {
    forms: &'s Mutex<SegmentForms>,
    /// Passes from one segment to the next.
    pub cache: TermCache,
    /// How often the term cache had been cleared when `numbers` was started.
    clears: u32,
    /// The number in the segment of each form in the term cache, by its number there.
    numbers: Vec<Form>,
    /// The lemmas of function words of each form that has any, and the number of the form of each pair of these.
    lemmas: HashMap<u32, Vec<SmolStr>, RandomState>,
    pairs: HashMap<[u32; 2], u32, RandomState>,
}

impl<'s> WordReader<'s> {
    pub fn new(cache: TermCache, forms: &'s Mutex<SegmentForms>) -> Self {
        let (numbers, lemmas, pairs) = Default::default();
        Self { forms, clears: cache.clears(), cache, numbers, lemmas, pairs }
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
        let mut functions = Adjacent::default();
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
                words.push(form.number(), position == next);
                next = position + 1;
                if form.is_function() {
                    for &first in functions.before(position) {
                        words.push(self.pair([first, form.number()]), false);
                    }
                    functions.here.push(form.number());
                }
            }
        }
        words.end_text(words.len() - before, next);
        checkpoints
    }

    /// The number of a form; a new one if the segment does not contain it yet.
    fn number(&mut self, surface: &str, context: TokenContext) -> Form {
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
        let keys = self.cache.form(cached).terms().map(Term::into_key);
        let keys =
            keys.filter(|key| short_lemma(key).is_some()).map(SmolStr::from).collect::<SmallVec<[_; 8]>>();
        let lemmas = self.cache.function_lemmas(keys.iter().map(SmolStr::as_str)).lemmas;
        let form = Form(number << 1 | u32::from(!lemmas.is_empty()));
        if form.is_function() {
            self.lemmas.insert(number, lemmas);
        }
        // Nothing has been cleared since.
        if let Some(at) = at.filter(|_| self.cache.clears() == self.clears) {
            self.numbers.resize(self.numbers.len().max(at + 1), NONE);
            self.numbers[at] = form;
        }
        form
    }

    /// The number of the form of two forms that follow each other.
    fn pair(&mut self, forms: [u32; 2]) -> u32 {
        *self.pairs.entry(forms).or_insert_with(|| {
            let [lemmas, others] = forms.map(|form| self.lemmas.get(&form).map_or(&[][..], Vec::as_slice));
            let keys = lemmas.iter().flat_map(|lemma| others.iter().map(move |other| pair_key(lemma, other)));
            self.forms.lock().intern_keys(keys)
        })
    }
}

/// The forms of function words at two adjacent positions.
#[derive(Default)]
struct Adjacent {
    position: u32,
    here: Vec<u32>,
    before: Vec<u32>,
}

impl Adjacent {
    /// Moves to a position, and returns the forms at the position before.
    fn before(&mut self, position: u32) -> &[u32] {
        if position != self.position {
            mem::swap(&mut self.before, &mut self.here);
            self.here.clear();
            if position != self.position + 1 {
                self.before.clear();
            }
            self.position = position;
        }
        &self.before
    }
}
