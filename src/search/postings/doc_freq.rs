//! Document frequencies: how many documents have a word, in any of its terms.
//!
//! Deleted documents do not count, so that scores do not depend on when segments are merged.

use std::io;

use super::{bitset::BitSet, block_cursor::BlockCursor};
use crate::index::{PostingList, Segment};

/// How many documents of a segment are in any of these lists.
pub(super) fn doc_freq(segment: &Segment, lists: &[&PostingList]) -> io::Result<usize> {
    let mut cursors = lists
        .iter()
        .map(|list| BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq()))
        .collect::<io::Result<Vec<_>>>()?;
    let all = match &mut cursors[..] {
        [] => 0,
        [only] => only.skip_list().doc_freq() as usize,
        several => {
            let mut seen = BitSet::default();
            seen.clear(segment.reader.max_doc() as usize);
            for cursor in several {
                loop {
                    let docs = cursor.docs();
                    if docs.is_empty() {
                        break;
                    }
                    docs.iter().for_each(|&doc| seen.insert(doc));
                    cursor.next_block();
                }
                cursor.seek_block(0);
            }
            seen.len()
        }
    };
    let is_counted = |&&doc: &&u32| cursors.iter_mut().any(|cursor| cursor.find(doc).is_some());
    Ok(all - segment.deleted().iter().filter(is_counted).count())
}
