//! The second pass: releases that have some of the words.
//!
//! Releases are gone through in windows. In each, the words that alone can lift a release into the
//! best are added up list by list, and only what then may still get in is looked up in the others
//! (MaxScore: Turtle & Flood 1995). Leaves out much, and never changes the answer.

use tantivy::DocId;

use super::{
    Searcher, Sort,
    best::Best,
    gate::Gate,
    proximity::Nearness,
    placed::{Keep, Placed},
    rank::{Job, candidate},
    scored::{Finger, Scored},
    weights::BOUND_SLACK,
};
use crate::{error::Result, index::Segment};

/// So many releases are added up at a time; their sums stay in the nearest cache.
const WINDOW: DocId = 1 << 12;

impl Searcher {
    /// Releases that have some of the words, but not those that have all, where these were found before
    /// and are so many.
    pub(super) fn some_words(&self, job: &Job, keep: Keep, but: Option<usize>) -> Result<Vec<Placed>> {
        let near = &self.nearness(job);
        let work = job.clauses.iter().map(|clause| clause.part.releases()).sum();
        let hints: Vec<&[Scored]> =
            job.clauses.iter().map(|clause| self.hints(&clause.part)).collect::<Result<_>>()?;
        let (placed, _) = self.best_of_segments(keep, work, |segment, best| {
            let clauses = job.clauses.iter().zip(&hints);
            let words: Vec<Word> = clauses
                .map(|(clause, hints)| Word {
                    lists: [clause.part.full(segment), &hints[segment.ordinal as usize]],
                    content: clause.content,
                    required: clause.required,
                })
                .collect();
            some_words(segment, &words, Gate::new(segment, job), Wanted { keep, near, but }, best);
            Ok(0)
        })?;
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

/// What the second pass looks for.
#[derive(Clone, Copy)]
struct Wanted<'n> {
    keep: Keep,
    near: &'n Nearness,
    /// Whether releases that have all words were found before, and how many there are.
    but: Option<usize>,
}

fn some_words(segment: &Segment, words: &[Word], mut gate: Gate, wanted: Wanted, best: &mut Best) {
    let Wanted { keep, near, but } = wanted;
    let mut sums = Sums::new(words);
    let mut look = Look::new(words);
    let (mut touched, mut order) = (Vec::new(), Vec::new());
    // Every release that has one of the words is wanted, so that sums alone say which are the best.
    let any = !keep.exhaustive && keep.sort == Sort::Relevance && words.iter().all(|word| !word.required);
    while let Some(others) = sums.next_window(keep.threshold(best), &mut touched) {
        if !gate.is_open() {
            touched.retain(|&(doc, _)| gate.admits(doc));
        }
        let mut least = keep.threshold(best);
        let enough = keep.limit + but.unwrap_or_default();
        if any && touched.len() > enough {
            order.clear();
            order.extend(touched.iter().map(|&(_, sum)| sum));
            let (_, nth, _) = order.select_nth_unstable_by(enough, |a: &f32, b| b.total_cmp(a));
            least = least.max(*nth / BOUND_SLACK);
        }
        for &(doc, sum) in &touched {
            let threshold = keep.threshold(best).max(least);
            if (sum + others) * BOUND_SLACK < threshold {
                continue;
            }
            let found = look.up(doc);
            if found.score >= threshold && found.has_required && !(but.is_some() && found.has_all) {
                let nearness = near.at_most(&look.places);
                best.push(candidate(segment, doc, found.score, (found.lacks, nearness)));
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
    /// Where the next window may begin.
    next: DocId,
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
        Self { content, optional, window, touched, next: 0 }
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
        let next = |word: &Adding| word.lists.iter().filter_map(|list| list.docs.next(self.next)).min();
        let first = deciding.iter().filter_map(next).min()?;
        let start = first - first % WINDOW;
        let end = start.saturating_add(WINDOW);
        self.next = end;
        for word in deciding {
            for (list, at) in word.lists.iter().zip(&mut word.at) {
                *at = list.each_between((start, end), *at, |doc, score| {
                    let place = (doc % WINDOW) as usize;
                    self.window[place] += score;
                    self.touched[place / 64] |= 1 << (place % 64);
                });
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
    /// In how many places the release looked up last has each content word.
    places: Vec<u8>,
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
        Self { words: words.collect(), places: Vec::new() }
    }

    fn up(&mut self, doc: DocId) -> Found {
        let mut found = Found { score: 0.0, has_all: true, has_required: true, lacks: 0 };
        self.places.clear();
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        for (at, (lists, content, required)) in self.words.iter_mut().enumerate() {
            let [full, hints] = lists;
            let in_full = full.get(doc);
            let (score, places) = in_full.or_else(|| hints.get(doc)).unwrap_or_default();
            found.score += score;
            if *content {
                self.places.push(places);
            }
            if in_full.is_none() {
                found.has_required &= !*required;
                if *content {
                    found.has_all = false;
                    found.lacks |= if at < 64 { 1 << at } else { 0 };
                }
            }
        }
        found
    }
}
