//! Document frequencies: how many documents have a word, in any of its terms.
//!
//! Deleted documents do not count, so that scores do not depend on when segments are merged.

use std::io;

use smallvec::{SmallVec, smallvec};

use super::block_cursor::{BlockCursor, merge};
use crate::index::{PostingList, Segment, Snapshot};

/// Up to this many postings besides those of the most frequent term, documents are counted. Beyond that the terms are
/// taken to be independent: such a word is so frequent that the difference hardly changes its weight.
const COUNTED_POSTINGS: usize = 1 << 13;

/// How many documents are in any of the posting lists of some terms, which are given by segment.
pub(super) fn doc_freq(snapshot: &Snapshot, terms: &[&[Option<PostingList>]]) -> io::Result<usize> {
    let mut freqs: SmallVec<[usize; 4]> = smallvec![0; terms.len()];
    for (freq, lists) in freqs.iter_mut().zip(terms) {
        for (segment, list) in snapshot.segments.iter().zip(*lists) {
            *freq += list.as_ref().map_or(Ok(0), |list| alive(segment, list))?;
        }
    }
    freqs.sort_unstable();
    let Some((&most, others)) = freqs.split_last() else { return Ok(0) };
    match others.iter().sum() {
        0 => return Ok(most),
        1..=COUNTED_POSTINGS => {}
        _ => return Ok(estimate(snapshot.releases, &freqs)),
    }
    let mut all = 0;
    for (at, segment) in snapshot.segments.iter().enumerate() {
        let mut lists: Vec<&PostingList> = terms.iter().filter_map(|lists| lists[at].as_ref()).collect();
        lists.sort_unstable_by_key(|list| list.doc_freq());
        let Some(longest) = lists.pop() else { continue };
        // The documents of the other lists are looked up in the longest one.
        let count = lists.iter().map(|list| list.doc_freq() as usize).sum();
        let mut docs = Vec::with_capacity(count);
        for list in &lists {
            let all = 0..segment.reader.max_doc();
            open(segment, list)?.each_block(&all, |block| docs.extend_from_slice(block.docs()));
        }
        if lists.len() > 1 {
            docs = merge(docs);
        }
        if !segment.deleted.is_empty() {
            docs.retain(|&doc| !segment.reader.is_deleted(doc));
        }
        all += alive(segment, longest)? + docs.len();
        open(segment, longest)?.find_all(&docs, |_, found| all -= found.len());
    }
    Ok(all)
}

fn open(segment: &Segment, list: &PostingList) -> io::Result<BlockCursor> {
    BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq())
}

/// How many documents of a list are not deleted.
fn alive(segment: &Segment, list: &PostingList) -> io::Result<usize> {
    let mut alive = list.doc_freq() as usize;
    if !segment.deleted.is_empty() {
        open(segment, list)?.find_all(&segment.deleted, |_, found| alive -= found.len());
    }
    Ok(alive)
}

/// How many of all documents have one of several independent terms, given the document frequency of each.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn estimate(all: u64, freqs: &[usize]) -> usize {
    let without: f64 = freqs.iter().map(|&freq| 1.0 - freq as f64 / all.max(1) as f64).product();
    (all as f64 * (1.0 - without)).round() as usize
}
