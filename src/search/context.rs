//! What all stages of a search share: the snapshot and the ranking parameters.
//!
//! The stages report files that cannot be read as I/O errors; the searcher adds which index it is.

use super::weights::Weights;
use crate::index::Snapshot;

/// A snapshot and the parameters that it is ranked with.
pub(crate) struct Context {
    pub snapshot: Snapshot,
    pub weights: Weights,
}
