//! What the nearness of a query's words is worth.
//!
//! Sequential dependence (Metzler & Croft 2005): each pair of neighbouring query words counts where it
//! stands side by side in order, and, for less, anywhere within a window. Reads nothing.

use super::{
    Searcher,
    places::is_vague,
    rank::Job,
    scored::MANY,
    weights::{BOUND_SLACK, PROXIMITY_WORDS, UNORDERED, WINDOW},
};

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

    pub fn of_places(&self, places: [&[u32]; PROXIMITY_WORDS]) -> f32 {
        self.bonus(&places, |first, second| {
            let (ordered, near) = together(first, second);
            ordered + UNORDERED * near
        })
    }

    /// No release gains more that has these clauses; the bits are those of `Placed`.
    pub fn of_words(&self, has: u8) -> f32 {
        self.most[usize::from(has) % SETS]
    }

    /// No release gains more that has the clauses in so many places.
    pub fn at_most(&self, places: impl Iterator<Item = u8>) -> f32 {
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
    pub(super) fn nearness(&self, job: &Job) -> Nearness {
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
