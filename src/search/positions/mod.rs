//! Positions: where in a document the words of a query are.
//!
//! Reads the position lists of bound words, and matches phrases and phrases near each other. Positions are counted
//! in words; the body follows the title.

const _: () = assert!(crate::index::POSITION_GAP > crate::query::limits::MAX_DISTANCE);

mod near;
mod phrase;
mod phrase_match;
mod sentence;
mod sloppy;
mod word_positions;

pub(crate) use self::{
    near::{Side, are_near},
    phrase::PhraseMatcher,
    phrase_match::PhraseShape,
    word_positions::WordPositions,
};

/// Where the title ends and the body starts, in positions. No match extends over it. A text that is only a title or
/// only a body has no limit.
#[derive(Clone, Copy)]
pub(crate) struct FieldLimit(pub u32);

impl FieldLimit {
    pub const NONE: Self = Self(u32::MAX);

    fn separates(self, one: u32, other: u32) -> bool {
        (one < self.0) != (other < self.0)
    }
}
