//! Phrases in the positions of one segment's documents.

use std::io;

use tantivy::DocId;

use super::{
    Side, phrase_match::PhraseShape, sentence::retain_within_sentence, word_positions::WordPositions,
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
    /// Opens the position lists. Also returns the words of the phrase, each once.
    pub fn open<'p>(
        segment: &'s Segment,
        phrase: &'p Phrase<BoundWord>,
    ) -> io::Result<(Self, Vec<&'p BoundWord>)> {
        let slots = phrase.slots.iter().map(|(offset, word)| (*offset, word));
        let (mut shape, words) = PhraseShape::new(slots, phrase.slop, BoundWord::has_terms_of);
        let cost = |word: &&BoundWord| -> u32 {
            word.lists(segment, Terms::Full).map(|(_, list)| list.doc_freq()).sum()
        };
        let costs: Vec<u32> = words.iter().map(cost).collect();
        shape.order_by(|word| costs[word]);
        let open = |word: &&BoundWord| WordPositions::open(segment, word, Terms::Full);
        let opened = words.iter().map(open).collect::<io::Result<_>>()?;
        let in_sentence = phrase.in_sentence;
        Ok((Self { segment, words: opened, shape, in_sentence, starts: Vec::new() }, words))
    }

    /// Where the phrase starts in a document.
    pub fn starts(&mut self, doc: DocId) -> &[u32] {
        let Self { words, shape, starts, .. } = self;
        starts.clear();
        shape.find(|word, out| words[word].read(doc, out), |window| starts.push(window.start));
        if self.in_sentence && !starts.is_empty() {
            retain_within_sentence(self.segment, doc, shape.last_offset(), starts);
        }
        starts
    }

    /// The starts that were found last, with the offset of the last word.
    pub fn side(&self) -> Side<'_> {
        Side { starts: &self.starts, last: self.shape.last_offset() }
    }
}
