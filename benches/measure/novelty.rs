//! How many words a growing corpus has met: Heaps' law, V = K·nᵝ, fitted to the original text.
//!
//! Sentences drawn from a finite text run out of new words; real text does not. The difference is
//! what the generator coins.

/// The usual exponent of Russian text, for originals too small to show theirs.
const USUAL_EXPONENT: f64 = 0.6;
/// An original of fewer words is too small.
const LARGE: f64 = 1e6;
/// The grid on which coined words are counted grows by this factor a step.
const STEP: f64 = 1.1;
/// The most words of text that anyone will generate.
const MOST_WORDS: f64 = 1e10;

/// The vocabulary of text that goes on for ever.
#[derive(Debug)]
pub struct Novelty {
    /// K and β of Heaps' law.
    pub heaps: (f64, f64),
    /// Words of text, and how many coined ones should have appeared by then.
    coined: Vec<(f64, f64)>,
}

impl Novelty {
    /// Fits the law to the number of words and of different ones at a quarter of a text and at its
    /// end; `repeated` counts the different words of the whole text by how often they appear.
    pub fn fit(quarter: (f64, f64), whole: (f64, f64), repeated: &[(f64, f64)]) -> Self {
        let exponent = if whole.0 < LARGE {
            USUAL_EXPONENT
        } else {
            (whole.1 / quarter.1).ln() / (whole.0 / quarter.0).ln()
        };
        let factor = whole.1 / whole.0.powf(exponent);
        // Words met when n are drawn from the whole: each that appears c times with 1 − e^(−n·c/N).
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

    /// How many different words text of this many words should have.
    pub fn vocabulary(&self, words: f64) -> f64 {
        self.heaps.0 * words.powf(self.heaps.1)
    }

    /// How many coined words should have appeared in the first so many words of text.
    pub fn coined(&self, words: f64) -> u64 {
        let behind = self.coined.partition_point(|&(n, _)| n <= words).min(self.coined.len() - 1);
        let ((n, from), (m, to)) = (self.coined[behind - 1], self.coined[behind]);
        (from + (to - from) * (words - n) / (m - n)) as u64
    }
}
