//! A set of small numbers as bits: the places of a window, or the documents of a segment.

/// A bit for each number.
#[derive(Debug, Default)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// Empties the set and makes room for numbers below `len`.
    pub fn clear(&mut self, len: usize) {
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
    }

    /// Adds a number that there is room for.
    #[inline]
    pub fn insert(&mut self, number: u32) {
        self.words[number as usize / 64] |= 1 << (number % 64);
    }

    /// Whether the set has a number that there is room for.
    #[inline]
    pub fn contains(&self, number: u32) -> bool {
        self.words[number as usize / 64] & 1 << (number % 64) != 0
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Visits all numbers, in order.
    pub fn each(&self, mut visit: impl FnMut(u32)) {
        for (first, &word) in (0..).step_by(64).zip(&self.words) {
            let mut word = word;
            while word != 0 {
                visit(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_order() {
        let mut bits = BitSet::default();
        bits.clear(200);
        for number in [199, 0, 64, 63, 0] {
            bits.insert(number);
        }
        let mut numbers = Vec::new();
        bits.each(|number| numbers.push(number));
        assert_eq!(numbers, [0, 63, 64, 199]);
        assert_eq!(bits.len(), 4);
        assert!(bits.contains(63) && !bits.contains(62));
        bits.clear(64);
        assert_eq!(bits.len(), 0);
    }
}
