//! What all stages of a search share: the snapshot and the ranking parameters.
//!
//! The stages report files that cannot be read as I/O errors; the searcher adds which index it is.

use std::io;

use super::weights::{RESCORED_DOCS, Weights};
use crate::index::{Segment, Snapshot, parallel_map};

/// From this many postings on, segments are read in parallel: that is several milliseconds of work.
const PARALLEL_POSTINGS: usize = 200_000;

/// A snapshot and the parameters that it is ranked with.
pub(crate) struct Context {
    pub snapshot: Snapshot,
    pub weights: Weights,
    /// How many of the best documents are rescored for proximity and recency.
    pub rescored_docs: usize,
}

impl Context {
    pub fn new(snapshot: Snapshot, weights: Weights) -> Self {
        Self { snapshot, weights, rescored_docs: RESCORED_DOCS }
    }

    /// Calls `each` for every segment and returns the results in the order of the segments. `postings` estimates
    /// how many postings are read.
    pub fn each_segment<T: Send>(
        &self,
        postings: usize,
        each: impl Fn(&Segment) -> io::Result<T> + Sync,
    ) -> io::Result<Vec<T>> {
        parallel_map(&self.snapshot.segments, postings >= PARALLEL_POSTINGS, each)
    }
}
