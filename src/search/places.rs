//! Places: where in a release the words of a query stand.
//!
//! Reads positions and nothing else; what they are worth is `proximity`'s, and how they are shown
//! `snippet`'s.

use tantivy::DocId;

use super::{
    Searcher,
    cursor::Stops,
    rank::{Job, Walk},
};
use crate::{error::Result, index::Segment};

/// The places in one segment's releases, which must be asked for in ascending order.
pub(super) struct Places<'s> {
    walk: Walk<'s>,
}

#[expect(dead_code, reason = "snippets are to be made of places")]
impl<'s> Places<'s> {
    pub fn open(searcher: &'s Searcher, segment: &'s Segment, job: &'s Job) -> Result<Self> {
        Ok(Self { walk: Walk::open(searcher, segment, job, Stops::Hints, true)? })
    }

    /// Adds the positions of everything that a release has of the query, in no order and perhaps twice:
    /// of a phrase that it has, all mentions of its words.
    pub fn all(&mut self, doc: DocId, out: &mut Vec<u32>) {
        for cursor in self.walk.cursors_at(doc).flatten() {
            cursor.places(out);
        }
    }
}
