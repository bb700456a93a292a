//! Postings: which documents of a segment have a term, and how often and where.
//!
//! Binds the words of a plan to the posting lists of a snapshot and reads these lists. Scores nothing.

mod block_cursor;
mod bound_word;
mod doc_freq;
mod position_cursor;
mod term_cursor;

pub(crate) use self::{
    block_cursor::{merge, seek},
    bound_word::{Binder, BoundTerm, BoundWord, Terms},
    position_cursor::{Position, PositionCursor, doc_of, in_doc},
    term_cursor::{Extent, Frequency, TermCursor},
};
