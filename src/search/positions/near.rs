//! Phrases within a distance of each other.

use super::FieldLimit;

/// Where two phrases start, in order, and the offsets of their last words.
pub(crate) struct Side<'s> {
    pub starts: &'s [u32],
    pub last: u32,
}

impl Side<'_> {
    /// The nearest occurrence of the other side within a distance of the one at an index: adjacent words have the
    /// distance 1, overlapping occurrences none.
    pub fn nearest(&self, at: usize, other: &Side, within: u32, limit: FieldLimit) -> Option<usize> {
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
            (distance <= within && !limit.separates(start, other_start)).then_some((distance, at))
        };
        let before = before.checked_sub(1).and_then(distance);
        before.into_iter().chain(distance(after)).min().map(|(_, at)| at)
    }
}

/// Whether two phrases occur within a distance.
pub(crate) fn are_near(left: &Side, right: &Side, within: u32, limit: FieldLimit) -> bool {
    (0..left.starts.len()).any(|at| left.nearest(at, right, within, limit).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_near_each_other() {
        let far = u32::MAX;
        for ((left, last), (right, other_last), within, limit, expected) in [
            ((&[5][..], 0), (&[7][..], 0), 2, far, true),
            ((&[7], 0), (&[5], 0), 2, far, true),
            ((&[5], 0), (&[8], 0), 2, far, false),
            ((&[5], 0), (&[5], 0), 2, far, false),
            ((&[], 0), (&[5], 0), 2, far, false),
            // From the last word of the first phrase, and none of its words.
            ((&[5], 2), (&[8], 0), 1, far, true),
            ((&[5], 2), (&[6], 0), 9, far, false),
            // Across the end of the title.
            ((&[5], 0), (&[6], 0), 2, 6, false),
        ] {
            let sides = [Side { starts: left, last }, Side { starts: right, last: other_last }];
            assert_eq!(
                are_near(&sides[0], &sides[1], within, FieldLimit(limit)),
                expected,
                "{left:?} {right:?}"
            );
            assert_eq!(
                are_near(&sides[1], &sides[0], within, FieldLimit(limit)),
                expected,
                "{right:?} {left:?}"
            );
        }
    }
}
