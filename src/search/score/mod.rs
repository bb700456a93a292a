//! Scoring: BM25F over title and body, proximity, and the explanation of a score.

mod bm25f;
mod explain;
mod node;
mod node_positions;
mod pattern_scorer;
mod phrase_scorer;
mod proximity;
mod scorer;
mod word_scorer;

use std::ops::Range;

use tantivy::DocId;

pub use self::explain::{ClauseScore, Explanation, TermFrequency};
pub(crate) use self::{
    bm25f::Bm25f,
    explain::explain,
    node::BoundNode,
    node_positions::ClausePositions,
    proximity::ProximityScorer,
    scorer::{Phase, Scorer, remove},
};

/// The number of documents in a window: their scores stay in the processor's caches.
pub(crate) const WINDOW_LEN: DocId = 1 << 12;

/// Which documents an upper bound holds for.
#[derive(Clone, Copy)]
pub(crate) enum Extent<'e> {
    /// All documents of a window.
    Window(&'e Range<DocId>),
    /// A document, from the blocks that it is in. Nothing is decoded.
    Block(DocId),
}

/// Combines the scores of the same documents by two scorers.
fn fold(combine: impl Fn(f32, f32) -> f32) -> impl Fn(Vec<f32>, Vec<f32>) -> Vec<f32> {
    move |mut scores, others| {
        scores.iter_mut().zip(others).for_each(|(score, other)| *score = combine(*score, other));
        scores
    }
}
