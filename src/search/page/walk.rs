//! Walks through what is shown of a text: where stretches of the original stand in it, one behind the other.
//!
//! Goes on from the last place where the next one is near, and looks it up where it is not.

use std::ops::Range;

use super::shown::{BLOCK, Place, Run, Shown};

/// Finds places of a text, those behind the last one fast.
pub(super) struct Walk<'s> {
    shown: &'s Shown,
    /// The first run behind the last byte of the original that was asked for.
    run: usize,
    /// The end of the last place.
    byte: usize,
    at: usize,
}

impl<'s> Walk<'s> {
    pub fn new(shown: &'s Shown) -> Self {
        Self { shown, run: 0, byte: 0, at: 0 }
    }

    /// As `Shown::place`.
    pub fn place(&mut self, origin: &Range<usize>) -> Place {
        let shown = self.shown;
        let start = shown.opener(self.shown_at(origin.start));
        let end = self.shown_at(origin.end);
        let end = (end + shown.going_on(end)).max(start);
        let number = if (self.byte..=self.byte + BLOCK).contains(&start) {
            self.at + shown.count_between(self.byte, start)
        } else {
            shown.number(start)
        };
        (self.byte, self.at) = (end, number + shown.count_between(start, end));
        Place { start: number, end: self.at, bytes: start..end }
    }

    /// Where in the shown text, in bytes, stands what begins there in the original, or else what follows.
    fn shown_at(&mut self, origin: usize) -> usize {
        let Shown { runs, text, .. } = self.shown;
        let is_before = |run: &Run| run.origin < origin;
        let is_near = self.run.checked_sub(1).and_then(|run| runs.get(run)).is_some_and(is_before)
            && runs.get(self.run + 1).is_none_or(|run| !is_before(run));
        self.run = if is_near {
            self.run + usize::from(runs.get(self.run).is_some_and(is_before))
        } else {
            runs.partition_point(is_before)
        };
        let Some(run) = self.run.checked_sub(1).and_then(|run| runs.get(run)) else { return 0 };
        let end = runs.get(self.run).map_or(text.len(), |next| next.shown);
        (run.shown + (origin - run.origin)).min(end)
    }
}
