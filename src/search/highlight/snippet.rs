//! Snippets: the passages of a body that match a query best, with highlights.
//!
//! Takes time in proportion to the length of the body and, for each match, to that of the snippet.

use std::ops::Range;

use serde::Serialize;

use super::{
    display_text::DisplayText,
    matches::Match,
    passages::{Passages, Target},
};

/// The passages of a body that match a query best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The passages, in the order of the body. None if the body is empty.
    pub fragments: Vec<Fragment>,
    /// Whether nothing in the body matches. The fragment is then the start of the body.
    pub no_match: bool,
}

/// A passage of a body, with white space collapsed and without invisible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragment {
    /// The text.
    pub text: String,
    /// The matching words, in order and without overlap.
    pub highlights: Vec<Highlight>,
    /// Whether the body has text before the passage.
    pub truncated_start: bool,
    /// Whether the body has text after the passage.
    pub truncated_end: bool,
}

/// A range of a text to highlight. Never splits a letter from its stress mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Highlight {
    /// The start, in bytes.
    pub start: usize,
    /// The end, in bytes.
    pub end: usize,
    /// The start, in characters (Unicode scalar values).
    pub start_char: usize,
    /// The end, in characters.
    pub end_char: usize,
}

/// The size of snippets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetOptions {
    /// The maximum number of fragments. More than one are returned only if they show more clauses.
    pub fragments: usize,
    /// The maximum length of all fragments together, in characters.
    pub length: usize,
}

impl Default for SnippetOptions {
    fn default() -> Self {
        Self { fragments: 3, length: 300 }
    }
}

/// The snippet of a body with these matches, each with the index of its clause.
pub(super) fn snippet(
    matches: &[(usize, Match)],
    display: &DisplayText,
    options: &SnippetOptions,
) -> Snippet {
    let fragment = |range: Range<usize>| Fragment {
        text: display.slice(&range).to_owned(),
        highlights: highlights(matches, display, &range),
        truncated_start: range.start > 0,
        truncated_end: range.end < display.len(),
    };
    let targets = targets(matches, display, options.length);
    let passages = Passages { display, targets: &targets }.select(options.fragments, options.length);
    Snippet { fragments: passages.into_iter().map(fragment).collect(), no_match: matches.is_empty() }
}

/// The highlights within a range, relative to its start. Overlapping words are one.
pub(super) fn highlights(
    matches: &[(usize, Match)],
    display: &DisplayText,
    range: &Range<usize>,
) -> Vec<Highlight> {
    let words = matches.iter().flat_map(|(_, found)| &found.words);
    let words = words.map(|word| word.start.max(range.start)..word.end.min(range.end));
    let mut words: Vec<Range<usize>> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable_by_key(|word| (word.start, word.end));
    words.dedup_by(|word, last| {
        let overlap = word.start < last.end;
        last.end = if overlap { last.end.max(word.end) } else { last.end };
        overlap
    });
    let (mut counted, mut chars) = (range.start, 0);
    let highlight = |Range { start, end }: Range<usize>| {
        let [start_char, end_char] = [start, end].map(|at| {
            chars += display.chars(&(std::mem::replace(&mut counted, at)..at));
            chars
        });
        Highlight { start: start - range.start, end: end - range.start, start_char, end_char }
    };
    words.into_iter().map(highlight).collect()
}

/// What the passages should show, in order: each match extended to whole words if these fit, or its first word, or as
/// much of that as fits.
fn targets(matches: &[(usize, Match)], display: &DisplayText, length: usize) -> Vec<Target> {
    let target = |(clause, found): &(usize, Match)| {
        let first = found.words.first()?.clone();
        let end = found.words.iter().map(|word| word.end).max()?;
        let whole_words = |range: &Range<usize>| display.word_start(range.start)..display.word_end(range.end);
        let ranges = [first.start..end, first.clone()].into_iter();
        let mut ranges = ranges.flat_map(|range| [whole_words(&range), range]);
        let cut = || first.start..display.cluster(display.forward(first.start, length)).start;
        let Range { start, end } = ranges.find(|range| display.chars(range) <= length).unwrap_or_else(cut);
        (start < end).then_some(Target { start, end, clause: 1 << (clause % 128) })
    };
    let mut targets: Vec<Target> = matches.iter().filter_map(target).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}
