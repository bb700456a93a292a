//! Maps ascending ranges of an original text to spans of its displayed text.
//!
//! Continues from the last span if the next one is near.

use std::ops::Range;

use super::text::{BLOCK, DisplayText, Run, Span};

/// Finds spans, fast if they ascend.
pub(super) struct SpanCursor<'s> {
    text: &'s DisplayText,
    /// The first run after the last byte of the original that was asked for.
    run: usize,
    /// The end of the last span.
    byte: usize,
    at: usize,
}

impl<'s> SpanCursor<'s> {
    pub fn new(text: &'s DisplayText) -> Self {
        Self { text, run: 0, byte: 0, at: 0 }
    }

    /// As `DisplayText::span`.
    pub fn span(&mut self, origin: &Range<usize>) -> Span {
        let text = self.text;
        let start = text.sequence_start(self.displayed_at(origin.start));
        let end = self.displayed_at(origin.end);
        let end = (end + text.continuation_len(end)).max(start);
        let number = if (self.byte..=self.byte + BLOCK).contains(&start) {
            self.at + text.count_between(self.byte, start)
        } else {
            text.char_index(start)
        };
        (self.byte, self.at) = (end, number + text.count_between(start, end));
        Span { start: number, end: self.at, bytes: start..end }
    }

    /// The byte of the displayed text for a byte of the original, or the next one.
    fn displayed_at(&mut self, origin: usize) -> usize {
        let DisplayText { runs, text, .. } = self.text;
        let is_before = |run: &Run| run.origin < origin;
        let is_near = self.run.checked_sub(1).and_then(|run| runs.get(run)).is_some_and(is_before)
            && runs.get(self.run + 1).is_none_or(|run| !is_before(run));
        self.run = if is_near {
            self.run + usize::from(runs.get(self.run).is_some_and(is_before))
        } else {
            runs.partition_point(is_before)
        };
        let Some(run) = self.run.checked_sub(1).and_then(|run| runs.get(run)) else { return 0 };
        let end = runs.get(self.run).map_or(text.len(), |next| next.displayed);
        (run.displayed + (origin - run.origin)).min(end)
    }
}
