//! A filter of rare kinds of terms, which rules out most terms that a segment does not have.
//!
//! A query looks up each lemma also in capitals and with every mark, and an index has few such terms. The term
//! dictionary rules a key out letter by letter, the filter with one memory access. It is a Bloom filter with all bits of
//! a key in one word (Putze, Sanders & Singler 2007). With eight bits for each key, one in twenty missing terms passes
//! and is looked up in the dictionary.

use twox_hash::XxHash3_64;

use crate::analysis::{Channel, Term};

/// How many bits of the filter each key takes, and how many of them are set for it.
const BITS_PER_KEY: usize = 8;
const BITS_SET: u32 = 3;

/// Whether the segment of a filter may have a term. Always true for terms of other kinds.
#[inline]
pub(super) fn may_have(filter: &[u8], key: &str) -> bool {
    let Some(hash) = hash_if_rare(key) else { return true };
    let (words, _) = filter.as_chunks();
    let (at, bits) = place(hash, words.len());
    words.get(at).is_some_and(|&word| u64::from_le_bytes(word) & bits == bits)
}

/// The bytes of the filter of the keys with these hashes.
pub(super) fn encode(hashes: &[u64]) -> Vec<u8> {
    let mut words = vec![0_u64; (hashes.len() * BITS_PER_KEY).div_ceil(64)];
    for &hash in hashes {
        let (at, bits) = place(hash, words.len());
        words[at] |= bits;
    }
    words.into_iter().flat_map(u64::to_le_bytes).collect()
}

/// The hash of a key of a rare kind: of a lemma or stem with a mark, or of a lemma in capitals.
pub(super) fn hash_if_rare(key: &str) -> Option<u64> {
    let has_mark = !key.starts_with(Channel::Exact.letter()) && key.ends_with(Term::MARKS);
    let lemma = key.strip_prefix(Channel::Lemma.letter());
    let is_rare = has_mark || lemma.is_some_and(|lemma| lemma.starts_with(|c| matches!(c, 'А'..='Я')));
    is_rare.then(|| XxHash3_64::oneshot(key.as_bytes()))
}

/// The word of a key among `words`, and its bits there.
fn place(hash: u64, words: usize) -> (usize, u64) {
    let at = ((hash >> 32) * words as u64) >> 32;
    let bits = (0..BITS_SET).fold(0, |bits, bit| bits | 1 << (hash >> (6 * bit) & 63));
    (usize::try_from(at).unwrap_or(usize::MAX), bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rare_term_passes_and_most_missing_ones_do_not() {
        let key = |at: usize, kind: usize| match kind {
            0 => format!("lслово{at}~"),
            1 => format!("lслово{at}?"),
            2 => format!("lМИД{at}"),
            _ => format!("sслов{at}~"),
        };
        let present: Vec<String> = (0..4_000).map(|at| key(at, at % 4)).collect();
        let hashes: Vec<u64> = present.iter().filter_map(|key| hash_if_rare(key)).collect();
        assert_eq!(hashes.len(), present.len());
        let filter = encode(&hashes);
        assert!(present.iter().all(|key| may_have(&filter, key)));
        let passed = (4_000..8_000).filter(|&at| may_have(&filter, &key(at, at % 4))).count();
        assert!(passed < 200, "{passed}");
        let common = ["lмид", "sслов", "eслово~"];
        assert!(common.iter().all(|key| may_have(&[], key)));
        assert!(["lслово~", "lМИД"].iter().all(|key| !may_have(&[], key)));
    }
}
