//! A cache of analysed forms. Russian text repeats its words, and a lookup is far cheaper than analysis.
//!
//! Each thread has a table in front of one that all threads share, so that common words take no lock. Behind these are
//! the form tables of an index, and then the dictionary.
//! `arena` holds the forms, `table` finds them by `packed_key`.

mod arena;
mod packed_key;
mod table;

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

use foldhash::fast::RandomState;

use self::arena::TermArena;
use self::packed_key::PackedKey;
use super::{
    LoadDictionary, check_dictionary,
    form_table::FormTables,
    term_list::{TermList, TermListRef},
    word_terms::{self, TokenContext},
};
use crate::error::{Error, Result};

/// Forms longer than this, in bytes, are rare and large; they are analysed each time.
const LONGEST_CACHED: usize = 64;
/// How many forms one table holds before it is cleared; a form takes about 100 bytes. The number fills a
/// power of two of slots to three quarters.
const CAPACITY: usize = 3 << 17;
/// The number of locks of the shared table, so that threads rarely wait for each other.
const SHARDS: usize = 16;

/// What loads the dictionary, and the table that all threads share.
pub(super) struct SharedCache {
    dictionary: LoadDictionary,
    shards: [RwLock<TermArena>; SHARDS],
    /// Hashes the keys of all tables.
    hasher: RandomState,
}

impl SharedCache {
    pub fn new(dictionary: LoadDictionary) -> Self {
        Self { dictionary, shards: Default::default(), hasher: RandomState::default() }
    }

    fn shard(&self, key: PackedKey) -> &RwLock<TermArena> {
        // The table uses the other hash.
        let [_, hash] = key.hashes;
        &self.shards[hash as usize % SHARDS]
    }

    /// Copies a form to another arena if this table has it.
    fn copy(&self, key: PackedKey, surface: &str, to: &mut TermArena) -> Option<u32> {
        // A poisoned lock only means that another thread panicked; the table itself is intact.
        let shard = self.shard(key).read().unwrap_or_else(PoisonError::into_inner);
        let form = shard.find(key, surface)?;
        Some(to.add(key, surface, shard.form(form)))
    }

    fn put(&self, key: PackedKey, surface: &str, form: TermListRef<'_>) {
        let mut shard = self.shard(key).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= CAPACITY / SHARDS {
            shard.clear();
        }
        // Another thread may have added it in the meantime.
        if shard.find(key, surface).is_none() {
            shard.add(key, surface, form);
        }
    }
}

/// Why a form could not be analysed.
enum Failure {
    Dictionary(Error),
    Table(io::Error),
}

/// The analysed forms of one thread. Reuse it from text to text.
pub struct TermCache {
    shared: Arc<SharedCache>,
    /// Forms that need no analysis.
    tables: Arc<FormTables>,
    /// The first failure. A form that could not be analysed has no terms.
    failure: Option<Failure>,
    hasher: RandomState,
    cached: TermArena,
    /// Holds the last form that was too long to cache.
    uncached: TermArena,
    /// How often the table was cleared.
    clears: u32,
    /// The keys of words that are looked up together. Kept to reuse the memory.
    keys: Vec<PackedKey>,
}

impl TermCache {
    pub(super) fn new(shared: Arc<SharedCache>, tables: Arc<FormTables>) -> Self {
        Self {
            hasher: shared.hasher.clone(),
            shared,
            tables,
            failure: None,
            cached: TermArena::default(),
            uncached: TermArena::default(),
            clears: 0,
            keys: Vec::new(),
        }
    }

    pub(super) fn shared(&self) -> &Arc<SharedCache> {
        &self.shared
    }

    /// The number of an analysed form, from whichever table has it; `None` for a form too long to cache.
    pub(crate) fn find(&mut self, surface: &str, context: TokenContext) -> Option<u32> {
        let key = PackedKey::of(surface, context, &self.hasher);
        if surface.len() > LONGEST_CACHED {
            self.uncached.clear();
            let form = self.terms_of(surface, context).unwrap_or_default();
            self.uncached.add(key, "", form.as_ref());
            return None;
        }
        let known = self.cached.find(key, surface);
        Some(known.unwrap_or_else(|| self.fetch(key, surface, context)))
    }

    /// As `find` for several words, but only in the table of this thread; calls `each` with what it has found.
    ///
    /// All keys are computed first. The lookups that follow have no branches that depend on the words, so that the
    /// processor waits for many cache misses at once.
    pub(crate) fn find_cached<'t>(
        &mut self,
        words: impl Iterator<Item = (&'t str, TokenContext)> + Clone,
        mut each: impl FnMut(Option<u32>),
    ) {
        let Self { keys, hasher, cached, .. } = self;
        keys.clear();
        keys.extend(words.clone().map(|(surface, context)| PackedKey::of(surface, context, hasher)));
        for (&key, (surface, _)) in keys.iter().zip(words) {
            each(cached.find(key, surface));
        }
    }

    /// The form with a number; without one, the last form that was too long to cache.
    pub(crate) fn form(&self, found: Option<u32>) -> TermListRef<'_> {
        found.map_or_else(|| self.uncached.form(0), |number| self.cached.form(number))
    }

    /// How often the table was cleared: earlier numbers are no longer valid.
    pub(crate) fn clears(&self) -> u32 {
        self.clears
    }

    /// Copies a form from the shared table or analyses it, and gives its number.
    fn fetch(&mut self, key: PackedKey, surface: &str, context: TokenContext) -> u32 {
        if self.cached.len() >= CAPACITY {
            self.cached.clear();
            self.clears += 1;
        }
        if let Some(form) = self.shared.copy(key, surface, &mut self.cached) {
            return form;
        }
        let Some(form) = self.terms_of(surface, context) else {
            return self.cached.add(key, surface, TermListRef::default());
        };
        self.shared.put(key, surface, form.as_ref());
        self.cached.add(key, surface, form.as_ref())
    }

    /// The terms of a form from the tables or from analysis; `None` if that fails.
    fn terms_of(&mut self, surface: &str, context: TokenContext) -> Option<TermList> {
        let analyze = || {
            if let Some(form) = self.tables.find(surface, context).map_err(Failure::Table)? {
                return Ok(form);
            }
            word_terms::analyze(self.shared.dictionary, surface, context).map_err(Failure::Dictionary)
        };
        analyze().map_err(|failure| self.failure.get_or_insert(failure)).ok()
    }

    /// Reports whether a form could not be analysed, which leaves it without terms. `table` makes the error for tables
    /// that cannot be read.
    ///
    /// # Errors
    /// `Dictionary` if the dictionary cannot be loaded, or what `table` makes.
    pub(crate) fn check(&mut self, table: impl FnOnce(io::Error) -> Error) -> Result<()> {
        match self.failure.take() {
            // The tokenizer asks it too, for words hyphenated at the end of a line.
            None => check_dictionary(),
            Some(Failure::Dictionary(error)) => Err(error),
            Some(Failure::Table(error)) => Err(table(error)),
        }
    }
}

impl Clone for TermCache {
    fn clone(&self) -> Self {
        Self::new(self.shared.clone(), self.tables.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyzer, form_table};

    #[test]
    fn words_of_a_table_need_no_dictionary() {
        let damaged = || Err(Error::Dictionary("damaged".into()));
        let whole = Analyzer::new().unwrap();
        let tables = Arc::new(form_table::tests::tables_of(&["ООН", "дом"]));
        for (word, context, expected) in [
            ("ООН", TokenContext::Text, true),
            ("дом", TokenContext::Text, true),
            ("Windows", TokenContext::Text, true),
            ("2024", TokenContext::Number, true),
            ("мост", TokenContext::Text, false),
            (&*"мост".repeat(16), TokenContext::Text, false),
        ] {
            let mut forms = TermCache::new(Arc::new(SharedCache::new(damaged)), tables.clone());
            let mut reference = whole.term_cache();
            let keys = |forms: &mut TermCache| {
                let form = forms.find(word, context);
                forms.form(form).terms().map(|term| term.key().to_owned()).collect::<Vec<_>>()
            };
            let found = keys(&mut forms);
            assert_eq!(found == keys(&mut reference), expected, "{word}");
            let checked = forms.check(|_| Error::UnknownRelease(String::new()));
            assert_eq!(checked.is_ok(), expected, "{word}");
            assert!(checked.err().is_none_or(|error| matches!(error, Error::Dictionary(_))));
        }
    }

    #[test]
    fn a_table_that_cannot_be_read_is_reported() {
        let tables = form_table::tests::unreadable_tables_of(&["дом"]);
        let mut forms = Analyzer::new().unwrap().term_cache_over(Arc::new(tables));
        let mut failure = |word| {
            forms.find(word, TokenContext::Text);
            forms.check(|error| Error::UnknownRelease(error.to_string())).err().map(|error| error.to_string())
        };
        assert_eq!(failure("Windows"), None);
        assert!(failure("мост").unwrap().contains("worn out"));
        assert_eq!(failure("Linux"), None);
    }
}
