//! The positions of a word in the documents of one segment.

use std::io;

use tantivy::DocId;

use crate::{
    index::Segment,
    query::Field,
    search::postings::{BoundWord, Position, PositionCursor, Terms, doc_of, in_doc, position},
};

/// The position lists of a word: those of terms that are the word, and those of hints.
pub(crate) struct WordPositions<'s> {
    segment: &'s Segment,
    scope: Option<Field>,
    full: Vec<PositionCursor>,
    hints: Vec<PositionCursor>,
}

impl<'s> WordPositions<'s> {
    /// Opens the lists of the given terms.
    pub fn open(segment: &'s Segment, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        let (mut full, mut hints) = (Vec::new(), Vec::new());
        for (term, list) in word.lists(segment, terms) {
            let lists = if term.full { &mut full } else { &mut hints };
            lists.push(PositionCursor::open(segment, list)?);
        }
        Ok(Self { segment, scope: word.scope, full, hints })
    }

    /// Reads the word's positions in some documents, in order and each once, into a buffer. Hints count only in documents
    /// without full terms.
    pub fn read(&mut self, docs: &[DocId], out: &mut Vec<Position>) {
        out.clear();
        read_all(&mut self.full, docs, out);
        if !self.hints.is_empty() {
            let has_full = |doc: DocId| {
                let at = out.partition_point(|&at| at < position(doc, 0));
                out.get(at).is_some_and(|&at| doc_of(at) == doc)
            };
            let sought: Vec<DocId> = docs.iter().copied().filter(|&doc| !has_full(doc)).collect();
            let mut by_hints = Vec::new();
            read_all(&mut self.hints, &sought, &mut by_hints);
            out.append(&mut by_hints);
            out.sort();
        }
        if let Some(Field::Title | Field::Body) = self.scope {
            let in_title = self.scope == Some(Field::Title);
            out.retain(|&at| (in_doc(at) < self.segment.title_words(doc_of(at))) == in_title);
        }
    }
}

/// Reads the positions of several terms.
#[expect(clippy::stable_sort_primitive, reason = "the stable sort merges sorted runs")]
fn read_all(lists: &mut [PositionCursor], docs: &[DocId], out: &mut Vec<Position>) {
    let mut present = 0;
    for list in lists {
        let before = out.len();
        list.read(docs, out);
        present += u32::from(out.len() > before);
    }
    if present > 1 {
        out.sort();
        out.dedup();
    }
}
