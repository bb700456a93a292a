//! Analysed forms, kept: Russian text repeats its words, and a look-up is far cheaper than a dictionary.
//!
//! Each thread has its own table in front of one that all share, so that the common words cost no
//! lock. Holds forms only; what they mean is settled in `form`.

use std::{
    ops::Range,
    sync::{PoisonError, RwLock},
};

use foldhash::fast::RandomState;

use super::{
    Analyzer, Term, Token, Tokens,
    form::{self, Form, FormRef, Setting},
    key::Key,
    shelf::Shelf,
};

/// Forms longer than this in bytes are rare and large: analysed anew each time.
const LONGEST_KEPT: usize = 64;
/// How many forms one table keeps before it starts over; a form takes some 100 bytes. Three quarters of a
/// power of two, as many as that many slots hold.
const MOST_KEPT: usize = 3 << 17;
/// Into how many parts the shared table is cut, so that threads seldom wait for each other.
const SHARDS: usize = 16;

/// The table that all threads share.
#[derive(Default)]
pub(super) struct SharedForms {
    shards: [RwLock<Shelf>; SHARDS],
    /// Makes the keys of all tables.
    hasher: RandomState,
}

impl SharedForms {
    fn shard(&self, key: Key) -> &RwLock<Shelf> {
        // By another hash than the slots.
        let [_, hash] = key.hashes;
        &self.shards[hash as usize % SHARDS]
    }

    /// Copies a form onto a shelf, where this table has it.
    fn copy(&self, key: Key, surface: &str, to: &mut Shelf) -> Option<u32> {
        // A poisoned lock only says that another thread died; the table itself is whole.
        let shard = self.shard(key).read().unwrap_or_else(PoisonError::into_inner);
        let form = shard.find(key, surface)?;
        Some(to.add(key, surface, shard.form(form)))
    }

    fn put(&self, key: Key, surface: &str, form: FormRef<'_>) {
        let mut shard = self.shard(key).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= MOST_KEPT / SHARDS {
            shard.clear();
        }
        // Another thread may have been faster.
        if shard.find(key, surface).is_none() {
            shard.add(key, surface, form);
        }
    }
}

/// One thread's way to analysed forms. Keep it from text to text: what it has read it knows.
pub struct Forms {
    analyzer: Analyzer,
    hasher: RandomState,
    kept: Shelf,
    /// Holds the last form that was too long to keep.
    passing: Shelf,
    /// How often the table started over.
    restarts: u32,
}

impl Forms {
    pub(super) fn new(analyzer: Analyzer) -> Self {
        Self {
            hasher: analyzer.shared.forms.hasher.clone(),
            analyzer,
            kept: Shelf::default(),
            passing: Shelf::default(),
            restarts: 0,
        }
    }

    /// The terms of a text in order: each with the position of its word, counted from 0, and where in the
    /// text that stands, in bytes. Copies nothing.
    pub fn terms(&mut self, text: &str, mut each: impl FnMut(u32, Range<usize>, Term<&str>)) {
        let mut tokens = Tokens::new(text);
        while let Some(token) = tokens.next(self) {
            for term in token.form.terms() {
                each(token.position, token.span.start..token.span.end, term);
            }
        }
    }

    /// The tokens of a text with their terms, as [`Analyzer::analyze`].
    pub(crate) fn analyze(&mut self, text: &str) -> Vec<Token> {
        let mut tokens = Tokens::new(text);
        let mut out = Vec::new();
        while let Some(token) = tokens.next(self) {
            out.push(token.to_token(text));
        }
        out
    }

    /// Who analyses forms that are not in the table.
    pub(crate) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The number of a surface's form, whichever table has it; none for one that is too long to keep.
    pub(crate) fn find(&mut self, surface: &str, setting: Setting) -> Option<u32> {
        let key = Key::of(surface, setting, &self.hasher);
        if surface.len() > LONGEST_KEPT {
            self.passing.clear();
            self.passing.add(key, "", analyse(&self.analyzer, surface, setting).as_ref());
            return None;
        }
        let known = self.kept.find(key, surface);
        Some(known.unwrap_or_else(|| self.fetch(key, surface, setting)))
    }

    /// As `find`, in this thread's own table alone.
    pub(crate) fn find_known(&self, surface: &str, setting: Setting) -> Option<u32> {
        self.kept.find(Key::of(surface, setting, &self.hasher), surface)
    }

    /// The form that has a number; without one, the last one that was too long to keep.
    pub(crate) fn form(&self, found: Option<u32>) -> FormRef<'_> {
        found.map_or_else(|| self.passing.form(0), |number| self.kept.form(number))
    }

    /// How often the table started over: numbers of before mean nothing any more.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts
    }

    /// Fetches a form and keeps it; gives its number.
    fn fetch(&mut self, key: Key, surface: &str, setting: Setting) -> u32 {
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
            self.restarts += 1;
        }
        let shared = &self.analyzer.shared.forms;
        if let Some(form) = shared.copy(key, surface, &mut self.kept) {
            return form;
        }
        let form = analyse(&self.analyzer, surface, setting);
        shared.put(key, surface, form.as_ref());
        self.kept.add(key, surface, form.as_ref())
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
