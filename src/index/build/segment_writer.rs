//! Writes one segment: batches of analysed releases go in, the files of a tantivy segment come out.
//!
//! Tantivy's own writers of fast fields, stored documents and posting lists write the files; `postings` collects the
//! positions of the terms. Nothing is committed here: a segment that is not added to the index is garbage.

use tantivy::{
    Result, Segment, SegmentMeta, SegmentReader,
    directory::TerminatingWrite,
    fastfield::FastFieldsWriter,
    fieldnorm::{FieldNormsSerializer, FieldNormsWriter},
    index::SegmentComponent,
    postings::InvertedIndexSerializer,
    schema::Field,
    store::StoreWriter,
};

use super::{
    analyzed_batch::AnalyzedBatch,
    postings::{DocWords, SegmentForms, for_each_doc, for_each_term},
};
use crate::{
    analysis::{TermCache, TypedWords, is_pair},
    index::{
        block_stats::{MAX_TITLE_FREQ, StatsWriter},
        form_tables,
    },
};

/// A segment that is being written.
pub(super) struct SegmentWriter {
    segment: Segment,
    /// The field of the terms.
    text: Field,
    fast_fields: FastFieldsWriter,
    store: StoreWriter,
    releases: u32,
    pub words: DocWords,
}

impl SegmentWriter {
    pub fn new(engine: &tantivy::Index, text: Field) -> Result<Self> {
        let segment = engine.new_segment();
        let settings = engine.settings();
        let (schema, tokenizers) = (engine.schema(), engine.tokenizers().clone());
        Ok(Self {
            text,
            fast_fields: FastFieldsWriter::from_schema_and_tokenizer_manager(&schema, tokenizers)?,
            // Releases are not compressed: the store needs no thread.
            store: StoreWriter::new(
                segment.open_write(SegmentComponent::Store)?,
                settings.docstore_compression,
                settings.docstore_blocksize,
                false,
            )?,
            releases: 0,
            words: DocWords::default(),
            segment,
        })
    }

    /// Adds the releases of a batch as the next documents.
    pub fn add(&mut self, batch: AnalyzedBatch) -> Result<()> {
        for (stored, fast_fields) in batch.releases {
            self.store.store_bytes(&stored)?;
            self.fast_fields.add_document(&fast_fields)?;
            self.releases += 1;
        }
        self.words.append(batch.words);
        Ok(())
    }

    /// Bytes of memory that the segment takes, now or when it is finished, without its forms.
    pub fn memory(&self) -> usize {
        self.words.memory() + self.fast_fields.mem_usage() + self.store.mem_usage()
    }

    /// Writes the remaining files, given the forms of all words.
    pub fn finish(self, mut forms: SegmentForms, cache: &mut TermCache) -> Result<SegmentMeta> {
        let Self { segment, text, mut fast_fields, store, releases, words } = self;
        store.close()?;
        let mut to = segment.open_write(SegmentComponent::FastFields)?;
        fast_fields.serialize(&mut to, None)?;
        to.terminate()?;
        drop(fast_fields);
        // None of the fields has norms, but tantivy requires the file.
        let norms = FieldNormsSerializer::from_write(segment.open_write(SegmentComponent::FieldNorms)?)?;
        FieldNormsWriter::for_schema(&segment.schema()).serialize(norms, None)?;
        let typed = write_terms(&segment, text, &words, &forms)?;
        typed.add_to(&mut forms.table, cache);
        form_tables::write(&segment, forms.table)?;
        Ok(segment.index().new_segment_meta(segment.id(), releases))
    }
}

/// Writes the posting lists with their statistics; returns the words that are typed in other spellings.
fn write_terms(segment: &Segment, text: Field, words: &DocWords, forms: &SegmentForms) -> Result<TypedWords> {
    let mut typed = TypedWords::new(words.len());
    let mut stats = StatsWriter::create(segment, words.lengths())?;
    let mut serializer = InvertedIndexSerializer::open(segment)?;
    let mut field = serializer.new_field(text, words.len() as u64, None)?;
    let mut deltas = Vec::new();
    for_each_term(words, forms, |key, occurrences| {
        typed.see(key, occurrences.len());
        field.new_term(key, u32::try_from(occurrences.len()).unwrap_or(u32::MAX), true)?;
        let is_pair = is_pair(key);
        for_each_doc(occurrences, &mut deltas, |doc, deltas| {
            // Phrases are found in the positions of their words: those of pairs would take space only.
            if is_pair {
                field.write_doc(doc, 1, &[0]);
                return stats.push(doc, 1, 0);
            }
            let freq = u32::try_from(deltas.len()).unwrap_or(u32::MAX);
            field.write_doc(doc, freq, deltas);
            stats.push(doc, freq, count_in_title(deltas, stats.lengths[doc as usize][0]));
        });
        field.close_term()?;
        stats.end_list(key)
    })?;
    field.close()?;
    serializer.close()?;
    stats.close(SegmentReader::open(segment)?.inverted_index(text)?.terms())?;
    Ok(typed)
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
