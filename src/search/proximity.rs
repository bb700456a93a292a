//! A second look at the best few hundred releases: nearness of the query's words, and newness.
//!
//! Sequential dependence (Metzler & Croft 2005): each pair of neighbouring query words counts where it
//! stands side by side in order, and, for less, anywhere within a window.

use super::{
    Searcher,
    cursor::Stops,
    rank::{Job, Placed, Walk},
    weights::{HALF_LIFE, PROXIMITY_WORDS, UNORDERED, WINDOW},
};
use crate::error::Result;

impl Searcher {
    /// Adds the bonus to each release's score.
    pub(super) fn look_again(&self, job: &Job, placed: &mut [Placed]) -> Result<()> {
        let mut order: Vec<usize> = (0..placed.len()).collect();
        order.sort_by_key(|&at| placed[at].address);
        let mut start = 0;
        while let Some(&first) = order.get(start) {
            let segment = placed[first].address.segment;
            let end = start
                + order[start..].iter().take_while(|&&at| placed[at].address.segment == segment).count();
            let mut walk = Walk::open(self, self.snapshot().segment(segment), job, Stops::Hints, true)?;
            let bounds = walk.content_bounds();
            for &at in &order[start..end] {
                let candidate = &mut placed[at].candidate;
                if bounds.len() <= PROXIMITY_WORDS {
                    candidate.score += self.bonus(&walk.positions(candidate.doc), &bounds);
                }
                candidate.score *= 1.0 + self.newness(candidate.day);
            }
            start = end;
        }
        Ok(())
    }

    /// What a release gains from being new, as a part of its score.
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are few")]
    fn newness(&self, day: i64) -> f32 {
        let recency = self.weights().recency;
        if recency <= 0.0 || day == i64::MIN {
            return 0.0;
        }
        let age = self.snapshot().newest.saturating_sub(day).max(0) as f32;
        recency * 0.5_f32.powf(age / HALF_LIFE)
    }

    fn bonus(&self, positions: &[Vec<u32>], bounds: &[f32]) -> f32 {
        let mut bonus = 0.0;
        for (pair, bound) in positions.windows(2).zip(bounds.windows(2)) {
            let (ordered, near) = together(&pair[0], &pair[1]);
            let count = ordered + UNORDERED * near;
            let saturated = count / (self.weights().k1 + count);
            bonus += self.weights().proximity * (bound[0] + bound[1]) / 2.0 * saturated;
        }
        bonus
    }
}

/// How often the second word follows the first, with at most one word between, and how often they
/// stand within a window otherwise.
fn together(first: &[u32], second: &[u32]) -> (f32, f32) {
    let (mut ordered, mut near) = (0.0_f32, 0.0_f32);
    for &position in first {
        let from = position.saturating_sub(WINDOW);
        let start = second.partition_point(|&other| other < from);
        let mut best = 0;
        for &other in second[start..].iter().take_while(|&&other| other <= position + WINDOW) {
            let follows = other > position && other - position <= 2;
            best = best.max(if follows { 2 } else { u8::from(other != position) });
        }
        match best {
            2 => ordered += 1.0,
            1 => near += 1.0,
            _ => {}
        }
    }
    (ordered, near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_nearness_are_told_apart() {
        for (first, second, expected) in [
            (&[1][..], &[2][..], (1.0, 0.0)),
            (&[2], &[1], (0.0, 1.0)),
            (&[1], &[6], (0.0, 1.0)),
            (&[1], &[60], (0.0, 0.0)),
            (&[1, 50], &[2, 55], (1.0, 1.0)),
            (&[], &[1], (0.0, 0.0)),
            (&[3], &[3], (0.0, 0.0)),
        ] {
            assert_eq!(together(first, second), expected, "{first:?} {second:?}");
        }
    }
}
