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

/// Documents that are scored at once.
const BATCH_LEN: usize = 64;

/// The weighted frequencies of a word in the title and in the body of a document. Both are 0 in documents without it.
pub(super) type Frequencies = (f32, f32);

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

    /// Appends the scores of documents, given the weighted frequencies in their titles and bodies. The score is 0 if both
    /// are.
    #[inline]
    pub fn score(&self, docs: &[DocId], found: &[Frequencies], factors: Factors, scores: &mut Vec<f32>) {
        for (docs, found) in docs.chunks(BATCH_LEN).zip(found.chunks(BATCH_LEN)) {
            let norms = self.norms.of_batch::<BATCH_LEN>(docs);
            let batch = norms[0].iter().zip(&norms[1]).zip(found);
            scores.extend(batch.map(|((&title_norm, &norm), &found)| {
                let score = factors.apply(self.saturated([title_norm, norm], found));
                if found.0 + found.1 > 0.0 { score } else { 0.0 }
            }));
        }
    }

    /// The saturated frequency in title and body, from 0 to `k1 + 1`, given their norms.
    ///
    /// That is `m (k1 + 1) / (k1 + m)` of the normalised frequency `m`, with the body's norm multiplied out.
    #[inline]
    pub fn saturated(&self, [title_norm, norm]: [f32; 2], (title, body): Frequencies) -> f32 {
        let frequency = body + self.norms.parameters.title_weight * title / title_norm * norm;
        frequency * (self.k1 + 1.0) / (self.k1 * norm + frequency)
    }

    /// The saturated frequency of a normalised one; of an infinite one, its limit.
    pub fn saturate(&self, frequency: f32) -> f32 {
        if frequency > 0.0 { (self.k1 + 1.0) / (self.k1 / frequency + 1.0) } else { 0.0 }
    }
}
