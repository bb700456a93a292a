//! A batch of releases on its way into a segment: what one thread prepares without the others.

use tantivy::{TantivyDocument, TantivyError};

use super::{
    postings::{DocWords, WordReader},
    registry::file_key,
};
use crate::{
    analysis::{CheckpointWriter, DisplayMap},
    index::{
        doc_store::{EncodedRelease, ReleaseView, encode_display},
        schema::Fields,
    },
};

/// Analysed releases.
pub(super) struct AnalyzedBatch {
    pub words: DocWords,
    /// What is stored of each release, and its fast fields.
    pub releases: Vec<(Vec<u8>, TantivyDocument)>,
}

impl AnalyzedBatch {
    pub fn analyze(
        batch: Vec<EncodedRelease>,
        reader: &mut WordReader<'_>,
        fields: Fields,
    ) -> tantivy::Result<Self> {
        let mut words = DocWords::default();
        let mut releases = Vec::with_capacity(batch.len());
        for EncodedRelease { mut bytes, digest } in batch {
            let view = ReleaseView::read(&bytes).map_err(TantivyError::InternalError)?;
            let mut checkpoints = CheckpointWriter::default();
            let texts = [&*view.title, &*view.body, view.fields.source.unwrap_or_default()];
            reader.read(texts, &mut words, &mut checkpoints);
            let document = fast_fields(fields, &view, digest).map_err(TantivyError::InternalError)?;
            let display = encode_display(&DisplayMap::of(&view.body), &checkpoints);
            bytes.extend_from_slice(&display.map_err(TantivyError::InternalError)?);
            releases.push((bytes, document));
        }
        Ok(Self { words, releases })
    }
}

/// The fast fields of a release, in tantivy's form.
fn fast_fields(fields: Fields, release: &ReleaseView<'_>, digest: u64) -> Result<TantivyDocument, String> {
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, release.fields.id);
    document.add_u64(fields.digest, digest);
    if let Some(day) = release.fields.date {
        document.add_i64(fields.date, day);
    }
    if let Some(origin) = release.origin()? {
        document.add_text(fields.file, file_key(&origin.root.to_string_lossy(), &origin.file));
    }
    Ok(document)
}
