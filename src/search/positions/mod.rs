//! Positions: where in a document the words of a query are.
//!
//! Reads the position lists of bound words, and matches phrases and words near each other. Positions are counted
//! in words; the body follows the title.

mod phrase;
mod word_positions;

pub(crate) use self::{
    phrase::{PhraseMatcher, PhraseSlots, are_near},
    word_positions::WordPositions,
};
