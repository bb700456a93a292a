//! Phrases in the positions of one segment's documents.

use std::io;

use tantivy::DocId;

use super::{
    FieldLimit, Side, phrase_match::PhraseShape, sentence::retain_within_sentence,
    word_positions::WordPositions,
};
use crate::{
    index::Segment,
    search::{
        plan::Phrase,
        postings::{BoundWord, Terms},
    },
};

/// Finds where a phrase starts in the documents of a segment.
pub(crate) struct PhraseMatcher<'s> {
    segment: &'s Segment,
    words: Vec<WordPositions<'s>>,
    shape: PhraseShape,
    in_sentence: bool,
    starts: Vec<u32>,
}

impl<'s> PhraseMatcher<'s> {
    /// Opens the position lists.
    pub fn open(segment: &'s Segment, phrase: &Phrase<BoundWord>) -> io::Result<Self> {
        let slots = phrase.slots.iter().map(|(offset, word)| (*offset, word));
        let (mut shape, words) = PhraseShape::new(slots, phrase.slop, BoundWord::has_terms_of);
        shape.order_by(|word| words[word].cost());
        let open = |word: &&BoundWord| WordPositions::open(segment, word, Terms::Full);
        Ok(Self {
            segment,
            words: words.iter().map(open).collect::<io::Result<_>>()?,
            shape,
            in_sentence: phrase.in_sentence,
            starts: Vec::new(),
        })
    }

    /// Where the phrase starts in a document.
    pub fn starts(&mut self, doc: DocId) -> &[u32] {
        let limit = self.limit(doc);
        let Self { words, shape, starts, .. } = self;
        starts.clear();
        shape.find(limit, |word, out| words[word].read(doc, out), |window| starts.push(window.start));
        if self.in_sentence && !starts.is_empty() {
            retain_within_sentence(self.segment, doc, shape.last_offset(), starts);
        }
        starts
    }

    /// The starts that were found last, with the offset of the last word.
    pub fn side(&self) -> Side<'_> {
        Side { starts: &self.starts, last: self.shape.last_offset() }
    }

    /// The limit of matches in a document.
    pub fn limit(&self, doc: DocId) -> FieldLimit {
        FieldLimit(self.segment.title_words(doc))
    }
}
