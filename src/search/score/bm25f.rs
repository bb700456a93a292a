//! BM25F: the score of a word's occurrences in title and body (Robertson & Zaragoza 2009, § 3.6).

use tantivy::DocId;

use crate::{
    index::{NormParameters, Norms, Segment},
    search::context::Context,
};

/// The scoring function of one segment.
pub(crate) struct Bm25f<'s> {
    pub segment: &'s Segment,
    k1: f32,
    pub norms: Norms<'s>,
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

impl<'s> Bm25f<'s> {
    pub fn new(Context { snapshot, weights, .. }: &Context, segment: &'s Segment) -> Self {
        let parameters = NormParameters {
            title_weight: weights.title,
            title_b: weights.title_b,
            body_b: weights.body_b,
            mean_title: snapshot.mean_title,
            mean_body: snapshot.mean_body,
        };
        Self { segment, k1: weights.k1, norms: segment.norms(parameters) }
    }

    /// The score of weighted frequencies in title and body, before the word's factors: from 0 to `k1 + 1`.
    ///
    /// That is `m (k1 + 1) / (k1 + m)` of the normalised frequency `m`, with the body's norm multiplied out, so that
    /// one division is enough if the title does not have the word.
    #[inline]
    pub fn score(&self, doc: DocId, title: f32, body: f32) -> f32 {
        let norm = self.norms.body(doc);
        let mut frequency = body;
        if title > 0.0 {
            frequency += self.norms.parameters.title_weight * title / self.norms.title(doc) * norm;
        }
        if frequency > 0.0 { frequency * (self.k1 + 1.0) / (self.k1 * norm + frequency) } else { 0.0 }
    }

    /// Appends the scores of documents that have a term in the body only, given their term frequencies.
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
    pub fn score_bodies(
        &self,
        postings: (&[DocId], &[u32]),
        term_weight: f32,
        factors: Factors,
        scores: &mut Vec<f32>,
    ) {
        let (docs, freqs) = postings;
        let (saturation, first) = (self.k1 + 1.0, scores.len());
        // Norms are gathered first: the rest is computed for several documents at once.
        scores.extend(docs.iter().map(|&doc| self.k1 * self.norms.body(doc)));
        for (score, &freq) in scores[first..].iter_mut().zip(freqs) {
            let body = freq as f32 * term_weight;
            *score = factors.apply(body * saturation / (*score + body));
        }
    }

    /// The score of a normalised frequency, before the factors; of an infinite one, its limit.
    pub fn saturate(&self, frequency: f32) -> f32 {
        if frequency > 0.0 { (self.k1 + 1.0) / (self.k1 / frequency + 1.0) } else { 0.0 }
    }
}
