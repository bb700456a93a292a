//! The positions of one term in the documents of one segment.
//!
//! Positions are packed in blocks of 128; those of one document are decoded with the block that they are in.

use std::{io, ops::Range};

use tantivy::{DocId, positions::PositionReader};

use super::block_cursor::{BLOCK_LEN, BlockCursor};
use crate::index::{PostingList, Segment};

/// A position in a segment: the document in the high half, the position in it, in words, in the low half. So the positions
/// in several documents are in order, and no distance within a document extends into the next.
pub(crate) type Position = u64;

/// The position of a word in a document.
pub(crate) fn position(doc: DocId, in_doc: u32) -> Position {
    u64::from(doc) << 32 | u64::from(in_doc)
}

/// The document of a position.
pub(crate) fn doc_of(position: Position) -> DocId {
    (position >> 32) as DocId
}

/// A position within its document.
#[expect(clippy::cast_possible_truncation, reason = "the low half")]
pub(crate) fn in_doc(position: Position) -> u32 {
    position as u32
}

/// Positions of a block are read at once if at least one of this many postings is sought.
const DENSE: usize = 4;

/// Reads the positions of one term.
pub(crate) struct PositionCursor {
    postings: BlockCursor,
    positions: PositionReader,
    /// The positions that were read last, as they are stored.
    gaps: Vec<u32>,
}

impl PositionCursor {
    pub fn open(segment: &Segment, list: &PostingList) -> io::Result<Self> {
        Ok(Self {
            postings: BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq())?,
            positions: PositionReader::open(segment.position_bytes(list)?)?,
            gaps: Vec::with_capacity(BLOCK_LEN),
        })
    }

    /// Appends the positions in those of some documents, in order, that have the term.
    pub fn read(&mut self, docs: &[DocId], out: &mut Vec<Position>) {
        let Self { postings, positions, gaps } = self;
        out.reserve(docs.len());
        postings.find_all(docs, |block, found| {
            let (mut next, mut start) = (0, block.positions_before());
            let (_, freqs) = block.postings();
            let count = |postings: Range<usize>| freqs[postings].iter().map(|&freq| freq as usize).sum();
            // Positions of postings in between are read, too, unless there are many.
            let is_dense = DENSE * found.len() >= freqs.len();
            for run in found.chunks(if is_dense { found.len() } else { 1 }) {
                let (Some(&(_, first)), Some(&(_, last))) = (run.first(), run.last()) else { continue };
                start += count(next..first) as u64;
                gaps.resize(count(first..last + 1), 0);
                positions.read(start, gaps);
                start += gaps.len() as u64;
                next = first;
                let mut rest = &gaps[..];
                for &(doc, posting) in run {
                    let (of_posting, behind) = rest[count(next..posting)..].split_at(freqs[posting] as usize);
                    // Each but the first is stored as the gap from the one before.
                    let mut at = position(docs[doc], 0);
                    out.extend(of_posting.iter().map(|&gap| {
                        at += u64::from(gap);
                        at
                    }));
                    (next, rest) = (posting + 1, behind);
                }
            }
        });
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
            docs in prop::collection::vec(0_u32..700, 1..300),
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
                let theirs = |doc: DocId| {
                    let (mut theirs, mut expected) = (segment.postings(&list), Vec::new());
                    if (theirs.doc() >= doc || theirs.seek(doc) >= doc) && theirs.doc() == doc {
                        theirs.positions(&mut expected);
                    }
                    expected.into_iter().map(move |at| position(doc, at))
                };
                let docs = docs.iter().copied().filter(|&doc| doc < segment.reader.max_doc());
                // In any order: going back starts over. Then all at once.
                for doc in docs.clone() {
                    let mut found = Vec::new();
                    cursor.read(&[doc], &mut found);
                    prop_assert!(found.into_iter().eq(theirs(doc)));
                }
                let mut blocks = BlockCursor::open(segment.posting_bytes(&list).unwrap(), list.doc_freq()).unwrap();
                for (doc, other) in docs.clone().zip(docs.clone().skip(1)) {
                    blocks.seek_block(doc);
                    blocks.postings();
                    blocks.seek_block(other);
                    blocks.docs();
                    blocks.seek_block(doc);
                    let (ids, freqs) = blocks.postings();
                    let freq = ids.binary_search(&doc).map_or(0, |at| freqs[at] as usize);
                    prop_assert_eq!(freq, theirs(doc).count());
                }
                let (mut docs, mut found) = (docs.collect::<Vec<_>>(), Vec::new());
                docs.sort_unstable();
                docs.dedup();
                cursor.read(&docs, &mut found);
                prop_assert!(found.into_iter().eq(docs.into_iter().flat_map(theirs)));
            }
        }
    }
}
