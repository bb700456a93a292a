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

/// Combines the values that two scorers give to the same documents.
fn fold<T: Copy>(combine: impl Fn(T, T) -> T) -> impl Fn(Vec<T>, Vec<T>) -> Vec<T> {
    move |mut all, others| {
        all.iter_mut().zip(others).for_each(|(one, other)| *one = combine(*one, other));
        all
    }
}
