//! Document frequencies: how many documents have a word, in any of its terms.
//!
//! Deleted documents do not count, so that scores do not depend on when segments are merged.

use std::io;

use super::block_cursor::{BlockCursor, merge};
use crate::index::{PostingList, Segment};

/// Looking a document up costs about as much as decoding this many postings.
const LOOK_UP_COST: usize = 8;

/// How many documents of a segment are in any of these lists.
///
/// The documents of all lists but the longest are looked up in that one, unless marking all documents is cheaper. Most
/// words have one frequent term and a few rare ones.
pub(super) fn doc_freq(segment: &Segment, lists: &[&PostingList]) -> io::Result<usize> {
    if let ([list], []) = (lists, segment.deleted()) {
        return Ok(list.doc_freq() as usize);
    }
    let open = |list: &&PostingList| BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq());
    let mut cursors = lists.iter().map(open).collect::<io::Result<Vec<_>>>()?;
    cursors.sort_by_key(BlockCursor::doc_freq);
    let mut all = 0;
    if let Some((longest, others)) = cursors.split_last_mut() {
        all = longest.doc_freq() as usize;
        let postings: usize = others.iter().map(|other| other.doc_freq() as usize).sum();
        let max_doc = segment.reader.max_doc() as usize;
        if postings * LOOK_UP_COST > all.max(max_doc / 2) {
            let mut seen = vec![false; max_doc];
            cursors.iter_mut().for_each(|cursor| cursor.each_doc(|doc| seen[doc as usize] = true));
            all = seen.into_iter().filter(|&seen| seen).count();
        } else {
            let mut docs = Vec::with_capacity(postings);
            others.iter_mut().for_each(|other| other.each_doc(|doc| docs.push(doc)));
            let docs = merge(docs);
            let mut found = 0;
            longest.find_all(&docs, |_, both| found += both.len());
            all += docs.len() - found;
        }
    }
    let is_counted = |&&doc: &&u32| cursors.iter_mut().any(|cursor| cursor.find(doc).is_some());
    Ok(all - segment.deleted().iter().filter(is_counted).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        index::{Index, Snapshot, Zone},
        release::Release,
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn documents_of_any_list_are_counted_once(
            docs in prop::collection::vec((0_u8..2, 0_u8..30, 0_u8..30), 1..600),
            deleted in prop::collection::vec(0_usize..600, 0..20),
        ) {
            let index = Index::in_memory().unwrap();
            // Two rare words and a frequent one, or all frequent.
            let has = |(frequent, rare, rarer): &(u8, u8, u8)| [*frequent == 0, *rare < 2, *rarer == 0];
            let text = |doc| {
                let words = ["вода", "мост", "река"].into_iter().zip(has(doc));
                words.filter(|(_, has)| *has).map(|(word, _)| word).collect::<Vec<_>>().join(" ")
            };
            let releases = docs.iter().enumerate().map(|(id, doc)| Release::new(id.to_string(), "", text(doc)));
            index.ingest(releases).unwrap();
            let mut writer = index.writer().unwrap();
            deleted.iter().for_each(|id| _ = writer.remove(&id.to_string()));
            writer.commit(&[]).unwrap();
            let snapshot = Snapshot::open(&index).unwrap();
            let [segment] = &snapshot.segments[..] else { return Ok(()) };
            let lists: Vec<_> =
                ["lвода", "lмост", "lрека"].map(|key| segment.find(Zone::Text, key).unwrap()).into();
            for some in [&[0, 1, 2][..], &[1, 2], &[0, 2], &[1], &[]] {
                let found: Vec<&PostingList> = some.iter().filter_map(|&at| lists[at].as_ref()).collect();
                let is_alive = |id: &usize| !deleted.contains(id);
                let expected = (0..docs.len()).filter(is_alive).filter(|&id| some.iter().any(|&at| has(&docs[id])[at]));
                prop_assert_eq!(doc_freq(segment, &found).unwrap(), expected.count());
            }
        }
    }
}
