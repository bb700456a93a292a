//! A bitset with rank: one bit for each document of a segment.

use std::ops::Range;

use tantivy::DocId;

/// A bit for each release of a segment.
#[derive(Debug, Default)]
pub(crate) struct BitSet {
    words: Vec<u64>,
    /// How many releases stand before each word.
    before: Vec<u32>,
    len: usize,
}

impl BitSet {
    /// None yet, of a segment that has `all` releases.
    pub fn none(all: DocId) -> Self {
        Self { words: vec![0; (all as usize).div_ceil(64)], ..Self::default() }
    }

    /// Adds releases.
    pub fn extend(&mut self, docs: &[DocId]) {
        for &doc in docs {
            if let Some(word) = self.words.get_mut(doc as usize / 64) {
                *word |= 1 << (doc % 64);
            }
        }
    }

    /// Counts its releases, when all were added.
    pub fn finish(&mut self) {
        let mut before = 0;
        self.before = Vec::with_capacity(self.words.len());
        for word in &self.words {
            self.before.push(before);
            before += word.count_ones();
        }
        self.len = before as usize;
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.words.len() * 12
    }

    /// The bits of all releases, 64 to a word.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    #[inline]
    pub fn has(&self, doc: DocId) -> bool {
        self.words.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// How many of its releases stand before `doc`: its place, where it is one of them.
    #[inline]
    pub fn at(&self, doc: DocId) -> usize {
        let word = doc as usize / 64;
        let (Some(bits), Some(before)) = (self.words.get(word), self.before.get(word)) else {
            return self.len;
        };
        (before + (bits & ((1 << (doc % 64)) - 1)).count_ones()) as usize
    }

    /// Visits the releases at some places, in order.
    pub fn each_at(&self, places: &Range<usize>, mut visit: impl FnMut(usize, DocId)) {
        let behind = |at: usize| self.before.partition_point(|&before| (before as usize) < at);
        let first = self.before.partition_point(|&before| before as usize <= places.start).saturating_sub(1);
        self.each(first, behind(places.end), |at, doc| {
            if places.contains(&at) {
                visit(at, doc);
            }
        });
    }

    /// The first release from `from` on.
    pub fn next(&self, from: DocId) -> Option<DocId> {
        let first = from as usize / 64;
        let start = self.words.get(first)? & (u64::MAX << (from % 64));
        let rest = self.words.iter().skip(first + 1).copied();
        let (word, bits) = (first..).zip(std::iter::once(start).chain(rest)).find(|(_, bits)| *bits != 0)?;
        Some(number(word) + bits.trailing_zeros())
    }

    /// Visits the releases of some words, in order, each with its place.
    pub fn each(&self, first: usize, last: usize, mut visit: impl FnMut(usize, DocId)) {
        let words = self.words.get(first..last).unwrap_or_default();
        let mut at = self.before.get(first).map_or(0, |&before| before as usize);
        for (word, bits) in (first..).zip(words) {
            for_each_bit(word, *bits, |doc| {
                visit(at, doc);
                at += 1;
            });
        }
    }
}

/// The first release that a word stands for.
fn number(word: usize) -> DocId {
    DocId::try_from(word * 64).unwrap_or(DocId::MAX)
}

/// Visits the releases of one word.
pub(super) fn for_each_bit(word: usize, mut bits: u64, mut visit: impl FnMut(DocId)) {
    let first = number(word);
    while bits != 0 {
        visit(first + bits.trailing_zeros());
        bits &= bits - 1;
    }
}
