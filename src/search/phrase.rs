//! Phrases and nearness: words at positions.
//!
//! A release is looked into only where it has all the words; then their positions decide.

use tantivy::{DocId, TERMINATED};

use super::{
    Searcher,
    compile::PhrasePart,
    cursor::{Found, Reading, Stops},
    explain::Mention,
    plan::Scope,
    word::WordCursor,
};
use crate::{error::Result, index::Segment};

pub(super) struct PhraseCursor<'s> {
    searcher: &'s Searcher,
    segment: &'s Segment,
    part: &'s PhrasePart,
    words: Vec<WordCursor<'s>>,
    doc: DocId,
    /// Where the phrase begins in the release that the cursor stands on.
    starts: Vec<u32>,
}

impl<'s> PhraseCursor<'s> {
    pub fn open(reading: Reading<'s>, part: &'s PhrasePart) -> Result<Self> {
        let reading = Reading { stops: Stops::Full, places: true, ..reading };
        let words =
            part.slots.iter().map(|(_, word)| WordCursor::open(reading, word)).collect::<Result<Vec<_>>>()?;
        let Reading { searcher, segment, .. } = reading;
        let mut cursor = Self { searcher, segment, part, words, doc: 0, starts: Vec::new() };
        cursor.doc = cursor.next_from(0);
        Ok(cursor)
    }

    pub fn doc(&self) -> DocId {
        self.doc
    }

    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.next_from(target);
        }
        self.doc
    }

    fn next_from(&mut self, target: DocId) -> DocId {
        let mut target = target;
        loop {
            let doc = self.align(target);
            if doc == TERMINATED {
                self.starts.clear();
                return TERMINATED;
            }
            self.look();
            if !self.starts.is_empty() {
                return doc;
            }
            target = doc + 1;
        }
    }

    fn align(&mut self, mut target: DocId) -> DocId {
        if self.words.is_empty() {
            return TERMINATED;
        }
        loop {
            for word in &mut self.words {
                target = word.seek(target);
                if target == TERMINATED {
                    return TERMINATED;
                }
            }
            if self.words.iter().all(|word| word.doc() == target) {
                return target;
            }
        }
    }

    /// Finds where the phrase begins.
    fn look(&mut self) {
        self.starts.clear();
        let mut places: Vec<Vec<u32>> = Vec::with_capacity(self.words.len());
        for word in &mut self.words {
            let mut positions = Vec::new();
            word.positions(&mut positions);
            places.push(positions);
        }
        match self.part.slop {
            None => {
                let offsets: Vec<u32> = self.part.slots.iter().map(|(place, _)| *place).collect();
                in_order(&places, &offsets, &mut self.starts);
            }
            Some(slop) => {
                let others = u32::try_from(places.len().saturating_sub(1)).unwrap_or(u32::MAX);
                loosely(&places, others.saturating_add(slop), &mut self.starts);
            }
        }
    }

    /// Adds where the phrase's words stand in the release that it stands on.
    pub fn places(&mut self, out: &mut Vec<u32>) {
        self.words.iter_mut().for_each(|word| word.positions(out));
    }

    /// How often the phrase stands in title and body.
    fn counts(&self) -> (u32, u32) {
        let words = self.segment.title_words(self.doc);
        let whole_title = self.part.slots.iter().all(|(_, word)| word.scope == Scope::Title);
        let (title, body): (Vec<u32>, Vec<u32>) =
            self.starts.iter().partition(|&&start| whole_title || start < words);
        (u32::try_from(title.len()).unwrap_or(u32::MAX), u32::try_from(body.len()).unwrap_or(u32::MAX))
    }

    pub fn mention(&self) -> Mention {
        let (title, body) = self.counts();
        let words = self.part.slots.iter().filter_map(|(_, word)| word.terms.first());
        let words: Vec<&str> = words.map(|located| located.term.key.get(1..).unwrap_or_default()).collect();
        Mention { term: words.join(" "), title, body }
    }

    pub fn rarity(&self) -> f32 {
        self.part.idf
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a phrase in one release are small")]
    pub fn found(&mut self) -> Found {
        let (title, body) = self.counts();
        let saturated = self.searcher.saturate(self.segment, self.doc, title as f32, body as f32);
        Found { score: saturated * self.part.idf * self.part.weight, full: true }
    }

    pub fn bound(&self) -> f32 {
        self.searcher.most() * self.part.idf * self.part.weight
    }
}

/// Two phrases with at most so many words from one to the other.
pub(super) struct NearCursor<'s> {
    left: PhraseCursor<'s>,
    right: PhraseCursor<'s>,
    within: u32,
    weight: f32,
    doc: DocId,
}

impl<'s> NearCursor<'s> {
    pub fn open(
        reading: Reading<'s>,
        (left, right): (&'s PhrasePart, &'s PhrasePart),
        within: u32,
        weight: f32,
    ) -> Result<Self> {
        let left = PhraseCursor::open(reading, left)?;
        let right = PhraseCursor::open(reading, right)?;
        let mut cursor = Self { left, right, within, weight, doc: 0 };
        cursor.doc = cursor.next_from(0);
        Ok(cursor)
    }

    pub fn doc(&self) -> DocId {
        self.doc
    }

    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.next_from(target);
        }
        self.doc
    }

    fn next_from(&mut self, mut target: DocId) -> DocId {
        loop {
            let left = self.left.seek(target);
            let right = self.right.seek(left);
            if right == TERMINATED {
                return TERMINATED;
            }
            if left == right {
                if are_near(self.left.starts(), self.right.starts(), self.within) {
                    return left;
                }
                target = left + 1;
            } else {
                target = right;
            }
        }
    }

    pub fn found(&mut self) -> Found {
        let score = (self.left.found().score + self.right.found().score) * self.weight;
        Found { score, full: true }
    }

    pub fn places(&mut self, out: &mut Vec<u32>) {
        self.left.places(out);
        self.right.places(out);
    }

    pub fn mentions(&self, out: &mut Vec<Mention>) {
        out.extend([self.left.mention(), self.right.mention()]);
    }

    pub fn rarity(&self) -> f32 {
        self.left.rarity() + self.right.rarity()
    }

    pub fn bound(&self) -> f32 {
        (self.left.bound() + self.right.bound()) * self.weight
    }
}

/// Where each word stands at its offset from a common start.
fn in_order(places: &[Vec<u32>], offsets: &[u32], starts: &mut Vec<u32>) {
    let (Some(first), Some(&first_offset)) = (places.first(), offsets.first()) else { return };
    starts.extend(first.iter().filter_map(|position| position.checked_sub(first_offset)));
    for (positions, offset) in places.iter().zip(offsets).skip(1) {
        starts.retain(|start| positions.binary_search(&(start + offset)).is_ok());
    }
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
        let mut starts = Vec::new();
        in_order(&places, &[0, 1], &mut starts);
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
