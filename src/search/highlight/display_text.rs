//! A text as it is displayed: white space collapsed, invisible characters removed, with the origin of each part.
//!
//! Offsets and ranges are in bytes of the displayed text. Lengths that a reader sees are in characters (Unicode
//! scalar values).

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use crate::analysis::DisplayEdits;

/// A run of more bytes without a space is not a word but data, such as base64. It may be split anywhere.
const LONGEST_WORD: usize = 1024;

/// A text laid out for display. Reusable: it lays out one text after the other.
#[derive(Default)]
pub(super) struct DisplayText {
    text: String,
    /// The parts of the original that are displayed unchanged, in order; parted by edits.
    runs: Vec<Run>,
    /// The start of each sentence.
    sentences: Vec<usize>,
}

/// Where a run starts.
#[derive(Clone, Copy)]
struct Run {
    /// In bytes of the original.
    origin: usize,
    displayed: usize,
}

impl DisplayText {
    /// Lays out a text by its edits; without edits it is displayed unchanged.
    pub fn lay_out(&mut self, text: &str, edits: DisplayEdits) {
        self.text.clear();
        self.text.reserve(text.len());
        self.sentences.clear();
        self.sentences.push(0);
        self.runs.clear();
        let mut run = Run { origin: 0, displayed: 0 };
        for edit in edits {
            self.text.push_str(text.get(run.origin..edit.gap.start).unwrap_or_default());
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
        self.slice(range).chars().count()
    }

    /// The offset this many characters later, or the end of the text.
    pub fn forward(&self, from: usize, chars: usize) -> usize {
        let rest = self.slice(&(from..self.len()));
        let mut behind = if rest.len() <= chars { "" } else { rest }.chars();
        chars.checked_sub(1).and_then(|last| behind.nth(last));
        self.len() - behind.as_str().len()
    }

    /// The offset this many characters earlier, or the start of the text.
    pub fn backward(&self, from: usize, chars: usize) -> usize {
        // A character has at most four bytes.
        let start = self.text.floor_char_boundary(from.saturating_sub(chars.saturating_mul(4)));
        let skipped = if from <= chars { 0 } else { self.chars(&(start..from)).saturating_sub(chars) };
        self.forward(start, skipped)
    }

    /// The range of a range in bytes of the original, extended so that no letter is split from its stress mark.
    pub fn displayed(&self, origin: &Range<usize>) -> Range<usize> {
        let start = self.cluster(self.displayed_at(origin.start)).start;
        start..self.cluster(self.displayed_at(origin.end)).end.max(start)
    }

    /// The offset of a byte of the original, or of the next one that is displayed.
    fn displayed_at(&self, origin: usize) -> usize {
        let next = self.runs.partition_point(|run| run.origin < origin);
        let Some(run) = next.checked_sub(1).and_then(|run| self.runs.get(run)) else { return 0 };
        let end = self.runs.get(next).map_or(self.len(), |next| next.displayed);
        (run.displayed + (origin - run.origin)).min(end)
    }

    /// The grapheme cluster that an offset splits; an empty range if it splits none.
    pub fn cluster(&self, at: usize) -> Range<usize> {
        let mut cursor = GraphemeCursor::new(at, self.len(), true);
        if !self.text.is_char_boundary(at) || cursor.is_boundary(&self.text, 0) != Ok(false) {
            return at..at;
        }
        let start = cursor.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(at);
        start..cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(at)
    }

    /// The start of the last word that starts at or before an offset; the offset itself if that is far.
    pub fn word_start(&self, at: usize) -> usize {
        let from = at.saturating_sub(LONGEST_WORD);
        let before = self.text.as_bytes().get(from..at).unwrap_or_default();
        let far = if from == 0 { 0 } else { at };
        before.iter().rposition(|&byte| byte == b' ').map_or(far, |space| from + space + 1)
    }

    /// The end of the first word that ends at or after an offset; the offset itself if that is far.
    pub fn word_end(&self, at: usize) -> usize {
        let to = self.len().min(at.saturating_add(LONGEST_WORD));
        let rest = self.text.as_bytes().get(at..to).unwrap_or_default();
        let far = if to == self.len() { to } else { at };
        rest.iter().position(|&byte| byte == b' ').map_or(far, |space| at + space)
    }

    /// The start of the sentence that an offset is in.
    pub fn sentence_start(&self, at: usize) -> usize {
        let behind = self.sentences.partition_point(|&start| start <= at);
        self.sentences[..behind].last().copied().unwrap_or(0)
    }

    /// The start of the first sentence that starts at or after an offset, or the end of the text.
    pub fn next_sentence(&self, at: usize) -> usize {
        let next = self.sentences.partition_point(|&start| start < at);
        self.sentences.get(next).copied().unwrap_or(self.len())
    }
}
