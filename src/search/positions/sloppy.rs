//! Windows that have all words of a phrase in any order.

use std::ops::Range;

use super::FieldLimit;

/// Finds the windows that have all words of a phrase in any order, with at most `slop` other words. There is a
/// window for each position where one can start; it is returned with its maximum length.
///
/// Each word is given once, with the number of its occurrences in the phrase. Each occurrence needs a position
/// that no other takes: words share positions if they share a term.
pub(super) fn sloppy_windows(
    lists: &[Vec<u32>],
    occurrences: &[usize],
    slop: u32,
    limit: FieldLimit,
    mut visit: impl FnMut(Range<u32>),
) {
    let length = u32::try_from(occurrences.iter().sum::<usize>()).unwrap_or(u32::MAX).saturating_add(slop);
    let mut starts = lists.concat();
    starts.sort_unstable();
    starts.dedup();
    // The positions of each word in the window.
    let mut inside = vec![0..0; lists.len()];
    for start in starts {
        let end = start.saturating_add(length);
        let end = if start < limit.0 { end.min(limit.0) } else { end };
        for (inside, list) in inside.iter_mut().zip(lists) {
            inside.start += list[inside.start..].iter().take_while(|&&at| at < start).count();
            inside.end = inside.end.max(inside.start);
            inside.end += list[inside.end..].iter().take_while(|&&at| at < end).count();
        }
        let candidates: Vec<&[u32]> =
            lists.iter().zip(&inside).map(|(list, inside)| &list[inside.clone()]).collect();
        if assign(&candidates, occurrences).is_some() {
            visit(start..end);
        }
    }
}

/// Assigns a position to each occurrence of each word, given the positions of each: pairs of a position and a word, in
/// order. None if they are too few.
pub(super) fn assign(candidates: &[&[u32]], occurrences: &[usize]) -> Option<Vec<(u32, usize)>> {
    if candidates.iter().zip(occurrences).any(|(candidates, &needed)| candidates.len() < needed) {
        return None;
    }
    // Words with the fewest positions choose first.
    let mut words: Vec<usize> = (0..candidates.len()).collect();
    words.sort_by_key(|&word| candidates[word].len());
    let mut assigned = Vec::new();
    for word in words {
        for _ in 0..occurrences[word] {
            if !take(word, candidates, &mut assigned, &mut Vec::new()) {
                return None;
            }
        }
    }
    assigned.sort_unstable();
    Some(assigned)
}

/// Assigns a position to a word; where all of its positions are taken, another word moves to make room (a step of the
/// augmenting path algorithm for bipartite matching).
fn take(word: usize, candidates: &[&[u32]], assigned: &mut Vec<(u32, usize)>, tried: &mut Vec<u32>) -> bool {
    let is_free = |at: &&u32| assigned.iter().all(|(taken, _)| taken != *at);
    if let Some(&free) = candidates[word].iter().find(is_free) {
        assigned.push((free, word));
        return true;
    }
    for &at in candidates[word] {
        if tried.contains(&at) {
            continue;
        }
        tried.push(at);
        let Some(taken) = assigned.iter().position(|&(taken, _)| taken == at) else { continue };
        let other = assigned[taken].1;
        if other != word && take(other, candidates, assigned, tried) {
            assigned[taken].1 = word;
            return true;
        }
    }
    false
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
        fn each_word_needs_a_position(
            lists in prop::collection::vec(prop::collection::btree_set(0_u32..20, 0..8), 1..5),
            slop in 0_u32..5,
            limit in 0_u32..20,
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let mut starts: Vec<u32> = lists.concat();
            starts.sort_unstable();
            starts.dedup();
            let fits = |start: &u32| {
                let end = start + slop + u32::try_from(lists.len()).unwrap();
                let window = *start..if *start < limit { end.min(limit) } else { end };
                assignable(&lists, &window, &mut Vec::new())
            };
            let expected: Vec<u32> = starts.into_iter().filter(fits).collect();
            let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(sloppy(&lists, slop, limit), expected);
        }
    }
}
