//! The positions of a word in the documents of one segment.

use std::io;

use tantivy::DocId;

use crate::{
    index::Segment,
    query::Field,
    search::postings::{BoundWord, Position, PositionCursor, Terms, doc_of, in_doc},
};

/// The position lists of a word.
pub(crate) struct WordPositions<'s> {
    segment: &'s Segment,
    scope: Option<Field>,
    lists: Vec<PositionCursor>,
}

impl<'s> WordPositions<'s> {
    /// Opens the lists of the given terms.
    pub fn open(segment: &'s Segment, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        // Cursors are large.
        let mut lists = Vec::with_capacity(word.lists(segment, terms).count());
        for (_, list) in word.lists(segment, terms) {
            lists.push(PositionCursor::open(segment, list)?);
        }
        Ok(Self { segment, scope: word.scope, lists })
    }

    /// Reads the word's positions in some documents, in order and each once, into a buffer.
    pub fn read(&mut self, docs: &[DocId], out: &mut Vec<Position>) {
        out.clear();
        for list in &mut self.lists {
            let before = std::mem::take(out);
            list.read(docs, out);
            if !before.is_empty() {
                *out = union(&before, out);
            }
        }
        if let Some(Field::Title | Field::Body) = self.scope {
            let in_title = self.scope == Some(Field::Title);
            out.retain(|&at| (in_doc(at) < self.segment.title_words(doc_of(at))) == in_title);
        }
    }
}

/// The positions in any of two lists, in order, without branches that depend on them.
fn union(left: &[Position], right: &[Position]) -> Vec<Position> {
    let mut all = vec![0; left.len() + right.len()];
    let (mut at, mut other, mut len) = (0, 0, 0);
    while let (Some(&one), Some(&another)) = (left.get(at), right.get(other)) {
        all[len] = one.min(another);
        at += usize::from(one <= another);
        other += usize::from(another <= one);
        len += 1;
    }
    all.truncate(len);
    all.extend_from_slice(&left[at..]);
    all.extend_from_slice(&right[other..]);
    all
}
