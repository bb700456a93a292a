//! Hits: the releases that a query found. The stored release of a hit is read when it is first asked for.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde::{Serialize, Serializer, ser::Error};

use super::{Explanation, Highlight, Snippet, context::Context};
use crate::{error::Result, index::Address, release::Release};

/// A release that matches a query. It keeps the snapshot that it was found in open. As JSON it contains the release.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    pub(super) release: StoredRelease,
    /// Its rank, from 1.
    pub rank: usize,
    /// Its score, comparable within one search only.
    pub score: f32,
    /// The clauses of the query that it does not match, as typed.
    pub missing: Vec<Arc<str>>,
    /// What to highlight in the title.
    pub title_highlights: Vec<Highlight>,
    /// The passages of the body that match best.
    pub snippet: Option<Snippet>,
    /// How the score came about, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

impl Hit {
    /// The release with all of its text. A search with snippets has read it; otherwise the first call reads, verifies
    /// and copies it, which takes some microseconds, or a read from the disk where the system has not cached the file.
    ///
    /// # Errors
    /// `IndexDamaged` if it is not as it was written. The hit cannot be serialised either then.
    pub fn release(&self) -> Result<&Release> {
        self.release.get()
    }
}

/// A release in the document store, read at most once.
#[derive(Clone)]
pub(super) struct StoredRelease {
    pub context: Arc<Context>,
    pub address: Address,
    pub release: OnceLock<Release>,
}

impl StoredRelease {
    fn get(&self) -> Result<&Release> {
        if let Some(release) = self.release.get() {
            return Ok(release);
        }
        let release = self.context.snapshot.release(self.address)?;
        Ok(self.release.get_or_init(|| release))
    }
}

impl fmt::Debug for StoredRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.release.fmt(f)
    }
}

impl Serialize for StoredRelease {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().map_err(S::Error::custom)?.serialize(serializer)
    }
}
