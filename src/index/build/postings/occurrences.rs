//! Occurrences: one number for a position in a document, counted through all documents of a segment.
//!
//! Converts the occurrences of a term back to documents and positions.

/// The document of every position divisible by this is recorded, to find the others from there.
const PAGE: u32 = 128;

/// The first occurrence number of each document.
#[derive(Default)]
pub(super) struct DocOffsets {
    /// The first number of each document, and the end of the last one.
    starts: Vec<u32>,
    /// The document of the first number of each page.
    pages: Vec<u32>,
    end: u32,
}

impl DocOffsets {
    /// Adds a document with this number of positions.
    pub fn push(&mut self, length: u32) {
        self.starts.push(self.end);
        self.end += length;
    }

    /// The first number of a document.
    pub fn start(&self, doc: usize) -> u32 {
        self.starts[doc]
    }

    /// Completes the table once all documents are added.
    pub fn finish(&mut self) {
        self.starts.push(self.end);
        let mut doc = 0;
        for first in (0..self.end).step_by(PAGE as usize) {
            while self.starts.get(doc + 1).is_some_and(|&next| next <= first) {
                doc += 1;
            }
            self.pages.push(u32::try_from(doc).unwrap_or(u32::MAX));
        }
    }

    /// The document of a number; `from` is a lower bound.
    fn doc(&self, place: u32, from: usize) -> usize {
        let mut doc = from.max(self.pages[(place / PAGE) as usize] as usize);
        while self.starts[doc + 1] <= place {
            doc += 1;
        }
        doc
    }
}

/// The occurrences of a term, in order; one may occur twice.
pub(in crate::index::build) struct Occurrences<'p> {
    places: &'p [u32],
    doc_offsets: &'p DocOffsets,
    deltas: &'p mut Vec<u32>,
}

impl<'p> Occurrences<'p> {
    /// The occurrences at these places. `deltas` is a buffer.
    pub(super) fn new(places: &'p [u32], doc_offsets: &'p DocOffsets, deltas: &'p mut Vec<u32>) -> Self {
        Self { places, doc_offsets, deltas }
    }

    /// The number of occurrences, at least that of documents.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Visits the documents in order, each with the deltas of its positions.
    pub fn for_each_doc(self, mut visit: impl FnMut(u32, &[u32])) {
        let Self { mut places, doc_offsets, deltas } = self;
        let mut doc = 0;
        while let Some(&first) = places.first() {
            doc = doc_offsets.doc(first, doc);
            let (mut before, end) = (doc_offsets.starts[doc], doc_offsets.starts[doc + 1]);
            deltas.clear();
            while let Some((&place, rest)) = places.split_first()
                && place < end
            {
                if place != before || deltas.is_empty() {
                    deltas.push(place - before);
                    before = place;
                }
                places = rest;
            }
            visit(u32::try_from(doc).unwrap_or(u32::MAX), deltas);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_occurrence_is_in_its_document(
            lengths in prop::collection::vec(0_u32..400, 1..60),
            share in 1_usize..200,
        ) {
            let mut doc_offsets = DocOffsets::default();
            let mut all = Vec::new();
            for (doc, &length) in lengths.iter().enumerate() {
                doc_offsets.push(length);
                let base = doc_offsets.start(doc);
                all.extend((0..length).map(|position| (base + position, doc, position)));
            }
            doc_offsets.finish();
            let chosen: Vec<_> = all.into_iter().step_by(share).collect();
            let mut places: Vec<u32> = chosen.iter().map(|&(place, ..)| place).collect();
            // The last one occurs twice.
            places.extend(places.last().copied());
            let mut found = Vec::new();
            Occurrences::new(&places, &doc_offsets, &mut Vec::new()).for_each_doc(|doc, deltas| {
                let mut position = 0;
                found.extend(deltas.iter().map(|delta| {
                    position += delta;
                    (doc as usize, position)
                }));
            });
            let expected: Vec<_> = chosen.into_iter().map(|(_, doc, position)| (doc, position)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
