//! Snippets: the passages of a body that match a query best, with highlights.
//!
//! Takes time in proportion to the length of the body, up to a logarithm.

use std::ops::Range;

use serde::Serialize;

use super::{
    bounds::{Room, fragment_around, opening},
    display_text::{DisplayText, Offset},
    matches::Matches,
    passages::{Target, select},
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

/// The snippet of a body with these matches.
pub(super) fn snippet(display: &DisplayText, matches: &Matches, options: &SnippetOptions) -> Snippet {
    let words = sorted_words(matches);
    let no_match = matches.matches.is_empty();
    let ranges = if no_match {
        opening(display, options.length).filter(|_| options.fragments > 0).into_iter().collect()
    } else {
        choose(display, &targets(display, matches, options.length), options)
    };
    let fragment = |range: &Range<usize>| Fragment {
        text: display.slice(range).to_owned(),
        highlights: highlights_in(display, &words, range),
        truncated_start: range.start > 0,
        truncated_end: range.end < display.len(),
    };
    Snippet { fragments: ranges.iter().map(fragment).collect(), no_match }
}

/// What the fragments should show, in order: the matches, extended to whole words. A match that is too long is shown
/// word by word.
fn targets(display: &DisplayText, matches: &Matches, length: usize) -> Vec<Target> {
    let mut ranges: Vec<(usize, usize, usize)> = Vec::with_capacity(matches.matches.len());
    for found in &matches.matches {
        let mut add = |range: Range<usize>| ranges.push((range.start, range.end, found.clause));
        let mut words = matches.words(found);
        let Some(first) = words.next().cloned() else { continue };
        let all = words.fold(first, |all, word| all.start..all.end.max(word.end));
        if let Some(range) = extended(display, &all, length) {
            add(range);
            continue;
        }
        for word in matches.words(found) {
            // Of one word as much is taken as fits.
            let cut = || word.start..display.floor(display.forward(word.start, length));
            let range = extended(display, word, length).unwrap_or_else(cut);
            if !range.is_empty() {
                add(range);
            }
        }
    }
    ranges.sort_unstable();
    ranges.dedup();
    let (mut sentence, mut at) = (Offset::default(), Offset::default());
    let target = |(start, end, clause)| {
        let sentence_start = display.sentence_start(start);
        if sentence_start > sentence.byte {
            sentence = display.offset(at, sentence_start);
        }
        at = display.offset(at.max(sentence), start);
        Target { start: at, end: display.offset(at, end), clause, sentence }
    };
    ranges.into_iter().map(target).collect()
}

/// Chooses the fragments, in order and in bytes of the displayed text.
fn choose(display: &DisplayText, targets: &[Target], options: &SnippetOptions) -> Vec<Range<usize>> {
    let cores = select(targets, options.fragments, options.length);
    let mut left = options.length;
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(cores.len());
    for (at, core) in cores.iter().enumerate() {
        let after = ranges.last().map_or(0, |last| display.next_word(last.end).min(core.start));
        let next = cores.get(at + 1).map(|next| display.backward(next.start, 1).max(core.end));
        let within = after..next.unwrap_or(display.len());
        let room = Room { length: left / (cores.len() - at), within };
        let range = fragment_around(display, targets, core, &room);
        left = left.saturating_sub(display.chars(&range));
        ranges.push(range);
    }
    if ranges.len() > 1 {
        remove_redundant(&mut ranges, targets);
        join_adjacent(display, &mut ranges, options.length);
    }
    ranges
}

/// A match extended to whole words, or alone, whichever fits.
fn extended(display: &DisplayText, range: &Range<usize>, length: usize) -> Option<Range<usize>> {
    if range.is_empty() {
        return None;
    }
    [display.whole_words(range), range.clone()].into_iter().find(|range| display.fits(range, length))
}

/// Joins fragments with only a space between them, if the space fits.
fn join_adjacent(display: &DisplayText, ranges: &mut Vec<Range<usize>>, length: usize) {
    let mut left = length.saturating_sub(ranges.iter().map(|range| display.chars(range)).sum());
    ranges.dedup_by(|range, last| {
        let adjacent = last.end + 1 == range.start && left > 0;
        if adjacent {
            left -= 1;
            last.end = range.end;
        }
        adjacent
    });
}

/// Removes fragments that show no clause which the others do not, the last one first.
fn remove_redundant(ranges: &mut Vec<Range<usize>>, targets: &[Target]) {
    let shows = |range: &Range<usize>, clause| {
        targets.iter().any(|target| target.clause == clause && target.is_in(range))
    };
    for at in (0..ranges.len()).rev() {
        let others = || ranges.iter().enumerate().filter(|&(other, _)| other != at);
        let mut shown = targets.iter().filter(|target| target.is_in(&ranges[at]));
        let is_redundant = shown.all(|target| others().any(|(_, other)| shows(other, target.clause)));
        if is_redundant && ranges.len() > 1 {
            ranges.remove(at);
        }
    }
}

/// The words of all matches, in order.
pub(super) fn sorted_words(matches: &Matches) -> Vec<Range<usize>> {
    let words = matches.matches.iter().flat_map(|found| matches.words(found));
    let mut words: Vec<Range<usize>> = words.filter(|word| !word.is_empty()).cloned().collect();
    words.sort_unstable_by_key(|word| (word.start, word.end));
    words
}

/// The highlights within a range, relative to its start. Overlapping words are one highlight.
pub(super) fn highlights_in(
    display: &DisplayText,
    words: &[Range<usize>],
    range: &Range<usize>,
) -> Vec<Highlight> {
    let inside = words.iter().take_while(|word| word.start < range.end).filter(|word| word.end > range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for word in inside {
        let word = word.start.max(range.start)..word.end.min(range.end);
        match merged.last_mut() {
            Some(last) if word.start < last.end => last.end = last.end.max(word.end),
            _ => merged.push(word),
        }
    }
    let mut at = Offset { byte: range.start, char: 0 };
    let highlight = |word: Range<usize>| {
        let start = display.offset(at, word.start);
        at = display.offset(start, word.end);
        Highlight {
            start: start.byte - range.start,
            end: at.byte - range.start,
            start_char: start.char,
            end_char: at.char,
        }
    };
    merged.into_iter().map(highlight).collect()
}
