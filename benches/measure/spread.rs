//! Percentiles, and exponents of growth.

use std::fmt;

/// The distribution of times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    sorted: Vec<f64>,
}

impl Spread {
    /// The distribution of `times`.
    pub fn of(times: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = times.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self { sorted }
    }

    /// The quantile `part`: 0.5 for the median, 0.99 for the 99th percentile.
    ///
    /// # Panics
    /// If there are no times.
    pub fn part(&self, part: f64) -> f64 {
        let last = self.sorted.len().checked_sub(1).expect("no times");
        self.sorted[((last as f64 * part).round() as usize).min(last)]
    }

    /// The median.
    pub fn median(&self) -> f64 {
        self.part(0.5)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8.3} {:>8.3} {:>8.3}", self.part(0.5), self.part(0.99), self.part(1.0))
    }
}

/// The median of `figures`.
pub fn median(figures: &[f64]) -> f64 {
    Spread::of(figures.iter().copied()).median()
}

/// The exponent b of y = a·xᵇ between two points.
pub fn exponent(from: (f64, f64), to: (f64, f64)) -> f64 {
    (to.1 / from.1).ln() / (to.0 / from.0).ln()
}
