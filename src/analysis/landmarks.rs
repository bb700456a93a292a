//! Landmarks: where in a text some of its words stand, so that reading can begin there.
//!
//! Kept beside a text, some two bytes for every eight words. A walk that goes on from a landmark
//! gives the very tokens that it would have come to without it; what it passes over is not analysed.

use super::{
    Tokens,
    leb128::{pop, push},
    scanner::{Piece, Scanner, Shape, Span},
    token::one_word,
};

/// At least so many positions lie between one landmark and the next.
const APART: u32 = 8;

/// Where a piece of a text begins: its position, and its place in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Landmark {
    pub position: u32,
    pub byte: usize,
}

/// Takes landmarks down while a text is read.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    written: Vec<u8>,
    last: Landmark,
}

impl Survey {
    /// The landmarks of a text, and how many positions it takes: the words that a walk would number.
    pub fn of(text: &str) -> (Self, u32) {
        let mut survey = Self::default();
        let mut scanner = Scanner::new(text);
        let mut position = 0;
        while let Some(piece) = scanner.next_piece() {
            survey.pass(Landmark { position, byte: piece.span.start });
            position += positions(&scanner, piece);
        }
        (survey, position)
    }

    /// Passes the beginning of a piece; a compound's parts begin none.
    pub fn pass(&mut self, piece: Landmark) {
        let positions = piece.position - self.last.position.min(piece.position);
        if positions >= APART {
            push(&mut self.written, positions - APART);
            push(&mut self.written, u32::try_from(piece.byte - self.last.byte).unwrap_or(u32::MAX));
            self.last = piece;
        }
    }

    /// What to keep beside the text.
    pub fn written(&self) -> &[u8] {
        &self.written
    }
}

/// Landmarks as they are kept, in order.
#[derive(Clone, Debug)]
pub(crate) struct Landmarks<'r> {
    written: &'r [u8],
    last: Landmark,
}

impl<'r> Landmarks<'r> {
    pub fn new(written: &'r [u8]) -> Self {
        Self { written, last: Landmark::default() }
    }

    /// Passes the landmarks up to a position and gives the last of them, where any are left.
    pub fn last_until(&mut self, position: u32) -> Option<Landmark> {
        let mut last = None;
        loop {
            let mut ahead = self.clone();
            match ahead.next() {
                Some(landmark) if landmark.position <= position => (last, *self) = (Some(landmark), ahead),
                _ => return last,
            }
        }
    }
}

impl Iterator for Landmarks<'_> {
    type Item = Landmark;

    fn next(&mut self) -> Option<Landmark> {
        let positions = pop(&mut self.written)?.saturating_add(APART);
        let bytes = pop(&mut self.written)?;
        self.last.position = self.last.position.saturating_add(positions);
        self.last.byte = self.last.byte.saturating_add(bytes as usize);
        Some(self.last)
    }
}

impl Tokens<'_> {
    /// Goes on from a landmark of this text that lies ahead.
    pub fn resume(&mut self, at: Landmark) {
        // A damaged one must not stop the program.
        if at.byte >= self.scanner.at && self.scanner.text.is_char_boundary(at.byte) {
            self.scanner.leap(at.byte);
            self.compound = None;
            self.position = at.position;
        }
    }

    /// Passes over the pieces that end before a position.
    pub fn pass_to(&mut self, position: u32) {
        if self.is_inside(position) {
            return;
        }
        if let Some((start, _)) = self.reach(position) {
            self.scanner.leap(start);
        }
    }

    /// Passes over the pieces that end before a position and takes the word there. Where that is one of
    /// several tokens, the walk stays before them.
    pub fn take_word(&mut self, position: u32) -> Option<Span> {
        if self.is_inside(position) {
            return None;
        }
        let (start, piece) = self.reach(position)?;
        if tokens(&self.scanner, piece) > 1 {
            self.scanner.leap(start);
            return None;
        }
        self.position += 1;
        Some(piece.span)
    }

    /// Whether a position is in the compound whose parts the walk has come to; leaves it where not.
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

    /// Passes over the pieces that end before a position and reads the next one; and where the scanner was
    /// before that.
    fn reach(&mut self, position: u32) -> Option<(usize, Piece)> {
        loop {
            let start = self.scanner.at;
            let piece = match self.plain_piece() {
                Some(piece) => piece,
                None => self.scanner.next_piece()?,
            };
            let behind = self.position + positions(&self.scanner, piece);
            if behind > position {
                return Some((start, piece));
            }
            self.position = behind;
        }
    }

    /// The next piece where that is a word of Cyrillic letters alone and what stands around it tells nothing,
    /// as with most: the scanner asks more of each.
    fn plain_piece(&mut self) -> Option<Piece> {
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
        self.scanner.leap(end);
        Some(Piece { span: Span { start, end }, shape: Shape::Word })
    }

    /// The position of the next word.
    pub fn position(&self) -> u32 {
        self.position
    }
}

/// How many positions the piece takes that the scanner came to last.
fn positions(scanner: &Scanner, piece: Piece) -> u32 {
    // The whole of a compound shares the position of its first part.
    tokens(scanner, piece).saturating_sub(1).max(1)
}

/// How many tokens the piece is that the scanner came to last.
fn tokens(scanner: &Scanner, piece: Piece) -> u32 {
    let parts = &scanner.parts;
    if parts.is_empty() || one_word(scanner.text, piece, parts).is_some() {
        return 1;
    }
    u32::try_from(parts.len()).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landmark_for_every_eight_words() {
        let (survey, words) = Survey::of(&"да-да и нет ".repeat(20));
        let landmarks: Vec<_> = Landmarks::new(survey.written()).map(|at| (at.position, at.byte)).collect();
        assert_eq!(words, 80);
        let expected: Vec<_> = (1..10).map(|at| (8 * at, 40 * at as usize)).collect();
        assert_eq!(landmarks, expected);
        assert_eq!(survey.written().len(), 18);
    }
}
