//! Matching of a phrase on sorted lists of positions.
//!
//! The only matcher: ranking takes the positions from the index, highlighting from the tokens of a text.

use std::{cell::Cell, ops::Range};

use super::{
    FieldLimit,
    sloppy::{assign, sloppy_windows},
};

/// How the words of a phrase are arranged. A word that occurs several times is listed once.
pub(crate) struct PhraseShape {
    /// The word of each slot, by its index, and the offset of the slot from the first.
    slots: Vec<usize>,
    offsets: Vec<u32>,
    /// The slots in the order in which the positions of their words are read.
    order: Vec<usize>,
    /// How many slots each word has.
    occurrences: Vec<usize>,
    /// How many other words may be among them, in any order. None: adjacent and in order.
    slop: Option<u32>,
    /// The starts and the positions of the document before, whose memory is used again.
    buffers: Cell<[Vec<u32>; 2]>,
}

impl PhraseShape {
    /// The shape of words at their offsets, and each of the words once.
    pub fn new<W: Copy>(
        words: impl IntoIterator<Item = (u32, W)>,
        slop: Option<u32>,
        is_same: impl Fn(W, W) -> bool,
    ) -> (Self, Vec<W>) {
        let [slots, order, occurrences] = Default::default();
        let mut shape =
            Self { slots, offsets: Vec::new(), order, occurrences, slop, buffers: Cell::default() };
        let mut distinct: Vec<W> = Vec::new();
        for (offset, word) in words {
            let known = distinct.iter().position(|&known| is_same(known, word)).unwrap_or(distinct.len());
            if known == distinct.len() {
                distinct.push(word);
                shape.occurrences.push(0);
            }
            shape.occurrences[known] += 1;
            shape.order.push(shape.slots.len());
            shape.slots.push(known);
            shape.offsets.push(offset);
        }
        (shape, distinct)
    }

    /// Reads the positions of words with low costs first, which may make the others superfluous.
    pub fn order_by<C: Ord>(&mut self, cost: impl Fn(usize) -> C) {
        self.order.sort_by_key(|&slot| cost(self.slots[slot]));
    }

    /// The offset of the last word of an exact phrase.
    pub fn last_offset(&self) -> u32 {
        self.offsets.last().copied().unwrap_or_default()
    }

    /// Visits the windows that have the phrase, in order. `read` appends the positions of a word, in order.
    pub fn find(
        &self,
        limit: FieldLimit,
        mut read: impl FnMut(usize, &mut Vec<u32>),
        mut visit: impl FnMut(Range<u32>),
    ) {
        if let Some(slop) = self.slop {
            let mut lists = vec![Vec::new(); self.occurrences.len()];
            lists.iter_mut().enumerate().for_each(|(word, list)| read(word, list));
            return sloppy_windows(&lists, &self.occurrences, slop, limit, visit);
        }
        let read_slot = |slot: usize, out: &mut Vec<u32>| read(self.slots[slot], out);
        let mut buffers = self.buffers.take();
        exact_starts((&self.order, &self.offsets), limit, read_slot, &mut buffers);
        let [starts, _] = &buffers;
        starts
            .iter()
            .for_each(|&start| visit(start..start.saturating_add(self.last_offset()).saturating_add(1)));
        self.buffers.set(buffers);
    }

    /// Assigns positions in a window to the words, given all their positions: a position and its word for each slot.
    pub fn assign<'l>(&self, window: &Range<u32>, lists: &'l [Vec<u32>]) -> Vec<(u32, usize)> {
        if self.slop.is_none() {
            let slots = self.slots.iter().zip(&self.offsets);
            return slots.map(|(&word, &offset)| (window.start.saturating_add(offset), word)).collect();
        }
        let inside = |list: &'l Vec<u32>| {
            &list[list.partition_point(|&at| at < window.start)..list.partition_point(|&at| at < window.end)]
        };
        let candidates: Vec<&[u32]> = lists.iter().map(inside).collect();
        assign(&candidates, &self.occurrences).unwrap_or_default()
    }
}

/// Finds where a phrase of adjacent words starts. `read` appends the positions of the word in a slot, and is called in
/// the given order as long as there are possible starts.
fn exact_starts(
    (order, offsets): (&[usize], &[u32]),
    limit: FieldLimit,
    mut read: impl FnMut(usize, &mut Vec<u32>),
    [starts, positions]: &mut [Vec<u32>; 2],
) {
    starts.clear();
    for (nth, &slot) in order.iter().enumerate() {
        positions.clear();
        read(slot, positions);
        if nth == 0 {
            starts.extend(positions.iter().filter_map(|position| position.checked_sub(offsets[slot])));
        } else {
            retain_followed(starts, positions, offsets[slot]);
        }
        if starts.is_empty() {
            return;
        }
    }
    let last = offsets.last().copied().unwrap_or_default();
    starts.retain(|&start| start.checked_add(last).is_some_and(|last| !limit.separates(start, last)));
}

/// Retains the starts that have one of the positions at an offset. Both lists are in order.
fn retain_followed(starts: &mut Vec<u32>, positions: &[u32], offset: u32) {
    let mut rest = positions;
    starts.retain(|start| {
        let Some(wanted) = start.checked_add(offset) else { return false };
        while let Some((&first, behind)) = rest.split_first()
            && first < wanted
        {
            rest = behind;
        }
        rest.first() == Some(&wanted)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(lists: &[&[u32]], limit: u32) -> Vec<u32> {
        let offsets: Vec<u32> = (0..).take(lists.len()).collect();
        let mut order: Vec<usize> = (0..lists.len()).collect();
        let starts = |order: &[usize]| {
            let mut buffers = [Vec::new(), Vec::new()];
            let read = |word: usize, out: &mut Vec<u32>| out.extend(lists[word]);
            exact_starts((order, &offsets), FieldLimit(limit), read, &mut buffers);
            let [starts, _] = buffers;
            starts
        };
        let found = starts(&order);
        order.reverse();
        assert_eq!(found, starts(&order), "{lists:?}");
        found
    }

    #[test]
    fn adjacent_words() {
        let far = u32::MAX;
        for (lists, limit, expected) in [
            (&[&[1, 10, 20][..], &[2, 13, 19]][..], far, &[1][..]),
            (&[&[1, 10], &[2, 11], &[3, 12]], far, &[1, 10]),
            (&[&[1, 10], &[2, 11], &[12]], far, &[10]),
            // Across the end of the title.
            (&[&[1, 10], &[2, 11]], 2, &[10]),
            (&[&[5], &[]], far, &[]),
        ] {
            assert_eq!(exact(lists, limit), expected, "{lists:?} {limit}");
        }
    }
}
