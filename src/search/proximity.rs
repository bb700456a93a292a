//! A second look at the best few hundred releases: nearness of the query's words, and newness.
//!
//! Sequential dependence (Metzler & Croft 2005): each pair of neighbouring query words counts where it
//! stands side by side in order, and, for less, anywhere within a window.

use super::{
    Searcher,
    placed::{Keep, Placed},
    places::{Places, is_vague},
    rank::Job,
    scored::MANY,
    weights::{BOUND_SLACK, HALF_LIFE, PROXIMITY_WORDS, UNORDERED, WINDOW},
};
use crate::{error::Result, index::Address};

/// What the nearness of a query's words is worth.
pub(super) struct Nearness {
    k1: f32,
    /// What each pair of neighbours adds that is always together; none where nearness does not count.
    pairs: Vec<f32>,
    /// Which content clauses are looked for in places at all.
    placed: Vec<bool>,
    /// What a release gains at most, by which of the clauses it has.
    most: [f32; SETS],
}

/// So many sets of clauses are told apart.
const SETS: usize = 1 << PROXIMITY_WORDS;

impl Nearness {
    /// What pairs add that are together so often.
    fn bonus<C>(&self, clauses: &[C], together: impl Fn(&C, &C) -> f32) -> f32 {
        let mut bonus = 0.0;
        for (pair, most) in clauses.windows(2).zip(&self.pairs) {
            let count = together(&pair[0], &pair[1]);
            let saturated = if count > 0.0 { count / (self.k1 + count) } else { 0.0 };
            bonus += most * saturated;
        }
        bonus
    }

    fn of_places(&self, places: [&[u32]; PROXIMITY_WORDS]) -> f32 {
        self.bonus(&places, |first, second| {
            let (ordered, near) = together(first, second);
            ordered + UNORDERED * near
        })
    }

    /// No release gains more that has these clauses; the bits are those of `Placed`.
    fn of_words(&self, has: u8) -> f32 {
        self.most[usize::from(has) % SETS]
    }

    /// No release gains more that has the clauses in so many places.
    fn at_most(&self, places: impl Iterator<Item = u8>) -> f32 {
        let mut counts = [0.0; PROXIMITY_WORDS];
        for ((counted, places), placed) in counts.iter_mut().zip(places).zip(&self.placed) {
            *counted = if *placed { count(places) } else { 0.0 };
        }
        self.bonus(&counts, |&first, &second| {
            // A word follows at most two that stand before it.
            let ordered = first.min(2.0 * second);
            let near = if second > 0.0 { first - ordered } else { 0.0 };
            ordered + UNORDERED * near
        })
    }
}

/// A number of places; a great one where nobody knows.
fn count(places: u8) -> f32 {
    if places == MANY { 1e9 } else { places.into() }
}

impl Searcher {
    fn nearness(&self, job: &Job) -> Nearness {
        let weights = self.weights();
        let content = || job.clauses.iter().filter(|clause| clause.content).map(|clause| &clause.part);
        // Raised as all bounds once were; the bonus is a part of them.
        let bounds: Vec<f32> = content().map(|part| part.bound * BOUND_SLACK).collect();
        let pairs = bounds.windows(2).map(|pair| weights.proximity * (pair[0] + pair[1]) / 2.0);
        let pairs = if bounds.len() > PROXIMITY_WORDS { Vec::new() } else { pairs.collect() };
        let placed = content().map(|part| !is_vague(part)).collect();
        let mut near = Nearness { k1: weights.k1, pairs, placed, most: [0.0; SETS] };
        for set in 0..SETS {
            near.most[set] =
                near.at_most((0..PROXIMITY_WORDS).map(|word| if set >> word & 1 == 1 { MANY } else { 0 }));
        }
        near
    }

    /// Adds the bonus to the score of each release that may be among the `wanted` best with it. Takes
    /// them best first, in rounds: what the first ones reach spares most of the others a look.
    pub(super) fn look_again(
        &self,
        job: &Job,
        placed: &mut Vec<Placed>,
        wanted: usize,
        Again { keep, hints }: Again,
    ) -> Result<()> {
        let near = self.nearness(job);
        let may_reach = |placed: &Placed, least: f32| {
            let new = 1.0 + self.newness(placed.address);
            let reaches = |bonus: f32| (placed.score + bonus) * new * BOUND_SLACK >= least;
            reaches(near.of_words(placed.has)) && reaches(near.at_most(self.counts(job, placed.address)))
        };
        let exhaustive = keep.exhaustive;
        if placed.len() > keep.limit {
            // Which of the worst are kept need only be settled where one of them may get in.
            let best_first = |a: &Placed, b: &Placed| b.score.total_cmp(&a.score);
            let least = placed.select_nth_unstable_by(wanted.max(1) - 1, best_first).1.score;
            let worst = placed.iter().map(|placed| placed.score).fold(f32::INFINITY, f32::min);
            let mut worst = placed.iter().filter(|placed| placed.score <= worst);
            if exhaustive || worst.any(|placed| may_reach(placed, least)) {
                self.cut_equals(placed, keep);
            }
        }
        let (mut rest, mut round) = (&mut placed[..], wanted.max(1));
        let mut reached: Vec<f32> = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            if exhaustive {
                round = rest.len();
            }
            if round < rest.len() {
                rest.select_nth_unstable_by(round, |a, b| b.score.total_cmp(&a.score));
            }
            let (some, behind) = rest.split_at_mut(round.min(rest.len()));
            rest = behind;
            round = usize::MAX;
            let threshold = if exhaustive { None } else { reached.get(wanted.wrapping_sub(1)).copied() };
            let may_get_in = |placed: &&mut Placed| threshold.is_none_or(|least| may_reach(placed, least));
            let mut promising: Vec<&mut Placed> = some.iter_mut().filter(may_get_in).collect();
            promising.sort_unstable_by_key(|placed| placed.address);
            let mut open: Option<(u32, Places)> = None;
            for Placed { address, score, has } in promising {
                if near.of_words(*has) > 0.0 {
                    if open.as_ref().is_none_or(|(opened, _)| *opened != address.segment) {
                        let segment = self.snapshot().segment(address.segment);
                        open = Some((address.segment, Places::open_near(self, segment, job, hints)?));
                    }
                    if let Some((_, reader)) = &mut open {
                        *score += near.of_places(reader.by_clause(address.doc));
                    }
                }
                *score *= 1.0 + self.newness(*address);
                reached.push(*score);
            }
            reached.sort_unstable_by(|a, b| b.total_cmp(a));
            reached.truncate(wanted.max(1));
        }
        Ok(())
    }

    /// In how many places a release has each content clause at most.
    fn counts<'j>(&'j self, job: &'j Job, Address { segment, doc }: Address) -> impl Iterator<Item = u8> {
        let segment = self.snapshot().segment(segment);
        let content = job.clauses.iter().filter(|clause| clause.content);
        content.map(move |clause| clause.part.get(segment, doc).map_or(0, |(_, places)| places))
    }

    /// What a release gains from being new, as a part of its score.
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are few")]
    fn newness(&self, Address { segment, doc }: Address) -> f32 {
        let recency = self.weights().recency;
        if recency <= 0.0 {
            return 0.0;
        }
        let Some(day) = self.snapshot().segment(segment).day(doc) else { return 0.0 };
        let age = self.snapshot().newest.saturating_sub(day).max(0) as f32;
        recency * 0.5_f32.powf(age / HALF_LIFE)
    }
}

/// How releases are looked at again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    /// What was kept.
    pub keep: Keep,
    /// Whether some may only hint at a word.
    pub hints: bool,
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
