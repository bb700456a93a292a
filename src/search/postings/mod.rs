//! Postings: which documents of a segment have a term or a word, and how often.
//!
//! Binds the words of a plan to the posting lists of a snapshot and reads these lists. Scores nothing and reads
//! no positions.

mod bitset;
mod bound_word;
mod doc_set;
mod frequencies;
mod intersection;
mod union;
mod word_postings;

pub(crate) use self::{
    bound_word::{BoundTerm, BoundWord, bind},
    doc_set::{Cursor, DocSet},
    frequencies::{Frequencies, Frequency},
    intersection::{intersect, intersection_len},
    word_postings::{Terms, entries, field_of, word_postings},
};
