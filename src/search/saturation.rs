//! What mentions are worth: BM25F's saturated sum over title and body (Robertson & Zaragoza 2009, § 3.6).
//!
//! Knows the lengths of one segment's releases. How rare a word is comes on top of it.

use tantivy::DocId;

use super::weights::Weights;
use crate::index::{Segment, Snapshot};

/// The law for one segment.
#[derive(Debug)]
pub(super) struct Saturation {
    weights: Weights,
    /// How much the length of each release's title, and of its body, takes from a mention.
    norms: [Vec<f32>; 2],
    /// The least of them.
    least: [f32; 2],
}

impl Saturation {
    pub fn new(snapshot: &Snapshot, segment: &Segment, weights: Weights) -> Self {
        let docs = || 0..segment.reader.max_doc();
        let title = docs().map(|doc| norm(segment.title_words(doc), snapshot.mean_title, weights.title_b));
        let body = docs().map(|doc| norm(segment.body_words(doc), snapshot.mean_body, weights.body_b));
        let norms: [Vec<f32>; 2] = [title.collect(), body.collect()];
        let least = [0, 1].map(|zone| norms[zone].iter().copied().fold(f32::INFINITY, f32::min));
        Self { weights, norms, least }
    }

    /// What mentions in title and body are worth together, before the word's rarity: from 0 to `k1 + 1`.
    #[inline]
    pub fn of(&self, doc: DocId, title: f32, body: f32) -> f32 {
        let norm = |zone: usize| self.norms[zone].get(doc as usize).copied().unwrap_or(1.0);
        self.saturated(title, body, || norm(0), norm(1))
    }

    /// No release is worth more that has so many mentions.
    pub fn at_most(&self, title: f32, body: f32) -> f32 {
        self.saturated(title, body, || self.least[0], self.least[1])
    }

    /// The sum `m` of the mentions, each divided by its norm, as `m (k1 + 1) / (k1 + m)`, with the body's norm
    /// multiplied out: one division is enough for most words, which no title has.
    #[inline]
    fn saturated(&self, title: f32, body: f32, title_norm: impl Fn() -> f32, body_norm: f32) -> f32 {
        let Weights { k1, title: weight, .. } = self.weights;
        let mut mentions = body;
        if title > 0.0 {
            mentions += weight * title / title_norm() * body_norm;
        }
        if mentions > 0.0 { mentions * (k1 + 1.0) / (k1 * body_norm + mentions) } else { 0.0 }
    }
}

/// How much a length takes from each mention; 1 for the mean one.
#[expect(clippy::cast_precision_loss, reason = "lengths in words are small")]
fn norm(words: u32, mean: f32, b: f32) -> f32 {
    1.0 - b + b * (words as f32 / mean)
}
