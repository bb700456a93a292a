//! The displayed form of a text, and the spans of its words.

mod characters;
#[cfg(test)]
pub(super) mod tests;
mod text;

use std::ops::Range;

pub(super) use self::text::{DisplayText, Span};

/// The span of a word in the displayed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WordSpan {
    pub span: Span,
    /// Extended to the white space around it, in characters.
    pub extended: Range<usize>,
}

impl WordSpan {
    /// The word at a range in bytes of the original.
    pub fn new(text: &DisplayText, origin: &Range<usize>) -> Self {
        let span = text.span(origin);
        Self { extended: text.whole_words(&span), span }
    }

    /// From this word to the end of another.
    pub fn until(self, last: &Self) -> Self {
        let Self { span, extended } = self;
        Self {
            span: Span {
                start: span.start,
                end: last.span.end,
                bytes: span.bytes.start..last.span.bytes.end,
            },
            extended: extended.start..last.extended.end,
        }
    }
}
