//! Pages: a text laid out as it is shown, and where each of its words stands there.
//!
//! Made in passing for a text that is read once, and kept with its words where the text comes up again. Knows
//! nothing of queries.

mod letters;
mod shown;
mod walk;

use std::ops::Range;

#[cfg(test)]
pub(super) use self::shown::tests;
pub(super) use self::shown::{Place, Shown};
use self::walk::Walk;
use crate::analysis::{DisplayEdits, TokenStream};

/// Most texts have a word for every so many bytes.
const BYTES_TO_A_WORD: usize = 12;

/// A text laid out. Made once and then used for one text after the other, or kept with one.
#[derive(Default)]
pub(super) struct Page {
    pub shown: Shown,
    /// By position; empty where they were not looked up.
    words: Vec<Word>,
}

/// A word where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub place: Place,
    /// With the rest of its words, up to the blanks around it, in characters.
    pub whole: Range<usize>,
}

/// A seat in little room: where it begins, and how far it goes on from there. One of no length stands for
/// what must be looked up in the text: a word of several tokens, or one that is too long.
#[derive(Clone, Copy, Default)]
pub(super) struct Word {
    byte: u32,
    start: u32,
    bytes: u8,
    len: u8,
    before: u8,
    behind: u8,
}

impl Page {
    /// A text with its words.
    pub fn of(text: &str, seams: DisplayEdits) -> Self {
        let mut page = Self::default();
        page.lay_out(text, seams);
        let (mut tokens, mut shown) = (TokenStream::new(text), Walk::new(&page.shown));
        let mut words = Vec::with_capacity(text.len() / BYTES_TO_A_WORD);
        for position in 0.. {
            if let Some(span) = tokens.take_word(position) {
                let seat = Seat::new(&page.shown, shown.place(&(span.start..span.end)));
                words.push(Word::new(&seat).unwrap_or_default());
                continue;
            }
            tokens.pass_to(position);
            if tokens.step().is_none() {
                break;
            }
            words.push(Word::default());
        }
        words.shrink_to_fit();
        Self { words, ..page }
    }

    /// Takes in another text, without its words.
    pub fn lay_out(&mut self, text: &str, seams: DisplayEdits) {
        self.words.clear();
        self.shown.lay_out(text, seams);
    }

    /// The word at a position.
    pub fn word(&self, position: u32) -> Word {
        self.words.get(position as usize).copied().unwrap_or_default()
    }

    /// Where a stretch of the original is shown.
    pub fn seat(&self, origin: &Range<usize>) -> Seat {
        Seat::new(&self.shown, self.shown.place(origin))
    }

    /// How many bytes it takes besides itself, about.
    pub fn size(&self) -> usize {
        self.shown.size() + size_of_val(&*self.words)
    }
}

impl Seat {
    fn new(shown: &Shown, place: Place) -> Self {
        Self { whole: shown.whole_words(&place), place }
    }

    /// The seat from this word to the end of another.
    pub fn until(self, last: &Self) -> Self {
        let Self { place, whole } = self;
        Self {
            place: Place {
                start: place.start,
                end: last.place.end,
                bytes: place.bytes.start..last.place.bytes.end,
            },
            whole: whole.start..last.whole.end,
        }
    }
}

impl Word {
    /// None where it does not fit.
    fn new(Seat { place, whole }: &Seat) -> Option<Self> {
        Some(Self {
            byte: place.bytes.start.try_into().ok()?,
            start: place.start.try_into().ok()?,
            bytes: place.bytes.len().try_into().ok()?,
            len: place.len().try_into().ok()?,
            before: (place.start - whole.start).try_into().ok()?,
            behind: (whole.end - place.end).try_into().ok()?,
        })
    }

    /// Where it stands, if that is known.
    pub fn seat(self) -> Option<Seat> {
        let (start, byte) = (self.start as usize, self.byte as usize);
        let end = start + usize::from(self.len);
        (self.len > 0).then(|| Seat {
            place: Place { start, end, bytes: byte..byte + usize::from(self.bytes) },
            whole: start - usize::from(self.before)..end + usize::from(self.behind),
        })
    }
}
