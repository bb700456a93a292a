//! Snippets: the passages of a body that match a query best, with highlights.
//!
//! Takes time in proportion to the length of the body, up to a logarithm.

mod bounds;
mod passages;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod table_tests;

use std::ops::Range;

use serde::Serialize;

use self::{
    bounds::{Room, fragment_around, opening},
    passages::{PassageSelector, Target},
};
use super::{
    display_text::{DisplayText, Span, WordSpan},
    matches::{KnownPositions, Matches, QueryMatcher, Subject},
};
use crate::{
    analysis::{DisplayEdits, TermCache},
    search::plan::{Plan, Scope},
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

/// A range of a text to highlight. Never splits a letter from its stress highlight.
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

/// Highlights a query in texts.
pub(super) struct Highlighter<'p> {
    pub matcher: QueryMatcher<'p>,
}

/// A text to highlight.
pub(super) struct Source<'t> {
    pub text: &'t str,
    /// How it is displayed.
    pub seams: DisplayEdits<'t>,
    /// Where to look; none: everywhere.
    pub positions: Option<KnownPositions<'t>>,
}

/// Buffers that are reused for one text after the other.
pub(crate) struct Buffers {
    pub forms: TermCache,
    matches: Matches,
    display: DisplayText,
    /// The matching words, in order.
    words: Vec<Span>,
    fragments: Fragments,
}

/// Chooses the fragments of a text.
#[derive(Default)]
struct Fragments {
    /// What they should show, in order.
    targets: Vec<Target>,
    selector: PassageSelector,
    /// Their ranges in characters.
    ranges: Vec<Range<usize>>,
}

impl Buffers {
    pub fn new(forms: TermCache) -> Self {
        Self {
            forms,
            matches: Matches::default(),
            display: DisplayText::default(),
            words: Vec::new(),
            fragments: Fragments::default(),
        }
    }
}

/// A text with its matches.
struct MatchedText<'d> {
    display: &'d DisplayText,
    matches: &'d Matches,
    words: &'d [Span],
    fragments: &'d mut Fragments,
}

impl<'p> Highlighter<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        Self { matcher: QueryMatcher::new(plan) }
    }

    /// The highlights in a title.
    pub fn title(&self, buffers: &mut Buffers, title: Source) -> Vec<Highlight> {
        let MatchedText { display, words, .. } = self.find(buffers, title, Scope::Title);
        highlights_in(words, &display.span_of(&(0..display.len())))
    }

    /// The snippet of a body.
    pub fn body(&self, buffers: &mut Buffers, body: Source, options: &SnippetOptions) -> Snippet {
        let MatchedText { display, matches, words, fragments } = self.find(buffers, body, Scope::Body);
        let no_match = matches.matches.is_empty();
        if no_match {
            fragments.take_opening(display, options);
        } else {
            fragments.collect_targets(display, matches, options.length);
            fragments.choose(display, options);
        }
        let fragments = fragments.ranges.iter().map(|range| {
            let span = display.span_of(range);
            Fragment {
                text: display.slice(&span).to_owned(),
                highlights: highlights_in(words, &span),
                truncated_start: span.start > 0,
                truncated_end: span.end < display.len(),
            }
        });
        Snippet { fragments: fragments.collect(), no_match }
    }

    /// Lays out a text and finds the matching words.
    fn find<'d>(&self, buffers: &'d mut Buffers, source: Source<'d>, scope: Scope) -> MatchedText<'d> {
        let Buffers { forms, matches, display, words, fragments } = buffers;
        display.lay_out(source.text, source.seams);
        let subject = Subject { text: source.text, scope, display, positions: source.positions };
        self.matcher.find(forms, matches, subject);
        let spans = matches.matches.iter().flat_map(|found| matches.spans(found));
        words.clear();
        words.extend(spans.map(|word| word.span.clone()).filter(|span| span.len() > 0));
        words.sort_unstable_by_key(|span| (span.start, span.end));
        MatchedText { display, matches, words, fragments }
    }
}

impl Fragments {
    /// Takes the start of a text.
    fn take_opening(&mut self, display: &DisplayText, options: &SnippetOptions) {
        self.ranges.clear();
        self.ranges.extend(opening(display, options.length).filter(|_| options.fragments > 0));
    }

    /// Collects what the fragments should show: the matches, extended to whole words. A match that is too long
    /// is shown word by word.
    fn collect_targets(&mut self, display: &DisplayText, matches: &Matches, length: usize) {
        let Self { targets, .. } = self;
        targets.clear();
        for found in &matches.matches {
            let Some(whole) = joined(matches.spans(found)) else { continue };
            let mut add = |range: Range<usize>| {
                let sentence = display.sentence_start(range.start);
                targets.push(Target { start: range.start, end: range.end, sentence, clause: found.clause });
            };
            match extended(&whole, length) {
                Some(range) => add(range),
                None => {
                    matches
                        .spans(found)
                        .filter_map(|word| extended_word(display, word, length))
                        .for_each(add);
                }
            }
        }
        targets.sort_unstable();
        targets.dedup();
    }

    /// Chooses the fragments, in order.
    fn choose(&mut self, display: &DisplayText, options: &SnippetOptions) {
        let Self { targets, selector, ranges } = self;
        let cores = selector.select(targets, options.fragments, options.length);
        let mut left = options.length;
        ranges.clear();
        for (at, core) in cores.iter().enumerate() {
            let after = ranges.last().map_or(0, |last| display.next_word(last.end).min(core.start));
            let before =
                cores.get(at + 1).map_or(display.len(), |next| next.start.saturating_sub(1).max(core.end));
            let room = Room { length: left / (cores.len() - at), within: after..before };
            let range = fragment_around(display, targets, core, &room);
            left = left.saturating_sub(range.len());
            ranges.push(range);
        }
        if ranges.len() > 1 {
            remove_redundant(ranges, targets);
            join_adjacent(ranges, options.length);
        }
    }
}

/// The span from the first word to the end of all.
fn joined<'r>(mut words: impl Iterator<Item = &'r WordSpan>) -> Option<WordSpan> {
    let first = words.next()?.clone();
    Some(words.fold(first, |all, word| if word.span.end < all.span.end { all } else { all.until(word) }))
}

/// A span extended to whole words, or alone, whichever fits.
fn extended(WordSpan { span, extended }: &WordSpan, length: usize) -> Option<Range<usize>> {
    if span.len() == 0 {
        return None;
    }
    [extended.clone(), span.start..span.end].into_iter().find(|range| range.len() <= length)
}

/// The same for one word, of which as much is taken as fits.
fn extended_word(display: &DisplayText, word: &WordSpan, length: usize) -> Option<Range<usize>> {
    extended(word, length).or_else(|| {
        let start = word.span.start;
        let cut = start..display.floor(start.saturating_add(length));
        (!cut.is_empty()).then_some(cut)
    })
}

/// Joins fragments with only a space between them, if the space fits.
fn join_adjacent(ranges: &mut Vec<Range<usize>>, length: usize) {
    let mut left = length.saturating_sub(ranges.iter().map(ExactSizeIterator::len).sum());
    ranges.dedup_by(|range, last| {
        let adjacent = last.end + 1 == range.start && left > 0;
        if adjacent {
            left -= 1;
            last.end = range.end;
        }
        adjacent
    });
}

/// Removes fragments that show no clause which the others do not.
fn remove_redundant(ranges: &mut Vec<Range<usize>>, targets: &[Target]) {
    let clauses = targets.iter().map(|target| target.clause + 1).max().unwrap_or(0);
    // One row for each fragment.
    let mut shown = vec![false; clauses * ranges.len()];
    for (range, shown) in ranges.iter().zip(shown.chunks_mut(clauses.max(1))) {
        targets.iter().filter(|target| target.is_in(range)).for_each(|target| shown[target.clause] = true);
    }
    for at in (0..ranges.len()).rev() {
        let own = at * clauses..(at + 1) * clauses;
        let is_elsewhere = |clause: usize| {
            let mut others = (clause..shown.len()).step_by(clauses).filter(|other| !own.contains(other));
            others.any(|other| shown[other])
        };
        let is_redundant = (0..clauses).all(|clause| !shown[own.start + clause] || is_elsewhere(clause));
        if is_redundant && ranges.len() > 1 {
            ranges.remove(at);
            shown.drain(own);
        }
    }
}

/// The highlights within a span, relative to its start. Overlapping words are one highlight.
fn highlights_in(words: &[Span], span: &Span) -> Vec<Highlight> {
    let inside = || {
        let words = words.iter().take_while(|word| word.start < span.end);
        words.filter(|word| word.end > span.start)
    };
    let mut highlights: Vec<Highlight> = Vec::with_capacity(inside().count());
    for word in inside() {
        let highlight = Highlight {
            start: word.bytes.start.max(span.bytes.start) - span.bytes.start,
            end: word.bytes.end.min(span.bytes.end) - span.bytes.start,
            start_char: word.start.max(span.start) - span.start,
            end_char: word.end.min(span.end) - span.start,
        };
        match highlights.last_mut() {
            Some(last) if highlight.start < last.end => {
                last.end = last.end.max(highlight.end);
                last.end_char = last.end_char.max(highlight.end_char);
            }
            _ => highlights.push(highlight),
        }
    }
    highlights
}
