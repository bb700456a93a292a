//! ChunkedVec one after another, in pieces that never move: a list that doubles would hold twice what it needs.

use std::ops::Range;

/// ChunkedVec in a piece.
const CHUNK: usize = 1 << 16;

/// A growing row of words.
#[derive(Default)]
pub(super) struct ChunkedVec {
    pieces: Vec<Vec<u32>>,
    len: usize,
}

impl ChunkedVec {
    pub fn push(&mut self, word: u32) {
        if let Some(piece) = self.pieces.last_mut().filter(|piece| piece.len() < CHUNK) {
            piece.push(word);
        } else {
            let mut piece = Vec::with_capacity(CHUNK);
            piece.push(word);
            self.pieces.push(piece);
        }
        self.len += 1;
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory that this takes.
    pub fn memory(&self) -> usize {
        self.pieces.len() * CHUNK * size_of::<u32>()
    }

    /// The words of a stretch, in order.
    pub fn each(&self, stretch: Range<usize>, mut visit: impl FnMut(u32)) {
        let mut at = stretch.start;
        while at < stretch.end {
            let (piece, from) = (at / CHUNK, at % CHUNK);
            let to = CHUNK.min(from + stretch.end - at);
            let Some(words) = self.pieces.get(piece).and_then(|piece| piece.get(from..to)) else { return };
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
    fn stretches_cross_pieces() {
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
