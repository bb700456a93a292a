//! Writes one segment: batches of analysed releases go in, the files of a tantivy segment come out.
//!
//! The files are written with tantivy's own writers of fast fields, stored documents and posting lists; which
//! term has which positions is collected by `postings`. Nothing is committed here: a segment that is not
//! added to the index is garbage.

use std::io;

use tantivy::{
    DocId, Segment, SegmentMeta,
    directory::{Directory, TerminatingWrite, WritePtr},
    fastfield::FastFieldsWriter,
    fieldnorm::{FieldNormsSerializer, FieldNormsWriter},
    index::SegmentComponent,
    postings::{FieldSerializer, InvertedIndexSerializer},
    schema::Field,
    store::StoreWriter,
};

use super::{
    analyzed_batch::AnalyzedBatch,
    postings::{BatchWords, Occurrence, SegmentForms, SegmentWords, SortedTerms, for_each_doc},
};
use crate::index::{
    block_stats::{MAX_TITLE_FREQ, StatsWriter},
    norms::LengthStats,
    schema::Fields,
    segment_reader::Zone,
};

/// A segment that is being written.
pub(super) struct SegmentWriter {
    segment: Segment,
    fields: Fields,
    fast_fields: FastFieldsWriter,
    store: StoreWriter,
    batches: Vec<BatchWords>,
    releases: u32,
    /// Of the batches.
    words: usize,
    batch_memory: usize,
}

impl SegmentWriter {
    pub fn new(engine: &tantivy::Index, fields: Fields) -> tantivy::Result<Self> {
        let segment = engine.new_segment();
        let settings = engine.settings();
        let (schema, tokenizers) = (engine.schema(), engine.tokenizers().clone());
        Ok(Self {
            fields,
            fast_fields: FastFieldsWriter::from_schema_and_tokenizer_manager(&schema, tokenizers)?,
            // Releases are not compressed: the store needs no thread.
            store: StoreWriter::new(
                open(&segment, SegmentComponent::Store)?,
                settings.docstore_compression,
                settings.docstore_blocksize,
                false,
            )?,
            batches: Vec::new(),
            releases: 0,
            words: 0,
            batch_memory: 0,
            segment,
        })
    }

    /// Adds the releases of a batch as the next documents.
    pub fn add(&mut self, batch: AnalyzedBatch) -> tantivy::Result<()> {
        for (stored, fast_fields) in batch.releases {
            self.store.store_bytes(&stored)?;
            self.fast_fields.add_document(&fast_fields)?;
            self.releases += 1;
        }
        self.words += batch.words.count();
        self.batch_memory += batch.words.memory();
        self.batches.push(batch.words);
        Ok(())
    }

    /// Bytes of memory that the segment takes, now or when it is finished, without its forms.
    pub fn memory(&self) -> usize {
        self.batch_memory + self.fast_fields.mem_usage() + self.store.mem_usage()
    }

    /// The number of words.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Writes the remaining files, given the forms of all words.
    pub fn finish(self, forms: SegmentForms) -> tantivy::Result<SegmentMeta> {
        let Self { segment, fields, mut fast_fields, store, batches, releases, .. } = self;
        store.close()?;
        let mut to = open(&segment, SegmentComponent::FastFields)?;
        fast_fields.serialize(&mut to, None)?;
        to.terminate()?;
        drop(fast_fields);
        // None of the fields has norms, but tantivy requires the file.
        let norms = FieldNormsSerializer::from_write(open(&segment, SegmentComponent::FieldNorms)?)?;
        FieldNormsWriter::for_schema(&segment.schema()).serialize(norms, None)?;
        let mut serializer = InvertedIndexSerializer::open(&segment)?;
        write_terms(&segment, &mut serializer, fields, &SegmentWords { batches, forms })?;
        serializer.close()?;
        Ok(segment.index().new_segment_meta(segment.id(), releases))
    }
}

fn open(segment: &Segment, component: SegmentComponent) -> tantivy::Result<WritePtr> {
    Ok(segment.index().directory().open_write(&segment.relative_path(component))?)
}

/// Writes the posting lists of title and body, with their statistics, and those of the publisher.
fn write_terms(
    segment: &Segment,
    serializer: &mut InvertedIndexSerializer,
    fields: Fields,
    words: &SegmentWords,
) -> tantivy::Result<()> {
    let lengths = words.lengths();
    let shares = LengthStats::of(lengths.iter().copied()).parameters().shares(lengths.iter().copied());
    let mut stats = StatsWriter::create(segment)?;
    let (terms, mut deltas) = (words.forms.sorted_terms(), Vec::new());
    write_field(serializer, (fields.text, Zone::Text), (words, &terms), |key, occurrences, field| {
        for_each_doc(occurrences, &mut deltas, |doc, deltas| {
            let freq = write_doc(field, doc, deltas);
            let in_title = count_in_title(deltas, lengths[doc as usize][0]);
            stats.push(shares.normalised(doc, freq, in_title), in_title);
        });
        stats.end_list(key)
    })?;
    stats.close(&lengths)?;
    write_field(serializer, (fields.source, Zone::Source), (words, &terms), |_, occurrences, field| {
        for_each_doc(occurrences, &mut deltas, |doc, deltas| _ = write_doc(field, doc, deltas));
        Ok(())
    })?;
    Ok(())
}

/// Writes the posting lists of a field, each of which `write` is called for.
fn write_field(
    serializer: &mut InvertedIndexSerializer,
    (field, zone): (Field, Zone),
    (words, terms): (&SegmentWords, &SortedTerms),
    mut write: impl FnMut(&[u8], &[Occurrence], &mut FieldSerializer) -> io::Result<()>,
) -> io::Result<()> {
    let mut field = serializer.new_field(field, words.count() as u64, None)?;
    words.for_each_term(zone, terms, |term, occurrences| {
        field.new_term(term, u32::try_from(occurrences.len()).unwrap_or(u32::MAX), true)?;
        write(term, occurrences, &mut field)?;
        field.close_term()
    })?;
    field.close()
}

/// Writes a posting with its positions; returns its frequency.
fn write_doc(field: &mut FieldSerializer, doc: DocId, deltas: &[u32]) -> u32 {
    let freq = u32::try_from(deltas.len()).unwrap_or(u32::MAX);
    field.write_doc(doc, freq, deltas);
    freq
}

/// How many positions, given by their deltas, are in a title of this length.
fn count_in_title(deltas: &[u32], words: u32) -> u32 {
    let mut position = 0;
    let inside = deltas.iter().take(MAX_TITLE_FREQ).take_while(|&&delta| {
        position += delta;
        position < words
    });
    u32::try_from(inside.count()).unwrap_or(u32::MAX)
}
