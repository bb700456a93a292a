//! The schema: how a release lies in tantivy. The one bridge between `Release` and the engine.
//!
//! One text field holds title and body with all three channels of terms at shared positions, so that
//! a phrase can mix them and a word's document frequency is read off one list; the title has a field
//! of its own beside it, for BM25F and for `заголовок:`. Lengths are kept in words, because tantivy's
//! field norms would count every term of every channel.

use jiff::{Span, civil::date};
use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
};

use super::stored::with_landmarks;
use crate::{
    analysis::{Analyzer, Survey},
    release::{Date, Release},
};

/// Changes whenever the fields below or the files' layout do: an index of another number must be
/// rebuilt.
pub(crate) const SCHEMA_VERSION: u32 = 3;

/// The tokenizer's name in tantivy.
pub(super) const TOKENIZER: &str = "vestnik";

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
    /// Title and then body: terms of all channels.
    pub text: Field,
    /// The title alone: terms of all channels.
    pub title: Field,
    /// The publisher: terms of all channels.
    pub source: Field,
    date: Field,
    title_words: Field,
    body_words: Field,
    digest: Field,
    root: Field,
    file: Field,
    /// The release itself, as `stored` writes it.
    pub release: Field,
}

impl Fields {
    pub fn build() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let terms = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(TOKENIZER)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions)
                .set_fieldnorms(false),
        );
        let fields = Self {
            id: schema.add_text_field(column::ID, STRING | FAST),
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

    /// The release as tantivy takes it; `said` is what it says, as bytes, and `digest` theirs.
    pub fn document(&self, release: &Release, said: Vec<u8>, digest: u64) -> TantivyDocument {
        let (landmarks, body_words) = Survey::of(&release.body);
        let mut document = TantivyDocument::new();
        document.add_text(self.id, &release.id);
        document.add_text(self.text, &release.title);
        document.add_text(self.text, &release.body);
        document.add_text(self.title, &release.title);
        document.add_u64(self.title_words, Survey::of(&release.title).1.into());
        document.add_u64(self.body_words, body_words.into());
        document.add_u64(self.digest, digest);
        if let Some(source) = &release.source {
            document.add_text(self.source, source);
        }
        if let Some(date) = release.date {
            document.add_i64(self.date, day_number(date));
        }
        if let Some(origin) = &release.origin {
            document.add_text(self.root, origin.root.to_string_lossy());
            document.add_text(self.file, &origin.file);
        }
        document.add_bytes(self.release, &with_landmarks(said, &landmarks));
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
