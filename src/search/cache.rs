//! A cache with a limit in bytes, shared by all clones of a searcher.
//!
//! Two generations approximate least-recently-used eviction: when the younger one is full, the older one is
//! dropped.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;

/// Estimated overhead of an entry, in bytes.
const ENTRY: usize = 512;

/// A value that a cache can hold.
pub(super) trait Cached {
    /// Its size in bytes.
    fn bytes(&self) -> usize;
}

/// Values by key.
pub(super) struct Cache<T> {
    /// The limit of each generation, in bytes.
    limit: usize,
    generations: Mutex<Generations<T>>,
}

type Generation<T> = HashMap<Box<[u8]>, Arc<T>, RandomState>;

struct Generations<T> {
    young: Generation<T>,
    old: Generation<T>,
    /// Bytes in the younger generation.
    bytes: usize,
}

impl<T: Cached> Cache<T> {
    /// A cache of at most this many bytes.
    pub fn new(limit: usize) -> Self {
        let generations = Generations { young: HashMap::default(), old: HashMap::default(), bytes: 0 };
        Self { limit: limit / 2, generations: Mutex::new(generations) }
    }

    pub fn get(&self, key: &[u8]) -> Option<Arc<T>> {
        let mut generations = self.generations();
        if let Some(value) = generations.young.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, value) = generations.old.remove_entry(key)?;
        generations.put(key, Arc::clone(&value), self.limit);
        Some(value)
    }

    /// Adds a value, unless it is larger than half of the cache.
    pub fn put(&self, key: &[u8], value: Arc<T>) {
        self.generations().put(key.into(), value, self.limit);
    }

    /// Counts bytes that a cached value has grown by.
    pub fn grow(&self, bytes: usize) {
        self.generations().reserve(bytes, self.limit);
    }

    /// A poisoned lock only means that another thread panicked; the maps are consistent.
    fn generations(&self) -> MutexGuard<'_, Generations<T>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Cached> Generations<T> {
    fn put(&mut self, key: Box<[u8]>, value: Arc<T>, limit: usize) {
        let bytes = value.bytes() + key.len() + ENTRY;
        if bytes <= limit {
            self.reserve(bytes, limit);
            self.young.insert(key, value);
        }
    }

    /// Counts more bytes and drops the older generation when the younger one is full.
    fn reserve(&mut self, bytes: usize, limit: usize) {
        if self.bytes + bytes > limit {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Cached for usize {
        fn bytes(&self) -> usize {
            if *self == usize::MAX { usize::MAX >> 1 } else { 1 << 20 }
        }
    }

    #[test]
    fn the_least_recently_used_is_evicted_first() {
        let cache = Cache::new(20 << 20);
        let key = |number: usize| number.to_le_bytes();
        for number in 0..100 {
            cache.put(&key(number), Arc::new(number));
            assert_eq!(cache.get(&key(0)).as_deref(), Some(&0), "used after {number}");
        }
        assert!(cache.get(&key(99)).is_some() && cache.get(&key(1)).is_none());
        cache.put(&key(usize::MAX), Arc::new(usize::MAX));
        assert!(cache.get(&key(usize::MAX)).is_none(), "larger than the cache");
        let generations = cache.generations();
        assert!(generations.young.len() + generations.old.len() <= 20);
    }
}
