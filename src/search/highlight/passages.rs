//! Selects the passages of a text that show the most clauses of a query, and their bounds.
//!
//! Each match gives windows that start at it or before it, and the best of them becomes a passage.

use std::{cmp::Reverse, ops::Range};

use super::display_text::DisplayText;

/// A window that starts within a sentence has one part in this many of its room before a match.
const BEFORE: usize = 4;

/// A passage that ends with a sentence fills at least one part in this many of its room.
const FULL_ENOUGH: usize = 3;

/// A match to show, in bytes of the displayed text. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub start: usize,
    pub end: usize,
    /// The bit of its clause in a set of clauses.
    pub clause: u128,
}

/// What a window starts with, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Sentence,
    /// A word some way before a match.
    Word,
    Match,
}

/// The clauses of some targets.
fn clauses<'t>(targets: impl Iterator<Item = &'t Target>) -> u128 {
    targets.fold(0, |clauses, target| clauses | target.clause)
}

/// Selects passages of a text.
pub(super) struct Passages<'t> {
    pub display: &'t DisplayText,
    /// What to show, in order. None is longer than all passages may be together.
    pub targets: &'t [Target],
}

impl Passages<'_> {
    /// At most `count` passages of `length` characters together, in bytes and in order: the fewest that show as many clauses
    /// as that many can. The start of the text if there are no targets.
    pub fn select(&self, count: usize, length: usize) -> Vec<Range<usize>> {
        let all = clauses(self.targets.iter());
        let mut best = (0_u128, vec![0..0; count.min(1)]);
        for count in 1..=count.min(all.count_ones() as usize) {
            // One character is between two passages.
            let limit = (length.saturating_add(1) / count).saturating_sub(1);
            let windows = self.windows(count, limit);
            if windows.0.count_ones() > best.0.count_ones() {
                best = windows;
            }
            if best.0 == all {
                break;
            }
        }
        self.extended(&best.1, length)
    }

    /// The window of `limit` characters that shows the most clauses, then the one that adds most, and so on up to `count`. Of
    /// equal ones, the window that starts best, then the one that has the most targets, the closest together.
    /// Returns the clauses that they show, and the windows in order.
    fn windows(&self, count: usize, limit: usize) -> (u128, Vec<Range<usize>>) {
        let starts = self.starts(limit);
        let (mut shown, mut windows) = (0, Vec::<Range<usize>>::new());
        while windows.len() < count {
            // A window apart from the others, up to its last target, with what it adds and how good it is.
            let window = |&(start, kind, end): &(usize, Start, usize)| {
                let next = windows.iter().find(|other| other.end > start);
                let end = next.map_or(end, |next| next.start.min(end));
                let behind = &self.targets[self.targets.partition_point(|target| target.start < start)..];
                let fitting = behind.iter().take_while(|target| target.end <= end).count();
                let inside = behind[..fitting].iter().filter(|target| target.clause & shown == 0);
                let (first, last) = (inside.clone().next()?, inside.clone().map(|target| target.end).max()?);
                let (clauses, extent) = (clauses(inside.clone()), Reverse(last - first.start));
                let quality = (clauses.count_ones(), Reverse(kind), inside.count(), extent, Reverse(start));
                Some((quality, clauses, start..last))
            };
            let best = starts.iter().filter_map(window).max_by_key(|(quality, ..)| *quality);
            let Some((_, clauses, window)) = best else { break };
            shown |= clauses;
            windows.push(window);
            windows.sort_unstable_by_key(|window| window.start);
        }
        (shown, windows)
    }

    /// Where windows of `limit` characters may start, in order, and where they then end.
    fn starts(&self, limit: usize) -> Vec<(usize, Start, usize)> {
        let Self { display, targets } = self;
        // The window at the end of the text starts before the sentence of its last match.
        let last = display.next_sentence(display.backward(display.len(), limit));
        let mut starts = Vec::with_capacity(3 * targets.len() + 1);
        starts.push((last, Start::Sentence));
        for target in *targets {
            let sentence = display.sentence_start(target.start);
            let before = display.backward(target.start, limit / BEFORE);
            let word = before.checked_sub(1).map_or(0, |at| display.word_end(at) + 1);
            let word = word.clamp(sentence, target.start);
            starts.extend([(sentence, Start::Sentence), (word, Start::Word), (target.start, Start::Match)]);
        }
        starts.retain(|&(at, start)| start == Start::Match || self.cut(at).is_none());
        starts.sort_unstable();
        starts.dedup_by_key(|(at, _)| *at);
        starts.into_iter().map(|(at, start)| (at, start, display.forward(at, limit))).collect()
    }

    /// Windows extended to equal shares of the length, and joined where they are adjacent.
    fn extended(&self, windows: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
        let mut left = length.saturating_add(1);
        let mut passages: Vec<Range<usize>> = Vec::with_capacity(windows.len());
        for (at, window) in windows.iter().enumerate() {
            let room = (left / (windows.len() - at)).saturating_sub(1);
            let next = windows.get(at + 1).map_or(self.display.len(), |next| next.start);
            let passage = window.start..self.end(window, room, next);
            left = left.saturating_sub(self.display.chars(&passage) + 1);
            match passages.last_mut() {
                Some(last) if passage.start <= last.end + 1 => last.end = passage.end,
                _ => passages.push(passage),
            }
        }
        passages.retain(|passage| !passage.is_empty());
        passages
    }

    /// The end of a passage of at most `room` characters with this window: the end of a sentence, or else of a word. It
    /// is at most `next`, and cuts no later target.
    fn end(&self, window: &Range<usize>, room: usize, next: usize) -> usize {
        let display = self.display;
        let last = display.forward(window.start, room).min(next).max(window.end);
        if last >= display.len() {
            return last;
        }
        // A space precedes every sentence and every word but the first.
        let sentence = display.sentence_start(last + 1).saturating_sub(1);
        let last_word = |at: usize| display.word_start(at + 1).saturating_sub(1);
        let is_full = display.chars(&(window.start..sentence.max(window.start))) * FULL_ENOUGH >= room;
        let end = match last_word(last) {
            _ if is_full && sentence >= window.end => sentence,
            word if word > window.start => word,
            // One word is longer than the room.
            _ => display.cluster(last).start,
        };
        let cut = self.cut(end).filter(|target| target.start >= window.end);
        cut.map_or(end, |target| last_word(target.start)).max(window.end)
    }

    /// The target that a passage with this bound cuts. Of targets within others only the last is considered.
    fn cut(&self, bound: usize) -> Option<&Target> {
        let before = self.targets.partition_point(|target| target.start < bound);
        self.targets[..before].last().filter(|target| target.end > bound)
    }
}
