//! Snippets: the stretches of a body that show a query best, and what to mark in them.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's. Takes time in
//! proportion to the body's length, up to a logarithm.

mod bounds;
#[cfg(test)]
pub(super) mod laws;
mod plain;
mod shown;
#[cfg(test)]
mod table;
mod window;

use std::{collections::HashSet, ops::Range};

use serde::Serialize;

use self::{
    bounds::{Room, open, stretch},
    shown::Shown,
    window::{Target, choose},
};
use super::{
    marks::{Find, Passage, Wanted},
    plan::Plan,
};
use crate::analysis::Forms;

/// What a hit shows of its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// Stretches of the body, in order. None where the body is empty.
    pub fragments: Vec<Fragment>,
    /// Whether nothing of the query stands in the body: the fragment is its opening.
    pub opening: bool,
}

/// A stretch of a body: white space collapsed, without invisible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragment {
    /// What the body says there.
    pub text: String,
    /// The words that match, as they stand in the text: in order, none over another.
    pub marks: Vec<Mark>,
    /// Whether the body has text before this, in the same sentence or in an earlier one.
    pub cut_before: bool,
    /// Whether the body has text behind this.
    pub cut_behind: bool,
}

/// A stretch of a text to be marked; never parts a letter from its stress mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Where it starts, in bytes of the text.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// Where it starts, in characters (Unicode scalar values).
    pub start_char: usize,
    /// Where it ends, in characters.
    pub end_char: usize,
}

/// How much of a body to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetOptions {
    /// How many fragments at most; there is a second one only where it shows more of the query.
    pub fragments: usize,
    /// How many characters all fragments may have together.
    pub length: usize,
}

impl Default for SnippetOptions {
    fn default() -> Self {
        Self { fragments: 3, length: 300 }
    }
}

/// Marks a query in texts. Made once for a search.
pub(super) struct Marker<'p> {
    wanted: Wanted<'p>,
}

impl<'p> Marker<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        Self { wanted: Wanted::new(plan) }
    }

    /// What to mark in a title, as it stands.
    pub fn title(&self, forms: &mut Forms, title: Passage) -> Vec<Mark> {
        let shown = Shown::verbatim(title.text);
        let finds = self.wanted.find(forms, title);
        marks_in(&shown, &marked(&shown, &finds), &(0..shown.len()))
    }

    /// What to show of a body.
    pub fn body(&self, forms: &mut Forms, body: Passage, options: &SnippetOptions) -> Snippet {
        let shown = Shown::tidy(body.text);
        let finds = self.wanted.find(forms, body);
        let targets = targets(&shown, &finds, options.length);
        let places = if finds.is_empty() && options.fragments > 0 {
            open(&shown, options.length).into_iter().collect()
        } else {
            places(&shown, &targets, options)
        };
        let marked = marked(&shown, &finds);
        let fragments = places.iter().map(|place| Fragment {
            text: shown.slice(place).to_owned(),
            marks: marks_in(&shown, &marked, place),
            cut_before: place.start > 0,
            cut_behind: place.end < shown.len(),
        });
        Snippet { fragments: fragments.collect(), opening: finds.is_empty() }
    }
}

/// What the fragments should show: the finds in characters with the whole words around them. What is
/// too long to be shown whole is shown word by word.
fn targets(shown: &Shown, finds: &[Find], length: usize) -> Vec<Target> {
    let mut targets = Vec::new();
    for Find { clause, words, .. } in finds {
        let words = words.as_slice();
        let (Some(first), Some(last)) = (words.first(), words.iter().map(|word| word.end).max()) else {
            continue;
        };
        let whole = shown.place(&(first.start..last));
        let parts = match around(shown, &whole, length) {
            Some(place) => vec![place],
            None => words.iter().filter_map(|word| around_word(shown, &shown.place(word), length)).collect(),
        };
        targets.extend(parts.into_iter().map(|place| Target {
            start: place.start,
            end: place.end,
            clause: *clause,
        }));
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// A place with the rest of its words, or alone, whichever fits.
fn around(shown: &Shown, place: &Range<usize>, length: usize) -> Option<Range<usize>> {
    let last = place.end.checked_sub(1).filter(|_| !place.is_empty())?;
    let wide = shown.word_start(place.start)..shown.word_end(last);
    [wide, place.clone()].into_iter().find(|place| place.len() <= length)
}

/// The same for one word, of which as much is taken as fits.
fn around_word(shown: &Shown, word: &Range<usize>, length: usize) -> Option<Range<usize>> {
    around(shown, word, length).or_else(|| {
        let cut = word.start..shown.floor(word.start + length);
        (!cut.is_empty()).then_some(cut)
    })
}

/// The places of the fragments, in order.
fn places(shown: &Shown, targets: &[Target], options: &SnippetOptions) -> Vec<Range<usize>> {
    // It is asked for again and again.
    let sentences: Vec<usize> = targets.iter().map(|target| shown.sentence_start(target.start)).collect();
    let sentence_start = |at: usize| sentences[targets.partition_point(|target| target.start < at)];
    let cores = choose(targets, options.fragments, options.length, sentence_start);
    let mut left = options.length;
    let mut places: Vec<Range<usize>> = Vec::new();
    for (at, core) in cores.iter().enumerate() {
        let behind = places.last().map_or(0, |last| shown.next_word(last.end).min(core.start));
        let before = cores.get(at + 1).map_or(shown.len(), |next| next.start.saturating_sub(1).max(core.end));
        let room = Room { length: left / (cores.len() - at), within: behind..before };
        let place = stretch(shown, targets, core, &room);
        left = left.saturating_sub(place.len());
        places.push(place);
    }
    joined(without_needless(places, targets), options.length)
}

/// Fragments with only a blank between them as one, if that blank still fits.
fn joined(places: Vec<Range<usize>>, length: usize) -> Vec<Range<usize>> {
    let mut left = length.saturating_sub(places.iter().map(ExactSizeIterator::len).sum());
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if last.end + 1 == place.start && left > 0 => {
                left -= 1;
                last.end = place.end;
            }
            _ => joined.push(place),
        }
    }
    joined
}

/// Leaves out fragments that show nothing which the others do not.
fn without_needless(mut places: Vec<Range<usize>>, targets: &[Target]) -> Vec<Range<usize>> {
    if places.len() < 2 {
        return places;
    }
    let clauses = |place: &Range<usize>| -> HashSet<usize> {
        targets.iter().filter(|target| target.is_in(place)).map(|target| target.clause).collect()
    };
    let mut shown: Vec<HashSet<usize>> = places.iter().map(clauses).collect();
    let mut at = places.len();
    while places.len() > 1 && at > 0 {
        at -= 1;
        let mut others =
            shown.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, clauses)| clauses);
        let is_needless = shown
            .get(at)
            .is_some_and(|own| own.iter().all(|clause| others.clone().any(|other| other.contains(clause))));
        if is_needless && others.next().is_some() {
            places.remove(at);
            shown.remove(at);
        }
    }
    places
}

/// Every word that was met, in characters, in order; overlapping ones as one.
fn marked(shown: &Shown, finds: &[Find]) -> Vec<Range<usize>> {
    let words = finds.iter().flat_map(|find| find.words.as_slice());
    let mut places: Vec<Range<usize>> =
        words.map(|word| shown.place(word)).filter(|place| !place.is_empty()).collect();
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut marked: Vec<Range<usize>> = Vec::new();
    for place in places {
        match marked.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => marked.push(place),
        }
    }
    marked
}

/// The marks of one place, counted from where it starts.
fn marks_in(shown: &Shown, marked: &[Range<usize>], place: &Range<usize>) -> Vec<Mark> {
    let first = marked.partition_point(|mark| mark.end <= place.start);
    let inside = marked.iter().skip(first).take_while(|mark| mark.start < place.end);
    let from = shown.byte(place.start);
    let marks = inside.map(|mark| {
        let (start, end) = (mark.start.max(place.start), mark.end.min(place.end));
        Mark {
            start: shown.byte(start) - from,
            end: shown.byte(end) - from,
            start_char: start - place.start,
            end_char: end - place.start,
        }
    });
    marks.collect()
}
