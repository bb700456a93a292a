//! Packs Russian text: a Cyrillic letter takes one byte instead of two.
//!
//! UTF-8 writes the letters from U+0400 to U+047F as 0xD0 or 0xD1 and a second byte. Packed, they are one byte from
//! 0x80 on, as in the single-byte mode of SCSU (Unicode Technical Standard #6). Every other character outside of ASCII
//! follows an escape byte. Any bytes can be packed, but only text gets shorter. The stored speeches take 60 % of
//! their text, and 59 % with LZ4 in blocks of 4 KB, which takes three times as long to write and unpacks a whole
//! block for each hit.

/// Precedes a character that is not packed.
const ESCAPE: u8 = 0x1B;

/// Bytes that are packed at once.
const CHUNK: usize = 32;

/// Whether a byte is the first one of a letter that is packed.
fn is_lead(byte: u8) -> bool {
    byte & 0xFE == 0xD0
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// One byte for a letter of two.
fn pair(lead: u8, continuation: u8) -> u8 {
    0x80 | (lead & 1) << 6 | continuation & 0x3F
}

/// The character at the beginning, as its first byte gives its length.
fn raw_character(bytes: &[u8]) -> &[u8] {
    let length = match bytes.first() {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xFF) => 4,
        _ => 1,
    };
    &bytes[..length.min(bytes.len())]
}

/// Packs bytes.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() * 5 / 8 + CHUNK);
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(used) = rest.first_chunk().and_then(|chunk| pack_chunk(chunk, &mut packed)) {
            rest = &rest[used..];
            continue;
        }
        // Close to the end, or up to a character that is not packed.
        let mut is_escaped = false;
        while !rest.is_empty() && !is_escaped {
            let used;
            (used, is_escaped) = pack_character(rest, &mut packed);
            rest = &rest[used..];
        }
    }
    packed
}

/// Packs one character; returns how many bytes it has, and whether it follows an escape byte.
fn pack_character(bytes: &[u8], packed: &mut Vec<u8>) -> (usize, bool) {
    match *bytes {
        [lead, second, ..] if is_lead(lead) && is_continuation(second) => {
            packed.push(pair(lead, second));
            (2, false)
        }
        [byte, ..] if byte < 0x80 && byte != ESCAPE => {
            packed.push(byte);
            (1, false)
        }
        _ => {
            let raw = raw_character(bytes);
            packed.push(ESCAPE);
            packed.extend_from_slice(raw);
            (raw.len(), true)
        }
    }
}

/// Packs a chunk of ASCII and packed letters; returns how many bytes it has read. Without branches, because where words
/// end cannot be predicted.
#[expect(clippy::needless_bitwise_bool, reason = "the compiler uses vectors for it, three times as fast")]
fn pack_chunk(chunk: &[u8; CHUNK], packed: &mut Vec<u8>) -> Option<usize> {
    let mut before = [0; CHUNK];
    before[1..].copy_from_slice(&chunk[..CHUNK - 1]);
    let (mut values, mut steps, mut is_plain) = ([0; CHUNK], [0; CHUNK], true);
    for at in 0..CHUNK {
        let (byte, before) = (chunk[at], before[at]);
        let is_second = is_lead(before);
        values[at] = if is_second { pair(before, byte) } else { byte };
        steps[at] = u8::from(!is_lead(byte));
        let is_alone = is_lead(byte) | (byte < 0x80) & (byte != ESCAPE);
        is_plain &= if is_second { is_continuation(byte) } else { is_alone };
    }
    if !is_plain {
        return None;
    }
    let (mut chosen, mut length) = ([0; CHUNK], 0);
    for (value, step) in values.into_iter().zip(steps) {
        chosen[length] = value;
        length += usize::from(step);
    }
    packed.extend_from_slice(&chosen[..length]);
    // A letter that is cut off belongs to the next chunk.
    Some(CHUNK - usize::from(is_lead(chunk[CHUNK - 1])))
}

/// The inverse of [`pack`].
pub(super) fn unpack(packed: &[u8]) -> Vec<u8> {
    // Each byte becomes at most two, which are written together even where only the first one is kept.
    let mut bytes = vec![0; 2 * packed.len() + 1];
    let (mut length, mut at) = (0, 0);
    while let Some(&byte) = packed.get(at) {
        at += 1;
        if byte == ESCAPE {
            let raw = raw_character(&packed[at..]);
            bytes[length..length + raw.len()].copy_from_slice(raw);
            (at, length) = (at + raw.len(), length + raw.len());
            continue;
        }
        let is_letter = byte >> 7;
        let letter = [0xD0 | byte >> 6 & 1, 0x80 | byte & 0x3F];
        bytes[length] = if is_letter == 1 { letter[0] } else { byte };
        bytes[length + 1] = letter[1];
        length += 1 + usize::from(is_letter);
    }
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_take_one_byte_and_others_one_more() {
        for (text, expected) in [
            ("", 0),
            ("Ташкент, 13 мая", 15),
            ("Ѐѿ", 2),
            ("«да»", 8),
            ("№ 5 — ҳ", 15),
            ("\u{1b}", 2),
            ("😀", 5),
            ("Стороны обсудили вопросы развития сотрудничества.", 49),
        ] {
            let packed = pack(text.as_bytes());
            assert_eq!(packed.len(), expected, "{text}");
            assert_eq!(unpack(&packed), text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_as_they_were(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0xCF_u8..0xD3, 0x7E_u8..0x82], 0..200),
            text in "[а-яА-Я .«»—a\u{1b}ҳ]{0,200}",
        ) {
            for bytes in [&bytes[..], text.as_bytes()] {
                prop_assert_eq!(&unpack(&pack(bytes))[..], bytes);
            }
        }

        #[test]
        fn any_bytes_can_be_unpacked(bytes in any::<Vec<u8>>()) {
            _ = unpack(&bytes);
        }
    }
}
