//! Writes the block statistics of a segment.

use std::io::{self, Write};

use tantivy::{
    DocId, Segment,
    directory::{TerminatingWrite, WritePtr},
    index::SegmentComponent,
    termdict::TermDictionary,
};

use super::{
    BLOCK_LEN, EXTENSION,
    bound_code::encode,
    rare_terms::{self, hash_if_rare},
};
use crate::index::norms::{DocLengths, LengthStats, Lengths, normalised};

/// Writes the statistics of one segment, list by list in the order of the terms.
pub(in crate::index) struct StatsWriter {
    file: WritePtr,
    /// The lengths of each document, and the shares of an occurrence in it.
    pub lengths: Vec<DocLengths>,
    shares: Vec<[f32; 2]>,
    /// The end of the statistics of each list.
    ends: Vec<u32>,
    written: usize,
    list: List,
    /// The hashes of the terms of rare kinds.
    rare: Vec<u64>,
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
    /// Creates the file of a segment, given the lengths of its documents.
    pub fn create(segment: &Segment, lengths: Vec<DocLengths>) -> tantivy::Result<Self> {
        let file = segment.open_write(SegmentComponent::Custom(EXTENSION.into()))?;
        let parameters = LengthStats::of(lengths.iter().copied()).parameters();
        let shares = lengths.iter().map(|&lengths| parameters.shares(lengths)).collect();
        let (ends, rare) = (Vec::new(), Vec::new());
        Ok(Self { file, lengths, shares, ends, written: 0, list: List::default(), rare })
    }

    /// Adds the next posting of a list: the document, and its frequencies in all and in the title.
    #[inline]
    pub fn push(&mut self, doc: DocId, freq: u32, in_title: u32) {
        let List { postings, max, codes, ends, titles } = &mut self.list;
        let in_body = freq.saturating_sub(in_title);
        *max = max.max(normalised(self.shares[doc as usize], in_title, in_body));
        if in_title > 0 {
            let at = u8::try_from(*postings % BLOCK_LEN).unwrap_or(u8::MAX);
            titles.resize(titles.len() + in_title as usize, at);
        }
        *postings += 1;
        if postings.is_multiple_of(BLOCK_LEN) {
            codes.push(encode(std::mem::take(max)));
            ends.extend_from_slice(&u32::try_from(titles.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }

    /// Ends the list of a term. Every term of the segment has one.
    pub fn end_list(&mut self, key: &[u8]) -> io::Result<()> {
        self.rare.extend(str::from_utf8(key).ok().and_then(hash_if_rare));
        let List { postings, max, codes, ends, titles } = &mut self.list;
        if titles.is_empty() {
            ends.clear();
        }
        for part in [codes, ends, titles] {
            self.file.write_all(part)?;
            self.written += part.len();
            part.clear();
        }
        (*postings, *max) = (0, 0.0);
        let too_many = |_| io::Error::other("a segment has too many postings for its block statistics");
        self.ends.push(u32::try_from(self.written).map_err(too_many)?);
        Ok(())
    }

    /// Completes the file with the table of the lists, given all terms, the lengths of all documents, and the filter of
    /// rare terms.
    pub fn close(mut self, terms: &TermDictionary) -> io::Result<()> {
        let (mut terms, mut table, mut before) = (terms.stream()?, Vec::new(), 0);
        for end in self.ends {
            if terms.advance() && end > before {
                table.extend_from_slice(&(terms.value().postings_range.start as u64).to_le_bytes());
                table.extend_from_slice(&end.to_le_bytes());
                before = end;
            }
        }
        let filter = rare_terms::encode(&self.rare);
        self.file.write_all(&table)?;
        self.file.write_all(&Lengths::encode(&self.lengths))?;
        self.file.write_all(&filter)?;
        let sizes = [table, filter].map(|part| (part.len() as u64).to_le_bytes());
        self.file.write_all(sizes.as_flattened())?;
        self.file.terminate()
    }
}
