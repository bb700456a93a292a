//! A text as it is displayed: white space collapsed, invisible characters removed, with the origin of each
//! character.
//!
//! Counts in characters (Unicode scalar values), and never splits a combining sequence.

use std::ops::Range;

use super::{
    characters::{characters, combines, stands_alone, starts_character},
    cursor::SpanCursor,
};
use crate::analysis::DisplayEdits;

/// Characters are counted in blocks of this many bytes.
pub(super) const BLOCK: usize = 128;

/// The starts of words are recorded every this many bytes; longer words are rare.
const STRETCH: usize = 1024;

/// A text laid out for display. Reusable: it lays out one text after the other.
#[derive(Default)]
pub(crate) struct DisplayText {
    pub(super) text: String,
    /// Runs of the original that are displayed unchanged, in order.
    pub(super) runs: Vec<Run>,
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
pub(super) struct Run {
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

    /// The length in characters.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many characters precede a byte of the displayed text.
    pub(super) fn char_index(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let inside = self.text.as_bytes().get(block * BLOCK..byte).unwrap_or_default();
        self.before.get(block).map_or(self.len, |&before| before as usize + characters(inside))
    }

    /// How many characters are between two bytes of the displayed text.
    pub(super) fn count_between(&self, from: usize, to: usize) -> usize {
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
        SpanCursor::new(self).span(origin)
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
    pub(super) fn sequence_start(&self, byte: usize) -> usize {
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
    pub(super) fn continuation_len(&self, byte: usize) -> usize {
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

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        analysis::{DisplayMap, is_ignorable},
        search::highlight::snippet::property_tests::texts,
    };

    pub fn display(text: &str) -> DisplayText {
        let mut display = DisplayText::default();
        display.lay_out(text, DisplayEdits::new(DisplayMap::of(text).written()));
        display
    }

    pub fn word_end(text: &DisplayText, at: usize) -> usize {
        text.whole_words(&text.span_of(&(at..at + 1))).end
    }

    /// Whether an invisible character joins its neighbours to one picture.
    fn joins_signs(last: char, c: char) -> bool {
        let is_sign = !last.is_alphanumeric() && !last.is_whitespace();
        is_sign && matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
    }

    #[test]
    fn texts_are_laid_out() {
        for (text, expected) in [
            (" Слово \n\n\u{A0} дело\t", "Слово дело"),
            ("пра\u{AD}во\u{200B}та", "правота"),
            ("\u{FEFF}Начало", "Начало"),
            ("Замо\u{301}к", "Замо\u{301}к"),
            ("а\u{0}б", "а б"),
            ("да \u{200B} нет", "да нет"),
            ("👨\u{200D}👩 ❤\u{FE0F}", "👨\u{200D}👩 ❤\u{FE0F}"),
            ("сло\u{200D}во", "слово"),
            ("\u{AD}", ""),
            ("", ""),
        ] {
            assert_eq!(display(text).text, expected, "{text:?}");
        }
    }

    #[test]
    fn spans_include_combining_marks() {
        let text = display("За\u{AD}мо\u{301}к  мой");
        let span = |origin: Range<usize>| text.slice(&text.span(&origin)).to_owned();
        assert_eq!(span(0..14), "Замо\u{301}к");
        assert_eq!(span(0..10), "Замо\u{301}");
        assert_eq!(span(16..22), "мой");
        assert_eq!(text.floor(4), 3);
    }

    #[test]
    fn bounds_of_words_and_sentences() {
        let text = display("Да.  Так и есть.\n\nИ всё");
        assert_eq!(text.slice(&text.span_of(&(0..text.len()))), "Да. Так и есть. И всё");
        assert_eq!([text.word_start(5), word_end(&text, 5), text.next_word(5)], [4, 7, 8]);
        assert_eq!([text.last_word_end(7), text.last_word_end(6), text.last_word_end(99)], [7, 3, 21]);
        assert_eq!([text.sentence_start(3), text.sentence_start(4), text.sentence_start(20)], [0, 4, 16]);
        let ends = [text.last_sentence_end(2), text.last_sentence_end(3), text.last_sentence_end(15)];
        assert_eq!(ends, [0, 3, 15]);
    }

    /// A plain implementation: each displayed character with its origin.
    fn reference(text: &str) -> Vec<(usize, char)> {
        let (mut characters, mut blank) = (Vec::new(), None);
        for (at, c) in text.char_indices() {
            let last = characters.last().map_or(' ', |&(_, last)| last);
            if c.is_whitespace() || c.is_control() {
                blank.get_or_insert(at);
            } else if !is_ignorable(c) || blank.is_none() && joins_signs(last, c) {
                let blank = blank.take().filter(|_| !characters.is_empty());
                characters.extend(blank.map(|at| (at, ' ')));
                characters.push((at, c));
            }
        }
        characters
    }

    proptest! {
        #[test]
        fn equals_the_reference(text in texts()) {
            let (shown, characters) = (display(&text), reference(&text));
            prop_assert_eq!(&shown.text, &characters.iter().map(|&(_, c)| c).collect::<String>());
            prop_assert_eq!(shown.len(), characters.len());
            let combines = |at: usize| at > 0 && at < characters.len() && combines(characters[at - 1].1, characters[at].1);
            let floor = |at: usize| (0..=at).rev().find(|&at| !combines(at)).unwrap();
            let ceil = |at: usize| (at..).find(|&at| !combines(at)).unwrap();
            let is_word = |at: &usize| characters[*at].1 != ' ' && (*at == 0 || characters[at - 1].1 == ' ');
            let words: Vec<usize> = (0..characters.len()).filter(is_word).collect();
            for at in 0..characters.len() {
                prop_assert_eq!(shown.floor(at), floor(at));
                prop_assert_eq!(Some(shown.word_start(at)), words.iter().rfind(|&&word| word <= at).copied());
                let next = words.iter().find(|&&word| word >= at).copied();
                prop_assert_eq!(shown.next_word(at), next.unwrap_or(characters.len()));
                prop_assert_eq!(shown.slice(&shown.span_of(&(at..at + 1))), characters[at].1.to_string());
            }
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for (at, &start) in bounds.iter().enumerate() {
                let end = bounds[(at + 3).min(bounds.len() - 1)];
                let index = |origin: usize| characters.iter().filter(|character| character.0 < origin).count();
                let (first, last) = (floor(index(start)), ceil(index(end)));
                prop_assert_eq!(shown.span(&(start..end)), shown.span_of(&(first..last.max(first))));
            }
        }
    }
}
