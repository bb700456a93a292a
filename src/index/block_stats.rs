//! Block statistics: what the search wants to know about the blocks of a posting list that tantivy's format has no
//! room for.
//!
//! For each full block of 128 postings, an upper bound of the normalised frequency in one byte. The normalised
//! frequency of a term in a document, `body / body_norm + title_weight · title / title_norm`, decides its BM25F score
//! together with the term's weights and `k1`, in which the score only grows. So a bound holds for any of these. It
//! depends on the mean lengths and on the parameters of the norms; for others than those it was computed with it is
//! scaled by the greatest growth of any frequency in the segment. tantivy's own block maxima are those of its BM25,
//! which do not bound BM25F.
//!
//! For each block, the title frequencies: which of its postings have occurrences in the title, and how many. The
//! posting itself has the frequency in title and body together. One in thirty postings has occurrences in the title,
//! for about one byte each.
//!
//! The statistics are a file of each segment (see [`writer`] for the format), written with the segment or when
//! segments are merged. Lists without full blocks and without titles have none.

mod bound_code;
mod merge;
mod writer;

use std::{io, ops::Range};

use tantivy::{
    HasLen, SegmentReader,
    directory::{FileSlice, OwnedBytes},
    index::SegmentComponent,
    postings::TermInfo,
};

pub(crate) use self::bound_code::decode as decode_bound;
use self::writer::{EMPTY, FOOTER, Slot};
pub(super) use self::{merge::StatsPlugin, writer::StatsWriter};
use super::norms::{LengthRanges, NormParameters};

/// The extension of the file.
pub(super) const EXTENSION: &str = "stats";

/// Postings in a block.
const BLOCK_LEN: usize = 128;

/// The statistics of one segment.
pub(super) struct SegmentStats {
    parameters: NormParameters,
    lists: FileSlice,
    table: FileSlice,
    slots: u32,
}

/// Slots that are read at once.
const PROBED: usize = 8;

impl SegmentStats {
    /// Opens the statistics of a segment.
    pub fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let file = segment.open_read(SegmentComponent::Custom(EXTENSION.into()))?;
        Ok(Self::read(&file)?)
    }

    fn read(file: &FileSlice) -> io::Result<Self> {
        let damaged =
            || io::Error::new(io::ErrorKind::InvalidData, "the file of block statistics is too short");
        let footer_start = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
        let footer = file.read_bytes_slice(footer_start..file.len())?;
        let numbers: Vec<u32> =
            footer.as_chunks().0.iter().map(|&number| u32::from_le_bytes(number)).collect();
        let &[title_weight, title_b, body_b, mean_title, mean_body, slots] = &numbers[..] else {
            return Err(damaged());
        };
        let parameters = NormParameters {
            title_weight: f32::from_bits(title_weight),
            title_b: f32::from_bits(title_b),
            body_b: f32::from_bits(body_b),
            mean_title: f32::from_bits(mean_title),
            mean_body: f32::from_bits(mean_body),
        };
        let table = (slots as usize).checked_mul(size_of::<Slot>()).filter(|&bytes| bytes > 0);
        let start = table.and_then(|bytes| footer_start.checked_sub(bytes)).ok_or_else(damaged)?;
        Ok(Self { parameters, lists: file.slice(0..start), table: file.slice(start..footer_start), slots })
    }

    /// The statistics of a posting list of title and body.
    pub fn of_list(&self, list: &TermInfo) -> io::Result<BlockStats> {
        let blocks = list.doc_freq as usize / BLOCK_LEN;
        let range = self.find(list.postings_range.start as u64)?.unwrap_or(0..0);
        Ok(BlockStats { bytes: self.lists.read_bytes_slice(range)?, blocks })
    }

    /// Where the statistics of a list are.
    fn find(&self, list: u64) -> io::Result<Option<Range<usize>>> {
        let (mut slot, slots) = (writer::first_slot(list, self.slots) as usize, self.slots as usize);
        loop {
            let end = slots.min(slot + PROBED);
            let probed = self.table.read_bytes_slice(slot * size_of::<Slot>()..end * size_of::<Slot>())?;
            for (other, stats) in probed.as_chunks().0.iter().map(writer::read_slot) {
                if other == list {
                    return Ok(Some(stats));
                }
                if other == EMPTY {
                    return Ok(None);
                }
            }
            slot = end % slots;
        }
    }

    /// How many times as great normalised frequencies can be with other parameters.
    pub fn growth(&self, parameters: &NormParameters, lengths: &LengthRanges) -> f32 {
        self.parameters.growth(parameters, lengths)
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
    /// The statistics of a list that has none.
    pub fn none() -> Self {
        Self { bytes: OwnedBytes::empty(), blocks: 0 }
    }

    /// The code of the bound of a block; none of the last, partial one.
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
        TitleFreqs { bytes: bytes.unwrap_or_default(), part: 0..BLOCK_LEN }
    }
}

/// The title frequencies of a block: the index of each posting with occurrences in the title, and how many, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct TitleFreqs<'s> {
    bytes: &'s [u8],
    part: Range<usize>,
}

/// Marks an index that is followed by the frequency, which is 1 otherwise; and all but the last byte of a frequency.
const MORE: u8 = 0x80;

impl TitleFreqs<'_> {
    /// Those of a part of the block's postings, counted from its start.
    #[must_use]
    pub fn within(self, part: Range<usize>) -> Self {
        Self { part, ..self }
    }

    /// The title frequency of a posting of the block.
    #[inline]
    pub fn get(mut self, at: usize) -> u32 {
        self.find(|(other, _)| *other >= at).filter(|(other, _)| *other == at).map_or(0, |(_, freq)| freq)
    }

    /// Whether no posting of the block has occurrences in the title.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Iterator for TitleFreqs<'_> {
    type Item = (usize, u32);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&first, mut rest) = self.bytes.split_first()?;
            let (at, mut freq) = (usize::from(first & !MORE), 1);
            if first & MORE != 0 {
                let mut shift = 0;
                freq = 0;
                while let Some((&byte, behind)) = rest.split_first() {
                    rest = behind;
                    freq |= u32::from(byte & !MORE).checked_shl(shift).unwrap_or_default();
                    shift += 7;
                    if byte & MORE == 0 {
                        break;
                    }
                }
            }
            if at >= self.part.end {
                return None;
            }
            self.bytes = rest;
            if at >= self.part.start {
                return Some((at - self.part.start, freq));
            }
        }
    }
}

/// Appends the title frequency of a posting of a block.
fn write_title_freq(at: usize, mut freq: u32, titles: &mut Vec<u8>) {
    let at = u8::try_from(at).unwrap_or(u8::MAX) & !MORE;
    if freq == 1 {
        return titles.push(at);
    }
    titles.push(at | MORE);
    while freq >= u32::from(MORE) {
        titles.push(freq.to_le_bytes()[0] | MORE);
        freq >>= 7;
    }
    titles.push(freq.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn title_frequencies_are_read_as_written(
            freqs in prop::collection::vec(prop_oneof![Just(0_u32), 1_u32..3, 1..u32::MAX], BLOCK_LEN),
            part in (0_usize..BLOCK_LEN, 0_usize..=BLOCK_LEN),
        ) {
            let mut bytes = Vec::new();
            let written = freqs.iter().enumerate().filter(|(_, freq)| **freq > 0);
            written.for_each(|(at, &freq)| write_title_freq(at, freq, &mut bytes));
            let titles = TitleFreqs { bytes: &bytes, part: 0..BLOCK_LEN };
            for (at, &freq) in freqs.iter().enumerate() {
                prop_assert_eq!(titles.clone().get(at), freq);
            }
            let part = part.0..part.1.max(part.0);
            let found: Vec<(usize, u32)> = titles.within(part.clone()).collect();
            let expected = freqs[part].iter().copied().enumerate().filter(|(_, freq)| *freq > 0);
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}
