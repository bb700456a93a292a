//! Interns terms: each is stored once and has a number.
//!
//! All terms are in one string, next to a hash table of numbers: a segment has a million terms, most of them rare.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Terms by number.
#[derive(Default)]
pub(super) struct TermInterner {
    numbers: HashTable<u32>,
    hasher: RandomState,
    letters: String,
    /// The end of each term.
    ends: Vec<u32>,
}

impl TermInterner {
    /// The number of a term; a new one if it has none.
    pub fn number(&mut self, name: &str) -> u32 {
        let hash = self.hasher.hash_one(name);
        let found = self.numbers.find(hash, |&number| of(&self.letters, &self.ends, number) == name);
        if let Some(&number) = found {
            return number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.letters.push_str(name);
        self.ends.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
        let Self { numbers, hasher, letters, ends } = self;
        numbers.insert_unique(hash, number, |&number| hasher.hash_one(of(letters, ends, number)));
        number
    }

    pub fn get(&self, number: u32) -> &str {
        of(&self.letters, &self.ends, number)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.letters.capacity() + (self.ends.capacity() + 2 * self.numbers.capacity()) * size_of::<u32>()
    }

    /// All numbers in the order of the bytes of their terms.
    pub fn sorted(&self) -> Vec<u32> {
        // Most terms differ in their first sixteen bytes, which are compared as one number.
        let start = |number: u32| {
            let mut bytes = [0; 16];
            let name = self.get(number).as_bytes();
            let length = name.len().min(bytes.len());
            bytes[..length].copy_from_slice(&name[..length]);
            u128::from_be_bytes(bytes)
        };
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let mut keyed: Vec<(u128, u32)> = (0..count).map(|number| (start(number), number)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        keyed.into_iter().map(|(_, number)| number).collect()
    }
}

fn of<'n>(letters: &'n str, ends: &[u32], number: u32) -> &'n str {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(number).copied().unwrap_or(start);
    letters.get(start as usize..end as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_has_one_number_and_all_are_sorted() {
        let mut names = TermInterner::default();
        let words = ["lслово", "e", "eдлинноедлинное1", "eдлинноедлинное", "eдлинноедлинное0", "sя"];
        let numbers: Vec<u32> = words.iter().map(|word| names.number(word)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
        assert_eq!(names.number("eдлинноедлинное"), 3);
        assert_eq!(names.len(), words.len());
        let sorted: Vec<&str> = names.sorted().into_iter().map(|number| names.get(number)).collect();
        let mut expected = words;
        expected.sort_unstable();
        assert_eq!(sorted, expected);
    }
}
