//! The positions of a word in the documents of one segment.

use std::io;

use tantivy::DocId;

use crate::{
    index::Segment,
    query::Field,
    search::postings::{BoundWord, PositionCursor, Terms},
};

/// The position lists of a word, each with whether its term is the word or only hints at it.
pub(crate) struct WordPositions<'s> {
    segment: &'s Segment,
    scope: Option<Field>,
    lists: Vec<(PositionCursor, bool)>,
}

impl<'s> WordPositions<'s> {
    /// Opens the lists of the given terms. Hints count only in documents without full terms.
    pub fn open(segment: &'s Segment, word: &BoundWord, terms: Terms) -> io::Result<Self> {
        let lists = word.lists(segment, terms);
        let open = lists.map(|(term, list)| Ok((PositionCursor::open(segment, list)?, term.full)));
        Ok(Self { segment, scope: word.scope, lists: open.collect::<io::Result<_>>()? })
    }

    /// Reads the word's positions in a document into a buffer, in order and without duplicates.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        out.clear();
        let (mut any_full, mut several) = (false, false);
        for (list, full) in &mut self.lists {
            if any_full && !*full {
                break;
            }
            let before = out.len();
            list.read(doc, out);
            if out.len() > before {
                several |= before > 0;
                any_full |= *full;
            }
        }
        if let Some(Field::Title | Field::Body) = self.scope {
            let (title, in_title) = (self.segment.title_words(doc), self.scope == Some(Field::Title));
            out.retain(|&position| (position < title) == in_title);
        }
        if several {
            out.sort_unstable();
            out.dedup();
        }
    }
}
