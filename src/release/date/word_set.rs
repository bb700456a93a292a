//! A fixed set of words, written as one string with white space between them.

use std::{collections::HashSet, sync::LazyLock};

use foldhash::fast::RandomState;

/// Words that are hashed on first use. The dating of a text looks up most of its words in several sets.
pub(super) type WordSet = LazyLock<HashSet<&'static str, RandomState>>;

/// The words of a list.
pub(super) fn words(list: &'static str) -> HashSet<&'static str, RandomState> {
    list.split_ascii_whitespace().collect()
}
