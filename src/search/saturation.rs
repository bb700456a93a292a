//! What mentions are worth: BM25F's saturated sum over title and body (Robertson & Zaragoza 2009, § 3.6).
//!
//! Knows the lengths of one segment's releases. How rare a word is comes on top of it.

use std::sync::Arc;

use tantivy::DocId;

use super::weights::Weights;
use crate::index::{Segment, Snapshot};

/// The law for one segment.
#[derive(Debug)]
pub(super) struct Saturation {
    k1: f32,
    /// How many mentions in the body one in the title is worth.
    weight: f32,
    title: Norms,
    body: Norms,
}

/// How much the length of each release's title, or body, takes from a mention: 1 for the mean one.
#[derive(Debug)]
struct Norms {
    words: Arc<[u32]>,
    fixed: f32,
    each_word: f32,
    /// The least of them.
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

    /// Above 0, whatever is set: an empty text is as long as one word.
    #[expect(clippy::cast_precision_loss, reason = "lengths in words are small")]
    fn of_length(&self, words: u32) -> f32 {
        self.fixed + self.each_word * words.max(1) as f32
    }
}

impl Saturation {
    pub fn new(snapshot: &Snapshot, segment: &Segment, weights: &Weights) -> Self {
        let [title, body] = segment.lengths();
        Self {
            k1: weights.k1,
            weight: weights.title,
            title: Norms::new(title, snapshot.mean_title, weights.title_b),
            body: Norms::new(body, snapshot.mean_body, weights.body_b),
        }
    }

    /// What mentions in title and body are worth together, before the word's rarity: from 0 to `k1 + 1`.
    #[inline]
    pub fn of(&self, doc: DocId, title: f32, body: f32) -> f32 {
        self.saturated(title, body, || self.title.of(doc), self.body.of(doc))
    }

    /// No release is worth more that has so many mentions.
    pub fn at_most(&self, title: f32, body: f32) -> f32 {
        self.saturated(title, body, || self.title.least, self.body.least)
    }

    /// The sum `m` of the mentions, each divided by its norm, as `m (k1 + 1) / (k1 + m)`, with the body's norm
    /// multiplied out: one division is enough for most words, which no title has.
    #[inline]
    fn saturated(&self, title: f32, body: f32, title_norm: impl Fn() -> f32, body_norm: f32) -> f32 {
        let mut mentions = body;
        if title > 0.0 {
            mentions += self.weight * title / title_norm() * body_norm;
        }
        if mentions > 0.0 { mentions * (self.k1 + 1.0) / (self.k1 * body_norm + mentions) } else { 0.0 }
    }
}
