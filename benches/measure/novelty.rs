//! The growth of a vocabulary by Heaps' law, V = K·nᵝ, fitted to the source text.
//!
//! Sentences drawn from a finite text run out of new words, unlike real text. The generator makes up the difference
//! with artificial words.

/// The typical exponent of Russian text, for source texts that are too small to fit one.
const USUAL_EXPONENT: f64 = 0.6;
/// The least number of words to fit an exponent to.
const LARGE: f64 = 1e6;
/// The ratio of adjacent grid points.
const STEP: f64 = 1.1;
/// The end of the grid, beyond any generated corpus.
const MOST_WORDS: f64 = 1e10;

/// The expected vocabulary of a text of any length.
#[derive(Debug)]
pub struct Novelty {
    /// K and β of Heaps' law.
    pub heaps: (f64, f64),
    /// Pairs of text length in words and number of artificial words up to there.
    coined: Vec<(f64, f64)>,
}

impl Novelty {
    /// Fits the law to the numbers of words and distinct words in the first quarter and the whole of a text.
    /// `repeated` pairs each frequency with the number of distinct words that have it.
    pub fn fit(quarter: (f64, f64), whole: (f64, f64), repeated: &[(f64, f64)]) -> Self {
        let exponent = if whole.0 < LARGE {
            USUAL_EXPONENT
        } else {
            (whole.1 / quarter.1).ln() / (whole.0 / quarter.0).ln()
        };
        let factor = whole.1 / whole.0.powf(exponent);
        // Expected distinct words in n draws: a word of frequency c occurs with probability 1 − e^(−n·c/N).
        let drawn = |n: f64| -> f64 {
            repeated.iter().map(|&(times, words)| words * (1.0 - (-n * times / whole.0).exp())).sum()
        };
        let (mut n, mut most) = (0.0, 0.0_f64);
        let mut coined = vec![(0.0, 0.0)];
        while n < MOST_WORDS {
            n = (n * STEP).max(1000.0);
            most = most.max(factor * n.powf(exponent) - drawn(n));
            coined.push((n, most));
        }
        Self { heaps: (factor, exponent), coined }
    }

    /// The expected number of distinct words in a text of `words` words.
    pub fn vocabulary(&self, words: f64) -> f64 {
        self.heaps.0 * words.powf(self.heaps.1)
    }

    /// The number of artificial words in the first `words` words of text.
    pub fn coined(&self, words: f64) -> u64 {
        let behind = self.coined.partition_point(|&(n, _)| n <= words).min(self.coined.len() - 1);
        let ((n, from), (m, to)) = (self.coined[behind - 1], self.coined[behind]);
        (from + (to - from) * (words - n) / (m - n)) as u64
    }
}
