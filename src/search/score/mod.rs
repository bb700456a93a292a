//! Scoring: BM25F over title and body, proximity, and the explanation of a score.

mod batch;
mod bm25f;
mod explain;
mod node;
mod node_positions;
mod pattern_scorer;
mod phrase_scorer;
mod proximity;
mod scorer;
mod word_scorer;

pub use self::explain::{ClauseScore, Explanation, TermFrequency};
pub(crate) use self::{
    batch::{Extent, NO_MATCH, ScoredBatch, WINDOW_LEN},
    bm25f::Bm25f,
    explain::explain,
    node::BoundNode,
    node_positions::ClausePositions,
    proximity::ProximityScorer,
    scorer::{Phase, Scorer, remove},
};
