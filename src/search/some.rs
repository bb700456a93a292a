//! The second pass: releases that have some of the words.
//!
//! Releases are gone through in windows. In each, the words that alone can lift a release into the
//! best are added up list by list, and only what then may still get in is looked up in the others
//! (MaxScore: Turtle & Flood 1995). Leaves out much, and never changes the answer.

use tantivy::DocId;

use super::{
    Searcher,
    best::Best,
    gate::Gate,
    rank::{Job, Keep, Placed, candidate},
    scored::{Finger, Scored, seek},
    weights::BOUND_SLACK,
};
use crate::{error::Result, index::Segment};

/// So many releases are added up at a time; their sums stay in the nearest cache.
const WINDOW: DocId = 1 << 12;

impl Searcher {
    /// Releases that have some of the words; `tiered` leaves out those that have all.
    pub(super) fn some_words(&self, job: &Job, keep: Keep, tiered: bool) -> Result<Vec<Placed>> {
        let (mut placed, mut floor) = (Vec::new(), f32::NEG_INFINITY);
        for segment in &self.snapshot().segments {
            let mut words = Vec::with_capacity(job.clauses.len());
            for clause in &job.clauses {
                let lists = [clause.part.full(segment), self.hints(segment, &clause.part)?];
                words.push(Word { lists, content: clause.content, required: clause.required });
            }
            let mut best = Best::new(keep.limit, keep.sort, floor);
            some_words(segment, &words, Gate::new(segment, job), (keep, tiered), &mut best);
            floor = self.add_best(&mut placed, segment, best, keep);
        }
        Ok(placed)
    }
}

/// A clause in one segment.
struct Word<'s> {
    /// The releases that have it, and those that hint at it.
    lists: [&'s Scored; 2],
    content: bool,
    required: bool,
}

impl Word<'_> {
    fn most(&self) -> f32 {
        self.lists[0].most.max(self.lists[1].most)
    }
}

fn some_words(
    segment: &Segment,
    words: &[Word],
    mut gate: Gate,
    (keep, tiered): (Keep, bool),
    best: &mut Best,
) {
    let mut sums = Sums::new(words);
    let mut look = Look::new(words);
    let mut touched = Vec::new();
    while let Some(others) = sums.next_window(keep.threshold(best), &mut touched) {
        for &(doc, sum) in &touched {
            let threshold = keep.threshold(best);
            if (sum + others) * BOUND_SLACK < threshold || !gate.admits(doc) {
                continue;
            }
            let found = look.up(doc);
            if found.score >= threshold && found.has_required && !(tiered && found.has_all) {
                best.push(candidate(segment, doc, found.score, found.lacks));
            }
        }
    }
}

/// Adds up content words, window by window.
struct Sums<'s> {
    /// Content words, from the one that can add least to the one that can add most.
    content: Vec<Adding<'s>>,
    /// What all other words can add at most.
    optional: f32,
    /// The sum of each release of the window, and a bit for each that has one.
    window: Box<[f32; WINDOW as usize]>,
    touched: [u64; WINDOW as usize / 64],
}

struct Adding<'s> {
    lists: [&'s Scored; 2],
    at: [usize; 2],
    most: f32,
}

impl<'s> Sums<'s> {
    fn new(words: &[Word<'s>]) -> Self {
        let content = words.iter().filter(|word| word.content);
        let mut content: Vec<Adding> =
            content.map(|word| Adding { lists: word.lists, at: [0; 2], most: word.most() }).collect();
        content.sort_by(|a, b| a.most.total_cmp(&b.most));
        let optional = words.iter().filter(|word| !word.content).map(Word::most).sum();
        let (window, touched) = (Box::new([0.0; WINDOW as usize]), [0; WINDOW as usize / 64]);
        Self { content, optional, window, touched }
    }

    /// Fills in the releases of the next window that may reach the threshold, in order, each with the
    /// sum of the words that decide. Says what the others may add; `None` where there is no window more.
    fn next_window(&mut self, threshold: f32, out: &mut Vec<(DocId, f32)>) -> Option<f32> {
        out.clear();
        let mut others = self.optional;
        let mut deciding = 0;
        for word in &self.content {
            if (others + word.most) * BOUND_SLACK >= threshold {
                break;
            }
            others += word.most;
            deciding += 1;
        }
        let deciding = self.content.get_mut(deciding..)?;
        let next = |word: &Adding| {
            word.lists.iter().zip(word.at).filter_map(|(list, at)| list.docs.get(at).copied()).min()
        };
        let first = deciding.iter().filter_map(next).min()?;
        let start = first - first % WINDOW;
        let end = start.saturating_add(WINDOW);
        for word in deciding {
            for (list, at) in word.lists.iter().zip(&mut word.at) {
                let from = seek(&list.docs, *at, start);
                *at = seek(&list.docs, from, end);
                for (&doc, &score) in list.docs[from..*at].iter().zip(&list.scores[from..*at]) {
                    let place = (doc % WINDOW) as usize;
                    self.window[place] += score;
                    self.touched[place / 64] |= 1 << (place % 64);
                }
            }
        }
        for (first, bits) in (0..).step_by(64).zip(&mut self.touched) {
            while *bits != 0 {
                let place = first + bits.trailing_zeros();
                *bits &= *bits - 1;
                let sum = std::mem::take(&mut self.window[place as usize]);
                if (sum + others) * BOUND_SLACK >= threshold {
                    out.push((start + place, sum));
                }
            }
        }
        Some(others)
    }
}

/// Looks releases up in all lists, in ascending order.
struct Look<'s> {
    words: Vec<([Finger<'s>; 2], bool, bool)>,
}

/// What a release has of the query.
struct Found {
    score: f32,
    has_all: bool,
    has_required: bool,
    /// The content clauses that it lacks, a bit for each of the first 64 clauses.
    lacks: u64,
}

impl<'s> Look<'s> {
    fn new(words: &[Word<'s>]) -> Self {
        let words = words.iter().map(|word| (word.lists.map(Finger::new), word.content, word.required));
        Self { words: words.collect() }
    }

    fn up(&mut self, doc: DocId) -> Found {
        let mut found = Found { score: 0.0, has_all: true, has_required: true, lacks: 0 };
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        for (at, (lists, content, required)) in self.words.iter_mut().enumerate() {
            let [full, hints] = lists;
            if let Some(score) = full.score(doc) {
                found.score += score;
                continue;
            }
            found.score += hints.score(doc).unwrap_or_default();
            found.has_required &= !*required;
            if *content {
                found.has_all = false;
                found.lacks |= if at < 64 { 1 << at } else { 0 };
            }
        }
        found
    }
}
