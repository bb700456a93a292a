//! An open-addressing hash table from packed keys to numbers, with linear probing.
//!
//! A slot holds the whole key, so that a lookup mostly reads one cache line. Growing reinserts the keys in
//! the order in which they were added: the first ones, which are the commonest of a text, stay where their
//! hashes point.

use super::packed_key::PackedKey;

/// The number of an empty slot.
const NONE: u32 = u32::MAX;
/// The least number of slots, a power of two.
const LEAST: usize = 64;

/// Numbers by key, assigned from 0 upwards.
#[derive(Default)]
pub(super) struct SlotTable {
    /// Their number is a power of two, or 0.
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

impl SlotTable {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.count = 0;
    }

    /// The number of a key; for a key that is only a hash, `is_equal` compares the surfaces.
    pub fn find(&self, key: PackedKey, is_equal: impl Fn(u32) -> bool) -> Option<u32> {
        let [hash, _] = key.hashes;
        let mut at = hash as usize;
        loop {
            let slot = self.slots.get(at & self.slots.len().wrapping_sub(1))?;
            if slot.number == NONE {
                return None;
            }
            if slot.content == key.content && (key.is_whole() || is_equal(slot.number)) {
                return Some(slot.number);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Adds a new key and returns its number.
    pub fn add(&mut self, key: PackedKey) -> u32 {
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

    /// Doubles the number of slots.
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
    use crate::analysis::word_terms::TokenContext;

    #[test]
    fn numbers_are_assigned_in_order_and_found() {
        let hasher = RandomState::default();
        let key = |word: &str| PackedKey::of(word, TokenContext::Text, &hasher);
        let words: Vec<String> = (0..3_000).map(|number| number.to_string()).collect();
        let mut slots = SlotTable::default();
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
    fn the_caller_compares_long_words() {
        let key = PackedKey::of("достопримечательностями", TokenContext::Text, &RandomState::default());
        let mut slots = SlotTable::default();
        let (one, other) = (slots.add(key), slots.add(key));
        assert_eq!(slots.find(key, |number| number == other), Some(other));
        assert_eq!(slots.find(key, |_| true), Some(one));
    }
}
