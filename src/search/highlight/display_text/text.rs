//! A text as it is displayed: white space collapsed, invisible characters removed, with the origin of each
//! character.
//!
//! Counts in characters (Unicode scalar values), and never splits a combining sequence.

use std::ops::Range;

use super::characters::{characters, combines, stands_alone, starts_character};
use crate::analysis::DisplayEdits;

/// Characters are counted in blocks of this many bytes.
const BLOCK: usize = 128;

/// The starts of words are recorded every this many bytes; longer words are rare.
const STRETCH: usize = 1024;

/// A text laid out for display. Reusable: it lays out one text after the other.
#[derive(Default)]
pub(crate) struct DisplayText {
    text: String,
    /// Runs of the original that are displayed unchanged, in order.
    runs: Vec<Run>,
    /// How many characters precede each block.
    before: Vec<u32>,
    len: usize,
    /// The byte offset of the last word that starts before each stretch.
    words: Vec<usize>,
    /// The start of each sentence but the first.
    sentences: Vec<Offset>,
}

/// A span of the displayed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// In characters.
    pub start: usize,
    pub end: usize,
    pub bytes: Range<usize>,
}

impl Span {
    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

/// An offset in the displayed text, in characters and in bytes.
#[derive(Clone, Copy)]
struct Offset {
    at: u32,
    byte: u32,
}

/// Where a run starts, in bytes of the original and of the displayed text.
#[derive(Clone, Copy)]
struct Run {
    pub origin: usize,
    pub displayed: usize,
}

impl DisplayText {
    /// Lays out a text by its seams; without seams it is displayed unchanged.
    pub fn lay_out(&mut self, text: &str, seams: DisplayEdits) {
        self.text.clear();
        self.text.reserve(text.len());
        self.sentences.clear();
        self.runs.clear();
        let mut run = Run { origin: 0, displayed: 0 };
        for seam in seams {
            let kept = seam.gap.start - run.origin;
            if !seam.gap.is_empty() {
                self.text.push_str(text.get(run.origin..seam.gap.start).unwrap_or_default());
                self.text.push_str(if seam.blank { " " } else { "" });
                self.runs.push(run);
                run = Run { origin: seam.gap.end, displayed: self.text.len() };
            }
            if seam.sentence {
                let byte = run.displayed + if seam.gap.is_empty() { kept } else { 0 };
                self.sentences.push(Offset { at: 0, byte: to_u32(byte) });
            }
        }
        self.text.push_str(text.get(run.origin..).unwrap_or_default());
        self.runs.push(run);
        self.count();
        let mut sentences = std::mem::take(&mut self.sentences);
        for sentence in &mut sentences {
            sentence.at = to_u32(self.char_index(sentence.byte as usize));
        }
        self.sentences = sentences;
    }

    fn count(&mut self) {
        let bytes = self.text.as_bytes();
        self.before.clear();
        self.len = 0;
        for block in bytes.chunks(BLOCK) {
            self.before.push(to_u32(self.len));
            self.len += characters(block);
        }
        self.words.clear();
        let mut word = 0;
        for (at, stretch) in bytes.chunks(STRETCH).enumerate() {
            self.words.push(word);
            if let Some(blank) = stretch.iter().rposition(|&byte| byte == b' ') {
                word = at * STRETCH + blank + 1;
            }
        }
    }

    /// The whole text.
    #[cfg(test)]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The length in characters.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many characters precede a byte of the displayed text.
    fn char_index(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let inside = self.text.as_bytes().get(block * BLOCK..byte).unwrap_or_default();
        self.before.get(block).map_or(self.len, |&before| before as usize + characters(inside))
    }

    /// How many characters are between two bytes of the displayed text.
    fn count_between(&self, from: usize, to: usize) -> usize {
        match self.text.as_bytes().get(from..to) {
            Some(inside) if inside.len() <= BLOCK => characters(inside),
            _ => self.char_index(to) - self.char_index(from),
        }
    }

    /// The byte offset of a character in the displayed text.
    pub fn byte(&self, at: usize) -> usize {
        if at >= self.len {
            return self.text.len();
        }
        let block = self.before.partition_point(|&before| before as usize <= at).saturating_sub(1);
        let mut left = at - self.before.get(block).map_or(0, |&before| before as usize);
        let mut from = block * BLOCK;
        let bytes = self.text.as_bytes();
        while let Some(eight) = bytes.get(from..from + 8).filter(|eight| characters(eight) <= left) {
            left -= characters(eight);
            from += 8;
        }
        let mut inside = (from..bytes.len()).filter(|&byte| starts_character(bytes[byte]));
        inside.nth(left).unwrap_or(bytes.len())
    }

    /// The span of a range in bytes of the original, extended by combining marks.
    pub fn span(&self, origin: &Range<usize>) -> Span {
        let start = self.sequence_start(self.displayed_at(origin.start));
        let end = self.displayed_at(origin.end);
        let end = (end + self.continuation_len(end)).max(start);
        let first = self.char_index(start);
        Span { start: first, end: first + self.count_between(start, end), bytes: start..end }
    }

    /// The byte of the displayed text for a byte of the original, or the next one.
    fn displayed_at(&self, origin: usize) -> usize {
        let next = self.runs.partition_point(|run| run.origin < origin);
        let Some(run) = next.checked_sub(1).and_then(|run| self.runs.get(run)) else { return 0 };
        let end = self.runs.get(next).map_or(self.text.len(), |next| next.displayed);
        (run.displayed + (origin - run.origin)).min(end)
    }

    /// The span of a range in characters. Most start with a sentence, and many end with one.
    pub fn span_of(&self, range: &Range<usize>) -> Span {
        let (first, next) = (self.sentence(range.start), self.sentence(range.end + 1));
        let is_at = |spot: Offset, at: usize| spot.at as usize == at;
        let start = if is_at(first, range.start) { first.byte as usize } else { self.byte(range.start) };
        let end = if is_at(next, range.end + 1) { next.byte as usize - 1 } else { self.byte(range.end) };
        Span { start: range.start, end: range.end, bytes: start..end }
    }

    /// A span extended to whole words, in characters.
    pub fn whole_words(&self, span: &Span) -> Range<usize> {
        let start = self.word_until(span.bytes.start);
        let end = self.word_from(span.bytes.end).map_or(self.text.len(), |next| next.saturating_sub(1));
        let start = span.start - self.count_between(start, span.bytes.start);
        start..span.end + self.count_between(span.bytes.end, end)
    }

    /// The last offset at or before this one where the text may be split.
    pub fn floor(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.char_index(self.sequence_start(self.byte(at))) }
    }

    /// Where the combining sequence of a character starts, in bytes.
    fn sequence_start(&self, byte: usize) -> usize {
        if stands_alone(self.text.as_bytes(), byte) {
            return byte;
        }
        let Some((before, behind)) = self.text.split_at_checked(byte) else { return byte };
        let Some(mut c) = behind.chars().next() else { return byte };
        let mut start = byte;
        for last in before.chars().rev() {
            if !combines(last, c) {
                break;
            }
            start -= last.len_utf8();
            c = last;
        }
        start
    }

    /// How many bytes from this one on combine with the character before.
    fn continuation_len(&self, byte: usize) -> usize {
        if stands_alone(self.text.as_bytes(), byte) {
            return 0;
        }
        let Some((before, behind)) = self.text.split_at_checked(byte) else { return 0 };
        let Some(mut last) = before.chars().next_back() else { return 0 };
        let continuation_len = behind.chars().take_while(|&c| combines(std::mem::replace(&mut last, c), c));
        continuation_len.map(char::len_utf8).sum()
    }

    /// The start, in bytes, of the last word that starts at or before a byte.
    fn word_until(&self, byte: usize) -> usize {
        let stretch = byte.saturating_sub(1) / STRETCH;
        let inside = self.text.as_bytes().get(stretch * STRETCH..byte).unwrap_or_default();
        let blank = inside.iter().rposition(|&byte| byte == b' ');
        let earlier = || self.words.get(stretch).copied().unwrap_or(0);
        blank.map_or_else(earlier, |blank| stretch * STRETCH + blank + 1)
    }

    /// The start, in bytes, of the first word that starts at or after a byte.
    fn word_from(&self, byte: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let Some(last) = byte.checked_sub(1) else { return (!bytes.is_empty()).then_some(0) };
        let blank = |from: usize, to: usize| {
            let blank = bytes.get(from..to.min(bytes.len()))?.iter().position(|&byte| byte == b' ');
            blank.map(|blank| from + blank + 1)
        };
        let stretch = last / STRETCH;
        blank(last, (stretch + 1) * STRETCH).or_else(|| {
            let behind = self.words.partition_point(|&word| word <= last).max(stretch + 2) - 1;
            blank(behind * STRETCH, (behind + 1) * STRETCH)
        })
    }

    /// The start of the last word that starts at or before an offset.
    pub fn word_start(&self, at: usize) -> usize {
        self.char_index(self.word_until(self.byte(at)))
    }

    /// The start of the first word that starts at or after an offset.
    pub fn next_word(&self, at: usize) -> usize {
        self.word_from(self.byte(at)).map_or(self.len, |word| self.char_index(word))
    }

    /// The last end of a word at or before an offset.
    pub fn last_word_end(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.end_before(self.word_start(at + 1)) }
    }

    /// The start of the sentence that an offset is in.
    pub fn sentence_start(&self, at: usize) -> usize {
        self.sentence(at).at as usize
    }

    /// The sentence that an offset is in.
    fn sentence(&self, at: usize) -> Offset {
        let behind = self.sentences.partition_point(|sentence| sentence.at as usize <= at);
        let sentence = behind.checked_sub(1).and_then(|sentence| self.sentences.get(sentence));
        sentence.copied().unwrap_or(Offset { at: 0, byte: 0 })
    }

    /// The last end of a sentence at or before an offset; 0 if there is none.
    pub fn last_sentence_end(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.end_before(self.sentence_start(at + 1)) }
    }

    /// The end of the text before a word.
    fn end_before(&self, start: usize) -> usize {
        if start >= self.len { self.len } else { start.saturating_sub(1) }
    }

    /// The text of a span.
    pub fn slice(&self, span: &Span) -> &str {
        self.text.get(span.bytes.clone()).unwrap_or_default()
    }
}

/// No text is longer than `u32::MAX` bytes.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
