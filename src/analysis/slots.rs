//! Slots: numbers found by key, mostly in one step through memory.
//!
//! A key lies in its slot itself, and the first keys, which in a text are the commonest, lie where their
//! hashes point to. Knows nothing of what the numbers stand for.

use super::key::Key;

/// No number: an empty slot.
const NONE: u32 = u32::MAX;
/// The least number of slots, a power of two.
const LEAST: usize = 64;

/// A table from keys to numbers, given out from 0 on.
#[derive(Default)]
pub(super) struct Slots {
    /// A power of two of them, or none at all.
    slots: Vec<Slot>,
    count: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    content: [u64; 2],
    hash: u32,
    number: u32,
}

const EMPTY: Slot = Slot { content: [0; 2], hash: 0, number: NONE };

impl Slots {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.count = 0;
    }

    /// The number of a key; of two keys that are not whole `is_it` tells whether they mean the same.
    pub fn find(&self, key: Key, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let [hash, _] = key.hashes;
        let mut at = hash as usize;
        loop {
            let slot = self.slots.get(at & self.slots.len().wrapping_sub(1))?;
            if slot.number == NONE {
                return None;
            }
            if slot.content == key.content && (key.is_whole() || is_it(slot.number)) {
                return Some(slot.number);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Adds a key that is not there; returns its number.
    pub fn add(&mut self, key: Key) -> u32 {
        // Three quarters full.
        if self.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let number = self.count;
        self.count += 1;
        let [hash, _] = key.hashes;
        self.put(Slot { content: key.content, hash, number });
        number
    }

    fn put(&mut self, slot: Slot) {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = slot.hash as usize & last;
        while self.slots[at].number != NONE {
            at = (at + 1) & last;
        }
        self.slots[at] = slot;
    }

    /// Doubles the slots; the keys go in again in the order in which they came.
    fn grow(&mut self) {
        let slots = (2 * self.slots.len()).max(LEAST);
        let mut old = std::mem::replace(&mut self.slots, vec![EMPTY; slots]);
        old.retain(|slot| slot.number != NONE);
        old.sort_unstable_by_key(|slot| slot.number);
        for slot in old {
            self.put(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use foldhash::fast::RandomState;

    use super::*;
    use crate::analysis::form::Setting;

    #[test]
    fn numbers_are_given_out_in_order_and_found() {
        let hasher = RandomState::default();
        let key = |word: &str| Key::of(word, Setting::Text, &hasher);
        let words: Vec<String> = (0..3_000).map(|number| number.to_string()).collect();
        let mut slots = Slots::default();
        assert_eq!(slots.find(key("0"), |_| true), None);
        for (word, number) in words.iter().zip(0..) {
            assert_eq!(slots.find(key(word), |_| true), None);
            assert_eq!(slots.add(key(word)), number);
        }
        for (word, number) in words.iter().zip(0..) {
            assert_eq!(slots.find(key(word), |_| false), Some(number));
        }
        assert_eq!(slots.len(), words.len());
        slots.clear();
        assert_eq!((slots.len(), slots.find(key("0"), |_| true)), (0, None));
    }

    #[test]
    fn who_asks_tells_long_words_apart() {
        let key = Key::of("достопримечательностями", Setting::Text, &RandomState::default());
        let mut slots = Slots::default();
        let (one, other) = (slots.add(key), slots.add(key));
        assert_eq!(slots.find(key, |number| number == other), Some(other));
        assert_eq!(slots.find(key, |_| true), Some(one));
    }
}
