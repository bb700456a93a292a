//! Analysed forms, kept: Russian text repeats its words, and a look-up is far cheaper than a dictionary.
//!
//! Each thread has its own table in front of one that all share, so that the common words cost no
//! lock. Holds forms only; what they mean is settled in `form`.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use foldhash::fast::RandomState;

use super::{
    Analyzer,
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

    fn put(&self, surface: &str, setting: Setting, form: &Arc<Form>) {
        let mut shard = self.shard(surface).write().unwrap_or_else(PoisonError::into_inner);
        let table = &mut shard[setting as usize];
        if table.len() >= MOST_KEPT / SHARDS {
            table.clear();
        }
        table.insert(surface.into(), Arc::clone(form));
    }
}

/// One thread's way to analysed forms.
pub(crate) struct Forms {
    analyzer: Analyzer,
    tables: [Table; Setting::COUNT],
    passing: Arc<Form>,
}

impl Forms {
    pub(super) fn new(analyzer: Analyzer) -> Self {
        Self { analyzer, tables: Default::default(), passing: Arc::default() }
    }

    /// The form of a surface, from the nearest table that has it.
    pub(super) fn get(&mut self, surface: &str, setting: Setting) -> &Arc<Form> {
        if surface.len() > LONGEST_KEPT {
            self.passing = Arc::new(self.analyse(surface, setting));
            return &self.passing;
        }
        let table = setting as usize;
        if !self.tables[table].contains_key(surface) {
            let form = self.fetch(surface, setting);
            if self.tables[table].len() >= MOST_KEPT {
                self.tables[table].clear();
            }
            self.tables[table].insert(surface.into(), form);
        }
        self.tables[table].get(surface).unwrap_or(&self.passing)
    }

    fn fetch(&self, surface: &str, setting: Setting) -> Arc<Form> {
        let shared = &self.analyzer.shared.forms;
        if let Some(form) = shared.get(surface, setting) {
            return form;
        }
        let form = Arc::new(self.analyse(surface, setting));
        shared.put(surface, setting, &form);
        form
    }

    fn analyse(&self, surface: &str, setting: Setting) -> Form {
        form::analyse(&self.analyzer.shared.dictionary, surface, setting)
    }
}

impl Clone for Forms {
    fn clone(&self) -> Self {
        Self::new(self.analyzer.clone())
    }
}
