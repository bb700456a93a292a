//! Matching of a phrase on sorted lists of positions.
//!
//! The only matcher: ranking takes the positions from the index, highlighting from the tokens of a text.

use std::{cell::Cell, ops::Range};

use super::sloppy::{assign, sloppy_windows};

/// How the words of a phrase are arranged. A word that occurs several times is listed once.
pub(crate) struct PhraseShape {
    /// The word of each slot, by its index, and the offset of the slot from the first.
    slots: Vec<usize>,
    offsets: Vec<u32>,
    /// The slots in the order in which the positions of their words are read.
    order: Vec<usize>,
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
        let (mut slots, mut offsets, mut distinct) = (Vec::new(), Vec::new(), Vec::<W>::new());
        for (offset, word) in words {
            let known = distinct.iter().position(|&known| is_same(known, word)).unwrap_or(distinct.len());
            if known == distinct.len() {
                distinct.push(word);
            }
            slots.push(known);
            offsets.push(offset);
        }
        (Self { order: (0..slots.len()).collect(), slots, offsets, slop, buffers: Cell::default() }, distinct)
    }

    /// Reads the positions of words with low costs first, which may make the others superfluous.
    pub fn order_by<C: Ord>(&mut self, cost: impl Fn(usize) -> C) {
        self.order.sort_by_key(|&slot| cost(self.slots[slot]));
    }

    /// The offset of the last word of an exact phrase.
    pub fn last_offset(&self) -> u32 {
        self.offsets.last().copied().unwrap_or_default()
    }

    /// Visits the windows that have the phrase, in order. `read` reads the positions of a word into a buffer, in order; of an
    /// exact phrase as long as there are possible starts.
    pub fn find(&self, mut read: impl FnMut(usize, &mut Vec<u32>), mut visit: impl FnMut(Range<u32>)) {
        if let Some(slop) = self.slop {
            let mut lists = vec![Vec::new(); self.slots.len()];
            lists.iter_mut().zip(&self.slots).for_each(|(list, &word)| read(word, list));
            return sloppy_windows(&lists, slop, visit);
        }
        let [mut starts, mut positions] = self.buffers.take();
        starts.clear();
        for (nth, &slot) in self.order.iter().enumerate() {
            read(self.slots[slot], &mut positions);
            let offset = self.offsets[slot];
            if nth == 0 {
                starts.extend(positions.iter().filter_map(|position| position.checked_sub(offset)));
            } else {
                retain_followed(&mut starts, &positions, offset);
            }
            if starts.is_empty() {
                break;
            }
        }
        for &start in &starts {
            visit(start..start.saturating_add(self.last_offset()).saturating_add(1));
        }
        self.buffers.set([starts, positions]);
    }

    /// Assigns positions in a window to the words, given all their positions: a position and its word for each slot.
    pub fn assign<'l>(&self, window: &Range<u32>, lists: &'l [Vec<u32>]) -> Vec<(u32, usize)> {
        if self.slop.is_none() {
            let slots = self.slots.iter().zip(&self.offsets);
            return slots.map(|(&word, &offset)| (window.start.saturating_add(offset), word)).collect();
        }
        let inside = |&word: &usize| -> &'l [u32] {
            let list = &lists[word];
            &list[list.partition_point(|&at| at < window.start)..list.partition_point(|&at| at < window.end)]
        };
        let candidates: Vec<&[u32]> = self.slots.iter().map(inside).collect();
        let assigned = assign(&candidates).unwrap_or_default().into_iter();
        assigned.map(|(at, slot)| (at, self.slots[slot])).collect()
    }
}

/// Retains the starts that have one of the positions at an offset. Both lists are in order.
fn retain_followed(starts: &mut Vec<u32>, positions: &[u32], offset: u32) {
    let mut rest = positions;
    starts.retain(|start| {
        let Some(wanted) = start.checked_add(offset) else { return false };
        while let [first, behind @ ..] = rest
            && *first < wanted
        {
            rest = behind;
        }
        rest.first() == Some(&wanted)
    });
}
