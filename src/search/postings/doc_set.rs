//! Sets of documents of one segment: a sorted list where they are few, a bitset where they are many.
//!
//! Each document has a rank in its set: the number of documents before it.

use std::ops::Range;

use tantivy::DocId;

use super::bitset::BitSet;

/// Documents in ascending order.
#[derive(Debug)]
pub(crate) enum DocSet {
    Sparse(Vec<DocId>),
    Dense(BitSet),
}

/// A bitset with its ranks is smaller than a list when more than one document in this many is in the set.
const SPARSE: usize = 21;

impl Default for DocSet {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl DocSet {
    /// These releases, in ascending order, of a segment that has `all`.
    pub fn of(docs: Vec<DocId>, all: DocId) -> Self {
        let mut set = Self::with_capacity(docs.len(), all);
        match &mut set {
            Self::Sparse(few) => *few = docs,
            Self::Dense(bits) => {
                bits.extend(&docs);
                bits.finish();
            }
        }
        set
    }

    /// Room for about so many releases of a segment that has `all`.
    pub fn with_capacity(releases: usize, all: DocId) -> Self {
        if releases * SPARSE > all as usize {
            Self::Dense(BitSet::none(all))
        } else {
            Self::Sparse(Vec::with_capacity(releases))
        }
    }

    /// Adds releases that come after all that it has, in order.
    pub fn extend(&mut self, docs: &[DocId]) {
        match self {
            Self::Sparse(few) => few.extend_from_slice(docs),
            Self::Dense(bits) => bits.extend(docs),
        }
    }

    /// To be called when all releases were added.
    pub fn finish(&mut self) {
        if let Self::Dense(bits) = self {
            bits.finish();
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Sparse(few) => few.len(),
            Self::Dense(bits) => bits.len(),
        }
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        match self {
            Self::Sparse(few) => few.capacity() * 4,
            Self::Dense(bits) => bits.size(),
        }
    }

    /// The place of a release; none where it is not in the set.
    pub fn at(&self, doc: DocId) -> Option<usize> {
        match self {
            Self::Sparse(few) => few.binary_search(&doc).ok(),
            Self::Dense(bits) => bits.has(doc).then(|| bits.at(doc)),
        }
    }

    /// Visits the releases at some places, in order.
    pub fn each_at(&self, places: Range<usize>, mut visit: impl FnMut(usize, DocId)) {
        match self {
            Self::Sparse(few) => {
                let docs = few.get(places.clone()).unwrap_or_default();
                places.zip(docs).for_each(|(at, &doc)| visit(at, doc));
            }
            Self::Dense(bits) => bits.each_at(&places, visit),
        }
    }

    /// The first release from `from` on.
    pub fn next(&self, from: DocId) -> Option<DocId> {
        match self {
            Self::Sparse(few) => few.get(few.partition_point(|&doc| doc < from)).copied(),
            Self::Dense(bits) => bits.next(from),
        }
    }

    /// Visits all releases, in order.
    pub fn each(&self, mut visit: impl FnMut(DocId)) {
        match self {
            Self::Sparse(few) => few.iter().copied().for_each(visit),
            Self::Dense(bits) => bits.each(0, bits.words().len(), |_, doc| visit(doc)),
        }
    }

    /// Visits the releases from `start` to before `end`, in order, each with its place. `hint` is a place not
    /// behind that of the first one; returns the place behind the last one. Both ends must be multiples of 64.
    pub fn each_between(
        &self,
        start: DocId,
        end: DocId,
        hint: usize,
        mut visit: impl FnMut(usize, DocId),
    ) -> usize {
        match self {
            Self::Sparse(few) => {
                let from = seek(few, hint, start);
                let to = seek(few, from, end);
                (from..).zip(&few[from..to]).for_each(|(at, &doc)| visit(at, doc));
                to
            }
            Self::Dense(bits) => {
                let (first, last) =
                    (start as usize / 64, (end as usize).div_ceil(64).min(bits.words().len()));
                bits.each(first, last, visit);
                hint
            }
        }
    }
}

/// A place in a set that only moves forward.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'d> {
    docs: &'d DocSet,
    at: usize,
}

impl<'d> Cursor<'d> {
    pub fn new(docs: &'d DocSet) -> Self {
        Self { docs, at: 0 }
    }

    /// The place of a release, where the set has it. Releases in ascending order.
    #[inline]
    pub fn find(&mut self, doc: DocId) -> Option<usize> {
        match self.docs {
            DocSet::Sparse(few) => self.is_at(few, doc).then_some(self.at),
            DocSet::Dense(bits) => bits.has(doc).then(|| bits.at(doc)),
        }
    }

    /// Whether the set has a release. Releases in ascending order.
    #[inline]
    pub fn has(&mut self, doc: DocId) -> bool {
        match self.docs {
            DocSet::Sparse(few) => self.is_at(few, doc),
            DocSet::Dense(bits) => bits.has(doc),
        }
    }

    fn is_at(&mut self, few: &[DocId], doc: DocId) -> bool {
        // Lists of one word are much alike: the next one it is most often.
        if few.get(self.at).is_some_and(|&here| here < doc) {
            self.at += 1;
            if few.get(self.at).is_some_and(|&next| next < doc) {
                self.at = seek(few, self.at, doc);
            }
        }
        few.get(self.at) == Some(&doc)
    }
}

/// So many releases are compared at once before leaping: without branches, which nobody could foretell.
const NEAR: usize = 16;

/// The first place from `from` on whose release is `target` or a later one.
pub(super) fn seek(docs: &[DocId], from: usize, target: DocId) -> usize {
    let rest = docs.get(from..).unwrap_or_default();
    if rest.first().is_none_or(|&first| first >= target) {
        return from;
    }
    let Some((near, _)) = rest.split_first_chunk::<NEAR>() else {
        return from + rest.partition_point(|&doc| doc < target);
    };
    if near[NEAR - 1] >= target {
        return from + near.iter().map(|&doc| usize::from(doc < target)).sum::<usize>();
    }
    // Farther away, in leaps that double.
    let (mut low, mut leap) = (NEAR, NEAR);
    while rest.get(low + leap).is_some_and(|&doc| doc < target) {
        low += leap;
        leap *= 2;
    }
    let high = (low + leap).min(rest.len());
    from + low + rest[low..high].partition_point(|&doc| doc < target)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{
        super::intersection::{intersect, intersection_len},
        *,
    };

    const ALL: DocId = 300;

    fn both(docs: &[DocId]) -> [DocSet; 2] {
        [0, ALL as usize].map(|releases| {
            let mut set = DocSet::with_capacity(releases, ALL);
            set.extend(docs);
            set.finish();
            set
        })
    }

    #[test]
    fn leaps_land_on_the_first_that_is_far_enough() {
        let docs = [2, 4, 8, 16, 32, 64, 128];
        for (from, target, expected) in
            [(0, 0, 0), (0, 2, 0), (0, 3, 1), (1, 64, 5), (3, 65, 6), (0, 129, 7), (7, 1, 7), (9, 1, 9)]
        {
            assert_eq!(seek(&docs, from, target), expected, "{from} {target}");
        }
        let even: Vec<DocId> = (0..300).map(|half| half * 2).collect();
        for (from, target) in (0..310).flat_map(|from| (0..62).map(move |part| (from, part * 10 + 1))) {
            let expected = (target as usize).div_ceil(2).min(300).max(from);
            assert_eq!(seek(&even, from, target), expected, "{from} {target}");
        }
    }

    proptest! {
        #[test]
        fn few_and_many_are_the_same_set(
            docs in prop::collection::btree_set(0..ALL, 0..80),
            start in 0..ALL,
            length in 0..ALL,
        ) {
            let docs: Vec<DocId> = docs.into_iter().collect();
            for set in both(&docs) {
                prop_assert_eq!(set.len(), docs.len());
                let mut cursor = Cursor::new(&set);
                for doc in 0..ALL {
                    let at = docs.binary_search(&doc).ok();
                    prop_assert_eq!(set.at(doc), at);
                    prop_assert_eq!(cursor.find(doc), at);
                    prop_assert_eq!(cursor.has(doc), at.is_some());
                    prop_assert_eq!(set.next(doc), docs.iter().copied().find(|&other| other >= doc));
                }
                let mut found = Vec::new();
                set.each(|doc| found.push(doc));
                prop_assert_eq!(&found, &docs);
                let (first, last) = (start as usize, (start + length) as usize);
                let places = first.min(docs.len())..last.min(docs.len());
                let mut found = Vec::new();
                set.each_at(places.clone(), |at, doc| found.push((at, doc)));
                let expected: Vec<_> = docs.iter().copied().enumerate().collect();
                prop_assert_eq!(&found, &expected[places]);
                let mut found = Vec::new();
                let window = [start, start + length].map(|end| end.next_multiple_of(64));
                set.each_between(window[0], window[1], 0, |at, doc| found.push((at, doc)));
                let expected = docs.iter().copied().enumerate();
                let expected = expected.filter(|(_, doc)| (window[0]..window[1]).contains(doc));
                prop_assert_eq!(found, expected.collect::<Vec<_>>());
            }
        }

        #[test]
        fn what_all_have_is_the_intersection(
            sets in prop::collection::vec((prop::collection::btree_set(0..ALL, 0..200), any::<bool>()), 0..4),
        ) {
            let docs: Vec<DocSet> = sets.iter().map(|(docs, many)| {
                let [few, bits] = both(&docs.iter().copied().collect::<Vec<_>>());
                if *many { bits } else { few }
            }).collect();
            let docs: Vec<&DocSet> = docs.iter().collect();
            let mut found = Vec::new();
            intersect(&docs, |met| {
                found.push(met.doc);
                assert!((0..docs.len()).all(|set| docs[set].at(met.doc) == Some(met.at(set))));
            });
            let all = sets.into_iter().map(|(docs, _)| docs).reduce(|a, b| &a & &b).unwrap_or_else(BTreeSet::new);
            prop_assert_eq!(intersection_len(&docs), all.len());
            prop_assert_eq!(found, all.into_iter().collect::<Vec<_>>());
        }
    }
}
