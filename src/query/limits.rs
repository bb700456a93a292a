//! Limits of the query language.

/// The largest distance in `/N` and the largest slop in `"…"~N`, in words.
pub(super) const MAX_DISTANCE: u32 = 100;

/// The largest factor in `^N`.
const MAX_BOOST: f32 = 100.0;

/// How deep brackets group.
pub(super) const MAX_DEPTH: usize = 64;

/// Whether a number can be a boost: above 0 and at most 100.
pub(super) fn is_boost(factor: f32) -> bool {
    factor > 0.0 && factor <= MAX_BOOST
}
