//! Checkpoints: byte offsets of some words of a text, so that tokenizing can start there.
//!
//! Stored next to the text, about two bytes for every eight words. A stream resumed at a checkpoint gives
//! the tokens that it would have reached from the start of the text; skipped words are not analysed.

use super::varint::{pop, push};
use crate::analysis::{
    token::{TokenStream, one_word},
    tokenizer::{Lexeme, LexemeKind, Scanner, Span},
};

/// The least number of positions between two checkpoints.
const APART: u32 = 8;

/// The position of a lexeme and its byte offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub position: u32,
    pub byte: usize,
}

/// Records checkpoints while a text is read.
#[derive(Debug, Default)]
pub(crate) struct CheckpointWriter {
    written: Vec<u8>,
    last: Checkpoint,
}

impl CheckpointWriter {
    /// The checkpoints of a text, and its number of positions.
    pub fn of(text: &str) -> (Self, u32) {
        let mut writer = Self::default();
        let mut scanner = Scanner::new(text);
        let mut position = 0;
        while let Some(lexeme) = scanner.next_lexeme() {
            writer.pass(Checkpoint { position, byte: lexeme.span.start });
            position += positions(&scanner, lexeme);
        }
        (writer, position)
    }

    /// Reports the start of a lexeme; the parts of a compound are not reported.
    pub fn pass(&mut self, lexeme: Checkpoint) {
        let positions = lexeme.position - self.last.position.min(lexeme.position);
        if positions >= APART {
            push(&mut self.written, positions - APART);
            push(&mut self.written, u32::try_from(lexeme.byte - self.last.byte).unwrap_or(u32::MAX));
            self.last = lexeme;
        }
    }

    /// The bytes to store.
    pub fn written(&self) -> &[u8] {
        &self.written
    }
}

/// Stored checkpoints, in order.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoints<'r> {
    written: &'r [u8],
    last: Checkpoint,
}

impl<'r> Checkpoints<'r> {
    pub fn new(written: &'r [u8]) -> Self {
        Self { written, last: Checkpoint::default() }
    }

    /// Skips the checkpoints up to a position and returns the last of them, if any.
    pub fn last_until(&mut self, position: u32) -> Option<Checkpoint> {
        let mut last = None;
        loop {
            let mut ahead = self.clone();
            match ahead.next() {
                Some(checkpoint) if checkpoint.position <= position => {
                    (last, *self) = (Some(checkpoint), ahead);
                }
                _ => return last,
            }
        }
    }
}

impl Iterator for Checkpoints<'_> {
    type Item = Checkpoint;

    fn next(&mut self) -> Option<Checkpoint> {
        let positions = pop(&mut self.written)?.saturating_add(APART);
        let bytes = pop(&mut self.written)?;
        self.last.position = self.last.position.saturating_add(positions);
        self.last.byte = self.last.byte.saturating_add(bytes as usize);
        Some(self.last)
    }
}

impl TokenStream<'_> {
    /// Continues from a checkpoint of this text that lies ahead.
    pub fn resume(&mut self, at: Checkpoint) {
        // A damaged checkpoint must not panic.
        if at.byte >= self.scanner.at && self.scanner.text.is_char_boundary(at.byte) {
            self.scanner.jump(at.byte);
            self.compound = None;
            self.position = at.position;
        }
    }

    /// Skips the lexemes that end before a position.
    pub fn pass_to(&mut self, position: u32) {
        if self.is_inside(position) {
            return;
        }
        if let Some((start, _)) = self.reach(position) {
            self.scanner.jump(start);
        }
    }

    /// Skips the lexemes that end before a position and takes the word there. If that lexeme has several
    /// tokens, the stream stays before it.
    pub fn take_word(&mut self, position: u32) -> Option<Span> {
        if self.is_inside(position) {
            return None;
        }
        let (start, lexeme) = self.reach(position)?;
        if tokens(&self.scanner, lexeme) > 1 {
            self.scanner.jump(start);
            return None;
        }
        self.position += 1;
        Some(lexeme.span)
    }

    /// Whether a position is in the compound whose parts come next; skips those parts if not.
    fn is_inside(&mut self, position: u32) -> bool {
        let Some((_, place)) = self.compound else { return false };
        let left = self.scanner.parts.len().saturating_sub(place);
        let behind = self.position + u32::try_from(left).unwrap_or(u32::MAX);
        if behind <= position {
            self.compound = None;
            self.position = behind;
        }
        behind > position
    }

    /// Skips the lexemes that end before a position and reads the next one. Also gives where the scanner
    /// was before it.
    fn reach(&mut self, position: u32) -> Option<(usize, Lexeme)> {
        loop {
            let start = self.scanner.at;
            let lexeme = match self.plain_lexeme() {
                Some(lexeme) => lexeme,
                None => self.scanner.next_lexeme()?,
            };
            let behind = self.position + positions(&self.scanner, lexeme);
            if behind > position {
                return Some((start, lexeme));
            }
            self.position = behind;
        }
    }

    /// The next lexeme if it is a word of Cyrillic letters whose surroundings need no further look, which is
    /// the common case; the scanner is slower.
    fn plain_lexeme(&mut self) -> Option<Lexeme> {
        let bytes = self.scanner.text.as_bytes();
        let mut start = self.scanner.at;
        loop {
            match bytes.get(start..)? {
                [b' ' | b',' | b'.' | b'\n' | b'(' | b')' | b'-', ..] => start += 1,
                // Quotes and dashes.
                [0xC2, 0xAB | 0xBB, ..] => start += 2,
                [0xE2, 0x80, 0x93 | 0x94, ..] => start += 3,
                _ => break,
            }
        }
        let mut end = start;
        // As `Scanner::is_letter_pair` has it.
        while let Some(0xD0 | 0xD1) = bytes.get(end) {
            end += 2;
        }
        let is_plain = match bytes.get(end..)? {
            [b' ' | b',' | b'\n' | b')', ..] | [0xC2, 0xBB, ..] => end > start,
            // Behind a letter or two a full stop may be part of the word.
            [b'.', b' ' | b'\n', ..] => end > start + 4,
            _ => false,
        };
        if !is_plain {
            return None;
        }
        self.scanner.jump(end);
        Some(Lexeme { span: Span { start, end }, kind: LexemeKind::Word })
    }

    /// The position of the next word.
    pub fn position(&self) -> u32 {
        self.position
    }
}

/// The number of positions of the lexeme that the scanner returned last.
fn positions(scanner: &Scanner, lexeme: Lexeme) -> u32 {
    // The whole of a compound has the position of its first part.
    tokens(scanner, lexeme).saturating_sub(1).max(1)
}

/// The number of tokens of the lexeme that the scanner returned last.
fn tokens(scanner: &Scanner, lexeme: Lexeme) -> u32 {
    let parts = &scanner.parts;
    if parts.is_empty() || one_word(scanner.text, lexeme, parts).is_some() {
        return 1;
    }
    u32::try_from(parts.len()).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_for_every_eight_words() {
        let (writer, words) = CheckpointWriter::of(&"да-да и нет ".repeat(20));
        let checkpoints: Vec<_> =
            Checkpoints::new(writer.written()).map(|at| (at.position, at.byte)).collect();
        assert_eq!(words, 80);
        let expected: Vec<_> = (1..10).map(|at| (8 * at, 40 * at as usize)).collect();
        assert_eq!(checkpoints, expected);
        assert_eq!(writer.written().len(), 18);
    }
}
