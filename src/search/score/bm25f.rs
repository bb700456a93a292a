//! BM25F (Robertson & Zaragoza 2009, § 3.6) over title and body, without the inverse document frequency.
//!
//! Term frequencies of both fields are divided by their length norms and added up before they saturate.

use std::sync::Arc;

use tantivy::DocId;

use crate::{index::Segment, search::context::Context};

/// BM25F over the documents of one segment.
#[derive(Debug)]
pub(crate) struct Bm25f {
    k1: f32,
    /// How many occurrences in the body one in the title counts as.
    weight: f32,
    title: Norms,
    body: Norms,
}

/// Length norms of a field: 1 for the mean length.
#[derive(Debug)]
struct Norms {
    words: Arc<[u32]>,
    fixed: f32,
    each_word: f32,
    /// The lowest norm in the segment.
    least: f32,
}

impl Norms {
    fn new(words: Arc<[u32]>, mean: f32, b: f32) -> Self {
        let shortest = words.iter().copied().min().unwrap_or_default();
        let mut norms = Self { words, fixed: 1.0 - b, each_word: b / mean, least: 1.0 };
        norms.least = norms.of_length(shortest);
        norms
    }

    #[inline]
    fn of(&self, doc: DocId) -> f32 {
        self.words.get(doc as usize).map_or(1.0, |&words| self.of_length(words))
    }

    /// Above 0 for all parameters: an empty text counts as one word.
    #[expect(clippy::cast_precision_loss, reason = "lengths in words are small")]
    fn of_length(&self, words: u32) -> f32 {
        self.fixed + self.each_word * words.max(1) as f32
    }
}

impl Bm25f {
    pub fn new(Context { snapshot, weights }: &Context, segment: &Segment) -> Self {
        let [title, body] = segment.lengths();
        Self {
            k1: weights.k1,
            weight: weights.title,
            title: Norms::new(title, snapshot.mean_title, weights.title_b),
            body: Norms::new(body, snapshot.mean_body, weights.body_b),
        }
    }

    /// The saturated term frequency in title and body: 0 to `k1 + 1`.
    #[inline]
    pub fn score(&self, doc: DocId, title: f32, body: f32) -> f32 {
        self.saturated(title, body, || self.title.of(doc), self.body.of(doc))
    }

    /// An upper bound for all documents with these frequencies.
    pub fn max_score(&self, title: f32, body: f32) -> f32 {
        self.saturated(title, body, || self.title.least, self.body.least)
    }

    /// `m (k1 + 1) / (k1 + m)` for the sum `m` of the normalised frequencies, multiplied by the body's norm, so
    /// that most words, which the title does not have, need one division.
    #[inline]
    fn saturated(&self, title: f32, body: f32, title_norm: impl Fn() -> f32, body_norm: f32) -> f32 {
        let mut frequency = body;
        if title > 0.0 {
            frequency += self.weight * title / title_norm() * body_norm;
        }
        if frequency > 0.0 { frequency * (self.k1 + 1.0) / (self.k1 * body_norm + frequency) } else { 0.0 }
    }
}
