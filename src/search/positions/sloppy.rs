//! Windows that have all words of a phrase in any order.

use std::ops::Range;

use super::FieldLimit;

/// Finds the windows that have all words of a phrase in any order, with at most `slop` other words. There is a
/// window for each position where one can start; it is returned with its maximum length.
///
/// Each word is given once, with the number of its occurrences in the phrase. It needs as many different positions,
/// and so do words that share positions because they share a term. These are counted for each group of words that
/// share positions, which is exact for groups of two words and never misses a match of larger ones.
pub(super) fn sloppy_windows(
    lists: &[Vec<u32>],
    occurrences: &[usize],
    slop: u32,
    limit: FieldLimit,
    mut visit: impl FnMut(Range<u32>),
) {
    let length = u32::try_from(occurrences.iter().sum::<usize>()).unwrap_or(u32::MAX).saturating_add(slop);
    let events = Events::new(lists);
    let mut need = Need::new(occurrences, &events);
    let mut next = 0;
    for (first, &start) in events.positions.iter().enumerate() {
        let end = start.saturating_add(length);
        let end = if start < limit.0 { end.min(limit.0) } else { end };
        while next < events.positions.len() && events.positions[next] < end {
            need.add(events.words(next));
            next += 1;
        }
        if need.is_met() {
            visit(start..end);
        }
        need.remove(events.words(first));
    }
}

/// All positions in order, each with the words that have it.
struct Events {
    positions: Vec<u32>,
    /// Where the words of each position end.
    ends: Vec<usize>,
    words: Vec<usize>,
}

impl Events {
    fn new(lists: &[Vec<u32>]) -> Self {
        let all = lists.iter().enumerate();
        let mut all: Vec<(u32, usize)> =
            all.flat_map(|(word, list)| list.iter().map(move |&position| (position, word))).collect();
        all.sort_unstable();
        let mut events =
            Self { positions: Vec::new(), ends: Vec::new(), words: Vec::with_capacity(all.len()) };
        for of_position in all.chunk_by(|one, other| one.0 == other.0) {
            events.words.extend(of_position.iter().map(|&(_, word)| word));
            events.positions.extend(of_position.first().map(|&(position, _)| position));
            events.ends.push(events.words.len());
        }
        events
    }

    fn words(&self, at: usize) -> &[usize] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..self.ends[at]]
    }
}

/// How many positions a window still needs.
struct Need {
    /// For each word, how many positions it needs, and how many are in the window.
    words: Vec<(usize, usize)>,
    /// The group of each word: the words that share positions with it, directly or not.
    group_of: Vec<usize>,
    /// The same for each group, by its first word.
    groups: Vec<(usize, usize)>,
    /// How many words and groups have too few.
    unmet: usize,
}

impl Need {
    fn new(occurrences: &[usize], events: &Events) -> Self {
        let mut group_of: Vec<usize> = (0..occurrences.len()).collect();
        for at in 0..events.positions.len() {
            if let [first, others @ ..] = events.words(at) {
                for other in others {
                    let (one, other) = (root(&group_of, *first), root(&group_of, *other));
                    group_of[one.max(other)] = one.min(other);
                }
            }
        }
        let group_of: Vec<usize> = (0..occurrences.len()).map(|word| root(&group_of, word)).collect();
        let words: Vec<(usize, usize)> = occurrences.iter().map(|&needed| (needed, 0)).collect();
        let mut groups = vec![(0, 0); words.len()];
        for (&group, (needed, _)) in group_of.iter().zip(&words) {
            groups[group].0 += needed;
        }
        let unmet = words.len() + groups.iter().filter(|(needed, _)| *needed > 0).count();
        Self { words, group_of, groups, unmet }
    }

    fn is_met(&self) -> bool {
        self.unmet == 0
    }

    fn add(&mut self, words: &[usize]) {
        self.change(
            words,
            |(needed, have)| {
                *have += 1;
                usize::from(*have == *needed)
            },
            |unmet, met| *unmet -= met,
        );
    }

    fn remove(&mut self, words: &[usize]) {
        self.change(
            words,
            |(needed, have)| {
                let was_met = usize::from(*have == *needed);
                *have -= 1;
                was_met
            },
            |unmet, lost| *unmet += lost,
        );
    }

    /// Applies a change to the words of a position and to their group, which is the same for all of them.
    fn change(
        &mut self,
        words: &[usize],
        change: impl Fn(&mut (usize, usize)) -> usize,
        count: impl Fn(&mut usize, usize),
    ) {
        for &word in words {
            count(&mut self.unmet, change(&mut self.words[word]));
        }
        if let Some(&word) = words.first() {
            count(&mut self.unmet, change(&mut self.groups[self.group_of[word]]));
        }
    }
}

/// The first word of a group.
fn root(group_of: &[usize], mut word: usize) -> usize {
    while group_of[word] != word {
        word = group_of[word];
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sloppy(lists: &[&[u32]], slop: u32, limit: u32) -> Vec<u32> {
        let mut starts = Vec::new();
        let mut words: Vec<(Vec<u32>, usize)> = Vec::new();
        for list in lists {
            match words.iter_mut().find(|(known, _)| known == list) {
                Some((_, occurrences)) => *occurrences += 1,
                None => words.push((list.to_vec(), 1)),
            }
        }
        let (lists, occurrences): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        sloppy_windows(&lists, &occurrences, slop, FieldLimit(limit), |window| starts.push(window.start));
        starts
    }

    #[test]
    fn words_within_a_window() {
        let far = u32::MAX;
        for (lists, slop, limit, expected) in [
            (&[&[1, 10, 20][..], &[2, 13, 19]][..], 0, far, &[1, 19][..]),
            (&[&[1, 10, 20], &[2, 13, 19]], 2, far, &[1, 10, 19]),
            // One word twice.
            (&[&[5], &[5]], 2, far, &[]),
            (&[&[5, 7], &[5, 7]], 2, far, &[5]),
            (&[&[5, 7], &[5, 7]], 0, far, &[]),
            (&[&[1, 2, 3], &[1, 2, 3], &[1, 2, 3]], 0, far, &[1]),
            // Words that share a form.
            (&[&[5], &[5, 9]], 0, far, &[]),
            (&[&[5], &[5, 6]], 0, far, &[5]),
            (&[&[5, 6], &[5, 6], &[5, 8]], 1, far, &[5]),
            // Across the end of the title.
            (&[&[3], &[4]], 0, 4, &[]),
            (&[&[3, 5], &[4]], 0, 4, &[4]),
        ] {
            assert_eq!(sloppy(lists, slop, limit), expected, "{lists:?} {slop} {limit}");
        }
    }

    /// Whether the words of a window can be assigned to different positions.
    fn assignable(lists: &[Vec<u32>], window: &Range<u32>, taken: &mut Vec<u32>) -> bool {
        let Some((first, rest)) = lists.split_first() else { return true };
        first.iter().filter(|position| window.contains(position)).any(|&position| {
            if taken.contains(&position) {
                return false;
            }
            taken.push(position);
            let found = assignable(rest, window, taken);
            taken.pop();
            found
        })
    }

    proptest! {
        #[test]
        fn two_words_need_two_positions(
            lists in prop::collection::vec(prop::collection::btree_set(0_u32..20, 0..8), 2),
            slop in 0_u32..5,
            limit in 0_u32..20,
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let mut starts: Vec<u32> = lists.concat();
            starts.sort_unstable();
            starts.dedup();
            let fits = |start: &u32| {
                let end = start + slop + 2;
                let window = *start..if *start < limit { end.min(limit) } else { end };
                assignable(&lists, &window, &mut Vec::new())
            };
            let expected: Vec<u32> = starts.into_iter().filter(fits).collect();
            let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(sloppy(&lists, slop, limit), expected);
        }
    }
}
