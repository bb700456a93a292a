//! Block statistics: bounds and title frequencies of the blocks of posting lists, which tantivy's format cannot hold.
//!
//! Each full block of 128 postings has an upper bound of the normalised frequency, in one byte. The BM25F score of a
//! term grows with its normalised frequency, so the bound holds for any idf, weight and `k1`. It is computed with the
//! default parameters of `norms` and the mean lengths of the segment, and scaled for other parameters by the greatest
//! growth of any frequency in the segment. tantivy's own block maxima are those of its BM25, which do not bound BM25F.
//!
//! Each block has title frequencies: the index of each posting with occurrences in the title, in one byte for each
//! occurrence, up to 255. The posting itself has the frequency in title and body together. One in thirty postings has
//! occurrences in the title, most of them one.
//!
//! The file of a segment begins with the statistics of each posting list, in the order of the terms: a code for each
//! full block; if any document has the term in the title, the end of the title frequencies of each full block; and the
//! title frequencies. Most lists are short, have no titles, and have no statistics. A table of the others follows: where
//! the posting list starts, which identifies it, and where its statistics end. The lengths of title and body of each
//! document and the filter of `rare_terms` come last.

mod bound_code;
mod merge;
mod rare_terms;
mod writer;

use std::io;

use tantivy::{
    HasLen, SegmentReader,
    directory::{FileSlice, OwnedBytes},
    index::SegmentComponent,
    postings::TermInfo,
};

pub(crate) use self::bound_code::decode as decode_bound;
pub(super) use self::{merge::MergePlugin, writer::StatsWriter};
use super::norms::Lengths;

/// The extension of the file.
pub(super) const EXTENSION: &str = "stats";

/// Postings in a block.
const BLOCK_LEN: usize = 128;

/// The greatest frequency in a title that is stored; further occurrences count as those of the body.
pub(super) const MAX_TITLE_FREQ: usize = 255;

/// An entry of the table: the start of the posting list in eight bytes, and the end of its statistics in four.
type Entry = [u8; 12];

/// The statistics of one segment.
pub(super) struct SegmentStats {
    lists: FileSlice,
    table: OwnedBytes,
    pub lengths: Lengths,
    rare_terms: OwnedBytes,
}

impl SegmentStats {
    /// Opens the statistics of a segment.
    pub fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let mut lists = segment.open_read(SegmentComponent::Custom(EXTENSION.into()))?;
        let too_short = || io::Error::new(io::ErrorKind::InvalidData, "the block statistics are too short");
        let mut read_last = |length: usize| {
            let (rest, last) = lists.clone().split(lists.len().checked_sub(length).ok_or_else(too_short)?);
            lists = rest;
            last.read_bytes()
        };
        let mut sizes = read_last(2 * size_of::<u64>())?;
        let [table, filter] = [(); 2].map(|()| usize::try_from(sizes.read_u64()).unwrap_or(usize::MAX));
        let rare_terms = read_last(filter)?;
        let lengths = Lengths(read_last(segment.max_doc() as usize * Lengths::LEN)?);
        let table = read_last(table)?;
        Ok(Self { lists, table, lengths, rare_terms })
    }

    /// Whether the segment may have a term. False for most terms that it does not have.
    pub fn may_have(&self, key: &str) -> bool {
        rare_terms::may_have(&self.rare_terms, key)
    }

    /// The statistics of a posting list.
    pub fn of_list(&self, list: &TermInfo) -> io::Result<BlockStats> {
        let (entries, _) = self.table.as_chunks();
        let start = |entry: &Entry| entry.first_chunk().map(|&start| u64::from_le_bytes(start));
        let end = |entry: &Entry| entry.last_chunk().map_or(0, |&end| u32::from_le_bytes(end) as usize);
        let found = entries.binary_search_by_key(&Some(list.postings_range.start as u64), start);
        let bytes = match found.map(|at| entries.split_at(at)) {
            // The statistics of the list before end where these start.
            Ok((before, found)) => {
                self.lists.read_bytes_slice(before.last().map_or(0, end)..end(&found[0]))?
            }
            Err(_) => self.table.slice(0..0),
        };
        Ok(BlockStats { bytes, blocks: list.doc_freq as usize / BLOCK_LEN })
    }
}

/// The statistics of one posting list.
#[derive(Clone, Debug)]
pub(crate) struct BlockStats {
    /// The codes of the bounds of full blocks; if the list has titles, the ends of their title frequencies, and then
    /// the title frequencies.
    bytes: OwnedBytes,
    /// The number of full blocks.
    blocks: usize,
}

impl BlockStats {
    /// The code of the bound of a block; `None` for the last one if it is partial.
    #[inline]
    pub fn bound(&self, block: usize) -> Option<u8> {
        if block < self.blocks { self.bytes.get(block).copied() } else { None }
    }

    /// Whether any document has the term in the title.
    pub fn has_titles(&self) -> bool {
        self.bytes.len() > self.blocks
    }

    /// The title frequencies of a block.
    #[inline]
    pub fn titles(&self, block: usize) -> TitleFreqs<'_> {
        let titles = self.bytes.get(self.blocks..).and_then(|bytes| bytes.split_at_checked(4 * self.blocks));
        let Some((ends, titles)) = titles else { return TitleFreqs::default() };
        let (ends, _) = ends.as_chunks::<4>();
        let end = |block: usize| ends.get(block).map(|&end| u32::from_le_bytes(end) as usize);
        let start = block.checked_sub(1).map_or(Some(0), end);
        let bytes = start.and_then(|start| titles.get(start..end(block).unwrap_or(titles.len())));
        TitleFreqs(bytes.unwrap_or_default())
    }
}

/// The title frequencies of a block: the index of each posting with occurrences in the title, and how many, in order.
#[derive(Debug, Default)]
pub(crate) struct TitleFreqs<'s>(&'s [u8]);

impl TitleFreqs<'_> {
    /// The frequency of a posting; postings are asked for in order.
    #[inline]
    pub fn of(&mut self, posting: usize) -> u32 {
        let before = self.0.iter().take_while(|&&at| usize::from(at) < posting).count();
        self.0 = &self.0[before..];
        self.0.iter().take_while(|&&at| usize::from(at) == posting).fold(0, |freq, _| freq + 1)
    }
}

impl Iterator for TitleFreqs<'_> {
    type Item = (usize, u32);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let &at = self.0.first()?;
        let freq = self.0.iter().take_while(|&&other| other == at).count();
        self.0 = &self.0[freq..];
        Some((at.into(), u32::try_from(freq).unwrap_or(u32::MAX)))
    }
}
