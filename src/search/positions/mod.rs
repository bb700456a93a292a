//! Positions: where in documents the words of a query are.
//!
//! Reads the position lists of bound words, and matches phrases and phrases near each other. Positions are counted
//! in words; the body follows the title after a gap that no match extends over.

const _: () = assert!(crate::index::POSITION_GAP > crate::query::limits::MAX_DISTANCE);
const _: () = assert!(crate::index::POSITION_GAP as usize > super::MAX_WORDS);

mod near;
mod phrase;
mod phrase_match;
mod sentence;
mod sloppy;
mod word_positions;

pub(crate) use self::{
    near::Side, phrase::PhraseMatcher, phrase_match::PhraseShape, word_positions::WordPositions,
};
