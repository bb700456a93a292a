//! Norms: how the lengths of titles and bodies weigh the frequencies of terms, as BM25F wants it.

use tantivy::DocId;

/// What norms depend on besides lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NormParameters {
    /// The weight of an occurrence in the title, compared to the body.
    pub title_weight: f32,
    pub title_b: f32,
    pub body_b: f32,
    /// The mean lengths, in words.
    pub mean_title: f32,
    pub mean_body: f32,
}

impl NormParameters {
    /// The parameters of a search whose caller sets no others, except for the mean lengths.
    pub const DEFAULT: Self =
        Self { title_weight: 2.0, title_b: 0.4, body_b: 0.8, mean_title: 1.0, mean_body: 1.0 };

    /// Identifies what the bounds in the block statistics of all indexes are computed with.
    pub fn fingerprint() -> String {
        let Self { title_weight, title_b, body_b, .. } = Self::DEFAULT;
        format!("norms-{title_weight}-{title_b}-{body_b}-{SMOOTHING}")
    }

    /// The default parameters for documents with these lengths of titles and bodies.
    pub fn of_lengths(titles: &[u32], bodies: &[u32]) -> Self {
        let mean = |lengths: &[u32]| {
            mean_length(lengths.iter().map(|&words| u64::from(words)).sum(), lengths.len() as u64)
        };
        Self { mean_title: mean(titles), mean_body: mean(bodies), ..Self::DEFAULT }
    }

    /// What an occurrence in each title and in each body adds to a normalised frequency.
    pub fn shares(&self, titles: &[u32], bodies: &[u32]) -> Shares {
        Shares {
            titles: titles.iter().map(|&words| self.title_weight / self.title(words)).collect(),
            bodies: bodies.iter().map(|&words| 1.0 / self.body(words)).collect(),
        }
    }

    /// The norm of a title: 1 for one of mean length.
    #[inline]
    pub fn title(&self, words: u32) -> f32 {
        norm(words, self.mean_title, self.title_b)
    }

    /// The norm of a body: 1 for one of mean length.
    #[inline]
    pub fn body(&self, words: u32) -> f32 {
        norm(words, self.mean_body, self.body_b)
    }

    /// How many times as great a normalised frequency can be with other parameters, in a segment whose shortest and
    /// longest texts are given. The ratio of two norms is monotonic in the length, so these decide.
    pub fn growth(&self, other: &Self, lengths: &LengthRanges) -> f32 {
        let title = lengths.title.map(|words| self.title(words) / other.title(words));
        let body = lengths.body.map(|words| self.body(words) / other.body(words));
        let title = title[0].max(title[1]) * other.title_weight / self.title_weight;
        title.max(body[0]).max(body[1])
    }
}

/// What is added to all lengths, in words. Among texts of a few words, a longer one is seldom about more, so their
/// lengths count less; those of long texts are hardly affected. The gain is measured at `Weights::body_b`.
const SMOOTHING: f32 = 20.0;

/// Above 0 with any parameters, also for an empty text.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "lengths in words are small")]
fn norm(words: u32, mean: f32, b: f32) -> f32 {
    1.0 - b + b / (mean + SMOOTHING) * (words as f32 + SMOOTHING)
}

/// The mean length of texts, from the number of all words and that of all texts. It is at least 1, so that an empty
/// index, or one of empty titles, does not make relative lengths infinite.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean is rounded")]
pub(super) fn mean_length(words: u64, texts: u64) -> f32 {
    (words as f64 / texts.max(1) as f64).max(1.0) as f32
}

/// What an occurrence in the title or the body of each document adds to a normalised frequency.
pub(crate) struct Shares {
    titles: Vec<f32>,
    bodies: Vec<f32>,
}

impl Shares {
    /// The normalised frequency of a term that a document has so often in title and body, and in the title.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
    pub fn normalised(&self, doc: DocId, freq: u32, in_title: u32) -> f32 {
        let share = |shares: &[f32]| shares.get(doc as usize).copied().unwrap_or(f32::INFINITY);
        let body = (freq - in_title.min(freq)) as f32 * share(&self.bodies);
        // Most documents have no occurrences in the title.
        if in_title == 0 { body } else { body + in_title as f32 * share(&self.titles) }
    }
}

/// The lengths of the shortest and the longest title, and of the shortest and the longest body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LengthRanges {
    pub title: [u32; 2],
    pub body: [u32; 2],
}

impl LengthRanges {
    pub fn of(titles: &[u32], bodies: &[u32]) -> Self {
        let range = |lengths: &[u32]| {
            [lengths.iter().min(), lengths.iter().max()].map(|words| words.copied().unwrap_or_default())
        };
        Self { title: range(titles), body: range(bodies) }
    }
}

/// The norms of one segment.
#[derive(Clone, Debug)]
pub(crate) struct Norms<'s> {
    pub parameters: NormParameters,
    pub titles: &'s [u32],
    pub bodies: &'s [u32],
    /// What stored bounds of normalised frequencies are multiplied with.
    pub growth: f32,
}

impl Norms<'_> {
    /// The norm of a document's title.
    #[inline]
    pub fn title(&self, doc: DocId) -> f32 {
        self.titles.get(doc as usize).map_or(1.0, |&words| self.parameters.title(words))
    }

    /// The norm of a document's body.
    #[inline]
    pub fn body(&self, doc: DocId) -> f32 {
        self.bodies.get(doc as usize).map_or(1.0, |&words| self.parameters.body(words))
    }

    /// The normalised frequency of a term with these frequencies in a document:
    /// `body / body_norm + title_weight · title / title_norm`.
    pub fn normalised(&self, doc: DocId, title: f32, body: f32) -> f32 {
        body / self.body(doc) + self.parameters.title_weight * title / self.title(doc)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frequencies_grow_no_more_than_that(
            (title, body) in (0_u32..40, 0_u32..3000),
            (title_freq, body_freq) in (0_u16..5, 0_u16..50),
            parameters in prop::array::uniform5(0.0_f32..1.0),
        ) {
            let [title_weight, title_b, body_b, mean_title, mean_body] = parameters;
            let other = NormParameters {
                title_weight: 1.0 + 3.0 * title_weight,
                title_b,
                body_b,
                mean_title: 1.0 + 20.0 * mean_title,
                mean_body: 1.0 + 1000.0 * mean_body,
            };
            let own = NormParameters { mean_title: 8.0, mean_body: 300.0, ..NormParameters::DEFAULT };
            let frequency = |parameters| {
                let norms = Norms { parameters, titles: &[title], bodies: &[body], growth: 1.0 };
                norms.normalised(0, title_freq.into(), body_freq.into())
            };
            let growth = own.growth(&other, &LengthRanges { title: [0, 40], body: [0, 3000] });
            prop_assert!(frequency(other) <= frequency(own) * growth * 1.000_01);
        }
    }
}
