//! Occurrences: one number for a position in a release, counted through all releases of a segment.
//!
//! Turns a term's places back into releases and positions. Nothing here knows of words.

/// Every so many places the release is noted that has the first one.
const PAGE: u32 = 128;

/// Where the places of each release begin.
#[derive(Default)]
pub(super) struct DocOffsets {
    /// The first place of each release, and the end of the last one.
    starts: Vec<u32>,
    /// The release of the first place of each page.
    pages: Vec<u32>,
    end: u32,
}

impl DocOffsets {
    /// Adds a release of so many positions.
    pub fn push(&mut self, length: u32) {
        self.starts.push(self.end);
        self.end += length;
    }

    /// The first place of a release.
    pub fn start(&self, release: usize) -> u32 {
        self.starts[release]
    }

    /// Nothing is added any more.
    pub fn finish(&mut self) {
        self.starts.push(self.end);
        let mut release = 0;
        for first in (0..self.end).step_by(PAGE as usize) {
            while self.starts.get(release + 1).is_some_and(|&next| next <= first) {
                release += 1;
            }
            self.pages.push(u32::try_from(release).unwrap_or(u32::MAX));
        }
    }

    /// The release that has a place, which is at or behind `from`.
    fn release(&self, place: u32, from: usize) -> usize {
        let mut release = from.max(self.pages[(place / PAGE) as usize] as usize);
        while self.starts[release + 1] <= place {
            release += 1;
        }
        release
    }
}

/// A term's places, in order; one may come twice.
pub(in crate::index::build) struct Occurrences<'p> {
    places: &'p mut [u32],
    doc_offsets: &'p DocOffsets,
}

impl<'p> Occurrences<'p> {
    pub(super) fn new(places: &'p mut [u32], doc_offsets: &'p DocOffsets) -> Self {
        Self { places, doc_offsets }
    }

    /// How many places there are; no fewer than releases.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Visits the releases in order, each with its positions: the first one, and then how far each is
    /// from the one before. These are written over the places.
    pub fn for_each_doc(self, mut visit: impl FnMut(u32, &[u32])) {
        let Self { places, doc_offsets } = self;
        let mut release = 0;
        let mut at = 0;
        while let Some(&first) = places.get(at) {
            release = doc_offsets.release(first, release);
            let (mut before, end) = (doc_offsets.starts[release], doc_offsets.starts[release + 1]);
            let start = at;
            let mut written = at;
            while let Some(&place) = places.get(at)
                && place < end
            {
                if place != before || written == start {
                    places[written] = place - before;
                    written += 1;
                    before = place;
                }
                at += 1;
            }
            visit(u32::try_from(release).unwrap_or(u32::MAX), &places[start..written]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_place_is_in_its_release(
            lengths in prop::collection::vec(0_u32..400, 1..60),
            share in 1_usize..200,
        ) {
            let mut doc_offsets = DocOffsets::default();
            let mut all = Vec::new();
            for (release, &length) in lengths.iter().enumerate() {
                doc_offsets.push(length);
                let base = doc_offsets.start(release);
                all.extend((0..length).map(|position| (base + position, release, position)));
            }
            doc_offsets.finish();
            let chosen: Vec<_> = all.into_iter().step_by(share).collect();
            let mut places: Vec<u32> = chosen.iter().map(|&(place, ..)| place).collect();
            // The last one comes twice.
            places.extend(places.last().copied());
            let mut found = Vec::new();
            Occurrences::new(&mut places, &doc_offsets).for_each_doc(|release, deltas| {
                let mut position = 0;
                found.extend(deltas.iter().map(|delta| {
                    position += delta;
                    (release as usize, position)
                }));
            });
            let expected: Vec<_> = chosen.into_iter().map(|(_, release, position)| (release, position)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
