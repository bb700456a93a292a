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
        postings::{BoundWord, Position, Terms, doc_of},
    },
};

/// Finds where a phrase starts in the documents of a segment.
pub(crate) struct PhraseMatcher<'s> {
    segment: &'s Segment,
    words: Vec<WordPositions<'s>>,
    shape: PhraseShape,
    in_sentence: bool,
    starts: Vec<Position>,
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

    /// Where the phrase starts in some documents, which are in order.
    pub fn starts(&mut self, docs: &[DocId]) -> &[Position] {
        let Self { segment, words, shape, in_sentence, starts } = self;
        starts.clear();
        let read = |word: usize, possible: Option<&[Position]>, out: &mut Vec<Position>| match possible {
            Some(starts) => words[word].read(&docs_of(starts), out),
            None => words[word].read(docs, out),
        };
        shape.find(read, |window| starts.push(window.start));
        if *in_sentence {
            retain_within_sentence(segment, shape.last_offset(), starts);
        }
        starts
    }

    /// The starts that were found last, with the offset of the last word.
    pub fn side(&self) -> Side<'_> {
        Side { starts: &self.starts, last: self.shape.last_offset() }
    }
}

/// The documents of positions, each once.
fn docs_of(positions: &[Position]) -> Vec<DocId> {
    let by_doc = positions.chunk_by(|&one, &other| doc_of(one) == doc_of(other));
    by_doc.map(|positions| doc_of(positions[0])).collect()
}
