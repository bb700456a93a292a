//! Phrases, and phrases near each other, in the positions of one segment's documents.

use tantivy::DocId;

use super::word_positions::WordPositions;
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        postings::{BoundWord, Terms},
    },
};

/// The words of a phrase at their offsets, and how many other words may be among them.
pub(crate) struct PhraseSlots<'s> {
    /// Each word with its offset from the first.
    pub words: Vec<(u32, &'s BoundWord)>,
    /// None: adjacent and in order.
    pub slop: Option<u32>,
}

/// Finds where a phrase starts in the documents of a segment.
pub(crate) struct PhraseMatcher<'s> {
    words: Vec<WordPositions<'s>>,
    offsets: Vec<u32>,
    slop: Option<u32>,
    /// The positions of each word in the current document.
    positions: Vec<Vec<u32>>,
    starts: Vec<u32>,
}

impl<'s> PhraseMatcher<'s> {
    /// Opens the position lists.
    pub fn open(context: &Context, segment: &'s Segment, phrase: &PhraseSlots) -> Result<Self> {
        let open =
            |(_, word): &(u32, &BoundWord)| WordPositions::open(context, segment, word, &[Terms::Full]);
        let words: Vec<_> = phrase.words.iter().map(open).collect::<Result<_>>()?;
        Ok(Self {
            offsets: phrase.words.iter().map(|(offset, _)| *offset).collect(),
            slop: phrase.slop,
            positions: vec![Vec::new(); words.len()],
            words,
            starts: Vec::new(),
        })
    }

    /// Where the phrase starts in a document.
    pub fn starts(&mut self, doc: DocId) -> &[u32] {
        self.starts.clear();
        match self.slop {
            None => self.match_in_order(doc),
            Some(slop) => {
                for (word, positions) in self.words.iter_mut().zip(&mut self.positions) {
                    positions.clear();
                    word.read(doc, positions);
                }
                let others = u32::try_from(self.positions.len().saturating_sub(1)).unwrap_or(u32::MAX);
                sloppy_starts(&self.positions, others.saturating_add(slop), &mut self.starts);
            }
        }
        &self.starts
    }

    /// Reads one word after the other and stops when no start is left.
    fn match_in_order(&mut self, doc: DocId) {
        let words = self.words.iter_mut().zip(&self.offsets).zip(&mut self.positions);
        for (at, ((word, offset), positions)) in words.enumerate() {
            positions.clear();
            word.read(doc, positions);
            if at == 0 {
                self.starts.extend(positions.iter().filter_map(|position| position.checked_sub(*offset)));
            } else {
                retain_followed(&mut self.starts, positions, *offset);
            }
            if self.starts.is_empty() {
                return;
            }
        }
    }
}

/// Retains the starts that are followed by a word at an offset. Both lists are in order.
fn retain_followed(starts: &mut Vec<u32>, places: &[u32], offset: u32) {
    let mut rest = places;
    starts.retain(|start| {
        while let Some((&place, behind)) = rest.split_first()
            && place < start + offset
        {
            rest = behind;
        }
        rest.first() == Some(&(start + offset))
    });
}

/// Where windows start that have every word in any order within `span` words.
fn sloppy_starts(lists: &[Vec<u32>], span: u32, starts: &mut Vec<u32>) {
    let mut next = vec![0_usize; lists.len()];
    loop {
        let mut first: Option<(u32, usize)> = None;
        let mut last = 0;
        for (word, positions) in lists.iter().enumerate() {
            let Some(&position) = positions.get(next[word]) else { return };
            last = last.max(position);
            if first.is_none_or(|(least, _)| position < least) {
                first = Some((position, word));
            }
        }
        let Some((least, word)) = first else { return };
        if last - least <= span {
            starts.push(least);
        }
        next[word] += 1;
    }
}

/// Whether a position of one list is within a distance of a position of the other.
pub(crate) fn are_near(left: &[u32], right: &[u32], within: u32) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(&a), Some(&b)) = (left.get(i), right.get(j)) {
        if a.abs_diff(b) <= within && a != b {
            return true;
        }
        if a < b {
            i += 1;
        } else {
            j += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_order_and_with_slop() {
        let places = [vec![1, 10, 20], vec![2, 13, 19]];
        let mut starts = places[0].clone();
        retain_followed(&mut starts, &places[1], 1);
        assert_eq!(starts, [1]);
        for (slop, expected) in [(0, vec![1, 19]), (1, vec![1, 19]), (2, vec![1, 10, 19])] {
            let mut starts = Vec::new();
            sloppy_starts(&places, 1 + slop, &mut starts);
            assert_eq!(starts, expected, "slop {slop}");
        }
    }

    #[test]
    fn nearness_is_mutual() {
        assert!(are_near(&[5], &[7], 2) && are_near(&[7], &[5], 2));
        assert!(!are_near(&[5], &[8], 2));
        assert!(!are_near(&[], &[8], 2));
    }
}
