//! Writes the block statistics of a segment.
//!
//! The file consists of the statistics of all lists that have any; an entry for each of them, which says where the
//! list starts in the file of postings and where its statistics start; a last entry for their end; the first key of
//! each page of entries; and a footer of the parameters of the norms and the number of lists.
//!
//! The statistics of a list are a code for each full block; if any document has the term in the title, the end of the
//! title frequencies of each full block, counted from the first; and the title frequencies.

use std::io::{self, Write};

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

/// Bytes of an entry: where the posting list starts, and where its statistics start.
pub(super) const ENTRY: usize = 8 + 4;

/// Entries on a page, and bytes of its key. The keys of pages are kept in memory.
pub(super) const PAGE: usize = 256;
pub(super) const PAGE_KEY: usize = 8;

/// The start of the posting list of an entry, and that of its statistics.
pub(super) fn read_entry(entry: &[u8; ENTRY]) -> (u64, usize) {
    let &[a, b, c, d, e, f, g, h, i, j, k, l] = entry;
    (u64::from_le_bytes([a, b, c, d, e, f, g, h]), u32::from_le_bytes([i, j, k, l]) as usize)
}

/// Writes the statistics of one segment, list by list in the order of the terms.
pub(in crate::index) struct StatsWriter {
    file: WritePtr,
    parameters: NormParameters,
    /// The ordinals of the terms whose lists have statistics, and where these start.
    entries: Vec<(u64, u32)>,
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
        Ok(Self { file, parameters, entries: Vec::new(), written: 0, list: List::default() })
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
            let start = u32::try_from(self.written);
            self.entries.push((term, start.map_err(|_| io::Error::other("too many blocks"))?));
            let parts = if titles.is_empty() { [&codes[..], &[], &[]] } else { [&codes[..], ends, titles] };
            for part in parts {
                self.file.write_all(part)?;
                self.written += part.len() as u64;
            }
            codes.clear();
            ends.clear();
            titles.clear();
        }
        (*postings, *max) = (0, 0.0);
        Ok(())
    }

    /// Completes the file, given the terms of the segment.
    pub fn close(mut self, terms: &TermDictionary) -> io::Result<()> {
        let mut entries = self.entries.iter().peekable();
        let mut pages = Vec::new();
        let mut terms = terms.range().without_keys().into_stream()?;
        let mut number = 0;
        while let Some(&&(term, offset)) = entries.peek()
            && terms.advance()
        {
            if terms.term_ord() == term {
                let start = (terms.value().postings_range.start as u64).to_le_bytes();
                if number % PAGE == 0 {
                    pages.extend_from_slice(&start);
                }
                self.file.write_all(&start)?;
                self.file.write_all(&offset.to_le_bytes())?;
                entries.next();
                number += 1;
            }
        }
        self.file.write_all(&u64::MAX.to_le_bytes())?;
        let end = u32::try_from(self.written).map_err(|_| io::Error::other("too many blocks"))?;
        self.file.write_all(&end.to_le_bytes())?;
        self.file.write_all(&pages)?;
        let NormParameters { title_weight, title_b, body_b, mean_title, mean_body } = self.parameters;
        for parameter in [title_weight, title_b, body_b, mean_title, mean_body] {
            self.file.write_all(&parameter.to_le_bytes())?;
        }
        self.file.write_all(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes())?;
        self.file.terminate()
    }
}
