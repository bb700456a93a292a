//! BM25F: what the mentions of a word in title and body are worth (Robertson & Zaragoza 2009, § 3.6).
//!
//! Knows the lengths of one segment's releases. Upper bounds go by the weighed frequency
//! `body / body_norm + title_weight · title / title_norm`, in which a score only grows.

use tantivy::DocId;

use crate::{
    index::Segment,
    search::{context::Context, postings::FrequencyBound},
};

/// The scoring function of one segment.
#[derive(Clone, Debug)]
pub(crate) struct Bm25f<'s> {
    k1: f32,
    title_weight: f32,
    title: Norms<'s>,
    body: Norms<'s>,
}

/// What a word's score is multiplied with: one factor after the other, since floats depend on the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors {
    pub idf: f32,
    pub weight: f32,
}

impl Factors {
    #[inline]
    pub fn apply(self, saturated: f32) -> f32 {
        saturated * self.idf * self.weight
    }
}

/// How much the length of each title, or body, takes from a mention: 1 for the mean length.
#[derive(Clone, Debug)]
struct Norms<'s> {
    lengths: &'s [u32],
    fixed: f32,
    each_word: f32,
    /// The norm of the shortest.
    least: f32,
}

impl<'s> Norms<'s> {
    fn new(lengths: &'s [u32], shortest: u32, mean: f32, b: f32) -> Self {
        let mut norms = Self { lengths, fixed: 1.0 - b, each_word: b / mean, least: 1.0 };
        norms.least = norms.of_length(shortest);
        norms
    }

    #[inline]
    fn of(&self, doc: DocId) -> f32 {
        self.lengths.get(doc as usize).map_or(1.0, |&words| self.of_length(words))
    }

    /// Above 0 with any parameters: an empty text counts as one word.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "lengths in words are small")]
    fn of_length(&self, words: u32) -> f32 {
        self.fixed + self.each_word * words.max(1) as f32
    }
}

impl<'s> Bm25f<'s> {
    pub fn new(Context { snapshot, weights, .. }: &Context, segment: &'s Segment) -> Self {
        let [title, body] = segment.lengths();
        let [shortest_title, shortest_body] = segment.shortest();
        Self {
            k1: weights.k1,
            title_weight: weights.title,
            title: Norms::new(title, shortest_title, snapshot.mean_title, weights.title_b),
            body: Norms::new(body, shortest_body, snapshot.mean_body, weights.body_b),
        }
    }

    /// What mentions in title and body are worth together, before the word's factors: from 0 to `k1 + 1`.
    ///
    /// The sum `m` of the mentions, each divided by its norm, as `m (k1 + 1) / (k1 + m)`, with the body's norm
    /// multiplied out, so that one division is enough where the title does not mention the word.
    #[inline]
    pub fn score(&self, doc: DocId, title: f32, body: f32) -> f32 {
        let norm = self.body.of(doc);
        let mut mentions = body;
        if title > 0.0 {
            mentions += self.title_weight * title / self.title.of(doc) * norm;
        }
        if mentions > 0.0 { mentions * (self.k1 + 1.0) / (self.k1 * norm + mentions) } else { 0.0 }
    }

    /// Appends the scores of documents whose bodies alone mention a word, by term frequency.
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one release are small")]
    pub fn score_bodies(
        &self,
        postings: (&[DocId], &[u32]),
        term_weight: f32,
        factors: Factors,
        scores: &mut Vec<f32>,
    ) {
        let (docs, freqs) = postings;
        let saturation = self.k1 + 1.0;
        scores.extend(docs.iter().zip(freqs).map(|(&doc, &freq)| {
            let body = freq as f32 * term_weight;
            factors.apply(body * saturation / (self.k1 * self.body.of(doc) + body))
        }));
    }

    /// The highest score of a normalised frequency, before the factors.
    pub fn saturate(&self, frequency: f32) -> f32 {
        if frequency > 0.0 { frequency * (self.k1 + 1.0) / (self.k1 + frequency) } else { 0.0 }
    }
}

impl FrequencyBound for Bm25f<'_> {
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
    fn frequency_bound(&self, freq: u32, (in_title, in_body): (bool, bool)) -> f32 {
        let title = if in_title { self.title_weight / self.title.least } else { 0.0 };
        let body = if in_body { 1.0 / self.body.least } else { 0.0 };
        freq as f32 * title.max(body)
    }
}
