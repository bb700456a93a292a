//! Which stretches of a body to show: those that show most of the query in little room.
//!
//! Works on numbers only: what was met, in characters, and where sentences begin. Takes n log n steps.

use std::{borrow::Cow, cmp::Reverse, ops::Range};

/// Something of the query, in characters of the shown text, never empty; and where its sentence begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub start: usize,
    pub end: usize,
    pub clause: usize,
    pub sentence: usize,
}

impl Target {
    /// Whether it lies in a stretch, whole.
    pub fn is_in(&self, place: &Range<usize>) -> bool {
        place.start <= self.start && self.end <= place.end
    }

    fn touches(&self, place: &Range<usize>) -> bool {
        self.start < place.end && place.start < self.end
    }
}

/// The stretches to show, each at most an equal share of `length` long and apart from the others, in
/// order: as few as show as many clauses as `most` stretches can.
///
/// The targets are in order and none is longer than `length`.
pub(super) fn choose(targets: &[Target], most: usize, length: usize) -> Vec<Range<usize>> {
    let clauses = targets.iter().map(|target| target.clause + 1).max().unwrap_or(0);
    let mut clauses = vec![Clause::default(); clauses];
    let present = missing(targets, &mut clauses);
    let mut best = Vec::new();
    let mut best_shown = 0;
    for count in 1..=most.min(present) {
        for clause in &mut clauses {
            clause.is_shown = false;
        }
        let stretches = one_by_one(targets, &mut clauses, count, length / count);
        let shown = clauses.iter().filter(|clause| clause.is_shown).count();
        if shown > best_shown {
            (best, best_shown) = (stretches, shown);
        }
        if best_shown == present {
            break;
        }
    }
    best.sort_unstable_by_key(|stretch| stretch.start);
    best
}

/// What is known of a clause while stretches are chosen.
#[derive(Clone, Default)]
struct Clause {
    /// Whether the stretches that were taken show it.
    is_shown: bool,
    /// How many of its targets are in the window that is weighed.
    inside: usize,
}

struct Window {
    worth: Worth,
    stretch: Range<usize>,
}

/// What a window is worth; of two the greater is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    /// Clauses that nothing shows yet.
    fresh: usize,
    matches: usize,
    extent: Reverse<usize>,
    start: Reverse<usize>,
}

/// How many clauses of these targets no stretch shows.
fn missing(targets: &[Target], clauses: &mut [Clause]) -> usize {
    empty(clauses);
    for target in targets {
        clauses[target.clause].inside += 1;
    }
    clauses.iter().filter(|clause| clause.inside > 0 && !clause.is_shown).count()
}

/// Begins a window.
fn empty(clauses: &mut [Clause]) {
    for clause in clauses {
        clause.inside = 0;
    }
}

/// Takes the best stretch, then the one that adds most to it, and so on.
fn one_by_one(targets: &[Target], clauses: &mut [Clause], count: usize, limit: usize) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::with_capacity(count);
    // Targets that touch none of them.
    let mut left = Cow::Borrowed(targets);
    while let Some(Window { stretch, .. }) = best(&left, clauses, limit) {
        for target in left.iter().filter(|target| target.is_in(&stretch)) {
            clauses[target.clause].is_shown = true;
        }
        stretches.push(stretch.clone());
        if stretches.len() == count {
            break;
        }
        left.to_mut().retain(|target| !target.touches(&stretch));
    }
    stretches
}

/// The best window of `limit` characters. One that can begin with its sentence reads better, unless it
/// shows less of the query.
fn best(targets: &[Target], clauses: &mut [Clause], limit: usize) -> Option<Window> {
    let within = best_from(targets, clauses, limit, |target| target.sentence);
    if within.as_ref().is_some_and(|within| within.worth.fresh == missing(targets, clauses)) {
        return within;
    }
    let tight = best_from(targets, clauses, limit, |target| target.start);
    match (within, tight) {
        (Some(within), Some(tight)) if tight.worth.fresh > within.worth.fresh => Some(tight),
        (Some(window), _) | (None, Some(window)) => Some(window),
        (None, None) => None,
    }
}

/// The best window of `limit` characters counted from the origin of its first target; none where no
/// window shows a fresh clause. The origins of targets in order must be in order.
fn best_from(
    targets: &[Target],
    clauses: &mut [Clause],
    limit: usize,
    origin: impl Fn(&Target) -> usize,
) -> Option<Window> {
    let mut by_end: Vec<usize> = Vec::new();
    if !targets.is_sorted_by_key(|target| target.end) {
        by_end.extend(0..targets.len());
        by_end.sort_by_key(|&at| targets[at].end);
    }
    let mut waiting = (0..targets.len()).map(|at| by_end.get(at).copied().unwrap_or(at)).peekable();
    empty(clauses);
    let (mut fresh, mut matches, mut end) = (0, 0, 0);
    let mut best: Option<(Worth, usize, usize)> = None;
    for (at, target) in targets.iter().enumerate() {
        let bound = origin(target).saturating_add(limit);
        while let Some(next) = waiting.next_if(|&next| targets[next].end <= bound) {
            // What begins before this window will not come back.
            if next < at {
                continue;
            }
            let clause = &mut clauses[targets[next].clause];
            fresh += usize::from(clause.inside == 0 && !clause.is_shown);
            clause.inside += 1;
            matches += 1;
            end = targets[next].end;
        }
        if target.end > bound {
            continue;
        }
        let extent = Reverse(end - target.start);
        let worth = Worth { fresh, matches, extent, start: Reverse(target.start) };
        if fresh > 0 && best.is_none_or(|(known, ..)| worth > known) {
            best = Some((worth, at, bound));
        }
        let clause = &mut clauses[target.clause];
        clause.inside -= 1;
        matches -= 1;
        fresh -= usize::from(clause.inside == 0 && !clause.is_shown);
    }
    let (worth, first, bound) = best?;
    let start = targets.get(first)?.start;
    let behind = targets.iter().skip(first).take_while(|target| target.start < bound);
    let end = behind.map(|target| target.end).filter(|&end| end <= bound).max()?;
    Some(Window { worth, stretch: start..end })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every sentence takes a hundred characters.
    fn target(start: usize, end: usize, clause: usize) -> Target {
        Target { start, end, clause, sentence: start / 100 * 100 }
    }

    fn chosen(targets: &[(usize, usize, usize)], most: usize, length: usize) -> Vec<(usize, usize)> {
        let mut targets: Vec<Target> =
            targets.iter().map(|&(start, end, clause)| target(start, end, clause)).collect();
        targets.sort();
        let stretches = choose(&targets, most, length);
        stretches.into_iter().map(|stretch| (stretch.start, stretch.end)).collect()
    }

    #[test]
    fn the_best_stretches() {
        let far = [(10, 15, 0), (500, 505, 1), (900, 905, 2)];
        for (what, targets, most, length, expected) in [
            ("nothing", &[][..], 3, 300, &[][..]),
            ("one", &[(10, 15, 0)], 3, 300, &[(10, 15)]),
            (
                "two clauses beat two of one",
                &[(0, 5, 0), (6, 9, 0), (500, 505, 0), (550, 555, 1)],
                1,
                100,
                &[(500, 555)],
            ),
            ("more beat fewer", &[(0, 5, 0), (500, 505, 0), (550, 555, 0)], 1, 100, &[(500, 555)]),
            (
                "closer ones beat others",
                &[(0, 5, 0), (50, 55, 1), (500, 505, 0), (520, 525, 1)],
                1,
                100,
                &[(500, 525)],
            ),
            ("earlier ones beat later", &[(0, 5, 0), (500, 505, 0)], 1, 100, &[(0, 5)]),
            ("one stretch is enough", &[(0, 5, 0), (50, 55, 1), (500, 505, 0)], 3, 300, &[(0, 55)]),
            ("far ones get their own", &far, 3, 300, &[(10, 15), (500, 505), (900, 905)]),
            ("as many as there may be", &far, 2, 300, &[(10, 15), (500, 505)]),
            (
                "a sentence's beginning is worth a match",
                &[(90, 95, 0), (100, 105, 0), (180, 185, 0)],
                1,
                95,
                &[(100, 185)],
            ),
            (
                "the query is worth more than that",
                &[(99, 104, 0), (170, 175, 1), (300, 305, 0)],
                1,
                80,
                &[(99, 175)],
            ),
            ("no more than show more", &[(0, 5, 0), (50, 55, 1), (500, 590, 2)], 2, 100, &[(0, 55)]),
            ("none fits", &[(0, 90, 0)], 1, 80, &[]),
        ] {
            assert_eq!(chosen(targets, most, length), expected, "{what}");
        }
    }

    proptest! {
        #[test]
        fn stretches_are_short_and_apart(
            targets in prop::collection::vec((0_usize..2000, 1_usize..40, 0_usize..6), 0..60),
            most in 0_usize..5,
            length in 40_usize..400,
        ) {
            let targets: Vec<_> =
                targets.into_iter().map(|(start, long, clause)| (start, start + long, clause)).collect();
            let stretches = chosen(&targets, most, length);
            prop_assert!(stretches.len() <= most);
            prop_assert_eq!(stretches.is_empty(), targets.is_empty() || most == 0);
            prop_assert!(stretches.iter().map(|stretch| stretch.1 - stretch.0).sum::<usize>() <= length);
            prop_assert!(stretches.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }
}
