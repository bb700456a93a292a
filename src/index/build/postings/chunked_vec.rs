//! A vector in chunks that never move: a vector that doubles would take twice the memory that it needs.

use std::ops::Range;

/// Numbers in a chunk.
const CHUNK: usize = 1 << 16;

/// A growing sequence of numbers.
#[derive(Default)]
pub(super) struct ChunkedVec {
    chunks: Vec<Vec<u32>>,
    len: usize,
}

impl ChunkedVec {
    pub fn push(&mut self, word: u32) {
        if let Some(chunk) = self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            chunk.push(word);
        } else {
            let mut chunk = Vec::with_capacity(CHUNK);
            chunk.push(word);
            self.chunks.push(chunk);
        }
        self.len += 1;
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<u32>()
    }

    /// Visits a range in order.
    pub fn each(&self, stretch: Range<usize>, mut visit: impl FnMut(u32)) {
        let mut at = stretch.start;
        while at < stretch.end {
            let (chunk, from) = (at / CHUNK, at % CHUNK);
            let to = CHUNK.min(from + stretch.end - at);
            let Some(words) = self.chunks.get(chunk).and_then(|chunk| chunk.get(from..to)) else { return };
            for &word in words {
                visit(word);
            }
            at += to - from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cross_chunks() {
        let mut words = ChunkedVec::default();
        let count = u32::try_from(2 * CHUNK + 5).unwrap();
        (0..count).for_each(|word| words.push(word));
        assert_eq!(words.len(), count as usize);
        for stretch in [0..0, 0..3, CHUNK - 1..CHUNK + 1, 5..2 * CHUNK + 5, CHUNK..2 * CHUNK] {
            let mut found = Vec::new();
            words.each(stretch.clone(), |word| found.push(word as usize));
            assert_eq!(found, stretch.collect::<Vec<_>>());
        }
    }
}
