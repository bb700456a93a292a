//! Writes one segment: releases go in one by one, the files of a tantivy segment come out.
//!
//! The files are written with tantivy's own writers of fast fields, stored documents and posting lists; which
//! term has which positions is collected by `postings`. Nothing is committed here: a segment that is not
//! added to the index is garbage.

use std::io;

use tantivy::{
    DocId, Segment, SegmentMeta, TantivyDocument, TantivyError,
    directory::{Directory, TerminatingWrite},
    fastfield::FastFieldsWriter,
    fieldnorm::{FieldNormsSerializer, FieldNormsWriter},
    index::SegmentComponent,
    postings::{FieldSerializer, InvertedIndexSerializer},
    schema::Field,
    store::StoreWriter,
};

use super::postings::{Occurrences, PostingsBuilder, SortedTerms};
use crate::{
    analysis::{CheckpointWriter, DisplayMap, TermCache},
    index::{
        block_stats::{MAX_TITLE_FREQ, StatsWriter},
        doc_store::{ReleaseView, encode_display},
        norms::{DocLengths, LengthStats},
        schema::Fields,
        segment_reader::Zone,
    },
};

/// The maximum number of words in a segment: they are counted with 32 bits.
const MAX_WORDS: usize = 1 << 31;

/// A release on its way into a segment.
pub(super) struct EncodedRelease {
    /// The release as it will be stored.
    pub bytes: Vec<u8>,
    /// The digest of these bytes.
    pub digest: u64,
}

/// A segment that is being written.
pub(super) struct SegmentWriter {
    segment: Segment,
    fields: Fields,
    fast_fields: FastFieldsWriter,
    store: StoreWriter,
    postings: PostingsBuilder,
    releases: u32,
}

impl SegmentWriter {
    pub fn new(engine: &tantivy::Index, fields: Fields, term_cache: TermCache) -> tantivy::Result<Self> {
        let segment = engine.new_segment();
        let settings = engine.settings();
        let (schema, tokenizers) = (engine.schema(), engine.tokenizers().clone());
        Ok(Self {
            fields,
            fast_fields: FastFieldsWriter::from_schema_and_tokenizer_manager(&schema, tokenizers)?,
            // Compression takes little time, so it needs no thread.
            store: StoreWriter::new(
                open(&segment, SegmentComponent::Store)?,
                settings.docstore_compression,
                settings.docstore_blocksize,
                false,
            )?,
            postings: PostingsBuilder::new(term_cache),
            releases: 0,
            segment,
        })
    }

    pub fn add(&mut self, release: EncodedRelease) -> tantivy::Result<()> {
        let EncodedRelease { mut bytes, digest } = release;
        let view = ReleaseView::read(&bytes).map_err(TantivyError::InternalError)?;
        let source = view.source().unwrap_or_default();
        let mut checkpoints = CheckpointWriter::default();
        self.postings.add(&view.title, &view.body, source, &mut checkpoints);
        self.releases += 1;
        self.fast_fields.add_document(&fast_fields(self.fields, &view, digest))?;
        let display = encode_display(&DisplayMap::of(&view.body), &checkpoints);
        bytes.extend_from_slice(&display.map_err(TantivyError::InternalError)?);
        self.store.store_bytes(&bytes)?;
        Ok(())
    }

    /// Bytes of memory that the segment takes, now or when it is finished.
    pub fn memory(&self) -> usize {
        self.postings.memory() + self.fast_fields.mem_usage() + self.store.mem_usage()
    }

    /// Whether no release may be added any more.
    pub fn is_full(&self, memory: usize) -> bool {
        self.postings.words() > MAX_WORDS || self.memory() > memory
    }

    /// Writes the remaining files; returns the segment and the term cache.
    pub fn finish(self) -> tantivy::Result<(SegmentMeta, TermCache)> {
        let Self { segment, fields, mut fast_fields, store, postings, releases } = self;
        store.close()?;
        let mut to = open(&segment, SegmentComponent::FastFields)?;
        fast_fields.serialize(&mut to, None)?;
        to.terminate()?;
        drop(fast_fields);
        // None of the fields has norms, but tantivy requires the file.
        let norms = FieldNormsSerializer::from_write(open(&segment, SegmentComponent::FieldNorms)?)?;
        FieldNormsWriter::for_schema(&segment.schema()).serialize(norms, None)?;
        let mut serializer = InvertedIndexSerializer::open(&segment)?;
        write_terms(&segment, &mut serializer, fields, &postings)?;
        serializer.close()?;
        let meta = segment.index().new_segment_meta(segment.id(), releases);
        Ok((meta, postings.into_term_cache()))
    }
}

fn open(segment: &Segment, component: SegmentComponent) -> tantivy::Result<tantivy::directory::WritePtr> {
    Ok(segment.index().directory().open_write(&segment.relative_path(component))?)
}

/// The fast fields of a release, in tantivy's form.
fn fast_fields(fields: Fields, release: &ReleaseView<'_>, digest: u64) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, release.id());
    document.add_u64(fields.digest, digest);
    if let Some(day) = release.day() {
        document.add_i64(fields.date, day);
    }
    if let Some((root, file)) = release.origin() {
        document.add_text(fields.root, root);
        document.add_text(fields.file, file);
    }
    document
}
/// Writes the posting lists of title and body, with their statistics, and those of the publisher.
fn write_terms(
    segment: &Segment,
    serializer: &mut InvertedIndexSerializer,
    fields: Fields,
    postings: &PostingsBuilder,
) -> tantivy::Result<()> {
    let [titles, bodies] = postings.lengths();
    let lengths: Vec<DocLengths> = titles.into_iter().zip(bodies).map(Into::into).collect();
    let shares = LengthStats::of(lengths.iter().copied()).parameters().shares(lengths.iter().copied());
    let mut stats = StatsWriter::create(segment)?;
    let terms = postings.sorted_terms();
    write_field(serializer, (fields.text, Zone::Text), (postings, &terms), |occurrences, field| {
        occurrences.for_each_doc(|doc, deltas| {
            let freq = write_doc(field, doc, deltas);
            let in_title = count_in_title(deltas, lengths[doc as usize][0]);
            stats.push(shares.normalised(doc, freq, in_title), in_title);
        });
        stats.end_list()
    })?;
    stats.close(&lengths)?;
    write_field(serializer, (fields.source, Zone::Source), (postings, &terms), |occurrences, field| {
        occurrences.for_each_doc(|doc, deltas| _ = write_doc(field, doc, deltas));
        Ok(())
    })?;
    Ok(())
}

/// Writes the posting lists of a field, each of which `write` is called for.
fn write_field(
    serializer: &mut InvertedIndexSerializer,
    (field, zone): (Field, Zone),
    (postings, terms): (&PostingsBuilder, &SortedTerms),
    mut write: impl FnMut(Occurrences, &mut FieldSerializer) -> io::Result<()>,
) -> io::Result<()> {
    let mut field = serializer.new_field(field, postings.words() as u64, None)?;
    postings.for_each_term(zone, terms, |term, occurrences| {
        field.new_term(term, u32::try_from(occurrences.len()).unwrap_or(u32::MAX), true)?;
        write(occurrences, &mut field)?;
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
