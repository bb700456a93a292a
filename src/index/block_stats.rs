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
//! title frequencies. The end of the statistics of each list follows, in four bytes. Most lists are short, have no
//! titles, and take nothing but the end. The lengths of title and body of each document and the filter of `rare_terms`
//! come last.

mod bound_code;
mod merge;
mod rare_terms;
mod writer;

use std::io;

use tantivy::{
    HasLen, SegmentReader,
    directory::{FileSlice, OwnedBytes},
    index::SegmentComponent,
    termdict::TermOrdinal,
};

pub(crate) use self::bound_code::decode as decode_bound;
pub(super) use self::{merge::StatsPlugin, writer::StatsWriter};
use super::norms::Lengths;

/// The extension of the file.
pub(super) const EXTENSION: &str = "stats";

/// Postings in a block.
const BLOCK_LEN: usize = 128;

/// The greatest frequency in a title that is stored; further occurrences count as those of the body.
pub(super) const MAX_TITLE_FREQ: usize = 255;

/// Bytes of the end of the statistics of a list.
const END_LEN: usize = 4;

/// The statistics of one segment.
pub(super) struct SegmentStats {
    lists: FileSlice,
    ends: FileSlice,
    pub lengths: Lengths,
    rare_terms: OwnedBytes,
}

impl SegmentStats {
    /// Opens the statistics of a segment with this many terms.
    pub fn open(segment: &SegmentReader, terms: usize) -> tantivy::Result<Self> {
        let file = segment.open_read(SegmentComponent::Custom(EXTENSION.into()))?;
        let too_short = || io::Error::new(io::ErrorKind::InvalidData, "the block statistics are too short");
        let split = |file: FileSlice, length: usize| {
            let start = file.len().checked_sub(length).ok_or_else(too_short)?;
            Ok::<_, io::Error>(file.split(start))
        };
        let (file, length) = split(file, size_of::<u64>())?;
        let length = length.read_bytes()?.first_chunk().copied().map_or(u64::MAX, u64::from_le_bytes);
        let (file, rare_terms) = split(file, usize::try_from(length).unwrap_or(usize::MAX))?;
        let (file, lengths) = split(file, segment.max_doc() as usize * Lengths::LEN)?;
        let (lists, ends) = split(file, terms * END_LEN)?;
        let (lengths, rare_terms) = (Lengths(lengths.read_bytes()?), rare_terms.read_bytes()?);
        Ok(Self { lists, ends, lengths, rare_terms })
    }

    /// Whether the segment may have a term. False for most terms that it does not have.
    pub fn may_have(&self, key: &str) -> bool {
        rare_terms::may_have(&self.rare_terms, key)
    }

    /// The statistics of the posting list of a term with this document frequency.
    pub fn of_list(&self, term: TermOrdinal, doc_freq: u32) -> io::Result<BlockStats> {
        // The end of the list before is the start.
        let at = usize::try_from(term).unwrap_or(usize::MAX).saturating_mul(END_LEN);
        let ends = self.ends.read_bytes_slice(at.saturating_sub(END_LEN)..at.saturating_add(END_LEN))?;
        let mut ends = ends.as_chunks().0.iter().rev().map(|&end| u32::from_le_bytes(end) as usize);
        let end = ends.next().unwrap_or_default();
        let bytes = self.lists.read_bytes_slice(ends.next().unwrap_or_default()..end)?;
        Ok(BlockStats { bytes, blocks: doc_freq as usize / BLOCK_LEN })
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
