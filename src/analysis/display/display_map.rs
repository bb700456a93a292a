//! The display map: how a text is shown (whitespace collapsed, invisible characters removed) and where its
//! sentences begin.
//!
//! Stored next to the text, two bytes for most sentences, so that showing a part of a text does not require
//! a pass over all of it. Does not choose the part.

use std::ops::Range;

use super::{
    plain::plain_end,
    varint::{pop, push},
};
use crate::analysis::{normalize::is_ignorable, sentences};

/// An edit is written as its distance from the last one and, in the two lowest bits, its kind. The last two
/// kinds are followed by the length of the gap and, in the lowest bit, whether it is shown as a space.
const SENTENCE: u32 = 0;
/// Most paragraphs end with one empty line.
const PARAGRAPH: u32 = 1;
const GAP: u32 = 2;
const SENTENCE_BEHIND_GAP: u32 = 3;

/// How a text is shown, in the stored form.
#[derive(Debug, Default)]
pub(crate) struct DisplayMap {
    written: Vec<u8>,
    /// Where the last edit ends.
    end: usize,
}

/// A place where the shown text differs from the text, or where a sentence begins, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DisplayEdit {
    /// The bytes of the text that are left out.
    pub gap: Range<usize>,
    /// Whether they are shown as one space.
    pub blank: bool,
    /// Whether a sentence begins after them. The first sentence of a text has no edit.
    pub sentence: bool,
}

impl DisplayMap {
    /// The map of a text: whitespace of any kind becomes one space and is removed at both ends; soft hyphens
    /// and other invisible characters are removed.
    pub fn of(text: &str) -> Self {
        let Scan { gaps, lead, places } = Scan::of(text);
        let mut gaps = gaps.into_iter().peekable();
        let mut map = Self { written: Vec::with_capacity(2 * places.len()), end: 0 };
        for start in sentences::starts(text, &places) {
            while let Some(gap) = gaps.next_if(|seam| seam.gap.end < start) {
                map.push(&gap);
            }
            if start <= lead {
                continue;
            }
            if let Some(gap) = gaps.next_if(|seam| seam.gap.start <= start) {
                map.push(&DisplayEdit { sentence: gap.gap.end < text.len(), ..gap });
            } else if start > map.end {
                map.push(&DisplayEdit { gap: start..start, blank: false, sentence: true });
            }
        }
        gaps.for_each(|gap| map.push(&gap));
        map
    }

    fn push(&mut self, seam: &DisplayEdit) {
        let length = seam.gap.len();
        let kind = match (length, seam.sentence) {
            (0, _) => SENTENCE,
            (2, true) if seam.blank => PARAGRAPH,
            (_, true) => SENTENCE_BEHIND_GAP,
            (_, false) => GAP,
        };
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        push(&mut self.written, number(seam.gap.start - self.end) << 2 | kind);
        if matches!(kind, GAP | SENTENCE_BEHIND_GAP) {
            push(&mut self.written, number(length) << 1 | u32::from(seam.blank));
        }
        self.end = seam.gap.end;
    }

    /// The bytes to store.
    pub fn written(&self) -> &[u8] {
        &self.written
    }
}

/// The edits of a stored map, in order.
#[derive(Clone, Debug)]
pub(crate) struct DisplayEdits<'r> {
    written: &'r [u8],
    end: usize,
}

impl<'r> DisplayEdits<'r> {
    pub fn new(written: &'r [u8]) -> Self {
        Self { written, end: 0 }
    }
}

impl Iterator for DisplayEdits<'_> {
    type Item = DisplayEdit;

    fn next(&mut self) -> Option<DisplayEdit> {
        let number = pop(&mut self.written)?;
        let kind = number & 3;
        let gap = match kind {
            SENTENCE => 0,
            PARAGRAPH => 2 << 1 | 1,
            _ => pop(&mut self.written)?,
        };
        let start = self.end.saturating_add((number >> 2) as usize);
        self.end = start.saturating_add((gap >> 1) as usize);
        Some(DisplayEdit { gap: start..self.end, blank: gap & 1 == 1, sentence: kind != GAP })
    }
}

/// The approximate number of bytes between places where a sentence may begin.
const BYTES_BETWEEN_PLACES: usize = 64;

/// The result of one pass over a text.
struct Scan {
    /// What is left out, and whitespace other than a single space.
    gaps: Vec<DisplayEdit>,
    /// Where the first shown character is.
    lead: usize,
    /// Where sentences may begin.
    places: Vec<usize>,
}

impl Scan {
    fn of(text: &str) -> Self {
        let places = Vec::with_capacity(text.len() / BYTES_BETWEEN_PLACES);
        let mut scan = Self { gaps: Vec::new(), lead: text.len(), places };
        // Where the current gap begins, and whether it is whitespace.
        let mut open: Option<(usize, bool)> = None;
        let mut after_space = true;
        // The end of the text shown last.
        let mut shown = 0;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let is_space = c.is_whitespace();
            if after_space && !is_space {
                scan.places.push(at);
            }
            after_space = is_space;
            let behind = at + c.len_utf8();
            let in_blank = open.is_some_and(|(_, blank)| blank);
            if is_space || c.is_control() {
                if !in_blank {
                    scan.close(text, open.replace((at, true)), at);
                }
                at = behind;
            } else if is_ignorable(c) && (in_blank || !joins_signs(&text[..shown], c)) {
                open.get_or_insert((at, false));
                at = behind;
            } else {
                scan.close(text, open.take(), at);
                scan.lead = scan.lead.min(at);
                at = plain_end(text.as_bytes(), behind, &mut scan.places);
                shown = at;
            }
        }
        scan.close(text, open.map(|(start, _)| (start, false)), at);
        scan
    }

    /// Records a gap that ends here.
    fn close(&mut self, text: &str, gap: Option<(usize, bool)>, end: usize) {
        let Some((start, blank)) = gap else { return };
        let blank = blank && self.lead < start;
        if !(blank && &text[start..end] == " ") {
            self.gaps.push(DisplayEdit { gap: start..end, blank, sentence: false });
        }
    }
}

/// Whether an invisible character joins its neighbours into one emoji.
fn joins_signs(before: &str, c: char) -> bool {
    let is_sign = |last: char| !last.is_alphanumeric() && !last.is_whitespace();
    matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}') && before.chars().next_back().is_some_and(is_sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::properties::text;

    fn edits(text: &str) -> Vec<DisplayEdit> {
        DisplayEdits::new(DisplayMap::of(text).written()).collect()
    }

    #[test]
    fn what_is_shown_and_where_sentences_begin() {
        let seam = |gap, blank, sentence| DisplayEdit { gap, blank, sentence };
        let text = " Да.\n\nНет. Пра\u{AD}во\u{A0}и\n\nдело.   Что? \n";
        let expected = [
            seam(0..1, false, false),
            seam(6..8, true, true),
            seam(16..16, false, true),
            seam(22..24, false, false),
            seam(28..30, true, false),
            seam(32..34, true, true),
            seam(43..46, true, true),
            seam(53..55, false, false),
        ];
        assert_eq!(edits(text), expected);
        assert_eq!(DisplayMap::of("Да и нет.\n\nДа и нет. Да.").written().len(), 2);
    }

    #[test]
    fn damaged_maps_end() {
        for written in [&[0x80][..], &[2], &[0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0]] {
            assert!(DisplayEdits::new(written).count() < 3);
        }
    }

    proptest! {
        #[test]
        fn no_sentence_is_passed_over(text in text()) {
            let mut last = ' ';
            let mut is_word = |c: char| std::mem::replace(&mut last, c).is_whitespace() && !c.is_whitespace();
            let words: Vec<usize> = text.char_indices().filter(|&(_, c)| is_word(c)).map(|(at, _)| at).collect();
            prop_assert_eq!(sentences::starts(&text, &Scan::of(&text).places), sentences::starts(&text, &words));
        }

        #[test]
        fn edits_are_apart_and_in_order(text in text()) {
            let mut behind = 0;
            for DisplayEdit { gap, blank, sentence } in edits(&text) {
                prop_assert!(text.is_char_boundary(gap.start) && text.is_char_boundary(gap.end));
                prop_assert!(gap.start >= behind && (sentence || !gap.is_empty()));
                prop_assert!(!(blank || sentence) || gap.start > 0 && gap.end < text.len());
                behind = gap.end;
            }
        }
    }
}
