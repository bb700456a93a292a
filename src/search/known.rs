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

/// What may be kept.
pub(super) trait Keepable {
    /// How many bytes it takes just now.
    fn bytes(&self) -> usize;
}

/// Values by key.
pub(super) struct Known<T> {
    /// How many bytes each of the halves takes at most.
    half: usize,
    halves: Mutex<Halves<T>>,
}

type Half<T> = HashMap<Box<[u8]>, Arc<T>, RandomState>;

struct Halves<T> {
    young: Half<T>,
    old: Half<T>,
    /// What the young ones take together.
    bytes: usize,
}

impl<T: Keepable> Known<T> {
    /// Keeps so many bytes at most.
    pub fn new(most: usize) -> Self {
        let halves = Halves { young: HashMap::default(), old: HashMap::default(), bytes: 0 };
        Self { half: most / 2, halves: Mutex::new(halves) }
    }

    pub fn get(&self, key: &[u8]) -> Option<Arc<T>> {
        let mut halves = self.halves();
        if let Some(value) = halves.young.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, value) = halves.old.remove_entry(key)?;
        halves.put(key, Arc::clone(&value), self.half);
        Some(value)
    }

    /// Keeps a value, unless it alone takes more than there is room for.
    pub fn put(&self, key: &[u8], value: Arc<T>) {
        self.halves().put(key.into(), value, self.half);
    }

    /// Takes note that a value that was asked for just now has grown by so many bytes.
    pub fn grow(&self, bytes: usize) {
        self.halves().make_room(bytes, self.half);
    }

    /// A poisoned lock only says that another thread died; the tables themselves are whole.
    fn halves(&self) -> MutexGuard<'_, Halves<T>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Keepable> Halves<T> {
    fn put(&mut self, key: Box<[u8]>, value: Arc<T>, most: usize) {
        let bytes = value.bytes() + key.len() + ENTRY;
        if bytes <= most {
            self.make_room(bytes, most);
            self.young.insert(key, value);
        }
    }

    /// Counts so many bytes more; where they are too many, the young grow old.
    fn make_room(&mut self, bytes: usize, most: usize) {
        if self.bytes + bytes > most {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keepable for usize {
        fn bytes(&self) -> usize {
            if *self == usize::MAX { usize::MAX >> 1 } else { 1 << 20 }
        }
    }

    #[test]
    fn the_least_asked_for_is_forgotten_first() {
        let known = Known::new(20 << 20);
        let key = |number: usize| number.to_le_bytes();
        for number in 0..100 {
            known.put(&key(number), Arc::new(number));
            assert_eq!(known.get(&key(0)).as_deref(), Some(&0), "asked for after {number}");
        }
        assert!(known.get(&key(99)).is_some() && known.get(&key(1)).is_none());
        known.put(&key(usize::MAX), Arc::new(usize::MAX));
        assert!(known.get(&key(usize::MAX)).is_none(), "it takes more than there is");
        let halves = known.halves();
        assert!(halves.young.len() + halves.old.len() <= 20);
    }
}
