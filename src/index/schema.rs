//! The tantivy schema.
//!
//! One text field holds title and body with all three channels of terms at shared positions. A phrase can
//! therefore mix channels, and a term has one posting list and one document frequency for the whole release. How
//! often it is in the title is a part of the block statistics. These also hold the lengths of title and body in words,
//! because tantivy's field norms would count every term of every channel. The words of the publisher are in the same
//! field as other terms, whose keys have a prefix.

use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

use super::norms::NormParameters;
use crate::analysis::Analyzer;

/// The version of the fields below and of the file layout. An index with another version must be rebuilt.
pub(crate) const SCHEMA_VERSION: u32 = 26;

/// The position of the first word of a body, counted from the end of the title, and of the publisher, counted from the
/// end of the body. No distance that a query can ask for reaches across it; `search` checks that at compile time.
pub(crate) const POSITION_GAP: u32 = 128;

/// Precedes the keys of the publisher's terms. It is greater than the letters of all channels.
pub(crate) const SOURCE_PREFIX: &str = "|";

/// The fields of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// The release's id.
    pub id: Field,
    /// Title, body and publisher: terms of all channels.
    pub text: Field,
    /// The day of publication, in days from 1970-01-01.
    pub date: Field,
    /// A digest of the release, by which a version of it is deleted.
    pub digest: Field,
    /// The file that the release was read from.
    pub file: Field,
}

impl Fields {
    pub fn build() -> (Schema, Self) {
        let mut schema = Schema::builder();
        // Tantivy's tokenizers are never called: `build::postings` decides which term has which position.
        let indexing = TextFieldIndexing::default()
            .set_index_option(IndexRecordOption::WithFreqsAndPositions)
            .set_fieldnorms(false);
        let terms = TextOptions::default().set_indexing_options(indexing.set_tokenizer("raw"));
        let text_column = TextOptions::default().set_fast("raw");
        let fields = Self {
            id: schema.add_text_field("id", text_column.clone()),
            text: schema.add_text_field("text", terms),
            date: schema.add_i64_field("date", FAST),
            digest: schema.add_u64_field("digest", FAST),
            file: schema.add_text_field("file", text_column),
        };
        (schema.build(), fields)
    }
}

/// Identifies everything that decides what an index contains: analysis, schema and engine.
pub(crate) fn fingerprint() -> String {
    let norms = NormParameters::fingerprint();
    format!("{} schema-{SCHEMA_VERSION} {norms} tantivy-0.27", Analyzer::fingerprint())
}
