//! Matching of a phrase on sorted lists of positions.
//!
//! The only matcher: ranking takes the positions from the index, highlighting from the tokens of a text.

use std::ops::Range;

use super::sloppy::{assign, sloppy_windows};
use crate::search::postings::{Position, in_doc};

/// How the words of a phrase are arranged. A word that occurs several times is listed once.
pub(crate) struct PhraseShape {
    /// The word of each slot, by its index, and the offset of the slot from the first.
    slots: Vec<usize>,
    offsets: Vec<u32>,
    /// The slots in the order in which the positions of their words are read.
    order: Vec<usize>,
    /// How many other words may be among them, in any order. None: adjacent and in order.
    slop: Option<u32>,
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
        (Self { order: (0..slots.len()).collect(), slots, offsets, slop }, distinct)
    }

    /// Reads the positions of words with low costs first, which may make the others superfluous.
    pub fn order_by<C: Ord>(&mut self, cost: impl Fn(usize) -> C) {
        self.order.sort_by_key(|&slot| cost(self.slots[slot]));
    }

    /// The offset of the last word of an exact phrase.
    pub fn last_offset(&self) -> u32 {
        self.offsets.last().copied().unwrap_or_default()
    }

    /// Visits the windows that have the phrase, in order. `read` reads the positions of a word into a buffer, in order; given
    /// positions of other words, those in the same documents are enough.
    pub fn find(
        &self,
        mut read: impl FnMut(usize, Option<&[Position]>, &mut Vec<Position>),
        mut visit: impl FnMut(Range<Position>),
    ) {
        if let Some(slop) = self.slop {
            let (mut lists, mut before) = (vec![Vec::new(); self.slots.len()], None);
            for word in self.order.iter().map(|&slot| self.slots[slot]) {
                if before != Some(word) {
                    let mut list = Vec::new();
                    read(word, before.map(|word: usize| &lists[word][..]), &mut list);
                    lists[word] = list;
                    before = Some(word);
                }
            }
            return sloppy_windows((&lists, &self.slots), slop, visit);
        }
        let (mut starts, mut positions) = (Vec::new(), Vec::new());
        for (nth, &slot) in self.order.iter().enumerate() {
            read(self.slots[slot], (nth > 0).then_some(&starts), &mut positions);
            let offset = self.offsets[slot];
            if nth == 0 {
                let possible = positions.iter().filter(|&&at| in_doc(at) >= offset);
                starts.extend(possible.map(|at| at - Position::from(offset)));
            } else {
                retain_followed(&mut starts, &positions, offset);
            }
            if starts.is_empty() {
                break;
            }
        }
        for &start in &starts {
            visit(start..start + Position::from(self.last_offset()) + 1);
        }
    }

    /// Assigns positions in a window to the words, given all their positions: a position and its word for each slot.
    pub fn assign<'l>(&self, window: &Range<Position>, lists: &'l [Vec<Position>]) -> Vec<(Position, usize)> {
        if self.slop.is_none() {
            let slots = self.slots.iter().zip(&self.offsets);
            return slots.map(|(&word, &offset)| (window.start + Position::from(offset), word)).collect();
        }
        let inside = |&word: &usize| -> &'l [Position] {
            let list = &lists[word];
            &list[list.partition_point(|&at| at < window.start)..list.partition_point(|&at| at < window.end)]
        };
        let candidates: Vec<&[Position]> = self.slots.iter().map(inside).collect();
        let assigned = assign(&candidates).unwrap_or_default().into_iter();
        assigned.map(|(at, slot)| (at, self.slots[slot])).collect()
    }
}

/// Retains the starts that have one of the positions at an offset. Both lists are in order.
fn retain_followed(starts: &mut Vec<Position>, positions: &[Position], offset: u32) {
    let (mut at, mut next, mut retained) = (0, 0, 0);
    // Without branches that depend on the positions.
    while let (Some(&start), Some(&found)) = (starts.get(at), positions.get(next)) {
        let wanted = start + Position::from(offset);
        starts[retained] = start;
        retained += usize::from(wanted == found);
        at += usize::from(wanted <= found);
        next += usize::from(found <= wanted);
    }
    starts.truncate(retained);
}
