//! Phrases within a distance of each other.

use crate::search::postings::Position;

/// Where two phrases start, in order, and the offsets of their last words.
pub(crate) struct Side<'s> {
    pub starts: &'s [Position],
    pub last: u32,
}

impl Side<'_> {
    /// The nearest occurrence of the other side within a distance of the one at an index: adjacent words have the
    /// distance 1, overlapping occurrences none.
    pub fn nearest(&self, at: usize, other: &Side, within: u32) -> Option<usize> {
        let end_of = |start: Position, side: &Side| start.saturating_add(side.last.into());
        let start = *self.starts.get(at)?;
        let end = end_of(start, self);
        let after = other.starts.partition_point(|&start| start <= end);
        let before = other.starts.partition_point(|&other_start| end_of(other_start, other) < start);
        let distance = |at: usize| {
            let other_start = *other.starts.get(at)?;
            let distance =
                if other_start > end { other_start - end } else { start - end_of(other_start, other) };
            (distance <= within.into()).then_some((distance, at))
        };
        let before = before.checked_sub(1).and_then(distance);
        before.into_iter().chain(distance(after)).min().map(|(_, at)| at)
    }
}
