//! The positions of one term in the documents of one segment.
//!
//! Positions are packed in blocks of 128; those of one document are decoded with the block that they are in.

use std::io;

use tantivy::{DocId, positions::PositionReader};

use super::block_cursor::BlockCursor;
use crate::index::{PostingList, Segment};

/// Reads the positions of one term.
pub(crate) struct PositionCursor {
    postings: BlockCursor,
    positions: PositionReader,
    /// A posting of a block, by their numbers, and how many positions come before it in the list.
    start: (usize, usize, u64),
}

impl PositionCursor {
    pub fn open(segment: &Segment, list: &PostingList) -> io::Result<Self> {
        Ok(Self {
            postings: BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq())?,
            positions: PositionReader::open(segment.position_bytes(list)?)?,
            start: (0, 0, 0),
        })
    }

    /// Appends the positions in a document, in order; none if it does not have the term.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        let Some(at) = self.postings.find(doc) else { return };
        let (block, before) = (self.postings.number(), self.postings.positions_before());
        // The documents of a block mostly come in order.
        let (from, mut offset) = match self.start {
            (known, posting, offset) if known == block && posting <= at => (posting, offset),
            _ => (0, before),
        };
        let (_, freqs) = self.postings.postings();
        offset += freqs[from..at].iter().map(|&freq| u64::from(freq)).sum::<u64>();
        self.start = (block, at, offset);
        let start = out.len();
        out.resize(start + freqs[at] as usize, 0);
        self.positions.read(offset, &mut out[start..]);
        // Each but the first is stored as the gap from the one before.
        let mut position = 0;
        for gap in &mut out[start..] {
            position += *gap;
            *gap = position;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::{DocSet, postings::Postings};

    use super::*;
    use crate::{
        index::{Index, Snapshot},
        release::Release,
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn postings_and_positions_are_those_that_tantivy_reads(
            counts in prop::collection::vec(0_usize..5, 1..700),
            docs in prop::collection::vec(0_u32..700, 1..60),
        ) {
            let releases = counts.iter().enumerate().map(|(id, &count)| {
                Release::new(id.to_string(), "", "много воды, ".repeat(count))
            });
            let index = Index::in_memory().unwrap();
            index.ingest(releases).unwrap();
            let snapshot = Snapshot::open(&index).unwrap();
            for segment in &snapshot.segments {
                let Some(list) = segment.find("lвода").unwrap() else { continue };
                let mut cursor = PositionCursor::open(segment, &list).unwrap();
                // In any order: going back starts over.
                for &doc in docs.iter().filter(|&&doc| doc < segment.reader.max_doc()) {
                    let mut theirs = segment.postings(&list);
                    let (mut found, mut expected) = (Vec::new(), Vec::new());
                    cursor.read(doc, &mut found);
                    let is_there = (theirs.doc() >= doc || theirs.seek(doc) >= doc) && theirs.doc() == doc;
                    if is_there {
                        theirs.positions(&mut expected);
                    }
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
