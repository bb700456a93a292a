//! Limits of the query language.

/// The largest distance in `/N` and the largest slop in `"…"~N`, in words.
pub(crate) const MAX_DISTANCE: u32 = 100;

/// The largest factor in `^N`.
const MAX_BOOST: f32 = 100.0;

/// How deep brackets group.
pub(super) const MAX_DEPTH: usize = 64;

/// How deep expressions nest in a query. A typed query has at most six levels for each bracket.
pub(super) const MAX_NESTING: usize = 6 * MAX_DEPTH + 8;

/// How many different words a query can have. A word is a run of letters and digits in any letter case.
pub(super) const MAX_DIFFERENT_WORDS: usize = 1024;

/// How many words a query can have in all.
pub(super) const MAX_WORDS: usize = 4096;

/// How many letters and digits of a word are searched.
pub(super) const MAX_WORD_LENGTH: usize = 255;

/// How many wildcards and distances a query can have. Each reads much more of the index than a word.
pub(super) const MAX_COSTLY: usize = 16;

/// How many `дата:` filters a query can have.
pub(super) const MAX_DATES: usize = 64;

/// Whether a number can be a boost: above 0 and at most 100.
pub(super) fn is_boost(factor: f32) -> bool {
    factor > 0.0 && factor <= MAX_BOOST
}
