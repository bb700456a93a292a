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
    placed::{Keep, Placed},
    proximity::Nearness,
    rank::{Job, candidate},
    scored::{Finger, Scored},
    weights::BOUND_SLACK,
};
use crate::{error::Result, index::Segment};

/// So many releases are added up at a time; their sums stay in the nearest cache. Fewer under test, so that
/// small corpora have several windows.
const WINDOW: DocId = if cfg!(test) { 64 } else { 1 << 12 };

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
    let (mut touched, mut order, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let mut others = Vec::new();
    // Every release that has one of the words is wanted, so that sums alone say which are the best.
    let any = !keep.exhaustive && keep.sort == Sort::Relevance && words.iter().all(|word| !word.required);
    let enough = keep.limit.saturating_add(but.unwrap_or_default());
    let start = if any && gate.is_open() { reached_by_one(words, enough) } else { f32::NEG_INFINITY };
    while sums.next_window(keep.threshold(best).max(start), &mut touched, &mut others) {
        if !gate.is_open() {
            touched.retain(|&(doc, _)| gate.admits(doc));
        }
        let mut least = keep.threshold(best).max(start);
        if any && touched.len() > enough {
            order.clear();
            order.extend(touched.iter().map(|&(_, sum)| sum));
            let (_, nth, _) = order.select_nth_unstable_by(enough, |a: &f32, b| b.total_cmp(a));
            least = least.max(*nth / BOUND_SLACK);
        }
        look.up(&touched, &others, least);
        for &at in &look.left {
            let found = look.found(at, &mut places);
            if found.score >= least && found.has_required && !(but.is_some() && found.has_all) {
                let nearness = near.at_most(&places);
                best.push(candidate(segment, touched[at].0, found.score, (found.lacks, nearness)));
            }
        }
        best.weed();
    }
}

/// What more than `enough` releases are worth by one word alone, as far as that is soon known: of the word that
/// can add most of those that so many have.
fn reached_by_one(words: &[Word], enough: usize) -> f32 {
    // A function word makes no release a hit.
    let content = words.iter().filter(|word| word.content);
    let scores = content.filter_map(|word| word.lists[0].scores()).filter(|scores| scores.len() > enough);
    let shortest = scores.min_by_key(|scores| scores.len());
    shortest.map_or(f32::NEG_INFINITY, |scores| {
        let mut scores = scores.to_vec();
        let (_, nth, _) = scores.select_nth_unstable_by(enough, |a, b| b.total_cmp(a));
        *nth / BOUND_SLACK
    })
}

/// Adds up content words, window by window.
struct Sums<'s> {
    /// Content words, from the one that can add least to the one that can add most.
    content: Vec<Adding<'s>>,
    /// All other words, and what each can add at most.
    optional: Vec<(usize, f32)>,
    /// The sum of each release of the window, and a bit for each that has one.
    window: Box<[f32; WINDOW as usize]>,
    touched: [u64; WINDOW as usize / 64],
    /// Where the next window may begin.
    next: DocId,
}

struct Adding<'s> {
    word: usize,
    lists: [&'s Scored; 2],
    at: [usize; 2],
    most: f32,
}

impl<'s> Sums<'s> {
    fn new(words: &[Word<'s>]) -> Self {
        let (content, optional): (Vec<_>, Vec<_>) =
            words.iter().enumerate().partition(|(_, word)| word.content);
        let adding = |(at, word): (usize, &Word<'s>)| Adding {
            word: at,
            lists: word.lists,
            at: [0; 2],
            most: word.most(),
        };
        let mut content: Vec<Adding> = content.into_iter().map(adding).collect();
        content.sort_by(|a, b| a.most.total_cmp(&b.most));
        let optional = optional.into_iter().map(|(at, word)| (at, word.most())).collect();
        let (window, touched) = (Box::new([0.0; WINDOW as usize]), [0; WINDOW as usize / 64]);
        Self { content, optional, window, touched, next: 0 }
    }

    /// Fills in the releases of the next window that may reach the threshold, in order, each with the
    /// sum of the words that decide; and the other words with what each may add, the most first. False where
    /// there is no window more.
    fn next_window(
        &mut self,
        threshold: f32,
        out: &mut Vec<(DocId, f32)>,
        others: &mut Vec<(usize, f32)>,
    ) -> bool {
        out.clear();
        others.clone_from(&self.optional);
        let mut rest: f32 = others.iter().map(|(_, most)| most).sum();
        let mut deciding = 0;
        for word in &self.content {
            if (rest + word.most) * BOUND_SLACK >= threshold {
                break;
            }
            rest += word.most;
            others.push((word.word, word.most));
            deciding += 1;
        }
        others.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let deciding = self.content.get_mut(deciding..).unwrap_or_default();
        let next = |word: &Adding| word.lists.iter().filter_map(|list| list.docs.next(self.next)).min();
        let Some(first) = deciding.iter().filter_map(next).min() else { return false };
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
                if (sum + rest) * BOUND_SLACK >= threshold {
                    out.push((start + place, sum));
                }
            }
        }
        true
    }
}

/// Looks releases up in all lists, in ascending order.
struct Look<'s> {
    words: Vec<Looking<'s>>,
    /// Those of the releases looked up last that may get in, by their places among them.
    left: Vec<usize>,
    /// What each of them is worth at most, as far as that is known.
    most: Vec<f32>,
}

/// A word that is looked up.
struct Looking<'s> {
    fingers: [Finger<'s>; 2],
    content: bool,
    required: bool,
    /// What each release has of it: its worth, in how many places, and whether in full.
    found: Vec<(f32, u8, bool)>,
}

/// What a release has of the query.
#[derive(Clone, Copy)]
struct Found {
    score: f32,
    has_all: bool,
    has_required: bool,
    /// The content clauses that it lacks, a bit for each of the first 64 clauses.
    lacks: u64,
}

impl<'s> Look<'s> {
    fn new(words: &[Word<'s>]) -> Self {
        let words = words.iter().map(|word| Looking {
            fingers: word.lists.map(Finger::new),
            content: word.content,
            required: word.required,
            found: Vec::new(),
        });
        Self { words: words.collect(), left: Vec::new(), most: Vec::new() }
    }

    /// Looks up releases whose worth is known but for what `others` add, the ones that can add most before
    /// the rest: what cannot reach `least` any more is left out.
    fn up(&mut self, releases: &[(DocId, f32)], others: &[(usize, f32)], least: f32) {
        let mut rest: f32 = others.iter().map(|(_, most)| most).sum();
        self.most.clear();
        self.most.extend(releases.iter().map(|&(_, sum)| sum));
        self.left.clear();
        let may_get_in = |most: f32, rest: f32| (most + rest) * BOUND_SLACK >= least;
        self.left.extend((0..releases.len()).filter(|&at| may_get_in(self.most[at], rest)));
        for (done, &(word, _)) in others.iter().enumerate() {
            rest = others.iter().skip(done + 1).map(|(_, most)| most).sum();
            let looking = &mut self.words[word];
            looking.up(releases, &self.left);
            self.left.iter().for_each(|&at| self.most[at] += looking.found[at].0);
            self.left.retain(|&at| may_get_in(self.most[at], rest));
        }
        for (at, word) in self.words.iter_mut().enumerate() {
            if !others.iter().any(|(other, _)| *other == at) {
                word.up(releases, &self.left);
            }
        }
    }

    /// What was found of a release, and in how many places it has each content word.
    fn found(&self, release: usize, places: &mut Vec<u8>) -> Found {
        places.clear();
        let mut found = Found { score: 0.0, has_all: true, has_required: true, lacks: 0 };
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        for (at, word) in self.words.iter().enumerate() {
            let (score, often, in_full) = word.found[release];
            found.score += score;
            if word.content {
                places.push(often);
            }
            if !in_full {
                found.has_required &= !word.required;
                if word.content {
                    found.has_all = false;
                    found.lacks |= if at < 64 { 1 << at } else { 0 };
                }
            }
        }
        found
    }
}

impl Looking<'_> {
    fn up(&mut self, releases: &[(DocId, f32)], left: &[usize]) {
        self.found.resize(releases.len().max(self.found.len()), <_>::default());
        let [full, hints] = &mut self.fingers;
        for &at in left {
            let doc = releases[at].0;
            let in_full = full.get(doc);
            let (score, places) = in_full.or_else(|| hints.get(doc)).unwrap_or_default();
            self.found[at] = (score, places, in_full.is_some());
        }
    }
}
