//! Which characters form a combining sequence: a letter with its stress mark, or emoji joined to one picture.

use unicode_normalization::char::is_combining_mark;

pub(super) fn starts_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// How many characters start in a block.
pub(super) fn characters(block: &[u8]) -> usize {
    block.iter().map(|&byte| u8::from(starts_character(byte))).sum::<u8>().into()
}

/// A fast check that is true only for characters that do not combine with the one before: most letters, and
/// ASCII after such a letter or after ASCII.
pub(super) fn stands_alone(text: &[u8], byte: usize) -> bool {
    match byte.checked_sub(2).and_then(|from| text.get(from..)) {
        Some([_, _, 0xD0 | 0xD1, ..]) => true,
        Some([0xD0 | 0xD1, _, next, ..] | [_, 0..=0x7F, next, ..]) => next.is_ascii(),
        _ => false,
    }
}

/// Whether a character combines with the one before.
pub(super) fn combines(last: char, c: char) -> bool {
    let sign = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let joined = last == '\u{200D}' && !c.is_alphanumeric();
    !last.is_whitespace() && (is_combining_mark(c) || sign || joined)
}
