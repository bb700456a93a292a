//! The words of one field, in the order of the texts of a batch of documents.

use tantivy::DocId;

use super::occurrences::{Occurrence, occurrence};
use crate::index::{norms::DocLengths, schema::POSITION_GAP};

/// The words of one field.
///
/// If a document has several texts in the field, a title and a body, the positions of one follow those of the text
/// before after a gap, so that no phrase and no distance reaches from one into the other.
pub(super) struct FieldWords {
    /// The number of each word's form. The lowest bit says whether the word follows the one before it or has the same
    /// position.
    words: Vec<u32>,
    texts: Vec<Text>,
    texts_per_doc: usize,
}

/// A text of a document.
struct Text {
    /// Where its words end.
    end: usize,
    /// The number of its positions.
    positions: u32,
}

impl FieldWords {
    /// An empty field, in which each document has this many texts.
    pub fn new(texts_per_doc: usize) -> Self {
        Self { words: Vec::new(), texts: Vec::new(), texts_per_doc }
    }

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

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u32>() + self.texts.capacity() * size_of::<Text>()
    }

    /// The numbers of positions of the title and the body of each document.
    pub fn lengths(&self) -> impl Iterator<Item = DocLengths> {
        self.texts.as_chunks().0.iter().map(|[title, body]| [title.positions, body.positions])
    }

    /// Visits the words in order: the number of the form, and where it occurs. Documents are numbered from `doc`,
    /// which is advanced past them.
    pub fn each(&self, doc: &mut DocId, visit: &mut impl FnMut(usize, Occurrence)) {
        let mut start = 0;
        for texts in self.texts.chunks(self.texts_per_doc) {
            let mut first = 0_u32;
            for &Text { end, positions } in texts {
                // One before the first position: the bit of the first word advances it.
                let mut position = first.wrapping_sub(1);
                for &word in &self.words[start..end] {
                    position = position.wrapping_add(word & 1);
                    visit((word >> 1) as usize, occurrence(*doc, position));
                }
                (start, first) = (end, first + positions + POSITION_GAP);
            }
            *doc += 1;
        }
    }
}
