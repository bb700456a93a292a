//! The words of a batch of documents, in the order of their texts.

use tantivy::DocId;

use super::occurrences::{Occurrence, occurrence};
use crate::index::{norms::DocLengths, schema::POSITION_GAP};

/// The words of a batch. Each document has three texts: title, body and publisher.
///
/// The positions of a text follow those of the text before after a gap, so that no phrase and no distance reaches from
/// one into the other.
#[derive(Default)]
pub(in crate::index::build) struct BatchWords {
    /// The number of each word's form. The lowest bit says whether the word follows the one before it or has the same
    /// position.
    words: Vec<u32>,
    texts: Vec<Text>,
}

struct Text {
    /// Where its words end.
    end: usize,
    /// The number of its positions.
    positions: u32,
}

impl BatchWords {
    /// Adds the next word of a text.
    pub fn push(&mut self, form: u32, follows: bool) {
        self.words.push(form << 1 | u32::from(follows));
    }

    /// Ends a text with this many positions.
    pub fn end_text(&mut self, positions: u32) {
        self.texts.push(Text { end: self.words.len(), positions });
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Bytes of memory, now or while the positions are grouped.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u32>()
            + self.texts.capacity() * size_of::<Text>()
            + self.words.len() * size_of::<Occurrence>()
    }

    /// The numbers of positions of the title and the body of each document.
    pub fn lengths(&self) -> impl Iterator<Item = DocLengths> {
        self.texts.as_chunks().0.iter().map(|[title, body, _]| [title.positions, body.positions])
    }

    /// Visits the words in order: the number of the form, plus `in_source` for those of the publisher, and where it
    /// occurs. Documents are numbered from `doc`, which is advanced past them.
    pub fn each(&self, doc: &mut DocId, in_source: usize, visit: &mut impl FnMut(usize, Occurrence)) {
        let mut start = 0;
        for [title, body, source] in self.texts.as_chunks().0 {
            let mut first = 0_u32;
            for (&Text { end, positions }, offset) in [(title, 0), (body, 0), (source, in_source)] {
                // One before the first position: the bit of the first word advances it.
                let mut position = first.wrapping_sub(1);
                for &word in &self.words[start..end] {
                    position = position.wrapping_add(word & 1);
                    visit(offset + (word >> 1) as usize, occurrence(*doc, position));
                }
                (start, first) = (end, first + positions + POSITION_GAP);
            }
            *doc += 1;
        }
    }
}
