//! Writes the block statistics of a segment.
//!
//! The file consists of the statistics of all lists that have any; a hash table of slots, which say where the list
//! with these statistics starts in the file of postings and where its statistics are; and a footer of the parameters
//! of the norms and the number of slots. Tables are filled to two thirds, with linear probing.
//!
//! The statistics of a list are a code for each full block; if any document has the term in the title, the end of the
//! title frequencies of each full block, counted from the first; and the title frequencies.

use std::{
    io::{self, Write},
    ops::Range,
};

use tantivy::{
    Segment,
    directory::{Directory, TerminatingWrite, WritePtr},
    index::SegmentComponent,
    termdict::TermDictionary,
};

use super::{BLOCK_LEN, EXTENSION, bound_code::encode, write_title_freq};
use crate::index::norms::NormParameters;

/// Bytes of the footer.
pub(super) const FOOTER: usize = 5 * 4 + 4;

/// A slot of the hash table: where the posting list starts, in five bytes; where its statistics start, in four; and
/// their length, in three.
pub(super) type Slot = [u8; 12];

/// The start of the posting list in an empty slot.
pub(super) const EMPTY: u64 = (1 << 40) - 1;

/// The slot at which linear probing for a posting list starts.
pub(super) fn first_slot(list: u64, slots: u32) -> u32 {
    let hash = list.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    ((hash * u64::from(slots)) >> 32) as u32
}

/// The start of a slot's posting list, and where its statistics are.
pub(super) fn read_slot(slot: &Slot) -> (u64, Range<usize>) {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let place = |bytes| usize::try_from(number(bytes)).unwrap_or(usize::MAX);
    let (start, len) = (place(&slot[5..9]), place(&slot[9..]));
    (number(&slot[..5]), start..start.saturating_add(len))
}

/// Encodes a slot. Returns `None` if a number does not fit.
fn write_slot(list: u64, stats: &Range<u64>) -> Option<Slot> {
    let mut slot = Slot::default();
    for (number, bytes) in [(list, 0..5), (stats.start, 5..9), (stats.end - stats.start, 9..12)] {
        let number = number.to_le_bytes();
        let (low, high) = number.split_at(bytes.len());
        if high.iter().any(|&byte| byte != 0) {
            return None;
        }
        slot[bytes].copy_from_slice(low);
    }
    Some(slot)
}

/// Writes the statistics of one segment, list by list in the order of the terms.
pub(in crate::index) struct StatsWriter {
    file: WritePtr,
    parameters: NormParameters,
    /// The ordinals of the terms whose lists have statistics, and where these are.
    lists: Vec<(u64, Range<u64>)>,
    written: u64,
    list: List,
}

/// The statistics of the current list.
#[derive(Default)]
struct List {
    postings: usize,
    /// The greatest normalised frequency of the current block.
    max: f32,
    codes: Vec<u8>,
    ends: Vec<u8>,
    titles: Vec<u8>,
}

impl StatsWriter {
    /// Creates the file of a segment, for bounds that are computed with these parameters.
    pub fn create(segment: &Segment, parameters: NormParameters) -> tantivy::Result<Self> {
        let path = segment.relative_path(SegmentComponent::Custom(EXTENSION.into()));
        let file = segment.index().directory().open_write(&path)?;
        Ok(Self { file, parameters, lists: Vec::new(), written: 0, list: List::default() })
    }

    /// Adds the next posting of a list: its normalised frequency, and its frequency in the title.
    #[inline]
    pub fn push(&mut self, frequency: f32, in_title: u32) {
        let List { postings, max, codes, ends, titles } = &mut self.list;
        *max = max.max(frequency);
        if in_title > 0 {
            write_title_freq(*postings % BLOCK_LEN, in_title, titles);
        }
        *postings += 1;
        if postings.is_multiple_of(BLOCK_LEN) {
            codes.push(encode(std::mem::take(max)));
            ends.extend_from_slice(&u32::try_from(titles.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }

    /// Ends the list of the term with this ordinal.
    pub fn end_list(&mut self, term: u64) -> io::Result<()> {
        let List { postings, max, codes, ends, titles } = &mut self.list;
        if !codes.is_empty() || !titles.is_empty() {
            let start = self.written;
            let parts = if titles.is_empty() { [&codes[..], &[], &[]] } else { [&codes[..], ends, titles] };
            for part in parts {
                self.file.write_all(part)?;
                self.written += part.len() as u64;
            }
            self.lists.push((term, start..self.written));
            codes.clear();
            ends.clear();
            titles.clear();
        }
        (*postings, *max) = (0, 0.0);
        Ok(())
    }

    /// Completes the file, given the terms of the segment.
    pub fn close(mut self, terms: &TermDictionary) -> io::Result<()> {
        let too_many = || io::Error::other("a segment has too many postings for its block statistics");
        let slots = u32::try_from(self.lists.len() / 2 * 3 + 2).map_err(|_| too_many())?;
        let empty = write_slot(EMPTY, &(0..0)).ok_or_else(too_many)?;
        let mut table = vec![empty; slots as usize];
        let mut lists = self.lists.iter().peekable();
        let mut terms = terms.range().without_keys().into_stream()?;
        while let Some((term, stats)) = lists.peek()
            && terms.advance()
        {
            if terms.term_ord() == *term {
                let start = terms.value().postings_range.start as u64;
                let mut at = first_slot(start, slots) as usize;
                while table[at] != empty {
                    at = (at + 1) % table.len();
                }
                table[at] = write_slot(start, stats).filter(|slot| *slot != empty).ok_or_else(too_many)?;
                lists.next();
            }
        }
        self.file.write_all(table.as_flattened())?;
        let NormParameters { title_weight, title_b, body_b, mean_title, mean_body } = self.parameters;
        for parameter in [title_weight, title_b, body_b, mean_title, mean_body] {
            self.file.write_all(&parameter.to_le_bytes())?;
        }
        self.file.write_all(&slots.to_le_bytes())?;
        self.file.terminate()
    }
}
