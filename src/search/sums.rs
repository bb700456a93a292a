//! Adding up: what the words of a query are worth together, window by window.
//!
//! Of words that alone cannot lift a release into the best, the long lists are left out (MaxScore: Turtle &
//! Flood 1995); who asks must look them up. Knows no pool and no gate.

use tantivy::DocId;

use super::{scored::Scored, weights::BOUND_SLACK};

/// So many releases are added up at a time; their sums stay in the nearer caches. Fewer under test, so that
/// small corpora have several windows.
const WINDOW: DocId = if cfg!(test) { 64 } else { 1 << 12 };

/// So many sums are looked at together.
const BLOCK: usize = 16;

/// Words that are left out are added up all the same where their lists have no more entries: that takes no longer
/// than looking releases up. Fewer under test, so that small corpora have both.
const SHORT: usize = if cfg!(test) { 60 } else { 1 << 13 };

/// The bit of function words, which make no release a hit.
pub(super) const FUNCTION: u8 = 1 << 7;

/// A clause in one segment.
pub(super) struct Word<'s> {
    /// The releases that have it, and those that hint at it; none is in both.
    pub lists: [&'s Scored; 2],
    /// The bit that says that a release has it.
    pub bit: u8,
}

impl Word<'_> {
    pub fn most(&self) -> f32 {
        self.lists[0].most.max(self.lists[1].most)
    }
}

/// A release with what the words that were added up are worth in it.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    pub doc: DocId,
    pub score: f32,
    /// The bits of the words that it has.
    pub has: u8,
}

/// Adds up words.
pub(super) struct Sums<'s> {
    words: &'s [Word<'s>],
    /// Where each word's lists go on.
    at: Vec<[usize; 2]>,
    /// Content words, from the one that can add least to the one that can add most.
    content: Vec<usize>,
    /// The words that are not added up, and what each can add at most, the most first. Without any, the sum is
    /// the very score.
    pub others: Vec<(usize, f32)>,
    /// The sum of each release of the window, and the bits of what it has.
    window: Box<[f32; WINDOW as usize]>,
    has: Box<[u8; WINDOW as usize]>,
    /// Room for the places of the releases that are worth enough, and one more.
    found: Vec<u32>,
    /// So much of the window has releases.
    length: usize,
    /// Where the window begins, and where the next one may.
    start: DocId,
    next: DocId,
}

impl<'s> Sums<'s> {
    /// Of a segment that has so many releases.
    pub fn new(words: &'s [Word<'s>], all: DocId) -> Self {
        let mut content: Vec<usize> = (0..words.len()).filter(|&word| words[word].bit != FUNCTION).collect();
        content.sort_by(|&a, &b| words[a].most().total_cmp(&words[b].most()));
        Self {
            words,
            at: vec![[0; 2]; words.len()],
            content,
            others: Vec::new(),
            window: Box::new([0.0; WINDOW as usize]),
            has: Box::new([0; WINDOW as usize]),
            found: Vec::new(),
            length: (all.min(WINDOW) as usize).next_multiple_of(BLOCK),
            start: 0,
            next: 0,
        }
    }

    /// Adds up the next window that has releases which may reach the threshold. False where there is none.
    pub fn next_window(&mut self, threshold: f32) -> bool {
        let others = self.leave_out(threshold);
        let next =
            |word: &usize| self.words[*word].lists.iter().filter_map(|list| list.docs.next(self.next)).min();
        let Some(first) = self.content[others..].iter().filter_map(next).min() else { return false };
        self.start = first - first % WINDOW;
        self.next = self.start.saturating_add(WINDOW);
        let (window, has) = (&mut *self.window, &mut *self.has);
        window[..self.length].fill(0.0);
        has[..self.length].fill(0);
        // In the order of the query: floats depend on it.
        for (word, (Word { lists, bit }, at)) in self.words.iter().zip(&mut self.at).enumerate() {
            if self.others.iter().any(|(other, _)| *other == word) {
                continue;
            }
            for (list, at) in lists.iter().zip(at) {
                *at = list.each_between((self.start, self.next), *at, |doc, score| {
                    let place = (doc % WINDOW) as usize;
                    window[place] += score;
                    has[place] |= bit;
                });
            }
        }
        true
    }

    /// Says which words are not added up, and how many content words alone cannot reach the threshold.
    fn leave_out(&mut self, threshold: f32) -> usize {
        let words = self.words.iter().enumerate();
        self.others.clear();
        self.others
            .extend(words.filter(|(_, word)| word.bit == FUNCTION).map(|(at, word)| (at, word.most())));
        let mut rest = self.rest();
        let mut left_out = 0;
        for &word in &self.content {
            let most = self.words[word].most();
            if (rest + most) * BOUND_SLACK >= threshold {
                break;
            }
            rest += most;
            self.others.push((word, most));
            left_out += 1;
        }
        let lists = self.others.iter().flat_map(|(word, _)| self.words[*word].lists);
        if lists.map(Scored::len).sum::<usize>() <= SHORT {
            self.others.clear();
        }
        self.others.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        left_out
    }

    /// What the words that are not added up can add at most.
    fn rest(&self) -> f32 {
        self.others.iter().map(|(_, most)| most).sum()
    }

    /// Leaves out a release, where it is in the window.
    pub fn forget(&mut self, doc: DocId) {
        if (self.start..self.next).contains(&doc) {
            self.has[(doc - self.start) as usize] = FUNCTION;
        }
    }

    /// Fills in the releases of the window, in order, that may be worth `least` or more.
    pub fn worth(&mut self, least: f32, out: &mut Vec<Sum>) {
        let rest = self.rest();
        let is_worth = |sum: f32| (sum + rest) * BOUND_SLACK >= least;
        let (sums, _) = self.window[..self.length].as_chunks::<BLOCK>();
        let (has, _) = self.has[..self.length].as_chunks::<BLOCK>();
        self.found.resize(self.length + 1, 0);
        let places = &mut self.found[..];
        let mut found = 0;
        for (place, (sums, has)) in (0..).step_by(BLOCK).zip(sums.iter().zip(has)) {
            // Counting, unlike looking for the first, is done without branches, on many at once; and so is
            // noting each place, for the next one to take its room where it is not wanted.
            if u128::from_ne_bytes(*has) != 0 && sums.iter().filter(|sum| is_worth(**sum)).count() > 0 {
                for (at, (&sum, &has)) in (place..).zip(sums.iter().zip(has)) {
                    places[found] = at;
                    found += usize::from(is_worth(sum)) & usize::from(has & !FUNCTION != 0);
                }
            }
        }
        out.clear();
        out.extend(self.found[..found].iter().map(|&place| Sum {
            doc: self.start + place,
            score: self.window[place as usize],
            has: self.has[place as usize],
        }));
    }
}
