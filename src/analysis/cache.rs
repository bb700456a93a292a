//! Analysed forms, kept: Russian text repeats its words, and a look-up is far cheaper than a dictionary.
//!
//! Each thread has its own table in front of one that all share, so that the common words cost no
//! lock. Holds forms only; what they mean is settled in `form`.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, PoisonError, RwLock},
};

use foldhash::fast::RandomState;

use super::{
    Analyzer, Term, Tokens,
    form::{self, Form, Setting},
};

type Table = HashMap<Box<str>, Arc<Form>, RandomState>;

/// Forms longer than this in bytes are rare and large: analysed anew each time.
const LONGEST_KEPT: usize = 64;
/// How many forms one table keeps before it starts over; a form takes some 400 bytes.
const MOST_KEPT: usize = 400_000;
/// Into how many parts the shared table is cut, so that threads seldom wait for each other.
const SHARDS: usize = 16;

/// The table that all threads share.
#[derive(Default)]
pub(super) struct SharedForms {
    shards: [RwLock<[Table; Setting::COUNT]>; SHARDS],
}

impl SharedForms {
    fn shard(&self, surface: &str) -> &RwLock<[Table; Setting::COUNT]> {
        let sum = surface.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        &self.shards[sum % SHARDS]
    }

    fn get(&self, surface: &str, setting: Setting) -> Option<Arc<Form>> {
        // A poisoned lock only says that another thread died; the table itself is whole.
        let shard = self.shard(surface).read().unwrap_or_else(PoisonError::into_inner);
        shard[setting as usize].get(surface).cloned()
    }

    fn get_or_analyse(&self, analyzer: &Analyzer, surface: &str, setting: Setting) -> Arc<Form> {
        if let Some(form) = self.get(surface, setting) {
            return form;
        }
        let form = Arc::new(analyse(analyzer, surface, setting));
        self.put(surface, setting, &form);
        form
    }

    fn put(&self, surface: &str, setting: Setting, form: &Arc<Form>) {
        let mut shard = self.shard(surface).write().unwrap_or_else(PoisonError::into_inner);
        let table = &mut shard[setting as usize];
        if table.len() >= MOST_KEPT / SHARDS {
            table.clear();
        }
        table.insert(surface.into(), Arc::clone(form));
    }
}

/// One thread's way to analysed forms. Keep it from text to text: what it has read it knows.
pub struct Forms {
    analyzer: Analyzer,
    /// Where in `kept` a surface's form is.
    places: [HashMap<Box<str>, u32, RandomState>; Setting::COUNT],
    kept: Vec<Arc<Form>>,
    /// The form that was asked for last, where it is none of the kept ones.
    passing: Option<Form>,
    /// The place of the form that was asked for last.
    last: u32,
}

impl Forms {
    pub(super) fn new(analyzer: Analyzer) -> Self {
        Self { analyzer, places: Default::default(), kept: Vec::new(), passing: None, last: 0 }
    }

    /// The terms of a text in order: each with the position of its word, counted from 0, and where in the
    /// text that stands, in bytes. Copies nothing.
    pub fn terms(&mut self, text: &str, mut each: impl FnMut(u32, Range<usize>, &Term)) {
        let mut tokens = Tokens::new(text);
        while let Some(token) = tokens.next(self) {
            for term in &token.form.terms {
                each(token.position, token.span.start..token.span.end, term);
            }
        }
    }

    /// The form of a surface, from the nearest table that has it.
    pub(super) fn get(&mut self, surface: &str, setting: Setting) -> &Form {
        if surface.len() > LONGEST_KEPT {
            return self.passing.insert(analyse(&self.analyzer, surface, setting));
        }
        self.passing = None;
        self.last = match self.places[setting as usize].get(surface) {
            Some(&place) => place,
            None => self.keep(surface, setting),
        };
        self.last()
    }

    /// The form that was asked for last.
    pub(crate) fn last(&self) -> &Form {
        static NONE: Form = Form { terms: Vec::new(), function: false };
        let kept = self.kept.get(self.last as usize).map_or(&NONE, |form| &**form);
        self.passing.as_ref().unwrap_or(kept)
    }

    /// Fetches a form and keeps it; says where.
    fn keep(&mut self, surface: &str, setting: Setting) -> u32 {
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
            self.places.iter_mut().for_each(HashMap::clear);
        }
        let place = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        self.kept.push(self.analyzer.shared.forms.get_or_analyse(&self.analyzer, surface, setting));
        self.places[setting as usize].insert(surface.into(), place);
        place
    }
}

impl Clone for Forms {
    fn clone(&self) -> Self {
        Self::new(self.analyzer.clone())
    }
}

fn analyse(analyzer: &Analyzer, surface: &str, setting: Setting) -> Form {
    form::analyse(&analyzer.shared.dictionary, surface, setting)
}
