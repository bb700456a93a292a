//! Windows that have all words of a phrase in any order.

use std::ops::Range;

use crate::{index::POSITION_GAP, search::postings::Position};

/// Finds the windows that have all words of a phrase in any order, with at most `slop` other words. There is a
/// window for each position where one can start; it is returned with its maximum length.
///
/// The words are given with their positions, and the slots of the phrase with their words. Each slot needs a position that
/// no other slot takes: words share positions if they share a term.
pub(super) fn sloppy_windows(
    (words, slots): (&[Vec<Position>], &[usize]),
    slop: u32,
    mut visit: impl FnMut(Range<Position>),
) {
    // A longer one could extend over the end of the title.
    let length = u32::try_from(slots.len()).unwrap_or(u32::MAX).saturating_add(slop).min(POSITION_GAP);
    let mut starts = words.concat();
    starts.sort_unstable();
    starts.dedup();
    // The positions of each word in the window.
    let mut inside = vec![0..0; words.len()];
    let mut end_at = 0;
    for (at, &start) in starts.iter().enumerate() {
        let end = start + Position::from(length);
        end_at += starts[end_at..].iter().take_while(|&&other| other < end).count();
        if end_at - at < slots.len() {
            continue;
        }
        for (inside, list) in inside.iter_mut().zip(words) {
            inside.start += list[inside.start..].iter().take_while(|&&at| at < start).count();
            inside.end = inside.end.max(inside.start);
            inside.end += list[inside.end..].iter().take_while(|&&at| at < end).count();
        }
        let candidates: Vec<&[Position]> =
            slots.iter().map(|&word| &words[word][inside[word].clone()]).collect();
        if assign(&candidates).is_some() {
            visit(start..end);
        }
    }
}

/// Assigns to each slot one of its positions: pairs of a position and a slot, in order. None if there are too few.
pub(super) fn assign(candidates: &[&[Position]]) -> Option<Vec<(Position, usize)>> {
    if candidates.iter().any(|positions| positions.is_empty()) {
        return None;
    }
    // Slots with the fewest positions choose first.
    let mut slots: Vec<usize> = (0..candidates.len()).collect();
    slots.sort_by_key(|&slot| candidates[slot].len());
    let mut assigned = Vec::new();
    let all = slots.into_iter().all(|slot| take(slot, candidates, &mut assigned, &mut Vec::new()));
    assigned.sort_unstable();
    all.then_some(assigned)
}

/// Assigns a position to a slot; where all of its positions are taken, another slot moves to make room (a step of the
/// augmenting path algorithm for bipartite matching).
fn take(
    slot: usize,
    candidates: &[&[Position]],
    assigned: &mut Vec<(Position, usize)>,
    tried: &mut Vec<Position>,
) -> bool {
    let taken_at = |assigned: &[(Position, usize)], at| assigned.iter().position(|&(taken, _)| taken == at);
    if let Some(&free) = candidates[slot].iter().find(|&&at| taken_at(assigned, at).is_none()) {
        assigned.push((free, slot));
        return true;
    }
    for &at in candidates[slot] {
        if tried.contains(&at) {
            continue;
        }
        tried.push(at);
        if let Some(taken) = taken_at(assigned, at)
            && take(assigned[taken].1, candidates, assigned, tried)
        {
            assigned[taken].1 = slot;
            return true;
        }
    }
    false
}
