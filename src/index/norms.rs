//! Norms: how BM25F weighs the frequencies of terms by the lengths of titles and bodies.

use tantivy::{DocId, directory::OwnedBytes};

/// What norms depend on besides the lengths of texts. Of a pair, the first value is for titles, the second for bodies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NormParameters {
    /// The weight of an occurrence in the title, compared to the body.
    pub title_weight: f32,
    /// How much a text's length counts, from 0 to 1: the `b` of BM25F.
    pub b: [f32; 2],
    /// The mean lengths, in words.
    pub mean_lengths: [f32; 2],
}

/// What is added to all lengths, in words. Among texts of a few words, a longer one is seldom about more, so their
/// lengths count less; those of long texts are hardly affected. The gain is measured at `Weights::body_b`.
const SMOOTHING: f32 = 20.0;

impl NormParameters {
    /// The parameters of a search whose caller sets no others, except for the mean lengths.
    pub const DEFAULT: Self = Self { title_weight: 2.0, b: [0.4, 0.8], mean_lengths: [1.0; 2] };

    /// Identifies what the bounds in the block statistics of all indexes are computed with.
    pub fn fingerprint() -> String {
        let Self { title_weight, b: [title_b, body_b], .. } = Self::DEFAULT;
        format!("norms-{title_weight}-{title_b}-{body_b}-{SMOOTHING}")
    }

    /// The norms of a title and a body: 1 for mean lengths, and above 0 with any parameters, also for empty texts.
    #[inline]
    fn norms(&self, lengths: DocLengths) -> [f32; 2] {
        std::array::from_fn(|field| self.norm(field, lengths[field] as f32))
    }

    #[inline]
    fn norm(&self, field: usize, words: f32) -> f32 {
        let (b, mean) = (self.b[field], self.mean_lengths[field]);
        1.0 - b + b / (mean + SMOOTHING) * (words + SMOOTHING)
    }

    /// What an occurrence in a title and in a body adds to a normalised frequency.
    pub fn shares(&self, lengths: DocLengths) -> [f32; 2] {
        let [title, body] = self.norms(lengths);
        [self.title_weight / title, 1.0 / body]
    }
}

/// The normalised frequency of a term in a document, `body / body_norm + title_weight · title / title_norm`, given its
/// frequencies in body and title and the shares of its occurrences.
#[inline]
pub(super) fn normalised(shares: [f32; 2], title: u32, body: u32) -> f32 {
    let in_body = body as f32 * shares[1];
    // Most documents have no occurrences in the title.
    if title == 0 { in_body } else { in_body + title as f32 * shares[0] }
}

/// The mean length of texts, from the number of all words and that of all texts. It is at least 1, so that an empty
/// index, or one of empty titles, does not make relative lengths infinite.
#[expect(clippy::cast_possible_truncation, reason = "a mean is rounded")]
pub(super) fn mean_length(words: u64, texts: u64) -> f32 {
    (words as f64 / texts.max(1) as f64).max(1.0) as f32
}

/// The length of a document's title and that of its body, in words.
pub(crate) type DocLengths = [u32; 2];

/// The lengths of the documents of a segment. They stay as they are in the file, which is mapped into memory: opening
/// a million documents takes milliseconds less than with columns that are decoded.
#[derive(Clone, Debug)]
pub(crate) struct Lengths(pub(super) OwnedBytes);

impl Lengths {
    /// Bytes of the lengths of a document.
    pub const LEN: usize = 8;

    /// The bytes of the lengths of documents.
    pub fn encode(lengths: &[DocLengths]) -> Vec<u8> {
        lengths.as_flattened().iter().flat_map(|words| words.to_le_bytes()).collect()
    }

    fn all(&self) -> &[[[u8; 4]; 2]] {
        self.0.as_chunks().0.as_chunks().0
    }

    /// The lengths of a document; of one that does not exist, 0.
    #[inline]
    pub fn get(&self, doc: DocId) -> DocLengths {
        self.all().get(doc as usize).copied().unwrap_or_default().map(u32::from_le_bytes)
    }

    pub fn iter(&self) -> impl Iterator<Item = DocLengths> {
        self.all().iter().map(|lengths| lengths.map(u32::from_le_bytes))
    }
}

/// The number of documents, and the sums and extremes of the lengths of their titles and of their bodies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LengthStats {
    docs: u64,
    pub totals: [u64; 2],
    min: DocLengths,
    max: DocLengths,
}

impl LengthStats {
    pub fn of(lengths: impl Iterator<Item = DocLengths>) -> Self {
        let mut stats = Self { min: [u32::MAX; 2], ..Self::default() };
        for lengths in lengths {
            stats.docs += 1;
            for (field, words) in lengths.into_iter().enumerate() {
                stats.totals[field] += u64::from(words);
                stats.min[field] = stats.min[field].min(words);
                stats.max[field] = stats.max[field].max(words);
            }
        }
        stats
    }

    /// The default parameters of norms, with the mean lengths of these documents.
    pub fn parameters(&self) -> NormParameters {
        let mean_lengths = self.totals.map(|words| mean_length(words, self.docs));
        NormParameters { mean_lengths, ..NormParameters::DEFAULT }
    }

    /// The greatest factor by which other parameters than [`Self::parameters`] raise a normalised frequency.
    /// The ratio of two norms is monotonic in the length, so the shortest and longest texts decide.
    pub fn growth(&self, other: &NormParameters) -> f32 {
        let own = self.parameters();
        let ratios = [self.min, self.max].map(|lengths| {
            let (before, after) = (own.shares(lengths), other.shares(lengths));
            (after[0] / before[0]).max(after[1] / before[1])
        });
        ratios[0].max(ratios[1])
    }
}

/// The norms of one segment.
#[derive(Clone, Debug)]
pub(crate) struct Norms<'s> {
    pub parameters: NormParameters,
    pub lengths: &'s Lengths,
    /// The factor for stored bounds of normalised frequencies.
    pub growth: f32,
}

impl Norms<'_> {
    /// The norms of a document's title and body.
    #[inline]
    pub fn of(&self, doc: DocId) -> [f32; 2] {
        self.parameters.norms(self.lengths.get(doc))
    }

    /// The norms of the titles and of the bodies of up to `N` documents. Their lengths are gathered first: the rest is
    /// computed for several documents at once.
    #[inline]
    pub fn of_batch<const N: usize>(&self, docs: &[DocId]) -> [[f32; N]; 2] {
        let (parameters, lengths, mut norms) = (self.parameters, self.lengths.all(), [[0.0; N]; 2]);
        let [titles, bodies] = &mut norms;
        for ((&doc, title), body) in docs.iter().zip(&mut *titles).zip(&mut *bodies) {
            let words = lengths.get(doc as usize).copied().unwrap_or_default().map(u32::from_le_bytes);
            [*title, *body] = words.map(|words| words as f32);
        }
        for (field, norms) in norms.iter_mut().enumerate() {
            norms.iter_mut().take(docs.len()).for_each(|norm| *norm = parameters.norm(field, *norm));
        }
        norms
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frequencies_grow_no_more_than_that(
            lengths in (0_u32..40, 0_u32..3000).prop_map(<[u32; 2]>::from),
            (title, body) in (0_u32..5, 0_u32..50),
            title_weight in 1.0_f32..4.0,
            b in prop::array::uniform2(0.0_f32..1.0),
            mean_lengths in (1.0_f32..20.0, 1.0_f32..1000.0).prop_map(<[f32; 2]>::from),
        ) {
            let other = NormParameters { title_weight, b, mean_lengths };
            let stats = LengthStats::of([[0, 0], [1, 50], [2, 100], [40, 3000]].into_iter());
            let frequency = |parameters: NormParameters| normalised(parameters.shares(lengths), title, body);
            prop_assert!(frequency(other) <= frequency(stats.parameters()) * stats.growth(&other) * 1.000_01);
        }
    }
}
