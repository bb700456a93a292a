//! A text as it is displayed: white space collapsed, invisible characters removed, with the origin of each part.
//!
//! Offsets and ranges are in bytes of the displayed text. Lengths that a reader sees are in characters (Unicode
//! scalar values). No offset that is returned splits a combining sequence.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::analysis::DisplayEdits;

/// A run of more bytes without a space is not a word but data, such as base64. It may be split anywhere.
const LONGEST_WORD: usize = 1024;

/// A text laid out for display. Reusable: it lays out one text after the other.
#[derive(Default)]
pub(super) struct DisplayText {
    text: String,
    /// The parts of the original that are displayed unchanged, in order.
    runs: Vec<Run>,
    /// The start of each sentence but the first.
    sentences: Vec<usize>,
}

/// Where a run starts.
#[derive(Clone, Copy)]
struct Run {
    /// In bytes of the original.
    origin: usize,
    displayed: usize,
}

/// An offset in bytes and in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offset {
    pub byte: usize,
    pub char: usize,
}

impl DisplayText {
    /// Lays out a text by its edits; without edits it is displayed unchanged.
    pub fn lay_out(&mut self, text: &str, edits: DisplayEdits) {
        self.text.clear();
        self.text.reserve(text.len());
        self.sentences.clear();
        self.runs.clear();
        let mut run = Run { origin: 0, displayed: 0 };
        for edit in edits {
            let kept = text.get(run.origin..edit.gap.start).unwrap_or_default();
            if edit.gap.is_empty() {
                self.sentences.push(run.displayed + kept.len());
                continue;
            }
            self.text.push_str(kept);
            self.text.push_str(if edit.blank { " " } else { "" });
            self.runs.push(run);
            run = Run { origin: edit.gap.end, displayed: self.text.len() };
            if edit.sentence {
                self.sentences.push(run.displayed);
            }
        }
        self.text.push_str(text.get(run.origin..).unwrap_or_default());
        self.runs.push(run);
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The text of a range.
    pub fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// How many characters a range has.
    pub fn chars(&self, range: &Range<usize>) -> usize {
        let bytes = self.text.as_bytes().get(range.clone()).unwrap_or_default();
        bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    /// Whether a range has at most this many characters.
    pub fn fits(&self, range: &Range<usize>, chars: usize) -> bool {
        // A character takes one to four bytes.
        range.len() <= chars || range.len() / 4 <= chars && self.chars(range) <= chars
    }

    /// An offset in characters too, counted from an earlier one.
    pub fn offset(&self, from: Offset, byte: usize) -> Offset {
        Offset { byte, char: from.char + self.chars(&(from.byte..byte)) }
    }

    /// The offset this many characters later, or the end of the text.
    pub fn forward(&self, from: usize, chars: usize) -> usize {
        let mut rest = self.text.get(from..).unwrap_or_default().chars();
        if let Some(before_last) = chars.checked_sub(1) {
            rest.nth(before_last);
        }
        self.len() - rest.as_str().len()
    }

    /// The offset this many characters earlier, or the start of the text.
    pub fn backward(&self, from: usize, chars: usize) -> usize {
        let mut rest = self.text.get(..from).unwrap_or_default().chars();
        if let Some(before_last) = chars.checked_sub(1) {
            rest.nth_back(before_last);
        }
        rest.as_str().len()
    }

    /// The range of a range in bytes of the original, extended by combining marks.
    pub fn displayed(&self, origin: &Range<usize>) -> Range<usize> {
        let start = self.floor(self.displayed_at(origin.start));
        start..self.ceil(self.displayed_at(origin.end)).max(start)
    }

    /// The offset of a byte of the original, or of the next one that is displayed.
    fn displayed_at(&self, origin: usize) -> usize {
        let next = self.runs.partition_point(|run| run.origin < origin);
        let Some(run) = next.checked_sub(1).and_then(|run| self.runs.get(run)) else { return 0 };
        let end = self.runs.get(next).map_or(self.len(), |next| next.displayed);
        (run.displayed + (origin - run.origin)).min(end)
    }

    /// The last offset at or before this one where the text may be split.
    pub fn floor(&self, at: usize) -> usize {
        let Some((before, behind)) = self.text.split_at_checked(at) else { return at.min(self.len()) };
        let Some(mut c) = behind.chars().next() else { return at };
        let combined =
            before.chars().rev().take_while(|&last| combines(last, std::mem::replace(&mut c, last)));
        at - combined.map(char::len_utf8).sum::<usize>()
    }

    /// The first offset at or after this one where the text may be split.
    fn ceil(&self, at: usize) -> usize {
        let Some((before, behind)) = self.text.split_at_checked(at) else { return at.min(self.len()) };
        let Some(mut last) = before.chars().next_back() else { return at };
        let combined = behind.chars().take_while(|&c| combines(std::mem::replace(&mut last, c), c));
        at + combined.map(char::len_utf8).sum::<usize>()
    }

    /// A range extended to whole words.
    pub fn whole_words(&self, range: &Range<usize>) -> Range<usize> {
        let last = self.len().min(range.end.saturating_add(LONGEST_WORD));
        let rest = self.text.as_bytes().get(range.end..last).unwrap_or_default();
        let end = if last == self.len() { last } else { range.end };
        let space = rest.iter().position(|&byte| byte == b' ');
        self.word_start(range.start)..space.map_or(end, |space| range.end + space)
    }

    /// The last space before an offset, unless that is far.
    fn space_before(&self, at: usize) -> Option<usize> {
        let from = at.saturating_sub(LONGEST_WORD);
        let before = self.text.as_bytes().get(from..at)?;
        before.iter().rposition(|&byte| byte == b' ').map(|space| from + space)
    }

    /// The start of the last word that starts at or before an offset; the offset itself if that is far.
    pub fn word_start(&self, at: usize) -> usize {
        let start = if at <= LONGEST_WORD { 0 } else { at };
        self.space_before(at).map_or(start, |space| space + 1)
    }

    /// The start of the first word that starts at or after an offset; the end of the text if that is far.
    pub fn next_word(&self, at: usize) -> usize {
        let Some(from) = at.checked_sub(1) else { return 0 };
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let space = rest.iter().take(LONGEST_WORD).position(|&byte| byte == b' ');
        space.map_or(self.len(), |space| from + space + 1)
    }

    /// The last end of a word at or before an offset; 0 if that is far.
    pub fn last_word_end(&self, at: usize) -> usize {
        if at >= self.len() { self.len() } else { self.space_before(at + 1).unwrap_or(0) }
    }

    /// The start of the sentence that an offset is in.
    pub fn sentence_start(&self, at: usize) -> usize {
        let behind = self.sentences.partition_point(|&start| start <= at);
        behind.checked_sub(1).map_or(0, |sentence| self.sentences[sentence])
    }

    /// The last end of a sentence at or before an offset; 0 if there is none.
    pub fn last_sentence_end(&self, at: usize) -> usize {
        // A space precedes every sentence but the first.
        if at >= self.len() { self.len() } else { self.sentence_start(at + 1).saturating_sub(1) }
    }
}

/// Whether a character forms a combining sequence with the one before: a stress mark, or emoji joined to one picture.
pub(super) fn combines(last: char, c: char) -> bool {
    if matches!(c, ..'\u{300}' | 'Ѐ'..='ҁ') && last != '\u{200D}' {
        return false;
    }
    let sign = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let joined = last == '\u{200D}' && !c.is_alphanumeric();
    !last.is_whitespace() && (is_combining_mark(c) || sign || joined)
}
