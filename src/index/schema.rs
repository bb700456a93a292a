//! The schema: how a release lies in tantivy. The one bridge between `Release` and the engine.
//!
//! One text field holds title and body with all three channels of terms at shared positions, so that
//! a phrase can mix them and a word's document frequency is read off one list; the title has a field
//! of its own beside it, for BM25F and for `заголовок:`. Lengths are kept in words, because tantivy's
//! field norms would count every term of every channel.

use jiff::{Span, civil::date};
use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions},
};

use super::{inversion::Lengths, stored::Record};
use crate::{analysis::Analyzer, release::Date};

/// Changes whenever the fields below or the files' layout do: an index of another number must be
/// rebuilt.
pub(crate) const SCHEMA_VERSION: u32 = 4;

/// Names of the fields that are read by column.
pub(crate) mod column {
    pub const ID: &str = "id";
    pub const DATE: &str = "date";
    pub const TITLE_WORDS: &str = "title_words";
    pub const BODY_WORDS: &str = "body_words";
    pub const DIGEST: &str = "digest";
    pub const ROOT: &str = "root";
    pub const FILE: &str = "file";
}

/// The fields of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// The release's id, as one term.
    pub id: Field,
    /// The session of the writer that wrote the release, as one term: what tells an old version of a
    /// release from a new one that is being written.
    pub session: Field,
    /// Title and then body: terms of all channels.
    pub text: Field,
    /// The title alone: terms of all channels.
    pub title: Field,
    /// The publisher: terms of all channels.
    pub source: Field,
    date: Field,
    title_words: Field,
    body_words: Field,
    /// A digest of what the release says.
    pub digest: Field,
    root: Field,
    file: Field,
    /// The release itself, as `stored` writes it.
    pub release: Field,
}

impl Fields {
    pub fn build() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let indexed = |detail| {
            let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(detail);
            TextOptions::default().set_indexing_options(indexing.set_fieldnorms(false))
        };
        // The engine's own tokenizers are never called: `inversion` says which terms stand where.
        let terms = indexed(IndexRecordOption::WithFreqsAndPositions);
        let whole = indexed(IndexRecordOption::Basic);
        let fields = Self {
            id: schema.add_text_field(column::ID, whole.clone() | FAST),
            session: schema.add_text_field("session", whole),
            text: schema.add_text_field("text", terms.clone()),
            title: schema.add_text_field("title", terms.clone()),
            source: schema.add_text_field("source", terms),
            date: schema.add_i64_field(column::DATE, FAST),
            title_words: schema.add_u64_field(column::TITLE_WORDS, FAST),
            body_words: schema.add_u64_field(column::BODY_WORDS, FAST),
            digest: schema.add_u64_field(column::DIGEST, FAST),
            root: schema.add_text_field(column::ROOT, TextOptions::default().set_fast("raw")),
            file: schema.add_text_field(column::FILE, TextOptions::default().set_fast("raw")),
            release: schema.add_bytes_field("release", STORED),
        };
        (schema.build(), fields)
    }

    /// What of a release lies in columns, as tantivy takes it.
    pub fn document(&self, release: &Record<'_>, lengths: Lengths, digest: u64) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.id, release.id());
        document.add_u64(self.title_words, lengths.title.into());
        document.add_u64(self.body_words, lengths.body.into());
        document.add_u64(self.digest, digest);
        if let Some(day) = release.day() {
            document.add_i64(self.date, day);
        }
        if let Some((root, file)) = release.origin() {
            document.add_text(self.root, root);
            document.add_text(self.file, file);
        }
        document
    }
}

/// Days from 1970-01-01, negative before it.
pub(crate) fn day_number(day: Date) -> i64 {
    i64::from((day - date(1970, 1, 1)).get_days())
}

/// The day that has this number.
pub(super) fn day_of(number: i64) -> Result<Date, jiff::Error> {
    date(1970, 1, 1).checked_add(Span::new().try_days(number)?)
}

/// What makes an index of this program different from one of another version.
pub(crate) fn fingerprint() -> String {
    format!("{} schema-{SCHEMA_VERSION} tantivy-0.27", Analyzer::fingerprint())
}
