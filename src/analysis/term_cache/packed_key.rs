//! Packed keys: a surface and its context in sixteen bytes.
//!
//! Nearly every word fits: Cyrillic letters take seven bits each, and up to eight other bytes fit as they
//! are. For a longer word the key holds a hash, and a lookup must compare the surface too.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::analysis::word_terms::TokenContext;

/// The lowest byte of the second half holds the context in four bits and, above it, one of these formats.
const LETTERS: u64 = 1 << 4;
const BYTES: u64 = 2 << 4;
const HASHED: u64 = 3 << 4;
const FORMAT: u64 = 3 << 4;
/// The bits above hold eight letters. The first half holds eight more and, above them, the length in bytes.
const LETTERS_BEHIND: u32 = 8;
const LENGTH_BEHIND: u32 = 56;
/// The number of bits of four letters.
const FOUR: u32 = 28;
/// The most bytes of letters that fit in a key.
const MOST_LETTERS: usize = 32;

/// Four times the letter Ѐ, the first of its row, as padding.
const BLANKS: u64 = 0x80D0_80D0_80D0_80D0;

/// A surface in its context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedKey {
    pub(super) content: [u64; 2],
    /// Two independent hashes.
    pub(super) hashes: [u32; 2],
}

impl PackedKey {
    pub(super) fn of(surface: &str, context: TokenContext, hasher: &RandomState) -> Self {
        let surface = surface.as_bytes();
        let [first, second] = letters(surface).or_else(|| bytes(surface)).unwrap_or_else(|| {
            let mut hash = hasher.build_hasher();
            hash.write(surface);
            [hash.finish(), HASHED]
        });
        let content = [first, second | context as u64];
        let mut hash = hasher.build_hasher();
        hash.write_u64(content[0]);
        hash.write_u64(content[1]);
        let hash = hash.finish();
        #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
        let hashes = [hash as u32, (hash >> 32) as u32];
        Self { content, hashes }
    }

    /// Whether equal keys mean equal surfaces.
    pub(super) fn is_whole(self) -> bool {
        self.content[1] & FORMAT != HASHED
    }
}

/// A surface that has only letters of the rows U+0400 to U+047F, which take two bytes each.
///
/// The first half holds four letters from the beginning and the four behind them, the second one four up
/// to the end and the four before them. In a short word these are partly the same letters.
fn letters(surface: &[u8]) -> Option<[u64; 2]> {
    let length = surface.len();
    if length > MOST_LETTERS || !length.is_multiple_of(2) {
        return None;
    }
    let four = |letters: Option<&[u8; 8]>| pack(u64::from_le_bytes(*letters?));
    let (first, second, third, fourth) = match length {
        0..8 => {
            let (letters, _) = surface.as_chunks();
            let pairs = letters
                .iter()
                .rev()
                .fold(BLANKS, |pairs, &letter| pairs << 16 | u64::from(u16::from_le_bytes(letter)));
            (pack(pairs)?, 0, 0, 0)
        }
        8..=16 => (four(surface.first_chunk())?, 0, 0, four(surface.last_chunk())?),
        _ => {
            let (behind, before) = (&surface[8..], &surface[..length - 8]);
            let (second, third) = (four(behind.first_chunk())?, four(before.last_chunk())?);
            (four(surface.first_chunk())?, second, third, four(surface.last_chunk())?)
        }
    };
    let front = first | second << FOUR | (length as u64) << LENGTH_BEHIND;
    Some([front, (fourth | third << FOUR) << LETTERS_BEHIND | LETTERS])
}

/// Four letters of two bytes, seven bits each; none where there are others among them.
fn pack(pairs: u64) -> Option<u64> {
    if pairs & 0x00FE_00FE_00FE_00FE != 0x00D0_00D0_00D0_00D0 {
        return None;
    }
    let of_letter = pairs >> 8 & 0x003F_003F_003F_003F | (pairs & 0x0001_0001_0001_0001) << 6;
    let of_two = (of_letter | of_letter >> 9) & 0x0000_3FFF_0000_3FFF;
    Some((of_two | of_two >> 18) & 0x0FFF_FFFF)
}

/// A surface of up to eight bytes.
fn bytes(surface: &[u8]) -> Option<[u64; 2]> {
    if surface.len() > 8 {
        return None;
    }
    let all = surface.iter().fold(0, |all, &byte| all << 8 | u64::from(byte));
    Some([all, (surface.len() as u64) << LETTERS_BEHIND | BYTES])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_held_whole() {
        let hasher = RandomState::default();
        for (surface, expected) in [
            ("и", true),
            ("Ташкент", true),
            ("нормативноправовой", false),
            ("реабилитационных", true),
            ("2024", true),
            ("COVID-19", true),
            ("coronavirus", false),
            ("кто-то", false),
        ] {
            assert_eq!(PackedKey::of(surface, TokenContext::Text, &hasher).is_whole(), expected, "{surface}");
        }
    }

    #[test]
    fn each_letter_counts() {
        let hasher = RandomState::default();
        let mut keys = HashSet::new();
        let mut count = 0;
        for length in 1..=16 {
            let word: Vec<char> = "абвгдежзийклмноп".chars().take(length).collect();
            for changed in 0..length {
                for letter in ['я', 'Ѐ', 'ѿ'] {
                    let mut word = word.clone();
                    word[changed] = letter;
                    let key =
                        PackedKey::of(&word.into_iter().collect::<String>(), TokenContext::Text, &hasher);
                    assert!(key.is_whole());
                    keys.insert(key.content);
                    count += 1;
                }
            }
        }
        assert_eq!(keys.len(), count);
    }

    proptest! {
        #[test]
        fn equal_keys_mean_equal_surfaces(one in "[а-я0-9Ѐa]{0,20}", other in "[а-я0-9Ѐa]{0,20}") {
            let hasher = RandomState::default();
            let key = |surface: &str, context| PackedKey::of(surface, context, &hasher);
            let (first, second) = (key(&one, TokenContext::Text), key(&other, TokenContext::Text));
            prop_assert_eq!(first == second, one == other);
            prop_assert!(first.content != key(&one, TokenContext::AllCapsLine).content);
        }
    }
}
