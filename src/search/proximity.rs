//! A second look at the best few hundred releases: nearness of the query's words, and newness.
//!
//! Sequential dependence (Metzler & Croft 2005): each pair of neighbouring query words counts where it
//! stands side by side in order, and, for less, anywhere within a window.

use super::{
    Searcher,
    places::Places,
    rank::{Job, Placed},
    scored::MANY,
    weights::{BOUND_SLACK, HALF_LIFE, PROXIMITY_WORDS, UNORDERED, WINDOW},
};
use crate::error::Result;

impl Searcher {
    /// Adds the bonus to the score of each release that may be among the `wanted` best with it. Takes
    /// them best first, in rounds: what the first ones reach spares most of the others a look.
    pub(super) fn look_again(
        &self,
        job: &Job,
        placed: &mut [Placed],
        wanted: usize,
        exhaustive: bool,
    ) -> Result<()> {
        let content = job.clauses.iter().filter(|clause| clause.content);
        // Raised as all bounds once were; the bonus is a part of them.
        let bounds: Vec<f32> = content.map(|clause| clause.part.bound * BOUND_SLACK).collect();
        let near = bounds.len() <= PROXIMITY_WORDS;
        let (mut done, mut round) = (0, wanted.max(1));
        let mut reached: Vec<f32> = Vec::with_capacity(placed.len());
        let mut places = Vec::new();
        while done < placed.len() {
            let end = if exhaustive { placed.len() } else { placed.len().min(done + round) };
            let threshold = if exhaustive { None } else { reached.get(wanted.wrapping_sub(1)).copied() };
            let mut promising: Vec<&mut Placed> = placed[done..end]
                .iter_mut()
                .filter(|placed| threshold.is_none_or(|least| self.may_reach(job, placed, &bounds, least)))
                .collect();
            promising.sort_by_key(|placed| placed.address);
            let mut open: Option<(u32, Places)> = None;
            for placed in promising {
                let ordinal = placed.address.segment;
                let candidate = &mut placed.candidate;
                if near {
                    if open.as_ref().is_none_or(|(opened, _)| *opened != ordinal) {
                        let segment = self.snapshot().segment(ordinal);
                        open = Some((ordinal, Places::open_near(self, segment, job)?));
                    }
                    if let Some((_, reader)) = &mut open {
                        reader.by_clause(candidate.doc, &mut places);
                        candidate.score += self.bonus(&places, &bounds);
                    }
                }
                candidate.score *= 1.0 + self.newness(candidate.day);
                reached.push(candidate.score);
            }
            reached.sort_by(|a, b| b.total_cmp(a));
            reached.truncate(wanted.max(1));
            done = end;
            round *= 2;
        }
        Ok(())
    }

    /// Whether a release can be worth so much with its bonus.
    fn may_reach(&self, job: &Job, placed: &Placed, bounds: &[f32], least: f32) -> bool {
        let candidate = &placed.candidate;
        let newness = (1.0 + self.newness(candidate.day)) * BOUND_SLACK;
        let most: f32 = bounds.windows(2).map(|pair| self.pair_bonus(pair, 1.0)).sum();
        if (candidate.score + most) * newness < least {
            return false;
        }
        let segment = self.snapshot().segment(placed.address.segment);
        let content = job.clauses.iter().filter(|clause| clause.content);
        let mentions: Vec<u8> = content
            .map(|clause| clause.part.get(segment, candidate.doc).map_or(0, |(_, places)| places))
            .collect();
        let pairs = mentions.windows(2).zip(bounds.windows(2));
        let most: f32 =
            pairs.map(|(mentions, pair)| self.pair_bonus(pair, self.together_at_most(mentions))).sum();
        (candidate.score + most) * newness >= least
    }

    /// The part of a pair's bonus that so many mentions of its words can reach at most.
    fn together_at_most(&self, mentions: &[u8]) -> f32 {
        let &[first, second] = mentions else { return 0.0 };
        if first == MANY || second == MANY {
            return 1.0;
        }
        let (first, second) = (f32::from(first), f32::from(second));
        // A word follows at most two that stand before it.
        let ordered = first.min(2.0 * second);
        let near = if second > 0.0 { first - ordered } else { 0.0 };
        self.saturated_count(ordered + UNORDERED * near)
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
        for (pair, bounds) in positions.windows(2).zip(bounds.windows(2)) {
            let (ordered, near) = together(&pair[0], &pair[1]);
            bonus += self.pair_bonus(bounds, self.saturated_count(ordered + UNORDERED * near));
        }
        bonus
    }

    fn saturated_count(&self, count: f32) -> f32 {
        count / (self.weights().k1 + count)
    }

    /// What a pair of words adds, by how much each may add and how saturated their nearness is.
    fn pair_bonus(&self, bounds: &[f32], saturated: f32) -> f32 {
        self.weights().proximity * bounds.iter().sum::<f32>() / 2.0 * saturated
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
