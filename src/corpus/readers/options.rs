//! What a caller may decide about reading: limits, and the names of fields.

use std::{path::Path, time::Duration};

use crate::corpus::Folders;

/// How files are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What one file may cost.
    pub limits: Limits,
    /// Where records (JSON, tables, front matter) keep what a release is made of.
    pub fields: FieldMapping,
    /// Commands that read files instead of the readers. The first one that takes a file is used.
    #[cfg(feature = "converters")]
    pub converters: Vec<super::Converter>,
    /// A program that reads PDF files in a child process, called with the argument `read-pdf`: it passes its
    /// standard input and output to [`answer_pdf`](super::answer_pdf). Without one they are read in this process,
    /// where a file that makes the library loop cannot be stopped.
    #[cfg(feature = "converters")]
    pub isolate: Option<std::path::PathBuf>,
    /// What is read from SQLite databases.
    #[cfg(feature = "sqlite")]
    pub databases: Vec<super::DatabaseQuery>,
    /// Which files of which folders are read, and who published them.
    pub folders: Folders,
}

impl ReadOptions {
    /// The digest of the readers of this build with these options.
    pub(crate) fn digest(&self) -> ReadersDigest<'_> {
        let formats: Vec<&str> = super::formats().iter().map(|format| format.name).collect();
        let version = env!("CARGO_PKG_VERSION");
        // The rules of folders count for each file alone, and the place of the program decides nothing.
        let options = Self { folders: Folders::default(), ..self.clone() };
        #[cfg(feature = "converters")]
        let options = Self { isolate: None, ..options };
        let shared = blake3::hash(format!("{version} {READERS} {formats:?} {options:?}").as_bytes());
        ReadersDigest { shared: *shared.as_bytes(), folders: &self.folders }
    }
}

/// Raised when a reader reads anything differently.
const READERS: u32 = 3;

/// The digest of the readers and of what a caller decided about them: a file that was read under one digest is
/// read again under another.
pub(crate) struct ReadersDigest<'a> {
    shared: [u8; 32],
    folders: &'a Folders,
}

impl ReadersDigest<'_> {
    /// The digest that applies to a file: it also covers the source that the rules of its folder name.
    pub fn of(&self, path: &Path) -> [u8; 32] {
        let Some(source) = self.folders.source(path) else { return self.shared };
        *blake3::Hasher::new_keyed(&self.shared).update(source.as_bytes()).finalize().as_bytes()
    }
}

/// What one file may cost. A file beyond a limit fails with a reason, or is cut with a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest content that is read whole, in bytes: a file, a part of a container, a line. Formats that
    /// are read piece by piece (JSON Lines, archives) may be of any size. 64 MB by default.
    pub bytes: u64,
    /// The longest text of a release, in bytes; what follows is cut with a note. 32 MB by default.
    pub text: u64,
    /// The most that all containers in one file may unpack to, in bytes. 4 GB by default.
    pub unpacked: u64,
    /// How deep containers may be nested. 8 by default.
    pub depth: u32,
    /// How long one release may take to read. 20 seconds by default.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, text: 32 << 20, unpacked: 4 << 30, depth: 8, time: Duration::from_secs(20) }
    }
}

/// The names of the fields in a record, for each part of a release the most trusted first.
///
/// A name may be a path into nested objects and lists, with dots: `author.name`, `parts.0.text`. A field whose
/// name itself contains the dots goes before the path. The first field that holds something is used; a name that
/// is not listed stays in [`Release::extra`](crate::Release::extra).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMapping {
    /// The record's own id.
    pub id: Vec<String>,
    /// The headline.
    pub title: Vec<String>,
    /// The text, plain or HTML.
    pub text: Vec<String>,
    /// The day of publication.
    pub date: Vec<String>,
    /// Who published it.
    pub source: Vec<String>,
    /// Where it was published.
    pub url: Vec<String>,
}

impl Default for FieldMapping {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            id: names(&["_id", "id", "guid", "uid", "uuid"]),
            title: names(&["title", "headline", "heading", "title.rendered", "name", "заголовок"]),
            text: names(&[
                "text",
                "body",
                "content",
                "html",
                "content.rendered",
                "articleBody",
                "article",
                "full_text",
                "fulltext",
                "description",
                "текст",
            ]),
            date: names(&[
                "date",
                "published",
                "published_at",
                "publishedAt",
                "datePublished",
                "pubDate",
                "pubdate",
                "pub_date",
                "publish_date",
                "publication_date",
                "created",
                "created_at",
                "createdAt",
                "timestamp",
                "дата",
            ]),
            source: names(&[
                "source",
                "publisher",
                "source.name",
                "publisher.name",
                "site_name",
                "site",
                "источник",
            ]),
            url: names(&["url", "link", "permalink", "canonical_url", "адрес"]),
        }
    }
}
