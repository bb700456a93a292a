//! How often each release of a list mentions a word: a byte for each, which says in what way.
//!
//! Releases mention a word in few different ways, once in the body above all. Knows neither releases nor
//! what a mention is worth.

use std::{collections::HashMap, ops::Range};

use foldhash::fast::FixedState;

/// How often a release mentions a word in its title and in its body, each mention weighed by its term.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mention {
    pub title: f32,
    pub body: f32,
    /// In how many places at most.
    pub places: u8,
}

/// The mentions of a list, by place.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The way of each, by its number.
    codes: Vec<u8>,
    /// The ways. The first one stands for all that are told apart, and is at least as much as any of them.
    ways: Vec<Mention>,
    /// Those for which no number was left.
    apart: HashMap<usize, Mention, FixedState>,
}

const APART: u8 = 0;

impl Mentions {
    pub fn get(&self, at: usize) -> Mention {
        let code = self.code(at);
        if code == APART
            && let Some(mention) = self.apart.get(&at)
        {
            return *mention;
        }
        self.ways.get(usize::from(code)).copied().unwrap_or_default()
    }

    /// The number of the way in which the release at a place mentions the word.
    #[inline]
    pub fn code(&self, at: usize) -> u8 {
        self.codes.get(at).copied().unwrap_or(APART)
    }

    /// The numbers of the ways at some places.
    pub fn codes(&self, places: &Range<usize>) -> &[u8] {
        self.codes.get(places.clone()).unwrap_or_default()
    }

    /// All ways, by number.
    pub fn ways(&self) -> &[Mention] {
        &self.ways
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.codes.capacity() + self.ways.capacity() * size_of::<Mention>() + self.apart.capacity() * 24
    }
}

/// Makes the mentions of a list, one after the other.
pub(super) struct Making {
    mentions: Mentions,
    numbers: HashMap<[u32; 3], u8, FixedState>,
}

impl Making {
    pub fn with_capacity(releases: usize) -> Self {
        let codes = Vec::with_capacity(releases);
        Self {
            mentions: Mentions { codes, ways: vec![Mention::default()], ..Mentions::default() },
            numbers: HashMap::default(),
        }
    }

    /// Adds a mention behind the others.
    pub fn push(&mut self, mention: Mention) {
        self.mentions.codes.push(APART);
        self.set(self.mentions.codes.len() - 1, mention);
    }

    fn set(&mut self, at: usize, mention: Mention) {
        let Mentions { codes, ways, apart } = &mut self.mentions;
        let key = [mention.title.to_bits(), mention.body.to_bits(), mention.places.into()];
        codes[at] = *self.numbers.entry(key).or_insert_with(|| {
            let number = u8::try_from(ways.len()).unwrap_or(APART);
            if number != APART {
                ways.push(mention);
            }
            number
        });
        if codes[at] == APART {
            let all = &mut ways[usize::from(APART)];
            all.title = all.title.max(mention.title);
            all.body = all.body.max(mention.body);
            all.places = all.places.max(mention.places);
            apart.insert(at, mention);
        }
    }

    pub fn done(self) -> Mentions {
        self.mentions
    }
}

/// Counts of one term, by place, before anything else is known of them.
#[derive(Default)]
pub(super) struct Counts {
    codes: Vec<u8>,
    /// Those that are greater than `PLAIN`.
    great: Vec<(usize, u32)>,
}

/// Up to this count the number of a way is the count.
const PLAIN: u32 = 100;

impl Counts {
    pub fn with_capacity(releases: usize) -> Self {
        Self { codes: Vec::with_capacity(releases), great: Vec::new() }
    }

    /// Adds counts behind the others.
    pub fn extend(&mut self, counts: &[u32]) {
        let start = self.codes.len();
        self.codes.extend(counts.iter().map(|&count| count.min(PLAIN) as u8));
        if counts.iter().copied().max() > Some(PLAIN) {
            let places = (start..).zip(counts.iter().copied());
            self.great.extend(places.filter(|&(_, count)| count > PLAIN));
        }
    }

    /// The count at a place.
    fn get(&self, at: usize) -> u32 {
        match self.great.binary_search_by_key(&at, |&(at, _)| at) {
            Ok(great) => self.great[great].1,
            Err(_) => self.codes.get(at).copied().unwrap_or_default().into(),
        }
    }

    /// Mentions in bodies alone, `weight` for each, but at the places in `titles`, which say how often the title
    /// has the word.
    pub fn mentions(self, weight: f32, titles: impl Iterator<Item = (usize, u32)>) -> Mentions {
        let most = self.codes.iter().copied().max().unwrap_or_default();
        let way = |title: u32, count: u32| Mention {
            title: weighed(title, weight),
            body: weighed(count - title.min(count), weight),
            places: u8::try_from(count).unwrap_or(u8::MAX),
        };
        let titles: Vec<(usize, Mention)> =
            titles.map(|(at, title)| (at, way(title, self.get(at)))).collect();
        let ways = (0..=most).map(|count| way(0, count.into())).collect();
        let mut making = Making {
            mentions: Mentions { codes: self.codes, ways, ..Mentions::default() },
            numbers: HashMap::default(),
        };
        for (at, count) in self.great {
            making.set(at, way(0, count));
        }
        for (at, mention) in titles {
            making.set(at, mention);
        }
        making.done()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a word in one release are small")]
pub(super) fn weighed(count: u32, weight: f32) -> f32 {
    count as f32 * weight
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_mention_comes_back(mentions in prop::collection::vec((0_u16..30, 0_u16..400, 0_u8..9), 0..900)) {
            let mentions: Vec<Mention> = mentions
                .into_iter()
                .map(|(title, body, places)| Mention { title: title.into(), body: f32::from(body) / 4.0, places })
                .collect();
            let mut making = Making::with_capacity(0);
            for mention in &mentions {
                making.push(*mention);
            }
            let made = making.done();
            for (at, mention) in mentions.iter().enumerate() {
                prop_assert_eq!(made.get(at), *mention);
                let way = made.ways()[usize::from(made.code(at))];
                prop_assert!(way.title >= mention.title && way.body >= mention.body);
            }
        }

        #[test]
        fn counts_become_mentions(
            counts in prop::collection::vec((1_u32..400, prop::option::weighted(0.2, 1_u32..9)), 0..600),
        ) {
            let mut made = Counts::with_capacity(0);
            for block in counts.chunks(100) {
                made.extend(&block.iter().map(|(count, _)| *count).collect::<Vec<_>>());
            }
            let titles = counts.iter().enumerate().filter_map(|(at, (_, title))| Some((at, (*title)?)));
            let made = made.mentions(0.5, titles);
            for (at, &(count, title)) in counts.iter().enumerate() {
                let title = title.unwrap_or_default();
                let expected = Mention {
                    title: weighed(title, 0.5),
                    body: weighed(count - title.min(count), 0.5),
                    places: u8::try_from(count).unwrap_or(u8::MAX),
                };
                prop_assert_eq!(made.get(at), expected);
            }
        }
    }
}
