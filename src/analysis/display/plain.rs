//! Plain stretches: the parts of a text that are shown unchanged, found without decoding each character.
//!
//! Works on bytes, and does not decide what happens to the characters between the stretches.

use crate::analysis::sentences;

/// The number of bytes checked together, which one SIMD comparison covers.
const CHUNK: usize = 16;

/// Whether a byte belongs to a character that is shown unchanged. False for control characters and for the
/// lead bytes of rows that contain whitespace or invisible characters.
const IS_PLAIN: [bool; 256] = {
    let mut is_plain = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        is_plain[byte] = !matches!(byte, 0..=0x20 | 0x7F | 0xC2 | 0xCD | 0xE1..=0xE3 | 0xEF);
        byte += 1;
    }
    is_plain
};

/// The end of the plain stretch that starts at `behind`. Adds the starts of words that may begin a sentence
/// to `places`.
pub(super) fn plain_end(bytes: &[u8], behind: usize, places: &mut Vec<usize>) -> usize {
    let mut end = behind;
    loop {
        // A chunk is checked together with its neighbouring bytes.
        while let Some(around) = end.checked_sub(2).and_then(|from| bytes.get(from..)?.first_chunk())
            && is_quiet(around)
        {
            end += CHUNK;
        }
        let stop = bytes.len().min(end + CHUNK);
        while end < stop {
            match bytes[end..] {
                [byte, ..] if IS_PLAIN[usize::from(byte)] => end += 1,
                [b' ', next, ..] if IS_PLAIN[usize::from(next)] => {
                    end += 1;
                    if !sentences::ends_nothing(&bytes[..end - 1]) {
                        places.push(end);
                    }
                }
                _ => return end,
            }
        }
        if end == bytes.len() {
            return end;
        }
    }
}

/// Whether everything between the first two bytes and the last one is plain, except for single spaces that
/// end no sentence. Accepts only the commonest letters, and has no branches.
fn is_quiet(bytes: &[u8; CHUNK + 3]) -> bool {
    let is_letter = |byte: u8| matches!(byte, 0x21..=0x7E | 0x80..=0xBF | 0xD0 | 0xD1);
    let mut is_quiet = true;
    for at in 0..CHUNK {
        let [lead, before, byte, behind] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        // As `sentences::ends_nothing` has it.
        let is_idle = matches!(lead, 0xD0 | 0xD1) | matches!(before, b'a'..=b'z' | b',');
        is_quiet &= is_letter(byte) | (byte == b' ') & is_idle & is_letter(behind);
    }
    is_quiet
}
