//! Scored lists: the living releases of one segment that have a part of a query, each with its worth.
//!
//! Plain data in order of release. Knows neither queries nor the index: `evaluate` makes them, `rank`
//! walks them.

use tantivy::DocId;

/// Releases in ascending order, each with what a part of a query is worth in it.
#[derive(Debug, Default)]
pub(super) struct Scored {
    pub docs: Vec<DocId>,
    pub scores: Vec<f32>,
    /// In how many places of the release it is at most; `MANY` where nobody counted.
    pub places: Vec<u8>,
    /// No release is worth more than this.
    pub most: f32,
}

/// So many places, or more.
pub(super) const MANY: u8 = u8::MAX;

impl Scored {
    pub fn with_capacity(releases: usize) -> Self {
        Self {
            docs: Vec::with_capacity(releases),
            scores: Vec::with_capacity(releases),
            places: Vec::with_capacity(releases),
            most: 0.0,
        }
    }

    pub fn push(&mut self, doc: DocId, score: f32, places: u8) {
        self.docs.push(doc);
        self.scores.push(score);
        self.places.push(places);
        self.most = self.most.max(score);
    }

    /// Adds a block of releases at once, `worth` saying what one that has its part so often is worth.
    pub fn extend(&mut self, docs: &[DocId], counts: &[u32], worth: impl Fn(DocId, u32) -> f32) {
        let start = self.scores.len();
        self.docs.extend_from_slice(docs);
        self.scores.extend(docs.iter().zip(counts).map(|(&doc, &count)| worth(doc, count)));
        self.places.extend(counts.iter().map(|&count| u8::try_from(count).unwrap_or(MANY)));
        self.most = self.scores[start..].iter().copied().fold(self.most, f32::max);
    }

    /// Makes all releases worth so much more, one factor after the other: floats depend on the order.
    pub fn multiply(&mut self, rarity: f32, weight: f32) {
        for score in self.scores.iter_mut().chain([&mut self.most]) {
            *score = *score * rarity * weight;
        }
    }

    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.docs.capacity() * 4 + self.scores.capacity() * 4 + self.places.capacity()
    }

    /// What a release is worth, and in how many places it has it.
    pub fn get(&self, doc: DocId) -> Option<(f32, u8)> {
        let at = self.docs.binary_search(&doc).ok()?;
        Some((*self.scores.get(at)?, *self.places.get(at)?))
    }

    pub fn iter(&self) -> impl Iterator<Item = (DocId, f32)> {
        self.docs.iter().copied().zip(self.scores.iter().copied())
    }
}

/// A place in a scored list that only moves forward.
#[derive(Clone, Copy)]
pub(super) struct Finger<'s> {
    list: &'s Scored,
    at: usize,
}

impl<'s> Finger<'s> {
    pub fn new(list: &'s Scored) -> Self {
        Self { list, at: 0 }
    }

    /// What a release is worth, and in how many places it is; none where the list does not have it. Releases
    /// in ascending order.
    pub fn get(&mut self, doc: DocId) -> Option<(f32, u8)> {
        self.has(doc).then(|| (self.list.scores[self.at], self.list.places[self.at]))
    }

    /// Whether the list has a release. Releases in ascending order.
    #[inline]
    pub fn has(&mut self, doc: DocId) -> bool {
        let docs = &self.list.docs[..];
        // Lists of one word are much alike: the next one it is most often.
        if docs.get(self.at).is_some_and(|&here| here < doc) {
            self.at += 1;
            if docs.get(self.at).is_some_and(|&next| next < doc) {
                self.at = seek(docs, self.at, doc);
            }
        }
        docs.get(self.at) == Some(&doc)
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

/// Visits the releases that all lists have, in order, each with its place in every list. Of no lists,
/// there are none.
pub(super) fn common(lists: &[&Scored], mut visit: impl FnMut(DocId, &[usize])) {
    let mut order: Vec<usize> = (0..lists.len()).collect();
    // The rarest first: it leaps farthest.
    order.sort_by_key(|&list| lists[list].len());
    let Some((&rarest, others)) = order.split_first() else { return };
    let mut at = vec![0; lists.len()];
    let rare = &lists[rarest].docs[..];
    'next: while let Some(&doc) = rare.get(at[rarest]) {
        for &other in others {
            at[other] = seek(&lists[other].docs, at[other], doc);
            match lists[other].docs.get(at[other]) {
                Some(&found) if found == doc => {}
                Some(&later) => {
                    at[rarest] = seek(rare, at[rarest], later);
                    continue 'next;
                }
                None => return,
            }
        }
        visit(doc, &at);
        at[rarest] += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn list(docs: &[DocId]) -> Scored {
        let mut list = Scored::default();
        for &doc in docs {
            list.push(doc, 1.0, 1);
        }
        list
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
        fn what_is_common_is_the_intersection(
            lists in prop::collection::vec(prop::collection::btree_set(0_u32..60, 0..40), 0..4),
        ) {
            let scored: Vec<Scored> =
                lists.iter().map(|docs| list(&docs.iter().copied().collect::<Vec<_>>())).collect();
            let mut found = Vec::new();
            common(&scored.iter().collect::<Vec<_>>(), |doc, at| {
                found.push(doc);
                assert!(scored.iter().zip(at).all(|(list, &at)| list.docs[at] == doc));
            });
            let all = lists.iter().cloned().reduce(|a, b| &a & &b).unwrap_or_else(BTreeSet::new);
            prop_assert_eq!(found, all.into_iter().collect::<Vec<_>>());
        }
    }
}
