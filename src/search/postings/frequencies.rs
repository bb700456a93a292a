//! Term frequencies of a posting list, one code byte per document.
//!
//! Few distinct frequencies occur, so each code is an index into a table of them.

use std::{collections::HashMap, ops::Range};

use foldhash::fast::FixedState;

/// How often a word occurs in the title and in the body, each occurrence multiplied by the weight of its term.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Frequency {
    pub title: f32,
    pub body: f32,
    /// Upper bound of the number of positions.
    pub positions: u8,
}

/// The frequencies of a list, by rank.
#[derive(Debug, Default)]
pub(crate) struct Frequencies {
    /// An index into `distinct` for each document.
    codes: Vec<u8>,
    /// The distinct frequencies. The first is an upper bound of all in `overflow`.
    distinct: Vec<Frequency>,
    /// Frequencies that found no free code, by rank.
    overflow: HashMap<usize, Frequency, FixedState>,
}

const OVERFLOW: u8 = 0;

impl Frequencies {
    pub fn get(&self, at: usize) -> Frequency {
        let code = self.code(at);
        if code == OVERFLOW
            && let Some(frequency) = self.overflow.get(&at)
        {
            return *frequency;
        }
        self.distinct.get(usize::from(code)).copied().unwrap_or_default()
    }

    /// The code at a rank.
    #[inline]
    pub fn code(&self, at: usize) -> u8 {
        self.codes.get(at).copied().unwrap_or(OVERFLOW)
    }

    /// The codes of a range of ranks.
    pub fn codes(&self, ranks: &Range<usize>) -> &[u8] {
        self.codes.get(ranks.clone()).unwrap_or_default()
    }

    /// The distinct frequencies, by code.
    pub fn distinct(&self) -> &[Frequency] {
        &self.distinct
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.codes.capacity()
            + self.distinct.capacity() * size_of::<Frequency>()
            + self.overflow.capacity() * 24
    }
}

/// Builds the frequencies of a list in the order of its documents.
pub(super) struct FrequenciesBuilder {
    frequencies: Frequencies,
    numbers: HashMap<[u32; 3], u8, FixedState>,
}

impl FrequenciesBuilder {
    pub fn with_capacity(releases: usize) -> Self {
        let codes = Vec::with_capacity(releases);
        Self {
            frequencies: Frequencies {
                codes,
                distinct: vec![Frequency::default()],
                ..Frequencies::default()
            },
            numbers: HashMap::default(),
        }
    }

    /// Appends a frequency.
    pub fn push(&mut self, frequency: Frequency) {
        self.frequencies.codes.push(OVERFLOW);
        self.set(self.frequencies.codes.len() - 1, frequency);
    }

    fn set(&mut self, at: usize, frequency: Frequency) {
        let Frequencies { codes, distinct, overflow } = &mut self.frequencies;
        let key = [frequency.title.to_bits(), frequency.body.to_bits(), frequency.positions.into()];
        codes[at] = *self.numbers.entry(key).or_insert_with(|| {
            let number = u8::try_from(distinct.len()).unwrap_or(OVERFLOW);
            if number != OVERFLOW {
                distinct.push(frequency);
            }
            number
        });
        if codes[at] == OVERFLOW {
            let all = &mut distinct[usize::from(OVERFLOW)];
            all.title = all.title.max(frequency.title);
            all.body = all.body.max(frequency.body);
            all.positions = all.positions.max(frequency.positions);
            overflow.insert(at, frequency);
        }
    }

    pub fn build(self) -> Frequencies {
        self.frequencies
    }
}

/// Frequencies of one term in title and body together, by rank.
#[derive(Default)]
pub(super) struct TermCounts {
    codes: Vec<u8>,
    /// Counts above `PLAIN`, by rank.
    great: Vec<(usize, u32)>,
}

/// Up to this count the code is the count itself.
const PLAIN: u32 = 100;

impl TermCounts {
    pub fn with_capacity(releases: usize) -> Self {
        Self { codes: Vec::with_capacity(releases), great: Vec::new() }
    }

    /// Appends counts.
    pub fn extend(&mut self, counts: &[u32]) {
        let start = self.codes.len();
        self.codes.extend(counts.iter().map(|&count| count.min(PLAIN) as u8));
        if counts.iter().copied().max() > Some(PLAIN) {
            let places = (start..).zip(counts.iter().copied());
            self.great.extend(places.filter(|&(_, count)| count > PLAIN));
        }
    }

    /// The count at a rank.
    fn get(&self, at: usize) -> u32 {
        match self.great.binary_search_by_key(&at, |&(at, _)| at) {
            Ok(great) => self.great[great].1,
            Err(_) => self.codes.get(at).copied().unwrap_or_default().into(),
        }
    }

    /// The frequencies by field: `titles` gives the count in the title for the ranks where it is not zero.
    pub fn frequencies(self, weight: f32, titles: impl Iterator<Item = (usize, u32)>) -> Frequencies {
        let highest = self.codes.iter().copied().max().unwrap_or_default();
        let frequency_of = |title: u32, count: u32| Frequency {
            title: weighted(title, weight),
            body: weighted(count - title.min(count), weight),
            positions: u8::try_from(count).unwrap_or(u8::MAX),
        };
        let titles: Vec<(usize, Frequency)> =
            titles.map(|(at, title)| (at, frequency_of(title, self.get(at)))).collect();
        let distinct = (0..=highest).map(|count| frequency_of(0, count.into())).collect();
        let mut builder = FrequenciesBuilder {
            frequencies: Frequencies { codes: self.codes, distinct, ..Frequencies::default() },
            numbers: HashMap::default(),
        };
        for (at, count) in self.great {
            builder.set(at, frequency_of(0, count));
        }
        for (at, frequency) in titles {
            builder.set(at, frequency);
        }
        builder.build()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a word in one release are small")]
pub(super) fn weighted(count: u32, weight: f32) -> f32 {
    count as f32 * weight
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_frequency_is_returned(frequencies in prop::collection::vec((0_u16..30, 0_u16..400, 0_u8..9), 0..900)) {
            let frequencies: Vec<Frequency> = frequencies
                .into_iter()
                .map(|(title, body, positions)| Frequency { title: title.into(), body: f32::from(body) / 4.0, positions })
                .collect();
            let mut builder = FrequenciesBuilder::with_capacity(0);
            for frequency in &frequencies {
                builder.push(*frequency);
            }
            let made = builder.build();
            for (at, frequency) in frequencies.iter().enumerate() {
                prop_assert_eq!(made.get(at), *frequency);
                let bound = made.distinct()[usize::from(made.code(at))];
                prop_assert!(bound.title >= frequency.title && bound.body >= frequency.body);
            }
        }

        #[test]
        fn counts_become_frequencies(
            counts in prop::collection::vec((1_u32..400, prop::option::weighted(0.2, 1_u32..9)), 0..600),
        ) {
            let mut made = TermCounts::with_capacity(0);
            for block in counts.chunks(100) {
                made.extend(&block.iter().map(|(count, _)| *count).collect::<Vec<_>>());
            }
            let titles = counts.iter().enumerate().filter_map(|(at, (_, title))| Some((at, (*title)?)));
            let made = made.frequencies(0.5, titles);
            for (at, &(count, title)) in counts.iter().enumerate() {
                let title = title.unwrap_or_default();
                let expected = Frequency {
                    title: weighted(title, 0.5),
                    body: weighted(count - title.min(count), 0.5),
                    positions: u8::try_from(count).unwrap_or(u8::MAX),
                };
                prop_assert_eq!(made.get(at), expected);
            }
        }
    }
}
