//! Phrases within a distance of each other.

/// Where two phrases start, in order, and the offsets of their last words.
pub(crate) struct Side<'s> {
    pub starts: &'s [u32],
    pub last: u32,
}

impl Side<'_> {
    /// The nearest occurrence of the other side within a distance of the one at an index: adjacent words have the
    /// distance 1, overlapping occurrences none.
    pub fn nearest(&self, at: usize, other: &Side, within: u32) -> Option<usize> {
        let start = *self.starts.get(at)?;
        let end = start.saturating_add(self.last);
        let after = other.starts.partition_point(|&start| start <= end);
        let before =
            other.starts.partition_point(|&other_start| other_start.saturating_add(other.last) < start);
        let distance = |at: usize| {
            let other_start = *other.starts.get(at)?;
            let distance = if other_start > end {
                other_start - end
            } else {
                start - other_start.saturating_add(other.last)
            };
            (distance <= within).then_some((distance, at))
        };
        let before = before.checked_sub(1).and_then(distance);
        before.into_iter().chain(distance(after)).min().map(|(_, at)| at)
    }
}

/// Whether two phrases occur within a distance.
pub(crate) fn are_near(left: &Side, right: &Side, within: u32) -> bool {
    (0..left.starts.len()).any(|at| left.nearest(at, right, within).is_some())
}
