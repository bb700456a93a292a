//! Block statistics of merged segments.
//!
//! tantivy merges posting lists by concatenating those of the segments, without deleted documents. Statistics of the
//! merged lists are computed from the lists and title frequencies of these segments.

use std::sync::Arc;

use tantivy::{
    DocId, InvertedIndexReader, PluginMergeContext, PluginWriter, PluginWriterContext, Result, SegmentPlugin,
    SegmentReader, TantivyError,
    postings::TermInfo,
    schema::{Field, IndexRecordOption},
    termdict::TermMerger,
};

use super::{BLOCK_LEN, BlockStats, EXTENSION, SegmentStats, StatsWriter};
use crate::index::{form_tables, norms::DocLengths, schema::Fields};

/// Writes the statistics and the form tables of merged segments.
pub(in crate::index) struct MergePlugin;

impl SegmentPlugin for MergePlugin {
    fn extensions(&self) -> &[&str] {
        &[EXTENSION, form_tables::EXTENSION]
    }

    /// Never called: no documents are added to tantivy's own writer.
    fn create_writer(&self, _: &PluginWriterContext) -> Result<Box<dyn PluginWriter>> {
        Err(TantivyError::InternalError("documents are added by the segment writer only".into()))
    }

    fn merge(&self, context: PluginMergeContext) -> Result<()> {
        form_tables::merge(context.readers, context.target_segment)?;
        let field = Fields::build().1.text;
        let mut lengths = Vec::new();
        let sources = context.readers.iter().map(|reader| Source::open(reader, field, &mut lengths));
        let sources = sources.collect::<Result<Vec<_>>>()?;
        let mut writer = StatsWriter::create(context.target_segment, lengths)?;
        let streams = sources.iter().map(|source| source.index.terms().stream());
        let mut terms = TermMerger::new(streams.collect::<std::io::Result<_>>()?);
        let merged = SegmentReader::open(context.target_segment)?.inverted_index(field)?;
        let mut merged_terms = merged.terms().stream()?;
        let mut lists = Vec::new();
        while let Some((key, list)) = merged_terms.next() {
            // Terms of deleted documents are not merged.
            while terms.advance() && terms.key() != key {}
            lists.clear();
            for (source, list) in terms.current_segment_ords_and_term_infos() {
                let stats = sources[source].stats.of_list(&list)?;
                lists.push((&sources[source], list, stats));
            }
            let is_long = list.doc_freq as usize >= BLOCK_LEN;
            if is_long || lists.iter().any(|(.., stats)| stats.has_titles()) {
                for (source, list, stats) in &lists {
                    source.add(list, stats, &mut writer)?;
                }
            }
            writer.end_list(key)?;
        }
        Ok(writer.close(merged.terms())?)
    }
}

/// A segment that is merged into another one.
struct Source {
    index: Arc<InvertedIndexReader>,
    stats: SegmentStats,
    /// The id of each document in the merged segment; `None` for a deleted one.
    docs: Vec<Option<DocId>>,
}

impl Source {
    /// Opens a segment and appends the lengths of its documents to those of the merged segment.
    fn open(reader: &SegmentReader, field: Field, lengths: &mut Vec<DocLengths>) -> Result<Self> {
        let index = reader.inverted_index(field)?;
        let stats = SegmentStats::open(reader)?;
        let mut next = (0..).skip(lengths.len());
        lengths.extend(reader.doc_ids_alive().map(|doc| stats.lengths.get(doc)));
        let docs = (0..reader.max_doc()).map(|doc| if reader.is_deleted(doc) { None } else { next.next() });
        Ok(Self { docs: docs.collect(), index, stats })
    }

    /// Adds the postings of a list.
    fn add(&self, list: &TermInfo, stats: &BlockStats, writer: &mut StatsWriter) -> Result<()> {
        let option = IndexRecordOption::WithFreqs;
        let mut postings = self.index.read_block_postings_from_terminfo(list, option)?;
        for block in 0.. {
            if postings.docs().is_empty() {
                break;
            }
            let mut titles = stats.titles(block).peekable();
            for (at, (&doc, &freq)) in postings.docs().iter().zip(postings.freqs()).enumerate() {
                let in_title = titles.next_if(|(in_title, _)| *in_title == at).map_or(0, |(_, freq)| freq);
                if let Some(doc) = self.docs[doc as usize] {
                    writer.push(doc, freq, in_title);
                }
            }
            postings.advance();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tantivy::{DocSet, TERMINATED, postings::Postings};

    use super::*;
    use crate::{
        index::{Index, Snapshot, block_stats::bound_code, build::start_engine, norms::normalised},
        release::Release,
    };

    /// Checks the statistics of a term against its positions; returns how many full blocks it has.
    #[expect(clippy::cast_possible_truncation, reason = "frequencies in one document are small")]
    fn check(segment: &crate::index::Segment, key: &str) -> usize {
        let Some(list) = segment.find(key).unwrap() else { return 0 };
        let mut postings = segment.postings(&list);
        let (mut positions, mut docs) = (Vec::new(), Vec::new());
        while postings.doc() != TERMINATED {
            postings.positions(&mut positions);
            let title_words = segment.title_words(postings.doc());
            let in_title = positions.iter().filter(|position| **position < title_words).count() as u32;
            docs.push((postings.doc(), in_title, postings.term_freq() - in_title));
            postings.advance();
        }
        let norms = segment.norms(segment.length_stats.parameters());
        assert_eq!(norms.growth.to_bits(), 1.0_f32.to_bits());
        for (number, block) in docs.chunks(BLOCK_LEN).enumerate() {
            let in_title = block.iter().enumerate().filter(|(_, (_, in_title, _))| *in_title > 0);
            assert!(list.stats.titles(number).eq(in_title.map(|(at, doc)| (at, doc.1))), "{key} {number}");
            let max = block.iter().map(|&(doc, title, body)| {
                normalised(norms.parameters.shares(norms.lengths.get(doc)), title, body)
            });
            let max = max.fold(0.0, f32::max);
            let bound = list.stats.bound(number).map(bound_code::decode);
            assert_eq!(bound.is_some(), block.len() == BLOCK_LEN);
            // Rounded up to the next step.
            assert!(
                bound.is_none_or(|bound| (0.999_99 * bound / 1.05..1.000_01 * bound).contains(&max)),
                "{key} {number}: {max} {bound:?}"
            );
        }
        docs.len() / BLOCK_LEN
    }

    #[test]
    fn statistics_are_those_of_the_positions_also_after_a_merge() {
        let index = Index::in_memory().unwrap();
        let release = |id: usize, title: &str| {
            Release::new(id.to_string(), title.repeat(id % 5 % 4), "мост ".repeat(1 + id % 7) + "вода")
        };
        for ids in [0..500, 500..700] {
            index.ingest(ids.map(|id| release(id, "мост вода "))).unwrap();
        }
        // Each replaces one of the first releases, and one term loses all of its postings.
        let (rare, other) = (Release::new("0", "редкость", ""), Release::new("1", "вода", "мост"));
        index.ingest([rare, other]).unwrap();
        index.ingest((0..90).map(|id| release(5 * id, "мост и река "))).unwrap();
        let blocks = |expected: usize| {
            let snapshot = Snapshot::open(&index).unwrap();
            assert_eq!(snapshot.segments.len(), expected);
            let keys = ["lмост", "lвода", "lрека", "eмост", "lредкость", "sмост"];
            let blocks = |key| snapshot.segments.iter().map(|segment| check(segment, key)).sum::<usize>();
            keys.map(blocks)
        };
        assert_eq!(blocks(4)[..3], [4, 4, 0]);
        let mut engine = start_engine(&index).unwrap();
        engine.merge(&index.engine.searchable_segment_ids().unwrap()).wait().unwrap();
        assert_eq!(blocks(1)[..3], [5, 5, 0]);
    }
}
