//! Analysed forms, kept: Russian text repeats its words, and a look-up is far cheaper than a dictionary.
//!
//! Each thread has its own table in front of one that all share, so that the common words cost no
//! lock. Holds forms only; what they mean is settled in `form`.

use std::{
    ops::Range,
    sync::{PoisonError, RwLock},
};

use super::{
    Analyzer, Term, Token, Tokens,
    form::{self, Form, Setting},
    shelf::{FormRef, Place, Shelf},
};

/// Forms longer than this in bytes are rare and large: analysed anew each time.
const LONGEST_KEPT: usize = 64;
/// How many forms one table keeps before it starts over; a form takes some 100 bytes.
const MOST_KEPT: usize = 400_000;
/// Into how many parts the shared table is cut, so that threads seldom wait for each other.
const SHARDS: usize = 16;

/// The table that all threads share.
#[derive(Default)]
pub(super) struct SharedForms {
    shards: [RwLock<Shelf>; SHARDS],
}

impl SharedForms {
    fn shard(&self, surface: &str) -> &RwLock<Shelf> {
        let sum = surface.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        &self.shards[sum % SHARDS]
    }

    /// Copies a form onto a shelf, where this table has it.
    fn copy(&self, surface: &str, setting: Setting, to: &mut Shelf) -> Option<Place> {
        // A poisoned lock only says that another thread died; the table itself is whole.
        let shard = self.shard(surface).read().unwrap_or_else(PoisonError::into_inner);
        let place = shard.find(surface, setting)?;
        Some(to.copy(surface, setting, shard.form(place)))
    }

    fn put(&self, surface: &str, setting: Setting, form: &Form) {
        let mut shard = self.shard(surface).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= MOST_KEPT / SHARDS {
            shard.clear();
        }
        // Another thread may have been faster.
        if shard.find(surface, setting).is_none() {
            shard.add(surface, setting, form);
        }
    }
}

/// One thread's way to analysed forms. Keep it from text to text: what it has read it knows.
pub struct Forms {
    analyzer: Analyzer,
    kept: Shelf,
    /// Holds the form that was asked for last, where it is too long to keep.
    passing: Shelf,
    last: Last,
    /// How often the table started over.
    restarts: u32,
}

/// The form that was asked for last.
#[derive(Clone, Copy)]
enum Last {
    None,
    Kept(Place),
    Passing(Place),
}

impl Forms {
    pub(super) fn new(analyzer: Analyzer) -> Self {
        Self { analyzer, kept: Shelf::default(), passing: Shelf::default(), last: Last::None, restarts: 0 }
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

    /// Goes to the form of a surface, in the nearest table that has it; [`Forms::last`] then gives it.
    pub(super) fn find(&mut self, surface: &str, setting: Setting) {
        self.last = if surface.len() > LONGEST_KEPT {
            self.passing.clear();
            Last::Passing(self.passing.add("", setting, &analyse(&self.analyzer, surface, setting)))
        } else {
            Last::Kept(self.kept.find(surface, setting).unwrap_or_else(|| self.fetch(surface, setting)))
        };
    }

    /// The form that was asked for last.
    pub(crate) fn last(&self) -> FormRef<'_> {
        match self.last {
            Last::None => FormRef::default(),
            Last::Kept(place) => self.kept.form(place),
            Last::Passing(place) => self.passing.form(place),
        }
    }

    /// Names the form that was asked for last, by how often the table has started over and its number since
    /// then; none for a form that is not kept.
    pub(crate) fn last_name(&self) -> Option<(u32, u32)> {
        match self.last {
            Last::Kept(place) => Some((self.restarts, place.number)),
            Last::None | Last::Passing(_) => None,
        }
    }

    /// Fetches a form and keeps it; says where.
    fn fetch(&mut self, surface: &str, setting: Setting) -> Place {
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
            self.restarts += 1;
        }
        let shared = &self.analyzer.shared.forms;
        if let Some(place) = shared.copy(surface, setting, &mut self.kept) {
            return place;
        }
        let form = analyse(&self.analyzer, surface, setting);
        shared.put(surface, setting, &form);
        self.kept.add(surface, setting, &form)
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
