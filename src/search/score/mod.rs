//! Scoring: BM25F over title and body, proximity, and the explanation of a score.

mod bm25f;
mod evaluate;
mod explain;
mod node;
mod node_positions;
mod proximity;
mod scored_list;

pub use self::explain::{ClauseScore, Explanation, TermFrequency};
pub(crate) use self::{
    evaluate::Evaluator,
    explain::explain,
    node::EvaluatedNode,
    node_positions::ClausePositions,
    proximity::ProximityScorer,
    scored_list::{Cursor, ScoredList},
};
