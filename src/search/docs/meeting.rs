//! Releases that all of several sets have.
//!
//! Lists are leapt through, the rarest ahead; sets of bits are laid over each other.

use tantivy::DocId;

use super::{
    Docs,
    bits::{Bits, each_bit},
    seek,
};

/// A release that all of some sets have.
pub(in crate::search) struct Met<'m> {
    pub doc: DocId,
    sets: &'m [&'m Docs],
    at: &'m [usize],
}

impl Met<'_> {
    /// Its place in one of the sets.
    #[inline]
    pub fn at(&self, set: usize) -> usize {
        match self.sets[set] {
            Docs::Few(_) => self.at[set],
            Docs::Many(bits) => bits.at(self.doc),
        }
    }
}

/// Visits the releases that all sets have, in order. Of no sets, there are none.
pub(in crate::search) fn each_in_all(sets: &[&Docs], mut visit: impl FnMut(&Met)) {
    let mut at = vec![0; sets.len()];
    let mut few: Vec<(usize, &[DocId])> = Vec::with_capacity(sets.len());
    let mut many: Vec<&Bits> = Vec::with_capacity(sets.len());
    for (set, docs) in sets.iter().enumerate() {
        match docs {
            Docs::Few(docs) => few.push((set, docs)),
            Docs::Many(bits) => many.push(bits),
        }
    }
    // The rarest first: it leaps farthest.
    few.sort_by_key(|(_, docs)| docs.len());
    let Some((&(rarest, rare), others)) = few.split_first() else {
        each_in_all_bits(&many, |word, bits| {
            each_bit(word, bits, |doc| visit(&Met { doc, sets, at: &at }));
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
            visit(&Met { doc, sets, at: &at });
        }
        at[rarest] += 1;
    }
}

/// How many releases all sets have.
pub(in crate::search) fn count_in_all(sets: &[&Docs]) -> usize {
    let many: Vec<&Bits> =
        sets.iter().filter_map(|docs| if let Docs::Many(bits) = docs { Some(bits) } else { None }).collect();
    let mut count = 0;
    if many.len() == sets.len() {
        each_in_all_bits(&many, |_, bits| count += bits.count_ones() as usize);
    } else {
        each_in_all(sets, |_| count += 1);
    }
    count
}

fn each_in_all_bits(sets: &[&Bits], mut visit: impl FnMut(usize, u64)) {
    let Some((first, others)) = sets.split_first() else { return };
    for (word, &bits) in first.words().iter().enumerate() {
        let of_word = |set: &&Bits| set.words().get(word).copied().unwrap_or_default();
        visit(word, others.iter().map(of_word).fold(bits, |all, bits| all & bits));
    }
}
