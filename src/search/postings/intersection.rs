//! The intersection of document sets.
//!
//! Lists are intersected by galloping search, led by the shortest; bitsets word by word.

use tantivy::DocId;

use super::{
    bitset::{BitSet, for_each_bit},
    doc_set::{DocSet, seek},
};

/// A release that all of some sets have.
pub(crate) struct Intersected<'m> {
    pub doc: DocId,
    sets: &'m [&'m DocSet],
    at: &'m [usize],
}

impl Intersected<'_> {
    /// Its place in one of the sets.
    #[inline]
    pub fn at(&self, set: usize) -> usize {
        match self.sets[set] {
            DocSet::Sparse(_) => self.at[set],
            DocSet::Dense(bits) => bits.at(self.doc),
        }
    }
}

/// Visits the releases that all sets have, in order. Of no sets, there are none.
pub(crate) fn intersect(sets: &[&DocSet], mut visit: impl FnMut(&Intersected)) {
    let mut at = vec![0; sets.len()];
    let mut few: Vec<(usize, &[DocId])> = Vec::with_capacity(sets.len());
    let mut many: Vec<&BitSet> = Vec::with_capacity(sets.len());
    for (set, docs) in sets.iter().enumerate() {
        match docs {
            DocSet::Sparse(docs) => few.push((set, docs)),
            DocSet::Dense(bits) => many.push(bits),
        }
    }
    // The rarest first: it leaps farthest.
    few.sort_by_key(|(_, docs)| docs.len());
    let Some((&(rarest, rare), others)) = few.split_first() else {
        intersect_bitsets(&many, |word, bits| {
            for_each_bit(word, bits, |doc| visit(&Intersected { doc, sets, at: &at }));
        });
        return;
    };
    'next: while let Some(&doc) = rare.get(at[rarest]) {
        for &(other, docs) in others {
            at[other] = seek(docs, at[other], doc);
            match docs.get(at[other]) {
                Some(&found) if found == doc => {}
                Some(&later) => {
                    at[rarest] = seek(rare, at[rarest], later);
                    continue 'next;
                }
                None => return,
            }
        }
        if many.iter().all(|bits| bits.has(doc)) {
            visit(&Intersected { doc, sets, at: &at });
        }
        at[rarest] += 1;
    }
}

/// How many releases all sets have.
pub(crate) fn intersection_len(sets: &[&DocSet]) -> usize {
    let many: Vec<&BitSet> = sets
        .iter()
        .filter_map(|docs| if let DocSet::Dense(bits) = docs { Some(bits) } else { None })
        .collect();
    let mut count = 0;
    if many.len() == sets.len() {
        intersect_bitsets(&many, |_, bits| count += bits.count_ones() as usize);
    } else {
        intersect(sets, |_| count += 1);
    }
    count
}

fn intersect_bitsets(sets: &[&BitSet], mut visit: impl FnMut(usize, u64)) {
    let Some((first, others)) = sets.split_first() else { return };
    for (word, &bits) in first.words().iter().enumerate() {
        let of_word = |set: &&BitSet| set.words().get(word).copied().unwrap_or_default();
        visit(word, others.iter().map(of_word).fold(bits, |all, bits| all & bits));
    }
}
