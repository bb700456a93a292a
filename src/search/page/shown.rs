//! A text as it is shown: blanks collapsed, invisible characters gone, each character's origin known.
//!
//! Counts in characters and knows which of them must not be parted. Knows nothing of queries.

use std::ops::Range;

use super::{
    letters::{begins_character, characters, goes_on, stands_alone},
    walk::Walk,
};
use crate::analysis::DisplayEdits;

/// So many bytes are counted in one go to number a character.
pub(super) const BLOCK: usize = 128;

/// So many bytes are looked through for a blank before it is asked what stands beside them: words are short.
const STRETCH: usize = 1024;

/// A text with every character numbered. Made once and then used for one text after the other.
#[derive(Default)]
pub(in crate::search) struct Shown {
    pub(super) text: String,
    /// Stretches that are shown byte for byte, in order.
    pub(super) runs: Vec<Run>,
    /// How many characters stand before each block of the text.
    before: Vec<u32>,
    len: usize,
    /// Where the last word begins, in bytes, that begins before each stretch of the text.
    words: Vec<usize>,
    /// Where each sentence but the first begins.
    sentences: Vec<Spot>,
}

/// A stretch of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::search) struct Place {
    /// In characters.
    pub start: usize,
    pub end: usize,
    pub bytes: Range<usize>,
}

impl Place {
    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

/// A spot in what is shown, in characters and in bytes.
#[derive(Clone, Copy)]
struct Spot {
    at: u32,
    byte: u32,
}

/// Where a stretch begins, in bytes of the original and of what is shown.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub origin: usize,
    pub shown: usize,
}

impl Shown {
    /// Takes in another text, laid out as its seams say; as it stands where there are none.
    pub fn lay_out(&mut self, text: &str, seams: DisplayEdits) {
        self.text.clear();
        self.text.reserve(text.len());
        self.sentences.clear();
        self.runs.clear();
        let mut run = Run { origin: 0, shown: 0 };
        for seam in seams {
            let kept = seam.gap.start - run.origin;
            if !seam.gap.is_empty() {
                self.text.push_str(text.get(run.origin..seam.gap.start).unwrap_or_default());
                self.text.push_str(if seam.blank { " " } else { "" });
                self.runs.push(run);
                run = Run { origin: seam.gap.end, shown: self.text.len() };
            }
            if seam.sentence {
                let byte = run.shown + if seam.gap.is_empty() { kept } else { 0 };
                self.sentences.push(Spot { at: 0, byte: little(byte) });
            }
        }
        self.text.push_str(text.get(run.origin..).unwrap_or_default());
        self.runs.push(run);
        self.count();
        let mut sentences = std::mem::take(&mut self.sentences);
        for sentence in &mut sentences {
            sentence.at = little(self.number(sentence.byte as usize));
        }
        self.sentences = sentences;
    }

    fn count(&mut self) {
        let bytes = self.text.as_bytes();
        self.before.clear();
        self.len = 0;
        for block in bytes.chunks(BLOCK) {
            self.before.push(little(self.len));
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

    /// How many characters there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many characters stand before a byte of the shown text.
    pub(super) fn number(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let inside = self.text.as_bytes().get(block * BLOCK..byte).unwrap_or_default();
        self.before.get(block).map_or(self.len, |&before| before as usize + characters(inside))
    }

    /// How many characters stand between two bytes of the shown text.
    pub(super) fn count_between(&self, from: usize, to: usize) -> usize {
        match self.text.as_bytes().get(from..to) {
            Some(inside) if inside.len() <= BLOCK => characters(inside),
            _ => self.number(to) - self.number(from),
        }
    }

    /// The place in bytes of the shown text.
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
        let mut inside = (from..bytes.len()).filter(|&byte| begins_character(bytes[byte]));
        inside.nth(left).unwrap_or(bytes.len())
    }

    /// A stretch given in bytes of the original, with all that combines with its letters.
    pub fn place(&self, origin: &Range<usize>) -> Place {
        Walk::new(self).place(origin)
    }

    /// A stretch given in characters. Most begin with a sentence, and many end with one.
    pub fn place_of(&self, range: &Range<usize>) -> Place {
        let (first, next) = (self.sentence(range.start), self.sentence(range.end + 1));
        let is_at = |spot: Spot, at: usize| spot.at as usize == at;
        let start = if is_at(first, range.start) { first.byte as usize } else { self.byte(range.start) };
        let end = if is_at(next, range.end + 1) { next.byte as usize - 1 } else { self.byte(range.end) };
        Place { start: range.start, end: range.end, bytes: start..end }
    }

    /// A place with the rest of its words, in characters.
    pub fn whole_words(&self, place: &Place) -> Range<usize> {
        let start = self.word_until(place.bytes.start);
        let end = self.word_from(place.bytes.end).map_or(self.text.len(), |next| next.saturating_sub(1));
        let start = place.start - self.count_between(start, place.bytes.start);
        start..place.end + self.count_between(place.bytes.end, end)
    }

    /// The next place at or before this one where the text may be parted.
    pub fn floor(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.number(self.opener(self.byte(at))) }
    }

    /// Where the combining sequence begins that a byte's character belongs to.
    pub(super) fn opener(&self, byte: usize) -> usize {
        if stands_alone(self.text.as_bytes(), byte) {
            return byte;
        }
        let Some((before, behind)) = self.text.split_at_checked(byte) else { return byte };
        let Some(mut c) = behind.chars().next() else { return byte };
        let mut start = byte;
        for last in before.chars().rev() {
            if !goes_on(last, c) {
                break;
            }
            start -= last.len_utf8();
            c = last;
        }
        start
    }

    /// How many bytes from this one on belong to the character before it.
    pub(super) fn going_on(&self, byte: usize) -> usize {
        if stands_alone(self.text.as_bytes(), byte) {
            return 0;
        }
        let Some((before, behind)) = self.text.split_at_checked(byte) else { return 0 };
        let Some(mut last) = before.chars().next_back() else { return 0 };
        let going_on = behind.chars().take_while(|&c| goes_on(std::mem::replace(&mut last, c), c));
        going_on.map(char::len_utf8).sum()
    }

    /// Where, in bytes, the last stretch without blanks begins that begins at or before this byte.
    fn word_until(&self, byte: usize) -> usize {
        let stretch = byte.saturating_sub(1) / STRETCH;
        let inside = self.text.as_bytes().get(stretch * STRETCH..byte).unwrap_or_default();
        let blank = inside.iter().rposition(|&byte| byte == b' ');
        let earlier = || self.words.get(stretch).copied().unwrap_or(0);
        blank.map_or_else(earlier, |blank| stretch * STRETCH + blank + 1)
    }

    /// Where, in bytes, the first stretch without blanks begins that begins at or behind this byte.
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

    /// Where the last stretch without blanks begins that begins at or before this place.
    pub fn word_start(&self, at: usize) -> usize {
        self.number(self.word_until(self.byte(at)))
    }

    /// Where the first stretch without blanks begins that begins at or behind this place.
    pub fn next_word(&self, at: usize) -> usize {
        self.word_from(self.byte(at)).map_or(self.len, |word| self.number(word))
    }

    /// The last end of a stretch without blanks at or before this place.
    pub fn last_word_end(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.end_before(self.word_start(at + 1)) }
    }

    /// Where the sentence begins that this place is in.
    pub fn sentence_start(&self, at: usize) -> usize {
        self.sentence(at).at as usize
    }

    /// The beginning of the sentence that this place is in.
    fn sentence(&self, at: usize) -> Spot {
        let behind = self.sentences.partition_point(|sentence| sentence.at as usize <= at);
        let sentence = behind.checked_sub(1).and_then(|sentence| self.sentences.get(sentence));
        sentence.copied().unwrap_or(Spot { at: 0, byte: 0 })
    }

    /// The last end of a sentence at or before this place; 0 where there is none.
    pub fn last_sentence_end(&self, at: usize) -> usize {
        if at >= self.len { self.len } else { self.end_before(self.sentence_start(at + 1)) }
    }

    /// Where what stands before a word's first character ends.
    fn end_before(&self, start: usize) -> usize {
        if start >= self.len { self.len } else { start.saturating_sub(1) }
    }

    /// How many bytes it takes besides itself, about.
    pub fn size(&self) -> usize {
        let Self { text, runs, before, words, sentences, .. } = self;
        let numbers = size_of_val(&**before) + size_of_val(&**words) + size_of_val(&**sentences);
        text.len() + size_of_val(&**runs) + numbers
    }

    /// What is shown there.
    pub fn slice(&self, place: &Place) -> &str {
        self.text.get(place.bytes.clone()).unwrap_or_default()
    }
}

/// A number in half the room. No text is so long that it does not fit.
fn little(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(in crate::search) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        analysis::{DisplayMap, is_ignorable},
        search::snippet::laws::texts,
    };

    pub fn tidy(text: &str) -> Shown {
        let mut shown = Shown::default();
        shown.lay_out(text, DisplayEdits::new(DisplayMap::of(text).written()));
        shown
    }

    pub fn word_end(shown: &Shown, at: usize) -> usize {
        shown.whole_words(&shown.place_of(&(at..at + 1))).end
    }

    /// Whether an invisible character makes one picture of its neighbours.
    fn joins_signs(last: char, c: char) -> bool {
        let is_sign = !last.is_alphanumeric() && !last.is_whitespace();
        is_sign && matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
    }

    #[test]
    fn texts_are_tidied() {
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
            assert_eq!(tidy(text).text, expected, "{text:?}");
        }
    }

    #[test]
    fn places_take_in_what_combines() {
        let shown = tidy("За\u{AD}мо\u{301}к  мой");
        let place = |origin: Range<usize>| shown.slice(&shown.place(&origin)).to_owned();
        assert_eq!(place(0..14), "Замо\u{301}к");
        assert_eq!(place(0..10), "Замо\u{301}");
        assert_eq!(place(16..22), "мой");
        assert_eq!(shown.floor(4), 3);
    }

    #[test]
    fn bounds_of_words_and_sentences() {
        let shown = tidy("Да.  Так и есть.\n\nИ всё");
        assert_eq!(shown.slice(&shown.place_of(&(0..shown.len()))), "Да. Так и есть. И всё");
        assert_eq!([shown.word_start(5), word_end(&shown, 5), shown.next_word(5)], [4, 7, 8]);
        assert_eq!([shown.last_word_end(7), shown.last_word_end(6), shown.last_word_end(99)], [7, 3, 21]);
        assert_eq!([shown.sentence_start(3), shown.sentence_start(4), shown.sentence_start(20)], [0, 4, 16]);
        let ends = [shown.last_sentence_end(2), shown.last_sentence_end(3), shown.last_sentence_end(15)];
        assert_eq!(ends, [0, 3, 15]);
    }

    /// What `Shown` promises, said plainly: each character with its origin.
    fn plainly(text: &str) -> Vec<(usize, char)> {
        let (mut seats, mut blank) = (Vec::new(), None);
        for (at, c) in text.char_indices() {
            let last = seats.last().map_or(' ', |&(_, last)| last);
            if c.is_whitespace() || c.is_control() {
                blank.get_or_insert(at);
            } else if !is_ignorable(c) || blank.is_none() && joins_signs(last, c) {
                let blank = blank.take().filter(|_| !seats.is_empty());
                seats.extend(blank.map(|at| (at, ' ')));
                seats.push((at, c));
            }
        }
        seats
    }

    proptest! {
        #[test]
        fn as_plainly_said(text in texts()) {
            let (shown, seats) = (tidy(&text), plainly(&text));
            prop_assert_eq!(&shown.text, &seats.iter().map(|&(_, c)| c).collect::<String>());
            prop_assert_eq!(shown.len(), seats.len());
            let goes_on = |at: usize| at > 0 && at < seats.len() && goes_on(seats[at - 1].1, seats[at].1);
            let floor = |at: usize| (0..=at).rev().find(|&at| !goes_on(at)).unwrap();
            let ceil = |at: usize| (at..).find(|&at| !goes_on(at)).unwrap();
            let is_word = |at: &usize| seats[*at].1 != ' ' && (*at == 0 || seats[at - 1].1 == ' ');
            let words: Vec<usize> = (0..seats.len()).filter(is_word).collect();
            for at in 0..seats.len() {
                prop_assert_eq!(shown.floor(at), floor(at));
                prop_assert_eq!(Some(shown.word_start(at)), words.iter().rfind(|&&word| word <= at).copied());
                let next = words.iter().find(|&&word| word >= at).copied();
                prop_assert_eq!(shown.next_word(at), next.unwrap_or(seats.len()));
                prop_assert_eq!(shown.slice(&shown.place_of(&(at..at + 1))), seats[at].1.to_string());
            }
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for (at, &start) in bounds.iter().enumerate() {
                let end = bounds[(at + 3).min(bounds.len() - 1)];
                let number = |origin: usize| seats.iter().filter(|seat| seat.0 < origin).count();
                let (first, last) = (floor(number(start)), ceil(number(end)));
                prop_assert_eq!(shown.place(&(start..end)), shown.place_of(&(first..last.max(first))));
            }
        }
    }
}
