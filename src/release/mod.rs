//! A press release as plain data, and dates as releases and queries write them.
//!
//! Does not depend on files, terms or indexes: a release may come from anywhere.

mod date;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use date::{
    Context as DateContext, Date, DateOrigin, DateSpan, Dating, DayOrder, FoundDate, RefusedDate, day,
    find_date,
};

/// One press release.
///
/// Only `id`, `title` and `body` take part in search as text; the rest filters, sorts and informs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Identifies the release: adding another one with the same id replaces it. Not empty.
    pub id: String,
    /// The headline, one line of plain text without markup.
    pub title: String,
    /// The text, plain, paragraphs separated by an empty line.
    pub body: String,
    /// The day of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The id that the record itself carries, where that is not `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The file that it was read from, where it came from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The other fields of its record, unchanged.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Release {
    /// A release with an id, a title and a body.
    ///
    /// ```
    /// let release = vestnik::Release::new("1", "Встреча в Ташкенте", "Стороны обсудили сотрудничество.");
    /// assert_eq!(release.title, "Встреча в Ташкенте");
    /// ```
    pub fn new(id: impl Into<String>, title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), body: body.into(), ..Self::default() }
    }
}

/// Where in a corpus a release was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The corpus folder, absolute.
    pub root: PathBuf,
    /// The file's path below the root, with `/` between its parts.
    pub file: String,
    /// The line in the file, counted from 1, where a file holds many releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The name within the file, where a file holds many releases; `#` separates nested containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The name of the reader, as in [`formats`](crate::corpus::formats).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// The encoding that was found, as the Encoding Standard spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What the date was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_origin: Option<String>,
    /// What was cut, replaced or left out while reading, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Origin {
    /// The file's whole path.
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.file)
    }
}
