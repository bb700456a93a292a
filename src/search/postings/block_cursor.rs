//! A posting list of one segment, block by block, in the format of tantivy 0.27.
//!
//! tantivy's own cursor decodes the document ids and the term frequencies of every block that it enters, and moves
//! forward only. This one walks the skip list in both directions without decoding, and decodes the ids and the
//! frequencies of a block separately, when they are first read. Knows the format, not what the postings mean.

use std::{
    cell::{Cell, RefCell},
    io,
    ops::Range,
};

use bitpacking::{BitPacker, BitPacker4x};
use tantivy::{DocId, TERMINATED, directory::OwnedBytes};

/// Postings in a full block.
pub(super) const BLOCK_LEN: usize = BitPacker4x::BLOCK_LEN;

/// Bytes of a skip entry: the last document id, the bit widths of ids and frequencies, the sum of the
/// frequencies, and two bytes of tantivy's own score bound, which BM25F has no use for.
const SKIP_ENTRY: usize = 12;

/// The low bits of the byte that holds the bit width of the ids.
const WIDTH: u8 = 0x1F;

/// The size of the table of places, in which documents of a block are found if they are that near each other.
const PLACES: usize = 1 << 12;

/// The table takes as long to fill as this many documents take to find one by one.
const MANY: usize = 16;

/// A cursor over the blocks of a posting list.
pub(crate) struct BlockCursor {
    skips: OwnedBytes,
    data: OwnedBytes,
    doc_freq: u32,
    block: Block,
    docs: Decoded,
    freqs: Decoded,
}

thread_local! {
    /// The documents and postings that were found last: a query opens dozens of cursors.
    static FOUND: Cell<Vec<(usize, usize)>> = const { Cell::new(Vec::new()) };
    /// The place in its block of each document, by its distance from the first one.
    static PLACE: RefCell<[u8; PLACES]> = const { RefCell::new([0; PLACES]) };
}

/// Where a block lies, and how it is packed.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    number: usize,
    /// Postings from this block on.
    remaining: usize,
    /// The last document id of the block before, 0 in the first block.
    previous: DocId,
    last: DocId,
    offset: usize,
    doc_bits: u8,
    freq_bits: u8,
    /// The sum of the term frequencies: the number of positions.
    positions: u32,
    /// The number of positions of all blocks before.
    positions_before: u64,
}

/// The numbers of a block.
#[derive(Default)]
struct Decoded {
    numbers: Vec<u32>,
    /// The block.
    number: Option<usize>,
    /// Bytes that the packed numbers take.
    bytes: usize,
}

impl Block {
    /// Reads the skip entry of this block, or that it is the last, partial one.
    fn read(&mut self, skips: &[u8]) {
        let start = self.number * SKIP_ENTRY;
        let entry = if self.is_full() { skips.get(start..start + SKIP_ENTRY) } else { None };
        if let Some(&[a, b, c, d, doc_bits, freq_bits, e, f, g, h, ..]) = entry {
            self.last = u32::from_le_bytes([a, b, c, d]);
            self.doc_bits = doc_bits & WIDTH;
            self.freq_bits = freq_bits;
            self.positions = u32::from_le_bytes([e, f, g, h]);
        } else {
            self.last = TERMINATED;
        }
    }

    fn advance(&mut self, skips: &[u8]) {
        *self = Self {
            number: self.number + 1,
            remaining: self.remaining.saturating_sub(BLOCK_LEN),
            previous: self.last,
            offset: self.offset + self.bytes(),
            positions_before: self.positions_before + u64::from(self.positions),
            ..Self::default()
        };
        self.read(skips);
    }

    /// Moves to the block before, in a list of `doc_freq` postings.
    fn retreat(&mut self, skips: &[u8], doc_freq: u32) {
        let number = self.number.saturating_sub(1);
        let remaining = (doc_freq as usize).saturating_sub(number * BLOCK_LEN);
        let mut before = Self { number, remaining, ..Self::default() };
        before.read(skips);
        before.offset = self.offset.saturating_sub(before.bytes());
        before.positions_before = self.positions_before.saturating_sub(before.positions.into());
        let start = before.number.checked_sub(1).map(|number| number * SKIP_ENTRY);
        let last = start.and_then(|start| skips.get(start..)?.first_chunk());
        before.previous = last.map_or(0, |&last| u32::from_le_bytes(last));
        *self = before;
    }

    fn is_full(&self) -> bool {
        self.remaining >= BLOCK_LEN
    }

    /// Bytes of a full block.
    fn bytes(&self) -> usize {
        packed_len(self.doc_bits) + packed_len(self.freq_bits)
    }
}

impl BlockCursor {
    /// Opens a list of `doc_freq` postings at its first block.
    pub fn open(bytes: OwnedBytes, doc_freq: u32) -> io::Result<Self> {
        let remaining = doc_freq as usize;
        let (skips, data) = if remaining < BLOCK_LEN { (bytes.slice(0..0), bytes) } else { split(bytes)? };
        let mut block = Block { remaining, ..Block::default() };
        block.read(&skips);
        let [docs, freqs] = Default::default();
        Ok(Self { skips, data, doc_freq, block, docs, freqs })
    }

    /// How many postings the list has.
    pub fn doc_freq(&self) -> u32 {
        self.doc_freq
    }

    /// The number of the current block, from 0.
    pub fn number(&self) -> usize {
        self.block.number
    }

    /// The last document id of the current block; `TERMINATED` in the last, partial block and behind it.
    #[inline]
    pub fn last(&self) -> DocId {
        self.block.last
    }

    /// The number of positions before those of the current block.
    pub fn positions_before(&self) -> u64 {
        self.block.positions_before
    }

    /// Moves to the block that holds the first posting at or behind `target`, decoding nothing.
    #[inline]
    pub fn seek_block(&mut self, target: DocId) {
        while target <= self.block.previous && self.block.number > 0 {
            self.block.retreat(&self.skips, self.doc_freq);
        }
        while self.block.last < target {
            self.block.advance(&self.skips);
        }
    }

    /// Moves through the blocks that may have postings of a window, up to the one that the window ends in.
    pub fn each_block(&mut self, window: &Range<DocId>, mut visit: impl FnMut(&mut Self)) {
        self.seek_block(window.start);
        loop {
            let last = self.last();
            visit(self);
            if last >= window.end {
                return;
            }
            self.block.advance(&self.skips);
        }
    }

    /// Moves to the first of these blocks only, and visits the numbers of all of them.
    pub fn each_block_of(&mut self, window: &Range<DocId>, mut visit: impl FnMut(usize)) {
        self.seek_block(window.start);
        let mut block = self.block;
        while block.remaining > 0 && block.previous < window.end {
            visit(block.number);
            if block.last >= window.end {
                break;
            }
            block.advance(&self.skips);
        }
    }

    /// Visits, block by block, those of some documents, in order, that the list has: the index of each document, and of
    /// its posting in the block.
    pub fn find_all(&mut self, docs: &[DocId], mut visit: impl FnMut(&mut Self, &[(usize, usize)])) {
        let (mut found, mut next) = (FOUND.take(), 0);
        while let Some(&first) = docs.get(next) {
            self.seek_block(first);
            let end = match self.last() {
                TERMINATED => docs.len(),
                last => seek(docs, next, last + 1),
            };
            self.find_in_block(&docs[next..end], next, &mut found);
            next = end;
            if !found.is_empty() {
                visit(self, &found);
            }
        }
        FOUND.set(found);
    }

    /// Finds documents in the current block, numbered from `number` on.
    fn find_in_block(&mut self, sought: &[DocId], number: usize, found: &mut Vec<(usize, usize)>) {
        found.clear();
        self.docs();
        let block = &self.docs.numbers;
        if sought.len() >= MANY
            && let Some(block) = block.first_chunk::<BLOCK_LEN>()
            && ((block[BLOCK_LEN - 1] - block[0]) as usize) < PLACES
        {
            // A sparse set (Briggs & Torczon 1993): a place may be one of another block, so the document there decides.
            let place = |doc: DocId| doc.wrapping_sub(block[0]) as usize % PLACES;
            return PLACE.with_borrow_mut(|places| {
                for (&doc, at) in block.iter().zip(0..) {
                    places[place(doc)] = at;
                }
                let mut count = 0;
                found.resize(sought.len(), (0, 0));
                for (&doc, number) in sought.iter().zip(number..) {
                    let at = usize::from(places[place(doc)]) % BLOCK_LEN;
                    found[count] = (number, at);
                    count += usize::from(block[at] == doc);
                }
                found.truncate(count);
            });
        }
        let mut posting = 0;
        for (&doc, number) in sought.iter().zip(number..) {
            posting = seek(block, posting, doc);
            if block.get(posting) == Some(&doc) {
                found.push((number, posting));
            }
        }
    }

    /// The document ids of the current block.
    #[inline]
    pub fn docs(&mut self) -> &[DocId] {
        if self.docs.number != Some(self.block.number) {
            self.decode_docs();
        }
        &self.docs.numbers
    }

    /// The document ids and the term frequencies of the current block.
    #[inline]
    pub fn postings(&mut self) -> (&[DocId], &[u32]) {
        self.docs();
        if self.freqs.number != Some(self.block.number) {
            self.decode_freqs();
        }
        (&self.docs.numbers, &self.freqs.numbers)
    }

    fn decode_docs(&mut self) {
        let Self { block, data, docs, .. } = self;
        let data = data.get(block.offset..).unwrap_or_default();
        docs.number = Some(block.number);
        docs.numbers.resize(BLOCK_LEN.min(block.remaining), 0);
        if block.is_full() {
            // tantivy packs against nothing where the block before ends with document 0.
            let previous = (block.previous != 0).then_some(block.previous);
            let unpacker = BitPacker4x::new();
            docs.bytes =
                unpacker.decompress_strictly_sorted(previous, data, &mut docs.numbers, block.doc_bits);
        } else {
            docs.bytes = decode_vints(data, &mut docs.numbers);
            let mut doc = block.previous;
            for number in &mut docs.numbers {
                doc = doc.wrapping_add(*number);
                *number = doc;
            }
        }
    }

    fn decode_freqs(&mut self) {
        let Self { block, data, docs, freqs, .. } = self;
        let data = data.get(block.offset + docs.bytes..).unwrap_or_default();
        freqs.number = Some(block.number);
        freqs.numbers.resize(BLOCK_LEN.min(block.remaining), 0);
        if block.is_full() {
            freqs.bytes = BitPacker4x::new().decompress(data, &mut freqs.numbers, block.freq_bits);
            // Frequencies are stored less one.
            freqs.numbers.iter_mut().for_each(|freq| *freq += 1);
        } else {
            freqs.bytes = decode_vints(data, &mut freqs.numbers);
        }
    }
}

/// Bytes of a block of numbers that are packed at `bits` bits.
pub(super) fn packed_len(bits: u8) -> usize {
    usize::from(bits) * BLOCK_LEN / 8
}

/// Splits a list of at least one full block into its skip entries and its blocks.
fn split(mut bytes: OwnedBytes) -> io::Result<(OwnedBytes, OwnedBytes)> {
    let mut len = [0];
    let read = decode_vints(&bytes, &mut len);
    let len = len[0] as usize;
    bytes.advance(read);
    if len > bytes.len() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a posting list is shorter than its skip list",
        ));
    }
    Ok(bytes.split(len))
}

/// Decodes numbers of seven bits to a byte, the lowest first and the last byte of each marked; returns how
/// many bytes they take.
pub(super) fn decode_vints(bytes: &[u8], numbers: &mut [u32]) -> usize {
    let mut read = 0;
    for number in numbers {
        let (mut value, mut shift) = (0_u32, 0);
        while let Some(&byte) = bytes.get(read) {
            read += 1;
            value |= u32::from(byte & 0x7F).checked_shl(shift).unwrap_or_default();
            if byte & 0x80 != 0 {
                break;
            }
            shift += 7;
        }
        *number = value;
    }
    read
}

/// Sorts the documents of several lists, one after the other, and drops duplicates.
#[expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort merges sorted runs, the unstable one does not"
)]
pub(crate) fn merge(mut lists: Vec<DocId>) -> Vec<DocId> {
    lists.sort();
    lists.dedup();
    lists
}

/// The index of the first document id from `from` on that is at or behind `target`.
#[inline]
pub(crate) fn seek(docs: &[DocId], from: usize, target: DocId) -> usize {
    /// Compared one by one: most targets are that near.
    const NEXT: usize = 4;
    /// Compared at once, without branches.
    const NEAR: usize = 16;
    let rest = docs.get(from..).unwrap_or_default();
    for (at, &doc) in (from..).zip(rest.iter().take(NEXT)) {
        if doc >= target {
            return at;
        }
    }
    if let Some((near, _)) = rest.split_first_chunk::<NEAR>()
        && near[NEAR - 1] >= target
    {
        return from + near.iter().map(|&doc| usize::from(doc < target)).sum::<usize>();
    }
    from + rest.partition_point(|&doc| doc < target)
}
