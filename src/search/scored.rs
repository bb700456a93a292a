//! Scored lists: the living releases of one segment that have a part of a query, and what it is worth in
//! each.
//!
//! What a word is worth is reckoned when that is asked for, by the law of `saturation`; it is known ahead for
//! short lists, and for parts made of others. Knows neither queries nor the index.

use std::sync::Arc;

use tantivy::DocId;

use super::{
    docs::{self, Docs},
    mentions::{Mention, Mentions},
    saturation::Saturation,
};

/// Releases in ascending order, each with what a part of a query is worth in it.
#[derive(Debug, Default)]
pub(super) struct Scored {
    pub docs: Docs,
    worth: Worth,
    /// No release is worth more than this.
    pub most: f32,
}

/// So many places, or more.
pub(super) const MANY: u8 = u8::MAX;

/// Up to so many releases are scored when their list is made; of longer lists, few are ever asked for. Fewer
/// under test, so that small corpora have both kinds.
const FEW: usize = if cfg!(test) { 40 } else { 1 << 12 };

#[derive(Debug)]
enum Worth {
    /// Of each release its score, and in how many places at most it has the part.
    Known(Vec<f32>, Vec<u8>),
    Words(Words),
}

impl Default for Worth {
    fn default() -> Self {
        Self::Known(Vec::new(), Vec::new())
    }
}

/// What a word is worth, by how often each release mentions it.
#[derive(Debug)]
struct Words {
    mentions: Mentions,
    law: Arc<Saturation>,
    /// How rare the word is, and how much it counts: one factor after the other, for floats depend on the
    /// order.
    factors: [f32; 2],
    /// No release is worth more that mentions it in this way, by the way's number.
    most: Vec<f32>,
    /// What each is worth, where they are few.
    scores: Vec<f32>,
}

impl Words {
    fn score(&self, doc: DocId, at: usize) -> f32 {
        if let Some(&score) = self.scores.get(at) {
            return score;
        }
        self.reckoned(doc, at)
    }

    #[inline]
    fn reckoned(&self, doc: DocId, at: usize) -> f32 {
        let mention = self.mentions.get(at);
        self.law.of(doc, mention.title, mention.body) * self.factors[0] * self.factors[1]
    }
}

impl Scored {
    /// Releases whose worth is known.
    pub fn known(docs: Docs, scores: Vec<f32>, places: Vec<u8>) -> Self {
        let most = scores.iter().copied().fold(0.0, f32::max);
        Self { docs, worth: Worth::Known(scores, places), most }
    }

    /// Releases that mention a word of such a rarity and weight.
    pub fn of_word(docs: Docs, mentions: Mentions, law: Arc<Saturation>, factors: [f32; 2]) -> Self {
        let bound = |way: &Mention| law.at_most(way.title, way.body) * factors[0] * factors[1];
        let most: Vec<f32> = mentions.ways().iter().map(bound).collect();
        let mut words = Words { mentions, law, factors, most, scores: Vec::new() };
        let mut most = words.most.iter().copied().fold(0.0, f32::max);
        if docs.len() <= FEW {
            let mut scores = Vec::with_capacity(docs.len());
            docs.each(|doc| scores.push(words.reckoned(doc, scores.len())));
            most = scores.iter().copied().fold(0.0, f32::max);
            words.scores = scores;
        }
        Self { docs, worth: Worth::Words(words), most }
    }

    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        let worth = match &self.worth {
            Worth::Known(scores, places) => scores.capacity() * 4 + places.capacity(),
            Worth::Words(words) => {
                words.mentions.size() + (words.most.capacity() + words.scores.capacity()) * size_of::<f32>()
            }
        };
        self.docs.size() + worth
    }

    /// What a release is worth whose place is known.
    #[inline]
    pub fn score(&self, doc: DocId, at: usize) -> f32 {
        match &self.worth {
            Worth::Known(scores, _) => scores.get(at).copied().unwrap_or_default(),
            Worth::Words(words) => words.score(doc, at),
        }
    }

    /// What all releases are worth, where that is at hand.
    pub fn scores(&self) -> Option<&[f32]> {
        match &self.worth {
            Worth::Known(scores, _) => Some(scores),
            Worth::Words(words) => (words.scores.len() == self.docs.len()).then_some(&words.scores),
        }
    }

    /// What the release at a place is worth at most; cheaper to know than what it is worth.
    #[inline]
    pub fn at_most(&self, at: usize) -> f32 {
        let score = |scores: &[f32]| scores.get(at).copied();
        match &self.worth {
            Worth::Known(scores, _) => score(scores).unwrap_or_default(),
            Worth::Words(words) => score(&words.scores)
                .or_else(|| words.most.get(usize::from(words.mentions.code(at))).copied())
                .unwrap_or(self.most),
        }
    }

    /// In how many places of a release it is at most; `MANY` where nobody counted.
    #[inline]
    pub fn places(&self, at: usize) -> u8 {
        match &self.worth {
            Worth::Known(_, places) => places.get(at).copied().unwrap_or(MANY),
            Worth::Words(words) => words.mentions.get(at).places,
        }
    }

    /// What a release is worth, and in how many places it has it.
    pub fn get(&self, doc: DocId) -> Option<(f32, u8)> {
        let at = self.docs.at(doc)?;
        Some((self.score(doc, at), self.places(at)))
    }

    /// Visits all releases, in order, each with its place.
    pub fn each(&self, mut visit: impl FnMut(usize, DocId)) {
        let mut at = 0;
        self.docs.each(|doc| {
            visit(at, doc);
            at += 1;
        });
    }

    /// Visits, in order, the releases that may be worth `least` or more, and maybe some others. What it returns
    /// is asked for from then on.
    pub fn each_worth(&self, mut least: f32, mut visit: impl FnMut(usize, DocId) -> f32) {
        for start in (0..self.len()).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(self.len());
            // Counting, unlike looking for the first, is done without branches, on many at once.
            let any = match &self.worth {
                Worth::Known(scores, _) => any_worth(&scores[block.clone()], least),
                Worth::Words(Words { scores, .. }) if !scores.is_empty() => {
                    any_worth(&scores[block.clone()], least)
                }
                Worth::Words(words) => {
                    let codes = words.mentions.codes(&block).iter();
                    codes.filter(|code| words.most[usize::from(**code)] >= least).count() > 0
                }
            };
            if any {
                self.docs.each_at(block, |at, doc| {
                    if self.at_most(at) >= least {
                        least = visit(at, doc);
                    }
                });
            }
        }
    }

    /// Visits the releases from `start` to before `end` with their scores, as `Docs::each_between`.
    pub fn each_between(
        &self,
        (start, end): (DocId, DocId),
        hint: usize,
        mut visit: impl FnMut(DocId, f32),
    ) -> usize {
        let scores = match &self.worth {
            Worth::Known(scores, _) => &scores[..],
            Worth::Words(words) if !words.scores.is_empty() => &words.scores,
            Worth::Words(words) => {
                return self
                    .docs
                    .each_between(start, end, hint, |at, doc| visit(doc, words.reckoned(doc, at)));
            }
        };
        self.docs.each_between(start, end, hint, |at, doc| visit(doc, scores[at]))
    }
}

/// So many releases are looked at together.
const BLOCK: usize = 64;

fn any_worth(scores: &[f32], least: f32) -> bool {
    scores.iter().filter(|score| **score >= least).count() > 0
}

/// Makes a list release by release, where their worth is known.
pub(super) struct Making {
    docs: Vec<DocId>,
    scores: Vec<f32>,
    places: Vec<u8>,
}

impl Making {
    pub fn new() -> Self {
        Self { docs: Vec::new(), scores: Vec::new(), places: Vec::new() }
    }

    /// Adds a release behind the others.
    pub fn push(&mut self, doc: DocId, score: f32, places: u8) {
        self.docs.push(doc);
        self.scores.push(score);
        self.places.push(places);
    }

    /// The list, of a segment that has so many releases.
    pub fn done(self, all: DocId) -> Scored {
        Scored::known(Docs::of(self.docs, all), self.scores, self.places)
    }
}

/// A place in a scored list that only moves forward.
#[derive(Clone, Copy)]
pub(super) struct Finger<'s> {
    list: &'s Scored,
    finger: docs::Finger<'s>,
}

impl<'s> Finger<'s> {
    pub fn new(list: &'s Scored) -> Self {
        Self { list, finger: docs::Finger::new(&list.docs) }
    }

    /// What a release is worth, and in how many places it is; none where the list does not have it. Releases
    /// in ascending order.
    pub fn get(&mut self, doc: DocId) -> Option<(f32, u8)> {
        let at = self.finger.find(doc)?;
        Some((self.list.score(doc, at), self.list.places(at)))
    }

    /// Whether the list has a release. Releases in ascending order.
    #[inline]
    pub fn has(&mut self, doc: DocId) -> bool {
        self.finger.has(doc)
    }
}
