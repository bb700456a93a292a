//! The words of documents, in the order of their texts, and where they occur.

use tantivy::DocId;

use crate::index::{norms::DocLengths, schema::POSITION_GAP};

/// A document and a position in it, as one number that orders occurrences by both.
pub(in crate::index::build) type Occurrence = u64;

fn occurrence(doc: DocId, position: u32) -> Occurrence {
    u64::from(doc) << 32 | u64::from(position)
}

fn doc_of(occurrence: Occurrence) -> DocId {
    (occurrence >> 32) as DocId
}

/// The words of documents. Each has three texts: title, body and publisher.
///
/// The positions of a text follow those of the text before after a gap, so that no phrase and no distance reaches from
/// one into the other.
#[derive(Default)]
pub(in crate::index::build) struct DocWords {
    /// The number of each word's form. The lowest bit says whether the word follows the one before it or has the same
    /// position.
    words: Vec<u32>,
    texts: Vec<Text>,
}

struct Text {
    /// The number of its words and of their positions.
    words: usize,
    positions: u32,
}

impl DocWords {
    /// Adds a word to the next text.
    pub fn push(&mut self, form: u32, follows: bool) {
        self.words.push(form << 1 | u32::from(follows));
    }

    /// Ends a text with this many words and positions.
    pub fn end_text(&mut self, words: usize, positions: u32) {
        self.texts.push(Text { words, positions });
    }

    /// Adds more documents.
    pub fn append(&mut self, mut other: Self) {
        self.words.append(&mut other.words);
        self.texts.append(&mut other.texts);
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Bytes of memory, now or while the positions are grouped.
    pub fn memory(&self) -> usize {
        self.words.len() * (size_of::<u32>() + size_of::<Occurrence>()) + self.texts.len() * size_of::<Text>()
    }

    /// The numbers of positions of the title and the body of each document.
    pub fn lengths(&self) -> Vec<DocLengths> {
        let texts = self.texts.as_chunks().0.iter();
        texts.map(|[title, body, _]| [title.positions, body.positions]).collect()
    }

    /// Visits the words in order: the number of the form, plus `in_source` for those of a publisher, and where it
    /// occurs.
    pub fn each(&self, in_source: usize, mut visit: impl FnMut(usize, Occurrence)) {
        let mut rest = &self.words[..];
        for (doc, [title, body, source]) in (0..).zip(self.texts.as_chunks().0) {
            let mut first = 0_u32;
            for (text, offset) in [(title, 0), (body, 0), (source, in_source)] {
                // One before the first position: the bit of the first word advances it.
                let mut position = first.wrapping_sub(1);
                let words;
                (words, rest) = rest.split_at(text.words);
                for word in words {
                    position = position.wrapping_add(word & 1);
                    visit(offset + (word >> 1) as usize, occurrence(doc, position));
                }
                first += text.positions + POSITION_GAP;
            }
        }
    }
}

/// Visits the documents of occurrences in order, each with the deltas of its positions. An occurrence that is there
/// twice counts once. `deltas` is a buffer.
pub(in crate::index::build) fn for_each_doc(
    occurrences: &[Occurrence],
    deltas: &mut Vec<u32>,
    mut visit: impl FnMut(DocId, &[u32]),
) {
    for in_doc in occurrences.chunk_by(|&a, &b| doc_of(a) == doc_of(b)) {
        deltas.clear();
        let mut before = 0;
        for &occurrence in in_doc {
            #[expect(clippy::cast_possible_truncation, reason = "the position is in the lower half")]
            let position = occurrence as u32;
            if position != before || deltas.is_empty() {
                deltas.push(position - before);
                before = position;
            }
        }
        visit(doc_of(in_doc[0]), deltas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_each_position_once() {
        let all =
            [(0, 0), (0, 0), (0, 7), (3, 5), (3, 5), (3, 6), (9, 0)].map(|(doc, at)| occurrence(doc, at));
        let mut found = Vec::new();
        for_each_doc(&all, &mut Vec::new(), |doc, deltas| found.push((doc, deltas.to_vec())));
        assert_eq!(found, [(0, vec![0, 7]), (3, vec![5, 1]), (9, vec![0])]);
    }
}
