//! A list read from end to end: releases and positions, block after block.
//!
//! Where most releases of a list are asked for, this is many times faster than the engine's leaping, which
//! finds its way to each release's positions anew. Knows nothing of what is looked for.

use std::{io, path::Path};

use tantivy::{
    DocId,
    directory::{CompositeFile, Directory, FileSlice},
    positions::PositionReader,
    postings::BlockSegmentPostings,
    schema::Field,
};

/// The positions of one field in one segment.
pub(super) fn positions_of(
    engine: &tantivy::Index,
    segment: &tantivy::SegmentReader,
    field: Field,
) -> io::Result<FileSlice> {
    let name = format!("{}.pos", segment.segment_id().uuid_string());
    let file = engine.directory().open_read(Path::new(&name)).map_err(io::Error::other)?;
    CompositeFile::open(&file)?
        .open_read(field)
        .ok_or_else(|| io::Error::other(format!("{name} lacks a field")))
}

/// A term's releases in one segment, which must be asked for in ascending order.
pub(crate) struct PostingScan {
    blocks: BlockSegmentPostings,
    positions: PositionReader,
    /// How many positions stand before the block.
    before: u64,
    /// The place in the block of the release asked for last.
    at: usize,
    /// How many positions of the block stand before that release's.
    passed: usize,
    /// The block's positions, each but a release's first one counted from the one before; empty where they
    /// were not read yet.
    gaps: Vec<u32>,
}

impl PostingScan {
    pub(super) fn open(blocks: BlockSegmentPostings, positions: &FileSlice) -> io::Result<Self> {
        let positions = PositionReader::open(positions.read_bytes()?)?;
        Ok(Self { blocks, positions, before: 0, at: 0, passed: 0, gaps: Vec::new() })
    }

    /// Adds the positions of the term in a release, in order; none where it has not got it.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        while self.blocks.docs().last().is_some_and(|&last| last < doc) {
            self.before += sum(self.blocks.freqs()) as u64;
            self.blocks.advance();
            self.gaps.clear();
            (self.at, self.passed) = (0, 0);
        }
        let (docs, counts) = (self.blocks.docs(), self.blocks.freqs());
        let behind = docs.get(self.at..).unwrap_or_default();
        let found = self.at + behind.iter().take_while(|&&here| here < doc).count();
        self.passed += sum(counts.get(self.at..found).unwrap_or_default());
        self.at = found;
        if docs.get(found) != Some(&doc) {
            return;
        }
        if self.gaps.is_empty() {
            self.gaps.resize(sum(counts), 0);
            self.positions.read(self.before, &mut self.gaps);
        }
        let count = counts.get(found).map_or(0, |&count| count as usize);
        let gaps = self.gaps.get(self.passed..self.passed + count).unwrap_or_default();
        let mut position = 0;
        out.extend(gaps.iter().map(|gap| {
            position += gap;
            position
        }));
    }
}

fn sum(counts: &[u32]) -> usize {
    counts.iter().map(|&count| count as usize).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::{DocSet, postings::Postings};

    use crate::{
        index::{Index, Snapshot, Zone},
        release::Release,
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn flows_as_it_leaps(
            counts in prop::collection::vec(0_usize..5, 1..700),
            step in 1_usize..300,
            first in 0_usize..300,
        ) {
            let releases = counts.iter().enumerate().map(|(id, &count)| {
                Release::new(id.to_string(), "", "много воды, ".repeat(count))
            });
            let index = Index::in_memory().unwrap();
            index.ingest(releases).unwrap();
            let snapshot = Snapshot::open(&index).unwrap();
            for segment in &snapshot.segments {
                let Some(list) = segment.term_info(Zone::Text, "lвода").unwrap() else { continue };
                let mut posting_scan = segment.open_scan(&list).unwrap();
                let mut leaping = segment.postings(Zone::Text, &list).unwrap();
                for doc in (0..segment.reader.max_doc()).skip(first).step_by(step) {
                    let (mut flown, mut leapt) = (Vec::new(), Vec::new());
                    posting_scan.read(doc, &mut flown);
                    if (leaping.doc() >= doc || leaping.seek(doc) >= doc) && leaping.doc() == doc {
                        leaping.positions(&mut leapt);
                    }
                    prop_assert_eq!(flown, leapt);
                }
            }
        }
    }
}
