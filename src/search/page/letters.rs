//! Which bytes and characters of a text belong together: a letter and its stress mark, a sign and what joins
//! it to the next.
//!
//! Looks at two characters, or a few bytes, at a time; knows no text as a whole.

use unicode_normalization::char::is_combining_mark;

pub(super) fn begins_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// How many characters begin in a block.
pub(super) fn characters(block: &[u8]) -> usize {
    block.iter().map(|&byte| u8::from(begins_character(byte))).sum::<u8>().into()
}

/// Whether what begins at a byte is sure not to belong to the character before it: most letters, and
/// what is ASCII behind such a letter or behind ASCII.
pub(super) fn stands_alone(text: &[u8], byte: usize) -> bool {
    match byte.checked_sub(2).and_then(|from| text.get(from..)) {
        Some([_, _, 0xD0 | 0xD1, ..]) => true,
        Some([0xD0 | 0xD1, _, next, ..] | [_, 0..=0x7F, next, ..]) => next.is_ascii(),
        _ => false,
    }
}

/// Whether a character belongs to the one before it.
pub(super) fn goes_on(last: char, c: char) -> bool {
    let sign = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let joined = last == '\u{200D}' && !c.is_alphanumeric();
    !last.is_whitespace() && (is_combining_mark(c) || sign || joined)
}
