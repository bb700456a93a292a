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

    /// Appends the word's positions in a document, in order and without duplicates.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        let start = out.len();
        let (mut any_full, mut several) = (false, false);
        for (list, full) in &mut self.lists {
            if any_full && !*full {
                break;
            }
            let before = out.len();
            list.read(doc, out);
            if out.len() > before {
                several |= before > start;
                any_full |= *full;
            }
        }
        if let Some(Field::Title | Field::Body) = self.scope {
            let (title, in_title) = (self.segment.title_words(doc), self.scope == Some(Field::Title));
            retain_from(out, start, |_, position| (position < title) == in_title);
        }
        if several {
            out[start..].sort_unstable();
            retain_from(out, start, |before, position| before != Some(position));
        }
    }
}

/// Retains some of the numbers from `start` on; the predicate also gets the number retained before.
fn retain_from(numbers: &mut Vec<u32>, start: usize, retained: impl Fn(Option<u32>, u32) -> bool) {
    let mut end = start;
    for at in start..numbers.len() {
        let before = (end > start).then(|| numbers[end - 1]);
        if retained(before, numbers[at]) {
            numbers[end] = numbers[at];
            end += 1;
        }
    }
    numbers.truncate(end);
}
