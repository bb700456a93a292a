//! A text as it is shown: blanks collapsed, invisible characters gone, each character's origin kept.
//!
//! Counts in characters and knows which of them must not be parted. Knows nothing of queries.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::search::sentence;

/// A text with every character numbered.
pub(super) struct Shown {
    text: String,
    seats: Vec<Seat>,
    /// Where each stretch without blanks begins, in characters.
    words: Vec<usize>,
    /// Where each sentence begins, in characters.
    sentences: Vec<usize>,
}

/// Where a character stands, in bytes.
#[derive(Clone, Copy)]
struct Seat {
    origin: usize,
    shown: usize,
    /// The character, by number, that opens the combining sequence that this one belongs to.
    opener: usize,
}

impl Shown {
    /// The text as it stands, for titles.
    pub fn verbatim(text: &str) -> Self {
        let mut shown = Self::empty();
        text.char_indices().for_each(|(at, c)| shown.push(at, c));
        shown
    }

    /// Blanks of every kind as one space, none at the ends; without soft hyphens and the like.
    pub fn tidy(text: &str) -> Self {
        let mut shown = Self::empty();
        let mut blank = None;
        let mut last = ' ';
        for (at, c) in text.char_indices() {
            if c.is_whitespace() || c.is_control() {
                blank.get_or_insert(at);
                continue;
            }
            if is_invisible(c) && (blank.is_some() || !joins_signs(last, c)) {
                continue;
            }
            if let Some(at) = blank.take().filter(|_| !shown.seats.is_empty()) {
                shown.push(at, ' ');
            }
            if shown.text.is_empty() || shown.text.ends_with(' ') {
                shown.words.push(shown.seats.len());
            }
            shown.push(at, c);
            last = c;
        }
        shown.sentences = shown.sentence_starts(text);
        shown
    }

    fn empty() -> Self {
        Self { text: String::new(), seats: Vec::new(), words: Vec::new(), sentences: Vec::new() }
    }

    fn push(&mut self, origin: usize, c: char) {
        let at = self.seats.len();
        let last = self.seats.last().map(|seat| seat.opener);
        let opener = last.filter(|_| goes_on(self.text.chars().next_back(), c)).unwrap_or(at);
        self.seats.push(Seat { origin, shown: self.text.len(), opener });
        self.text.push(c);
    }

    fn sentence_starts(&self, text: &str) -> Vec<usize> {
        let mut starts: Vec<usize> = sentence::starts(text)
            .into_iter()
            .filter_map(|origin| {
                let at = self.seats.partition_point(|seat| seat.origin < origin);
                let word = self.words.partition_point(|&word| word < at);
                self.words.get(word).copied()
            })
            .collect();
        starts.dedup();
        starts
    }

    /// How many characters there are.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// A stretch given in bytes of the original, in characters, with all that combines with its letters.
    pub fn place(&self, origin: &Range<usize>) -> Range<usize> {
        let start = self.seats.partition_point(|seat| seat.origin < origin.start);
        let end = self.seats.partition_point(|seat| seat.origin < origin.end);
        let start = self.floor(start);
        start..self.ceil(end).max(start)
    }

    /// The next place at or before this one where the text may be parted.
    pub fn floor(&self, at: usize) -> usize {
        self.seats.get(at).map_or(self.len(), |seat| seat.opener)
    }

    fn ceil(&self, at: usize) -> usize {
        let opener = self.floor(at);
        if opener == at { at } else { self.seats.partition_point(|seat| seat.opener <= opener) }
    }

    /// Where the last stretch without blanks begins that begins at or before this place.
    pub fn word_start(&self, at: usize) -> usize {
        let behind = self.words.partition_point(|&word| word <= at);
        behind.checked_sub(1).and_then(|word| self.words.get(word)).copied().unwrap_or(0)
    }

    /// Where the first stretch without blanks begins that begins at or behind this place.
    pub fn next_word(&self, at: usize) -> usize {
        let word = self.words.partition_point(|&word| word < at);
        self.words.get(word).copied().unwrap_or(self.len())
    }

    /// The end of the stretch without blanks that this place is in.
    pub fn word_end(&self, at: usize) -> usize {
        self.end_before(self.next_word(at + 1))
    }

    /// The last end of a stretch without blanks at or before this place.
    pub fn last_word_end(&self, at: usize) -> usize {
        if at >= self.len() { self.len() } else { self.end_before(self.word_start(at + 1)) }
    }

    /// Where the sentence begins that this place is in.
    pub fn sentence_start(&self, at: usize) -> usize {
        let behind = self.sentences.partition_point(|&start| start <= at);
        behind.checked_sub(1).and_then(|sentence| self.sentences.get(sentence)).copied().unwrap_or(0)
    }

    /// The last end of a sentence at or before this place; 0 where there is none.
    pub fn last_sentence_end(&self, at: usize) -> usize {
        if at >= self.len() { self.len() } else { self.end_before(self.sentence_start(at + 1)) }
    }

    /// Where what stands before a word's first character ends.
    fn end_before(&self, start: usize) -> usize {
        if start >= self.len() { self.len() } else { start.saturating_sub(1) }
    }

    /// The place in bytes of the shown text.
    pub fn byte(&self, at: usize) -> usize {
        self.seats.get(at).map_or(self.text.len(), |seat| seat.shown)
    }

    /// What is shown there.
    pub fn slice(&self, place: &Range<usize>) -> &str {
        self.text.get(self.byte(place.start)..self.byte(place.end)).unwrap_or_default()
    }
}

/// Soft hyphens, zero-width characters and the like: the same that analysis drops.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Whether an invisible character makes one picture of its neighbours: a family, a flag, a heart in colour.
fn joins_signs(last: char, c: char) -> bool {
    matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}') && !last.is_alphanumeric() && !last.is_whitespace()
}

/// Whether a character belongs to the one before it.
fn goes_on(last: Option<char>, c: char) -> bool {
    let sign = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let joined = last == Some('\u{200D}') && !c.is_alphanumeric();
    last.is_some_and(|last| !last.is_whitespace()) && (is_combining_mark(c) || sign || joined)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Shown::tidy(text).text, expected, "{text:?}");
        }
    }

    #[test]
    fn places_take_in_what_combines() {
        let shown = Shown::tidy("За\u{AD}мо\u{301}к  мой");
        let place = |origin: Range<usize>| shown.slice(&shown.place(&origin)).to_owned();
        assert_eq!(place(0..14), "Замо\u{301}к");
        assert_eq!(place(0..10), "Замо\u{301}");
        assert_eq!(place(16..22), "мой");
        assert_eq!(shown.floor(4), 3);
    }

    #[test]
    fn bounds_of_words_and_sentences() {
        let shown = Shown::tidy("Да.  Так и есть.\n\nИ всё");
        assert_eq!(shown.slice(&(0..shown.len())), "Да. Так и есть. И всё");
        assert_eq!([shown.word_start(5), shown.word_end(5), shown.next_word(5)], [4, 7, 8]);
        assert_eq!([shown.last_word_end(7), shown.last_word_end(6), shown.last_word_end(99)], [7, 3, 21]);
        assert_eq!([shown.sentence_start(3), shown.sentence_start(4), shown.sentence_start(20)], [0, 4, 16]);
        let ends = [shown.last_sentence_end(2), shown.last_sentence_end(3), shown.last_sentence_end(15)];
        assert_eq!(ends, [0, 3, 15]);
    }
}
