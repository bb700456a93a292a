//! Keys: a surface and its setting in sixteen bytes, compared at once and found by one hash.
//!
//! Nearly every word fits whole: Cyrillic letters at seven bits each, or a few bytes as they are. Of a
//! longer one the key holds a hash only, and whoever compares must look at the surface too.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use super::form::Setting;

/// In the lowest byte of the second half stands the setting and, above it, how the surface is written.
const LETTERS: u64 = 1 << 4;
const BYTES: u64 = 2 << 4;
const HASHED: u64 = 3 << 4;
const HOW: u64 = 3 << 4;
/// Above that stand eight letters, and eight in the first half, with the length in bytes above them.
const LETTERS_BEHIND: u32 = 8;
const LENGTH_BEHIND: u32 = 56;
/// Four letters take so many bits.
const FOUR: u32 = 28;
/// So many bytes of letters a key holds at most.
const MOST_LETTERS: usize = 32;

/// The letter Ѐ, the first of its row, where there is no other.
const BLANK: [u8; 2] = [0xD0, 0x80];

/// A surface in its setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub content: [u64; 2],
    pub hash: u64,
}

impl Key {
    pub fn of(surface: &str, setting: Setting, hasher: &RandomState) -> Self {
        let surface = surface.as_bytes();
        let [first, second] = letters(surface).or_else(|| bytes(surface)).unwrap_or_else(|| {
            let mut hash = hasher.build_hasher();
            hash.write(surface);
            [hash.finish(), HASHED]
        });
        let content = [first, second | setting as u64];
        let mut hash = hasher.build_hasher();
        hash.write_u64(content[0]);
        hash.write_u64(content[1]);
        Self { content, hash: hash.finish() }
    }

    /// Whether equal keys mean equal surfaces.
    pub fn is_whole(self) -> bool {
        self.content[1] & HOW != HASHED
    }
}

/// A surface that has only letters of the rows U+0400 to U+047F, which take two bytes each.
///
/// The first half holds four letters from the beginning and the four behind them, the second one four up
/// to the end and the four before them. In a short word these are partly the same letters.
fn letters(surface: &[u8]) -> Option<[u64; 2]> {
    let length = surface.len();
    let [q, r] = BLANK;
    let (first, second, third, fourth) = match *surface {
        [a, b] => (pack([a, b, q, r, q, r, q, r])?, 0, 0, 0),
        [a, b, c, d] => (pack([a, b, c, d, q, r, q, r])?, 0, 0, 0),
        [a, b, c, d, e, f] => (pack([a, b, c, d, e, f, q, r])?, 0, 0, 0),
        _ if length > MOST_LETTERS || length % 2 != 0 => return None,
        _ => {
            let (first, fourth) = (pack(*surface.first_chunk()?)?, pack(*surface.last_chunk()?)?);
            if length <= 16 {
                (first, 0, 0, fourth)
            } else {
                let (second, third) = (surface[8..].first_chunk()?, surface[..length - 8].last_chunk()?);
                (first, pack(*second)?, pack(*third)?, fourth)
            }
        }
    };
    let front = first | second << FOUR | (length as u64) << LENGTH_BEHIND;
    Some([front, (fourth | third << FOUR) << LETTERS_BEHIND | LETTERS])
}

/// Four letters of two bytes, seven bits each; none where there are others among them.
fn pack(letters: [u8; 8]) -> Option<u64> {
    let pairs = u64::from_le_bytes(letters);
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
            assert_eq!(Key::of(surface, Setting::Text, &hasher).is_whole(), expected, "{surface}");
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
                    let key = Key::of(&word.into_iter().collect::<String>(), Setting::Text, &hasher);
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
            let key = |surface: &str, setting| Key::of(surface, setting, &hasher);
            let (first, second) = (key(&one, Setting::Text), key(&other, Setting::Text));
            prop_assert_eq!(first == second, one == other);
            prop_assert!(first.content != key(&one, Setting::Shouted).content);
        }
    }
}
