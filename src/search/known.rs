//! What a searcher knows already: parts of queries that it has evaluated and releases that it has read,
//! within so much memory.
//!
//! Words are asked for again and again, and a snapshot never changes. What was not asked for since the
//! younger half filled up is forgotten.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;

/// What each entry takes besides its lists, about.
const ENTRY: usize = 512;

/// Values by key, each known to take so many bytes.
pub(super) struct Known<T> {
    /// How many bytes each of the halves takes at most.
    half: usize,
    halves: Mutex<Halves<T>>,
}

struct Halves<T> {
    young: HashMap<Box<[u8]>, (Arc<T>, usize), RandomState>,
    old: HashMap<Box<[u8]>, (Arc<T>, usize), RandomState>,
    /// What the young ones take together.
    bytes: usize,
}

impl<T> Known<T> {
    /// Keeps so many bytes at most.
    pub fn new(most: usize) -> Self {
        let halves = Halves { young: HashMap::default(), old: HashMap::default(), bytes: 0 };
        Self { half: most / 2, halves: Mutex::new(halves) }
    }

    pub fn get(&self, key: &[u8]) -> Option<Arc<T>> {
        let mut halves = self.halves();
        if let Some((value, _)) = halves.young.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, (value, bytes)) = halves.old.remove_entry(key)?;
        halves.put(key, Arc::clone(&value), bytes, self.half);
        Some(value)
    }

    /// Keeps a value that takes so many bytes.
    pub fn put(&self, key: &[u8], value: Arc<T>, bytes: usize) {
        self.halves().put(key.into(), value, bytes + key.len() + ENTRY, self.half);
    }

    /// Takes note that values kept have grown by so many bytes.
    pub fn grow(&self, bytes: usize) {
        self.halves().bytes += bytes;
    }

    /// A poisoned lock only says that another thread died; the tables themselves are whole.
    fn halves(&self) -> MutexGuard<'_, Halves<T>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Halves<T> {
    fn put(&mut self, key: Box<[u8]>, value: Arc<T>, bytes: usize, most: usize) {
        if self.bytes + bytes > most {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.young.insert(key, (value, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_asked_for_is_forgotten_first() {
        let known = Known::new(20 << 20);
        let key = |number: usize| number.to_le_bytes();
        for number in 0..100 {
            known.put(&key(number), Arc::new(number), 1 << 20);
            assert_eq!(known.get(&key(0)).as_deref(), Some(&0), "asked for after {number}");
        }
        assert!(known.get(&key(99)).is_some() && known.get(&key(1)).is_none());
        let halves = known.halves();
        assert!(halves.young.len() + halves.old.len() <= 20);
    }
}
