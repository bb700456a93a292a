//! BM25F: the score of a word's occurrences in title and body (Robertson & Zaragoza 2009, § 3.6).
//!
//! Scores are fixed-point numbers in floats: multiples of [`STEP`], whose sums are exact. So a sum depends neither on
//! the order in which clauses are added up nor on what is pruned, and sums of upper bounds are upper bounds.

use tantivy::DocId;

use crate::{
    index::{NormParameters, Norms, Segment},
    search::{context::Context, weights::BOUND_SLACK},
};

/// The least score of a document that matches. A score of 0 means that it does not.
pub(crate) const STEP: f32 = 1.0 / 4096.0;

/// Floats from 2,048 to 4,096 are multiples of [`STEP`]: adding this one rounds smaller numbers to such.
const ROUNDS: f32 = 3072.0;

/// The scoring function of one segment.
pub(crate) struct Bm25f<'s> {
    pub segment: &'s Segment,
    k1: f32,
    pub norms: Norms<'s>,
}

/// What a word's score is multiplied with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors {
    pub idf: f32,
    pub weight: f32,
}

/// A score above 0, rounded to a multiple of [`STEP`].
#[inline]
pub(super) fn to_steps(score: f32) -> f32 {
    (score + ROUNDS - ROUNDS).max(STEP)
}

impl Factors {
    /// The score of a saturated frequency.
    #[inline]
    pub fn apply(self, saturated: f32) -> f32 {
        to_steps(saturated * self.idf * self.weight)
    }

    /// An upper bound of the score, given one of the saturated frequency; 0 if that is 0.
    pub fn bound(self, saturated: f32) -> f32 {
        if saturated > 0.0 { self.apply(saturated * BOUND_SLACK) + STEP } else { 0.0 }
    }
}

impl<'s> Bm25f<'s> {
    pub fn new(Context { snapshot, weights, .. }: &Context, segment: &'s Segment) -> Self {
        let parameters = NormParameters {
            title_weight: weights.title,
            b: [weights.title_b, weights.body_b],
            mean_lengths: snapshot.mean_lengths,
        };
        Self { segment, k1: weights.k1, norms: segment.norms(parameters) }
    }

    /// The saturated frequency in title and body, from 0 to `k1 + 1`.
    ///
    /// That is `m (k1 + 1) / (k1 + m)` of the normalised frequency `m`, with the body's norm multiplied out, so that
    /// one division is enough if the title does not have the word.
    #[inline]
    pub fn saturated(&self, doc: DocId, title: f32, body: f32) -> f32 {
        let [title_norm, norm] = self.norms.of(doc);
        let mut frequency = body;
        if title > 0.0 {
            frequency += self.norms.parameters.title_weight * title / title_norm * norm;
        }
        if frequency > 0.0 { frequency * (self.k1 + 1.0) / (self.k1 * norm + frequency) } else { 0.0 }
    }

    /// Appends the scores of documents, given the weighted frequencies in their bodies, and by the index of the document,
    /// those in title and body of the few that have the word in the title. The score is 0 if all frequencies are.
    #[inline]
    pub fn score(
        &self,
        (docs, bodies): (&[DocId], impl Iterator<Item = f32>),
        titles: impl Iterator<Item = (usize, (f32, f32))>,
        factors: Factors,
        scores: &mut Vec<f32>,
    ) {
        let (k1, saturation, first) = (self.k1, self.k1 + 1.0, scores.len());
        self.norms.append_bodies(docs, scores);
        for (score, body) in scores[first..].iter_mut().zip(bodies) {
            let found = factors.apply(body * saturation / (k1 * *score + body));
            *score = if body > 0.0 { found } else { 0.0 };
        }
        for (at, (title, body)) in titles {
            scores[first + at] = factors.apply(self.saturated(docs[at], title, body));
        }
    }

    /// The saturated frequency of a normalised one; of an infinite one, its limit.
    pub fn saturate(&self, frequency: f32) -> f32 {
        if frequency > 0.0 { (self.k1 + 1.0) / (self.k1 / frequency + 1.0) } else { 0.0 }
    }
}
