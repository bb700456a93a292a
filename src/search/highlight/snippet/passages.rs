//! Selects the passages that show the most clauses of a query in the least room.
//!
//! Works on ranges in characters. Takes O(n log n) steps.

use std::{cmp::Reverse, ops::Range};

/// A match, in characters of the displayed text and never empty, with the start of its sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub start: usize,
    pub end: usize,
    pub clause: usize,
    pub sentence: usize,
}

impl Target {
    /// Whether it is completely in a range.
    pub fn is_in(&self, range: &Range<usize>) -> bool {
        range.start <= self.start && self.end <= range.end
    }

    fn touches(&self, range: &Range<usize>) -> bool {
        self.start < range.end && range.start < self.end
    }
}

/// Selects passages. Reusable for one text after the other.
#[derive(Default)]
pub(super) struct PassageSelector {
    clauses: Vec<Clause>,
    /// The targets by their ends, if that is another order.
    by_end: Vec<usize>,
    /// The ranges of the current attempt, and the targets that touch none of them.
    taken: Vec<Range<usize>>,
    left: Vec<Target>,
    best: Vec<Range<usize>>,
}

/// The state of a clause during selection.
#[derive(Clone, Default)]
struct Clause {
    /// Whether a selected range shows it.
    is_shown: bool,
    /// How many of its targets are in the current window.
    inside: usize,
}

struct Window {
    quality: Quality,
    range: Range<usize>,
}

/// The quality of a window; greater is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Quality {
    /// Clauses that no selected range shows.
    fresh: usize,
    matches: usize,
    extent: Reverse<usize>,
    start: Reverse<usize>,
}

impl PassageSelector {
    /// The passages to show, in order, each at most an equal share of `length` long: the fewest that show as
    /// many clauses as `most` passages can.
    ///
    /// The targets are in order and none is longer than `length`.
    pub fn select(&mut self, targets: &[Target], most: usize, length: usize) -> &[Range<usize>] {
        let clauses = targets.iter().map(|target| target.clause + 1).max().unwrap_or(0);
        self.clauses.clear();
        self.clauses.resize(clauses, Clause::default());
        let present = show(&mut self.clauses, targets);
        self.best.clear();
        let mut best_shown = 0;
        for count in 1..=most.min(present) {
            let shown = self.one_by_one(targets, count, length / count, present);
            if shown > best_shown {
                (self.best, self.taken) = (std::mem::take(&mut self.taken), std::mem::take(&mut self.best));
                best_shown = shown;
            }
            if best_shown == present {
                break;
            }
        }
        self.best.sort_unstable_by_key(|range| range.start);
        &self.best
    }

    /// Selects greedily: the best range, then the one that adds most, and so on. Returns how many of the present
    /// clauses they show.
    fn one_by_one(&mut self, targets: &[Target], count: usize, limit: usize, present: usize) -> usize {
        let Self { clauses, by_end, taken, left, .. } = self;
        for clause in &mut *clauses {
            clause.is_shown = false;
        }
        taken.clear();
        let (mut untouched, mut shown) = (targets, 0);
        while let Some(Window { range, .. }) = best(untouched, by_end, clauses, (limit, present - shown)) {
            shown += show(clauses, untouched.iter().filter(|target| target.is_in(&range)));
            taken.push(range.clone());
            if taken.len() == count || shown == present {
                break;
            }
            if taken.len() == 1 {
                left.clear();
                left.extend_from_slice(targets);
            }
            left.retain(|target| !target.touches(&range));
            untouched = left;
        }
        shown
    }
}

/// Marks the clauses of targets as shown, and returns how many were not before.
fn show<'t>(clauses: &mut [Clause], targets: impl IntoIterator<Item = &'t Target>) -> usize {
    let fresh = |target: &Target| !std::mem::replace(&mut clauses[target.clause].is_shown, true);
    targets.into_iter().map(fresh).filter(|&fresh| fresh).count()
}

/// The best window of `limit` characters. One that starts with its sentence is preferred, unless it shows fewer
/// new clauses; at most `missing` are new.
fn best(
    targets: &[Target],
    by_end: &mut Vec<usize>,
    clauses: &mut [Clause],
    (limit, missing): (usize, usize),
) -> Option<Window> {
    by_end.clear();
    if !targets.is_sorted_by_key(|target| target.end) {
        by_end.extend(0..targets.len());
        by_end.sort_by_key(|&at| targets[at].end);
    }
    let within = best_from(targets, by_end, clauses, limit, |target| target.sentence);
    if within.as_ref().is_some_and(|within| within.quality.fresh == missing) {
        return within;
    }
    let tight = best_from(targets, by_end, clauses, limit, |target| target.start);
    match (within, tight) {
        (Some(within), Some(tight)) if tight.quality.fresh > within.quality.fresh => Some(tight),
        (Some(window), _) | (None, Some(window)) => Some(window),
        (None, None) => None,
    }
}

/// The best window of `limit` characters from the origin of its first target; none if no window shows a new
/// clause. The origins of ordered targets must be ordered.
fn best_from(
    targets: &[Target],
    by_end: &[usize],
    clauses: &mut [Clause],
    limit: usize,
    origin: impl Fn(&Target) -> usize,
) -> Option<Window> {
    let mut waiting = (0..targets.len()).map(|at| by_end.get(at).copied().unwrap_or(at)).peekable();
    let (mut fresh, mut matches, mut end) = (0, 0, 0);
    let mut best: Option<(Quality, usize, usize)> = None;
    for (at, target) in targets.iter().enumerate() {
        let bound = origin(target).saturating_add(limit);
        while let Some(next) = waiting.next_if(|&next| targets[next].end <= bound) {
            // Targets that start before this window are never in a later one.
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
        let quality = Quality { fresh, matches, extent, start: Reverse(target.start) };
        if fresh > 0 && best.is_none_or(|(known, ..)| quality > known) {
            best = Some((quality, at, bound));
        }
        let clause = &mut clauses[target.clause];
        clause.inside -= 1;
        matches -= 1;
        fresh -= usize::from(clause.inside == 0 && !clause.is_shown);
    }
    let (quality, first, bound) = best?;
    let start = targets.get(first)?.start;
    let behind = targets.iter().skip(first).take_while(|target| target.start < bound);
    let end = behind.map(|target| target.end).filter(|&end| end <= bound).max()?;
    Some(Window { quality, range: start..end })
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
        let mut selector = PassageSelector::default();
        let ranges = selector.select(&targets, most, length);
        ranges.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn the_best_passages() {
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
            ("one range is enough", &[(0, 5, 0), (50, 55, 1), (500, 505, 0)], 3, 300, &[(0, 55)]),
            ("far ones get their own", &far, 3, 300, &[(10, 15), (500, 505), (900, 905)]),
            ("as many as there may be", &far, 2, 300, &[(10, 15), (500, 505)]),
            (
                "the start of a sentence outweighs a match",
                &[(90, 95, 0), (100, 105, 0), (180, 185, 0)],
                1,
                95,
                &[(100, 185)],
            ),
            (
                "another clause outweighs it",
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
        fn passages_are_short_and_apart(
            targets in prop::collection::vec((0_usize..2000, 1_usize..40, 0_usize..6), 0..60),
            most in 0_usize..5,
            length in 40_usize..400,
        ) {
            let targets: Vec<_> =
                targets.into_iter().map(|(start, long, clause)| (start, start + long, clause)).collect();
            let ranges = chosen(&targets, most, length);
            prop_assert!(ranges.len() <= most);
            prop_assert_eq!(ranges.is_empty(), targets.is_empty() || most == 0);
            prop_assert!(ranges.iter().map(|range| range.1 - range.0).sum::<usize>() <= length);
            prop_assert!(ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }
}
