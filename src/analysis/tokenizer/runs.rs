//! The part of the scanner that finds runs of letters and digits, with words hyphenated at the end of a line.

use super::scanner::{Scanner, Span, examined};
use crate::analysis::{
    broken_words::is_word_of_two_lines,
    normalize::{is_hyphen, is_ignorable, is_mark, is_word_char},
};

/// Line ends with more blanks than this, or lines indented by more, do not continue a word.
const MOST_INDENT: usize = 16;
/// Halves of a word with more bytes than this are not joined.
const LONGEST_BROKEN_WORD: usize = 80;

impl Scanner<'_> {
    /// The end of a run of letters and digits, including marks and invisible characters among them, and
    /// whether it is sure to have letters only. A word that is hyphenated at the end of a line is one run.
    pub(super) fn run_end(&self, start: usize) -> (usize, bool) {
        let (mut end, mut only_letters) = self.line_run_end(start);
        while let Some(next) = self.next_line(end)
            && self.is_broken_word(Span { start, end }, next)
        {
            let (next_end, next_only_letters) = self.line_run_end(next);
            end = next_end;
            only_letters &= next_only_letters;
        }
        (end, only_letters)
    }

    /// As `run_end`, but within a line.
    pub(super) fn line_run_end(&self, start: usize) -> (usize, bool) {
        let at = self.letter_pairs_end(start);
        if self.text.as_bytes().get(at).is_none_or(|&byte| matches!(byte, b' ' | b',' | b'.' | b'-' | b'\n'))
        {
            examined(at - start);
            return (at, at > start);
        }
        let mut end = at;
        for (offset, c) in self.text[at..].char_indices() {
            if is_word_char(c) || is_mark(c) {
                end = at + offset + c.len_utf8();
            } else if !is_ignorable(c) {
                // Invisible characters before a sign would keep it from joining the run to the next one.
                if !c.is_whitespace() {
                    end = at + offset;
                }
                break;
            }
            examined(c.len_utf8());
        }
        examined(at - start);
        (end, false)
    }

    /// Where the next line begins with a letter or digit, after a hyphen at the end of this one.
    pub(super) fn next_line(&self, hyphen: usize) -> Option<usize> {
        let sign = self.char_at(hyphen).filter(|&c| is_hyphen(c) || c == '\u{AD}')?;
        let behind = self.text.get(hyphen + sign.len_utf8()..)?;
        // Lines of extracted text may be indented.
        let line_end =
            behind.bytes().take(MOST_INDENT).position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        let line = behind[line_end..].strip_prefix('\n')?;
        let indent = line.bytes().take(MOST_INDENT).position(|byte| !matches!(byte, b' ' | b'\t'))?;
        examined(line_end + indent);
        line[indent..].starts_with(is_word_char).then(|| self.text.len() - line.len() + indent)
    }

    /// Whether a run and the one that begins the next line are one word: the dictionary has it, or it lacks
    /// the first half. «нормативно-⏎правовой» is not one word.
    pub(super) fn is_broken_word(&self, first: Span, next: usize) -> bool {
        let second = Span { start: next, end: self.line_run_end(next).0 };
        let (before, after) = (first.of(self.text), second.of(self.text));
        if before.len() + after.len() > LONGEST_BROKEN_WORD {
            return false;
        }
        let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else {
            return false;
        };
        let same_case = next.is_lowercase() || last.is_uppercase() && next.is_uppercase();
        same_case && is_word_of_two_lines(before, after)
    }

    /// Whether a Cyrillic letter of two bytes stands here. The rows from U+0400 to U+047F, which begin with
    /// the bytes 0xD0 and 0xD1, hold letters only.
    pub(super) fn is_letter_pair(&self, at: usize) -> bool {
        matches!(self.text.as_bytes().get(at), Some(0xD0 | 0xD1))
    }

    /// The end of the letters of two bytes that begin here, four at a time.
    pub(super) fn letter_pairs_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(&four) = self.text.as_bytes().get(at..).and_then(<[u8]>::first_chunk) {
            match letter_pairs(four) {
                4 => at += 8,
                pairs => return at + 2 * pairs,
            }
        }
        while self.is_letter_pair(at) {
            at += 2;
        }
        at
    }

    pub(super) fn run_end_or(&self, start: usize) -> usize {
        if self.char_at(start).is_some_and(is_word_char) { self.run_end(start).0 } else { start }
    }
}

/// The number of leading two-byte Cyrillic letters.
fn letter_pairs(four: [u8; 8]) -> usize {
    let others = (u64::from_le_bytes(four) ^ 0x00D0_00D0_00D0_00D0) & 0x00FE_00FE_00FE_00FE;
    others.trailing_zeros() as usize / 16
}
