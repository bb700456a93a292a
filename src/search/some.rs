//! The second pass: releases that have some of the words.
//!
//! Releases are gone through in windows. Where the words added up do not say all, what then may still get in
//! is looked up in the others. Leaves out much, and never changes the answer.

use tantivy::DocId;

use super::{
    Searcher, Sort,
    best::Best,
    gate::Gate,
    placed::{Keep, Placed},
    rank::Job,
    scored::{Finger, Scored},
    sums::{FUNCTION, Sum, Sums, Word},
    weights::BOUND_SLACK,
};
use crate::{error::Result, index::Segment};

impl Searcher {
    /// Releases that have some of the words, without those that were found before: all that have all words, or
    /// none.
    pub(super) fn some_words(&self, job: &Job, keep: Keep, before: &[Placed]) -> Result<Vec<Placed>> {
        let work = job.clauses.iter().map(|clause| clause.part.releases()).sum();
        let hints: Vec<&[Scored]> =
            job.clauses.iter().map(|clause| self.hints(&clause.part)).collect::<Result<_>>()?;
        let (placed, _) = self.best_of_segments(keep, work, |segment, best| {
            let words = words(segment, job, &hints);
            let gate = Gate::new(segment, job).requiring(segment, job);
            let before = before.iter().map(|placed| placed.address);
            let before = before.filter(|address| address.segment == segment.ordinal);
            let before: Vec<DocId> = before.map(|address| address.doc).collect();
            let sums = Sums::new(&words, segment.reader.max_doc());
            some_words(&words, sums, Wanted { gate, keep, before: &before }, best);
            Ok(0)
        })?;
        Ok(placed)
    }
}

/// The clauses in one segment.
fn words<'s>(segment: &Segment, job: &'s Job, hints: &[&'s [Scored]]) -> Vec<Word<'s>> {
    let mut bits = (0..6).map(|word| 1 << word).chain(std::iter::repeat(1 << 6));
    let clauses = job.clauses.iter().zip(hints);
    let words = clauses.map(|(clause, hints)| Word {
        lists: [clause.part.full(segment), &hints[segment.ordinal as usize]],
        bit: if clause.content { bits.next().unwrap_or_default() } else { FUNCTION },
    });
    words.collect()
}

/// What the second pass looks for in one segment.
struct Wanted<'w> {
    gate: Gate<'w>,
    keep: Keep,
    /// What was found before.
    before: &'w [DocId],
}

fn some_words(words: &[Word], mut sums: Sums, wanted: Wanted, best: &mut Best) {
    let Wanted { mut gate, keep, before } = wanted;
    let mut look = Look::new(words);
    let (mut touched, mut order) = (Vec::new(), Vec::new());
    // Whatever has one of the words is wanted, so that sums alone say which are the best.
    let prunes = !keep.exhaustive && keep.sort == Sort::Relevance;
    let enough = keep.limit.saturating_add(before.len());
    let knows_nothing = best.threshold() == f32::NEG_INFINITY;
    let start = if prunes && gate.is_open() && knows_nothing {
        reached_by_one(words, enough)
    } else {
        best.threshold()
    };
    while sums.next_window(best.threshold().max(start)) {
        for &doc in before {
            sums.forget(doc);
        }
        let mut least = best.threshold().max(start);
        sums.worth(least, &mut touched);
        if !gate.is_open() {
            touched.retain(|sum| gate.admits(sum.doc));
        }
        if prunes && touched.len() > keep.limit {
            order.clear();
            order.extend(touched.iter().map(|sum| sum.score));
            let (_, nth, _) = order.select_nth_unstable_by(keep.limit, |a: &f32, b| b.total_cmp(a));
            least = least.max(*nth / BOUND_SLACK);
        }
        if !sums.others.is_empty() {
            look.up(&mut touched, &sums.others, least);
        }
        for Sum { doc, score, has } in &touched {
            if *score >= least {
                best.push(*doc, *score, *has);
            }
        }
        best.weed();
    }
}

/// What more than `enough` releases are worth by one word alone, as far as that is soon known: of the word that
/// can add most of those that so many have.
fn reached_by_one(words: &[Word], enough: usize) -> f32 {
    // A function word makes no release a hit.
    let content = words.iter().filter(|word| word.bit != FUNCTION);
    let scores = content.filter_map(|word| word.lists[0].scores()).filter(|scores| scores.len() > enough);
    let shortest = scores.min_by_key(|scores| scores.len());
    shortest.map_or(f32::NEG_INFINITY, |scores| {
        let mut scores = scores.to_vec();
        let (_, nth, _) = scores.select_nth_unstable_by(enough, |a, b| b.total_cmp(a));
        *nth / BOUND_SLACK
    })
}

/// Looks releases up in all lists, in ascending order.
struct Look<'s> {
    words: Vec<Looking<'s>>,
    /// Those of the releases looked up last that may get in, by their places among them.
    left: Vec<usize>,
}

/// A word that is looked up.
struct Looking<'s> {
    fingers: [Finger<'s>; 2],
    bit: u8,
    /// What each release has of it.
    found: Vec<Option<f32>>,
}

impl<'s> Look<'s> {
    fn new(words: &[Word<'s>]) -> Self {
        let words = words.iter().map(|word| Looking {
            fingers: word.lists.map(Finger::new),
            bit: word.bit,
            found: Vec::new(),
        });
        Self { words: words.collect(), left: Vec::new() }
    }

    /// Makes good what `others` add to releases, the ones that can add most before the rest: leaves out what
    /// cannot reach `least` any more.
    fn up(&mut self, releases: &mut Vec<Sum>, others: &[(usize, f32)], least: f32) {
        self.left.clear();
        self.left.extend(0..releases.len());
        for done in 0..=others.len() {
            let rest: f32 = others.iter().skip(done).map(|(_, most)| most).sum();
            self.left.retain(|&at| (releases[at].score + rest) * BOUND_SLACK >= least);
            if let Some(&(word, _)) = others.get(done) {
                let looking = &mut self.words[word];
                looking.up(releases, &self.left);
                self.left.iter().for_each(|&at| releases[at].score += looking.found[at].unwrap_or_default());
            }
        }
        for (at, word) in self.words.iter_mut().enumerate() {
            if !others.iter().any(|(other, _)| *other == at) {
                word.up(releases, &self.left);
            }
        }
        for (to, &at) in self.left.iter().enumerate() {
            releases[to] = self.found(releases[at].doc, at);
        }
        releases.truncate(self.left.len());
    }

    /// What was found of a release.
    fn found(&self, doc: DocId, at: usize) -> Sum {
        let mut sum = Sum { doc, score: 0.0, has: 0 };
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        for word in &self.words {
            if let Some(score) = word.found[at] {
                sum.score += score;
                sum.has |= word.bit;
            }
        }
        sum
    }
}

impl Looking<'_> {
    fn up(&mut self, releases: &[Sum], left: &[usize]) {
        self.found.resize(releases.len().max(self.found.len()), None);
        let [full, hints] = &mut self.fingers;
        for &at in left {
            let doc = releases[at].doc;
            self.found[at] = full.get(doc).or_else(|| hints.get(doc)).map(|(score, _)| score);
        }
    }
}
