//! A batch of releases on its way into a segment: what one thread prepares without the others.

use tantivy::TantivyDocument;

use super::{
    postings::{DocWords, WordReader},
    registry::file_key,
};
use crate::index::{
    doc_store::{EncodedRelease, ReleaseView, encode_display},
    schema::Fields,
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
    ) -> Result<Self, String> {
        let mut words = DocWords::default();
        let mut releases = Vec::with_capacity(batch.len());
        for EncodedRelease { mut bytes, digest } in batch {
            let view = ReleaseView::read(&bytes)?;
            let texts = [&*view.title, &*view.body, view.fields.source.unwrap_or_default()];
            let checkpoints = reader.read(texts, &mut words);
            let document = fast_fields(fields, &view, digest)?;
            let display = encode_display(&view.body, &checkpoints)?;
            bytes.extend_from_slice(&display);
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
