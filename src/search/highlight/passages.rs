//! Selects the passages that show the most clauses of a query in the least room.
//!
//! Takes O(n log n) steps.

use std::{cmp::Reverse, ops::Range};

use super::display_text::Offset;

/// A match to show, never empty, with the start of its sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub start: Offset,
    pub end: Offset,
    pub clause: usize,
    pub sentence: Offset,
}

impl Target {
    /// Its range in bytes.
    pub fn bytes(&self) -> Range<usize> {
        self.start.byte..self.end.byte
    }

    /// Whether it is completely in a range of bytes.
    pub fn is_in(&self, range: &Range<usize>) -> bool {
        range.start <= self.start.byte && self.end.byte <= range.end
    }

    fn touches(&self, range: &Range<usize>) -> bool {
        self.start.byte < range.end && range.start < self.end.byte
    }
}

/// The state of a clause during selection.
#[derive(Clone, Default)]
struct Clause {
    /// Whether a selected range shows it.
    is_shown: bool,
    /// How many of its targets are in the current window.
    inside: usize,
}

/// The quality of a window; greater is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Quality {
    /// Clauses that no selected range shows.
    fresh: usize,
    matches: usize,
    chars: Reverse<usize>,
    start: Reverse<Offset>,
}

/// The passages to show, in bytes and in order: the fewest that show as many clauses as `most` passages can. Each
/// has at most an equal share of `length` characters.
///
/// The targets are in order and none is longer than `length`.
pub(super) fn select(targets: &[Target], most: usize, length: usize) -> Vec<Range<usize>> {
    let clauses = targets.iter().map(|target| target.clause + 1).max().unwrap_or(0);
    let mut clauses = vec![Clause::default(); clauses];
    let present = show(&mut clauses, targets);
    let (mut best_shown, mut best) = (0, Vec::new());
    for count in 1..=most.min(present) {
        let (shown, ranges) = one_by_one(targets, &mut clauses, (count, length / count), present);
        if shown > best_shown {
            (best_shown, best) = (shown, ranges);
        }
        if best_shown == present {
            break;
        }
    }
    best.sort_unstable_by_key(|range| range.start);
    best
}

/// Selects at most `count` ranges of `limit` characters greedily: the best one, then the one that adds most, and so on.
/// Returns how many of the present clauses they show.
fn one_by_one(
    targets: &[Target],
    clauses: &mut [Clause],
    (count, limit): (usize, usize),
    present: usize,
) -> (usize, Vec<Range<usize>>) {
    clauses.iter_mut().for_each(|clause| clause.is_shown = false);
    let (mut left, mut ranges, mut shown) = (targets.to_vec(), Vec::new(), 0);
    while ranges.len() < count
        && shown < present
        && let Some(range) = best(&left, clauses, limit, present - shown)
    {
        shown += show(clauses, left.iter().filter(|target| target.is_in(&range)));
        left.retain(|target| !target.touches(&range));
        ranges.push(range);
    }
    (shown, ranges)
}

/// Marks the clauses of targets as shown, and returns how many were not before.
fn show<'t>(clauses: &mut [Clause], targets: impl IntoIterator<Item = &'t Target>) -> usize {
    let fresh = |target: &Target| !std::mem::replace(&mut clauses[target.clause].is_shown, true);
    targets.into_iter().map(fresh).filter(|&fresh| fresh).count()
}

/// The best window of `limit` characters. One that starts with its sentence is preferred, unless it shows fewer
/// new clauses; at most `missing` are new.
fn best(targets: &[Target], clauses: &mut [Clause], limit: usize, missing: usize) -> Option<Range<usize>> {
    let mut by_end: Vec<usize> = (0..targets.len()).collect();
    by_end.sort_by_key(|&at| targets[at].end);
    let within = best_from(targets, &by_end, clauses, limit, |target| target.sentence);
    if let Some((Quality { fresh, .. }, range)) = &within
        && *fresh == missing
    {
        return Some(range.clone());
    }
    let tight = best_from(targets, &by_end, clauses, limit, |target| target.start);
    let is_better =
        |(tight, _): &(Quality, _)| within.as_ref().is_none_or(|(within, _)| tight.fresh > within.fresh);
    tight.filter(is_better).or(within).map(|(_, range)| range)
}

/// The best window of `limit` characters from the origin of its first target; none if no window shows a new
/// clause. The origins of ordered targets must be ordered.
fn best_from(
    targets: &[Target],
    by_end: &[usize],
    clauses: &mut [Clause],
    limit: usize,
    origin: impl Fn(&Target) -> Offset,
) -> Option<(Quality, Range<usize>)> {
    let mut waiting = by_end.iter().copied().peekable();
    let (mut fresh, mut matches, mut end) = (0, 0, Offset::default());
    let mut best: Option<(Quality, usize, usize)> = None;
    for (at, target) in targets.iter().enumerate() {
        let bound = origin(target).char.saturating_add(limit);
        while let Some(next) = waiting.next_if(|&next| targets[next].end.char <= bound) {
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
        if target.end.char > bound {
            continue;
        }
        let chars = Reverse(end.char - target.start.char);
        let quality = Quality { fresh, matches, chars, start: Reverse(target.start) };
        if fresh > 0 && best.is_none_or(|(known, ..)| quality > known) {
            best = Some((quality, at, bound));
        }
        let clause = &mut clauses[target.clause];
        clause.inside -= 1;
        matches -= 1;
        fresh -= usize::from(clause.inside == 0 && !clause.is_shown);
    }
    let (quality, first, bound) = best?;
    let targets = targets.get(first..)?;
    let behind = targets.iter().take_while(|target| target.start.char < bound);
    let end = behind.map(|target| target.end).filter(|end| end.char <= bound).max()?;
    Some((quality, targets.first()?.start.byte..end.byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ranges of characters with their clauses.
    type Matches = [(usize, usize, usize)];
    /// What is tested, the matches, how many passages there may be, their length, and the passages.
    type Case<'c> = (&'c str, &'c Matches, usize, usize, &'c [(usize, usize)]);

    /// The passages among matches. Every sentence takes a hundred characters, and
    /// every character two bytes.
    fn chosen(targets: &Matches, most: usize, length: usize) -> Vec<(usize, usize)> {
        let offset = |char| Offset { byte: 2 * char, char };
        let target = |&(start, end, clause): &(usize, usize, usize)| Target {
            start: offset(start),
            end: offset(end),
            clause,
            sentence: offset(start / 100 * 100),
        };
        let mut targets: Vec<Target> = targets.iter().map(target).collect();
        targets.sort();
        select(&targets, most, length).iter().map(|range| (range.start / 2, range.end / 2)).collect()
    }

    #[test]
    fn the_best_passages() {
        let far = &[(10, 15, 0), (500, 505, 1), (900, 905, 2)][..];
        let table: &[Case] = &[
            ("nothing", &[], 3, 300, &[]),
            ("one", &[(10, 15, 0)], 3, 300, &[(10, 15)]),
            ("new clauses", &[(0, 5, 0), (6, 9, 0), (500, 505, 0), (550, 555, 1)], 1, 100, &[(500, 555)]),
            ("then more matches", &[(0, 5, 0), (500, 505, 0), (550, 555, 0)], 1, 100, &[(500, 555)]),
            ("then closer", &[(0, 5, 0), (50, 55, 1), (500, 505, 0), (520, 525, 1)], 1, 100, &[(500, 525)]),
            ("then earlier", &[(0, 5, 0), (500, 505, 0)], 1, 100, &[(0, 5)]),
            ("one range is enough", &[(0, 5, 0), (50, 55, 1), (500, 505, 0)], 3, 300, &[(0, 55)]),
            ("a range for each", far, 3, 300, &[(10, 15), (500, 505), (900, 905)]),
            ("no more than allowed", far, 2, 300, &[(10, 15), (500, 505)]),
            ("sentence starts", &[(90, 95, 0), (100, 105, 0), (180, 185, 0)], 1, 95, &[(100, 185)]),
            ("but clauses first", &[(99, 104, 0), (170, 175, 1), (300, 305, 0)], 1, 80, &[(99, 175)]),
            ("no more than show more", &[(0, 5, 0), (50, 55, 1), (500, 590, 2)], 2, 100, &[(0, 55)]),
            ("none fits", &[(0, 90, 0)], 1, 80, &[]),
        ];
        for &(what, targets, most, length, expected) in table {
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
