//! Score accumulators over windows of documents.
//!
//! Long lists of words that alone cannot lift a document over the threshold are skipped (MaxScore: Turtle & Flood
//! 1995); the caller looks them up.

use tantivy::DocId;

use crate::search::{score::ScoredList, weights::BOUND_SLACK};

/// The number of documents in a window; their scores fit in the L1 and L2 caches. Fewer under test, so that
/// small corpora have several windows.
const WINDOW: DocId = if cfg!(test) { 64 } else { 1 << 12 };

/// Scores are compared in blocks of this size.
const BLOCK: usize = 16;

/// Up to this many postings are accumulated rather than looked up, which takes no longer. Fewer under test, so that small corpora have both.
const SHORT_LISTS: usize = if cfg!(test) { 60 } else { 1 << 13 };

/// The bit of function words. A document that has only function words is no hit.
pub(super) const FUNCTION: u8 = 1 << 7;

/// A clause in one segment.
pub(super) struct WordLists<'s> {
    /// The documents that match in full, and those that have only hints.
    pub lists: [&'s ScoredList; 2],
    /// Its bit in the set of matched clauses.
    pub bit: u8,
}

impl WordLists<'_> {
    pub fn max_score(&self) -> f32 {
        self.lists[0].max_score.max(self.lists[1].max_score)
    }
}

/// A document with its accumulated score.
#[derive(Clone, Copy)]
pub(super) struct Accumulated {
    pub doc: DocId,
    pub score: f32,
    /// The bits of the clauses that it matches.
    pub matched: u8,
}

/// Accumulates the scores of words.
pub(super) struct Accumulators<'s> {
    words: &'s [WordLists<'s>],
    /// The next rank in each word's lists.
    at: Vec<[usize; 2]>,
    /// Content words by ascending bound.
    content: Vec<usize>,
    /// Skipped words with their bounds, the highest first. If there are none, the accumulated scores are exact.
    pub skipped: Vec<(usize, f32)>,
    /// The score of each document of the window, and the bits of the clauses that it matches.
    window: Box<[f32; WINDOW as usize]>,
    matched: Box<[u8; WINDOW as usize]>,
    /// Buffer for the offsets of the candidates, and one more.
    found: Vec<u32>,
    /// The used length of the window.
    length: usize,
    /// Where the window starts, and where the next one may start.
    start: DocId,
    next: DocId,
}

impl<'s> Accumulators<'s> {
    /// Accumulators for a segment with `all` documents.
    pub fn new(words: &'s [WordLists<'s>], all: DocId) -> Self {
        let mut content: Vec<usize> = (0..words.len()).filter(|&word| words[word].bit != FUNCTION).collect();
        content.sort_by(|&a, &b| words[a].max_score().total_cmp(&words[b].max_score()));
        Self {
            words,
            at: vec![[0; 2]; words.len()],
            content,
            skipped: Vec::new(),
            window: Box::new([0.0; WINDOW as usize]),
            matched: Box::new([0; WINDOW as usize]),
            found: Vec::new(),
            length: (all.min(WINDOW) as usize).next_multiple_of(BLOCK),
            start: 0,
            next: 0,
        }
    }

    /// Accumulates the next window with documents that may reach the threshold; false if there is none.
    pub fn next_window(&mut self, threshold: f32) -> bool {
        let skipped = self.choose_skipped(threshold);
        let next =
            |word: &usize| self.words[*word].lists.iter().filter_map(|list| list.docs.next(self.next)).min();
        let Some(first) = self.content[skipped..].iter().filter_map(next).min() else { return false };
        self.start = first - first % WINDOW;
        self.next = self.start.saturating_add(WINDOW);
        let (window, matched) = (&mut *self.window, &mut *self.matched);
        window[..self.length].fill(0.0);
        matched[..self.length].fill(0);
        // In the order of the query, because float sums depend on the order.
        for (word, (WordLists { lists, bit }, at)) in self.words.iter().zip(&mut self.at).enumerate() {
            if self.skipped.iter().any(|(skipped_word, _)| *skipped_word == word) {
                continue;
            }
            for (list, at) in lists.iter().zip(at) {
                *at = list.each_between((self.start, self.next), *at, |doc, score| {
                    let place = (doc % WINDOW) as usize;
                    window[place] += score;
                    matched[place] |= bit;
                });
            }
        }
        true
    }

    /// Chooses the skipped words, and returns how many content words together cannot reach the threshold.
    fn choose_skipped(&mut self, threshold: f32) -> usize {
        let words = self.words.iter().enumerate();
        self.skipped.clear();
        self.skipped
            .extend(words.filter(|(_, word)| word.bit == FUNCTION).map(|(at, word)| (at, word.max_score())));
        let mut rest = self.rest();
        let mut skipped_content = 0;
        for &word in &self.content {
            let max_score = self.words[word].max_score();
            if (rest + max_score) * BOUND_SLACK >= threshold {
                break;
            }
            rest += max_score;
            self.skipped.push((word, max_score));
            skipped_content += 1;
        }
        let lists = self.skipped.iter().flat_map(|(word, _)| self.words[*word].lists);
        if lists.map(ScoredList::len).sum::<usize>() <= SHORT_LISTS {
            self.skipped.clear();
        }
        self.skipped.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        skipped_content
    }

    /// An upper bound of what the skipped words add.
    fn rest(&self) -> f32 {
        self.skipped.iter().map(|(_, max_score)| max_score).sum()
    }

    /// Leaves out a document, if it is in the window.
    pub fn exclude(&mut self, doc: DocId) {
        if (self.start..self.next).contains(&doc) {
            self.matched[(doc - self.start) as usize] = FUNCTION;
        }
    }

    /// Lists the documents of the window, in order, that may score `threshold` or more.
    pub fn above(&mut self, threshold: f32, out: &mut Vec<Accumulated>) {
        let rest = self.rest();
        let is_above = |sum: f32| (sum + rest) * BOUND_SLACK >= threshold;
        let (scores, _) = self.window[..self.length].as_chunks::<BLOCK>();
        let (matched, _) = self.matched[..self.length].as_chunks::<BLOCK>();
        self.found.resize(self.length + 1, 0);
        let places = &mut self.found[..];
        let mut found = 0;
        for (place, (scores, matched)) in (0..).step_by(BLOCK).zip(scores.iter().zip(matched)) {
            // Counting is vectorised, unlike a search for the first. Each offset is written without a branch;
            // the next one overwrites it unless it is a candidate.
            if u128::from_ne_bytes(*matched) != 0 && scores.iter().filter(|sum| is_above(**sum)).count() > 0 {
                for (at, (&sum, &matched)) in (place..).zip(scores.iter().zip(matched)) {
                    places[found] = at;
                    found += usize::from(is_above(sum)) & usize::from(matched & !FUNCTION != 0);
                }
            }
        }
        out.clear();
        out.extend(self.found[..found].iter().map(|&place| Accumulated {
            doc: self.start + place,
            score: self.window[place as usize],
            matched: self.matched[place as usize],
        }));
    }
}
