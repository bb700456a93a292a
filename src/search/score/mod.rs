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
    bm25f::{Bm25f, STEP},
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

/// The documents, from `first` on, whose values meet a condition.
pub(crate) fn docs_where<T>(mut first: DocId, values: &[T], is_met: impl Fn(&T) -> bool) -> Vec<DocId> {
    /// The number of values that are looked at together.
    const CHUNK: DocId = 16;
    let (mut docs, mut count) = (vec![0; values.len()], 0);
    // Without branches: which documents match cannot be predicted.
    let mut list = |values: &[T], first: DocId| {
        for (value, doc) in values.iter().zip(first..) {
            docs[count] = doc;
            count += usize::from(is_met(value));
        }
    };
    let (chunks, rest) = values.as_chunks::<{ CHUNK as usize }>();
    for chunk in chunks {
        if chunk.iter().fold(false, |any, value| any | is_met(value)) {
            list(chunk, first);
        }
        first += CHUNK;
    }
    list(rest, first);
    docs.truncate(count);
    docs
}

/// Retains what is marked.
pub(crate) fn retain_marked<T: Copy>(values: &mut Vec<T>, marked: &[bool]) {
    let mut kept = 0;
    // Without branches: which documents match cannot be predicted.
    for (at, &is_marked) in marked.iter().enumerate() {
        values[kept] = values[at];
        kept += usize::from(is_marked);
    }
    values.truncate(kept);
}
