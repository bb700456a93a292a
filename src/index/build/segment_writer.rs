//! A segment in the making: releases go in one by one, a segment of the engine comes out.
//!
//! Writes all of the engine's files itself, through the engine's own writers of columns, stored
//! releases and serializer; only which terms stand where is gathered by `postings`. Commits nothing: a
//! segment that nobody adds to the index is swept up.

use std::io;

use tantivy::{
    Segment, SegmentMeta, TantivyDocument, TantivyError,
    directory::{Directory, TerminatingWrite},
    fastfield::FastFieldsWriter,
    fieldnorm::{FieldNormsSerializer, FieldNormsWriter},
    index::SegmentComponent,
    postings::InvertedIndexSerializer,
    store::StoreWriter,
};

use super::postings::{FieldLengths, PostingsBuilder};
use crate::{
    analysis::{CheckpointWriter, DisplayMap, TermCache},
    index::{
        doc_store::{ReleaseView, encode_display, write_document},
        schema::Fields,
        segment_reader::Zone,
    },
};

/// A segment holds no more positions than this: they are numbered in 32 bits.
const MAX_POSITIONS: usize = 1 << 31;

/// A release on its way into a segment.
pub(super) struct EncodedRelease {
    /// What it says, as it will be stored.
    pub encoded: Vec<u8>,
    /// The digest of that.
    pub digest: u64,
}

/// Who wrote a release: what tells an old version of it from one that came later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    /// Names the writer by the commit that it goes on from.
    pub writer: u64,
    /// Counts its flushes, from 1.
    pub number: u32,
}

impl Session {
    /// The terms of the writer and of this session of it, in order.
    pub fn names(self) -> [String; 2] {
        [self.writer.to_string(), format!("{}.{}", self.writer, self.number)]
    }
}

/// A segment that is being written.
pub(super) struct SegmentWriter {
    segment: Segment,
    fields: Fields,
    session: Session,
    columns: FastFieldsWriter,
    store: StoreWriter,
    postings: PostingsBuilder,
    ids: Vec<String>,
    /// The last release, as it lies in the store.
    document_bytes: Vec<u8>,
}

impl SegmentWriter {
    pub fn start(
        engine: &tantivy::Index,
        fields: Fields,
        session: Session,
        forms: TermCache,
    ) -> tantivy::Result<Self> {
        let segment = engine.new_segment();
        let settings = engine.settings();
        // Packing takes little time; a thread of its own would only be one more to wait for.
        let store = StoreWriter::new(
            open(&segment, SegmentComponent::Store)?,
            settings.docstore_compression,
            settings.docstore_blocksize,
            false,
        )?;
        Ok(Self {
            fields,
            session,
            columns: FastFieldsWriter::from_schema_and_tokenizer_manager(
                &engine.schema(),
                engine.tokenizers().clone(),
            )?,
            store,
            postings: PostingsBuilder::new(forms),
            ids: Vec::new(),
            document_bytes: Vec::new(),
            segment,
        })
    }

    pub fn add(&mut self, release: EncodedRelease) -> tantivy::Result<()> {
        let EncodedRelease { encoded, digest } = release;
        let record = ReleaseView::read(&encoded).map_err(TantivyError::InternalError)?;
        let source = record.source().unwrap_or_default();
        let mut landmarks = CheckpointWriter::default();
        let lengths = self.postings.add(&record.title, &record.body, source, &mut landmarks);
        self.ids.push(record.id().to_owned());
        let notes =
            encode_display(&DisplayMap::of(&record.body), &landmarks).map_err(TantivyError::InternalError)?;
        let stored = [&encoded[..], &notes].concat();
        let document: TantivyDocument = fast_fields(self.fields, &record, lengths, digest);
        self.columns.add_document(&document)?;
        self.document_bytes.clear();
        write_document(self.fields.release, &stored, &mut self.document_bytes);
        self.store.store_bytes(&self.document_bytes)?;
        Ok(())
    }

    /// Bytes of memory that this takes, now or when it is finished.
    pub fn memory(&self) -> usize {
        let ids: usize = self.ids.iter().map(|id| id.len() + size_of::<String>()).sum();
        self.postings.memory() + self.columns.mem_usage() + self.store.mem_usage() + ids
    }

    /// Whether nothing more may be added.
    pub fn is_full(&self, memory: usize) -> bool {
        self.postings.positions() > MAX_POSITIONS || self.memory() > memory
    }

    /// Writes what is left to write; returns the segment and the table of forms.
    pub fn finish(self) -> tantivy::Result<(SegmentMeta, TermCache)> {
        let Self { segment, fields, session, mut columns, store, postings, ids, .. } = self;
        store.close()?;
        let mut to = open(&segment, SegmentComponent::FastFields)?;
        columns.serialize(&mut to, None)?;
        to.terminate()?;
        drop(columns);
        // None of our fields has norms, but the engine wants the file.
        let norms = FieldNormsSerializer::from_write(open(&segment, SegmentComponent::FieldNorms)?)?;
        FieldNormsWriter::for_schema(&segment.schema()).serialize(norms, None)?;
        let mut serializer = InvertedIndexSerializer::open(&segment)?;
        write_ids(&mut serializer, fields, &ids)?;
        write_session(&mut serializer, fields, session, ids.len())?;
        write_terms(&mut serializer, fields, &postings)?;
        serializer.close()?;
        let releases = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let meta = segment.index().new_segment_meta(segment.id(), releases);
        Ok((meta, postings.into_term_cache()))
    }
}

fn open(segment: &Segment, component: SegmentComponent) -> tantivy::Result<tantivy::directory::WritePtr> {
    Ok(segment.index().directory().open_write(&segment.relative_path(component))?)
}

/// The fast fields of a release, in tantivy's form.
fn fast_fields(
    fields: Fields,
    release: &ReleaseView<'_>,
    lengths: FieldLengths,
    digest: u64,
) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, release.id());
    document.add_u64(fields.title_words, lengths.title.into());
    document.add_u64(fields.body_words, lengths.body.into());
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
fn write_ids(serializer: &mut InvertedIndexSerializer, fields: Fields, ids: &[String]) -> io::Result<()> {
    let mut ordered: Vec<(&str, u32)> = ids.iter().map(String::as_str).zip(0..).collect();
    ordered.sort_unstable();
    let mut field = serializer.new_field(fields.id, ids.len() as u64, None)?;
    for of_id in ordered.chunk_by(|a, b| a.0 == b.0) {
        let Some((id, _)) = of_id.first() else { continue };
        field.new_term(id.as_bytes(), u32::try_from(of_id.len()).unwrap_or(u32::MAX), false)?;
        for &(_, release) in of_id {
            field.write_doc(release, 1, &[]);
        }
        field.close_term()?;
    }
    field.close()
}

fn write_session(
    serializer: &mut InvertedIndexSerializer,
    fields: Fields,
    session: Session,
    releases: usize,
) -> io::Result<()> {
    let mut field = serializer.new_field(fields.session, releases as u64, None)?;
    let releases = u32::try_from(releases).unwrap_or(u32::MAX);
    for name in session.names() {
        field.new_term(name.as_bytes(), releases, false)?;
        (0..releases).for_each(|release| field.write_doc(release, 1, &[]));
        field.close_term()?;
    }
    field.close()
}

fn write_terms(
    serializer: &mut InvertedIndexSerializer,
    fields: Fields,
    postings: &PostingsBuilder,
) -> io::Result<()> {
    let order = postings.order();
    for (part, field) in
        [(Zone::Text, fields.text), (Zone::Title, fields.title), (Zone::Source, fields.source)]
    {
        let mut field = serializer.new_field(field, postings.positions() as u64, None)?;
        postings.for_each_term(part, &order, |term, occurrences| {
            field.new_term(term.as_bytes(), u32::try_from(occurrences.len()).unwrap_or(u32::MAX), true)?;
            occurrences.for_each_doc(|release, positions| {
                field.write_doc(release, u32::try_from(positions.len()).unwrap_or(u32::MAX), positions);
            });
            field.close_term()
        })?;
        field.close()?;
    }
    Ok(())
}
