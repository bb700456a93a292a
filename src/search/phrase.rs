//! Phrases and nearness: words at positions.
//!
//! Says where in a release a phrase begins; which releases have all its words, `evaluate` finds out
//! before.

use std::sync::Arc;

use tantivy::DocId;

use super::{
    Searcher,
    compile::{Kind, PhrasePart},
    evaluate::Part,
    places::WordPlaces,
    saturation::Saturation,
    word::Terms,
};
use crate::{error::Result, index::Segment};

/// Where a phrase begins in the releases of one segment, which must be asked for in ascending order.
pub(super) struct Starts<'s> {
    segment: &'s Segment,
    phrase: &'s PhrasePart,
    law: Arc<Saturation>,
    words: Vec<WordPlaces<'s>>,
    offsets: Vec<u32>,
    /// Where each word stands in the release asked for last, kept for the room that they take.
    places: Vec<Vec<u32>>,
    doc: DocId,
    begins: Vec<u32>,
}

impl<'s> Starts<'s> {
    /// Opens it for about so many releases.
    pub fn open(
        searcher: &Searcher,
        segment: &'s Segment,
        phrase: &'s PhrasePart,
        releases: usize,
    ) -> Result<Self> {
        let mut words = Vec::with_capacity(phrase.slots.len());
        for (_, slot) in &phrase.slots {
            if let Kind::Word(word) = &slot.kind {
                words.push(WordPlaces::open(searcher, segment, (slot, word), (&[Terms::Full], releases))?);
            }
        }
        let offsets = phrase.slots.iter().map(|(place, _)| *place).collect();
        let places = vec![Vec::new(); words.len()];
        let law = searcher.saturation(segment);
        Ok(Self { segment, phrase, law, words, offsets, places, doc: 0, begins: Vec::new() })
    }

    /// Finds where the phrase begins in a release.
    pub fn at(&mut self, doc: DocId) -> &[u32] {
        self.doc = doc;
        self.begins.clear();
        match self.phrase.slop {
            None => self.side_by_side(doc),
            Some(slop) => {
                for (word, places) in self.words.iter_mut().zip(&mut self.places) {
                    places.clear();
                    word.read(doc, places);
                }
                let others = u32::try_from(self.places.len().saturating_sub(1)).unwrap_or(u32::MAX);
                loosely(&self.places, others.saturating_add(slop), &mut self.begins);
            }
        }
        &self.begins
    }

    /// Reads one word after the other, as long as anything is left.
    fn side_by_side(&mut self, doc: DocId) {
        let words = self.words.iter_mut().zip(&self.offsets).zip(&mut self.places);
        for (at, ((word, offset), places)) in words.enumerate() {
            places.clear();
            word.read(doc, places);
            if at == 0 {
                self.begins.extend(places.iter().filter_map(|position| position.checked_sub(*offset)));
            } else {
                keep_followed(&mut self.begins, places, *offset);
            }
            if self.begins.is_empty() {
                return;
            }
        }
    }

    /// How often it begins in the release asked for last.
    pub fn count(&self) -> usize {
        self.begins.len()
    }

    /// How often the phrase stands in title and body of the release asked for last.
    pub fn counts(&self) -> (u32, u32) {
        let words = self.segment.title_words(self.doc);
        let is_in_title = |start: &&u32| self.phrase.in_title || **start < words;
        let title = self.begins.iter().filter(is_in_title).count();
        let small = |count| u32::try_from(count).unwrap_or(u32::MAX);
        (small(title), small(self.begins.len() - title))
    }

    /// What the phrase is worth in a release; none where that has not got it.
    #[expect(clippy::cast_precision_loss, reason = "counts of a phrase in one release are small")]
    pub fn worth(&mut self, doc: DocId) -> Option<f32> {
        if self.at(doc).is_empty() {
            return None;
        }
        let (title, body) = self.counts();
        let saturated = self.law.of(doc, title as f32, body as f32);
        Some(saturated * self.phrase.idf * self.phrase.weight)
    }
}

/// Two phrases with at most so many words from one to the other.
pub(super) struct NearStarts<'s> {
    sides: Vec<Starts<'s>>,
    within: u32,
}

impl<'s> NearStarts<'s> {
    pub fn open(
        searcher: &Searcher,
        segment: &'s Segment,
        (left, right): (&'s Part, &'s Part),
        (within, releases): (u32, usize),
    ) -> Result<Self> {
        let mut sides = Vec::with_capacity(2);
        for side in [left, right] {
            if let Kind::Phrase(phrase) = &side.kind {
                sides.push(Starts::open(searcher, segment, phrase, releases)?);
            }
        }
        Ok(Self { sides, within })
    }

    pub fn are_near(&mut self, doc: DocId) -> bool {
        let [left, right] = &mut self.sides[..] else { return false };
        are_near(left.at(doc), right.at(doc), self.within)
    }
}

/// Keeps the starts that have a word at its offset behind them. Both lists are in order.
fn keep_followed(starts: &mut Vec<u32>, places: &[u32], offset: u32) {
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

/// Where windows begin that hold every word in any order and are at most `span` wide from first to last.
fn loosely(places: &[Vec<u32>], span: u32, starts: &mut Vec<u32>) {
    let mut next = vec![0_usize; places.len()];
    loop {
        let mut first: Option<(u32, usize)> = None;
        let mut last = 0;
        for (word, positions) in places.iter().enumerate() {
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

/// Whether some position of the one list is at most so far from one of the other.
fn are_near(left: &[u32], right: &[u32], within: u32) -> bool {
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
    fn words_in_order_and_loosely() {
        let places = [vec![1, 10, 20], vec![2, 13, 19]];
        let mut starts = places[0].clone();
        keep_followed(&mut starts, &places[1], 1);
        assert_eq!(starts, [1]);
        for (slop, expected) in [(0, vec![1, 19]), (1, vec![1, 19]), (2, vec![1, 10, 19])] {
            let mut starts = Vec::new();
            loosely(&places, 1 + slop, &mut starts);
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
