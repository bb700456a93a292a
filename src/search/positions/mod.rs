//! Positions: where in a document the words of a query are.
//!
//! Reads the position lists of bound words, and matches phrases and words near each other. Positions are counted
//! in words; the body follows the title after a gap that no distance in a query reaches across.

mod phrase;
mod word_positions;

const _: () = assert!(crate::index::POSITION_GAP > crate::query::limits::MAX_DISTANCE);

pub(crate) use self::{
    phrase::{PhraseMatcher, PhraseSlots, are_near},
    word_positions::WordPositions,
};
