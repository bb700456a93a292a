//! Snippets: the stretches of a body that show a query best, and what to mark in them.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's. Takes time in
//! proportion to the body's length, up to a logarithm.

mod bounds;
#[cfg(test)]
pub(super) mod laws;
#[cfg(test)]
mod table;
mod window;

use std::ops::Range;

use serde::Serialize;

use self::{
    bounds::{Room, open, stretch},
    window::{Choice, Target},
};
use super::{
    marks::{Passage, Reading, Sites, Wanted},
    page::{Page, Place, Seat, Shown},
    plan::{Plan, Scope},
};
use crate::analysis::{DisplayEdits, TermCache};

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
    pub wanted: Wanted<'p>,
}

/// A text to be shown, or to be marked as it stands.
pub(super) struct Subject<'t> {
    pub text: &'t str,
    /// How it is shown.
    pub seams: DisplayEdits<'t>,
    /// The same done, where the text was shown before.
    pub page: Option<&'t Page>,
    /// Where to look; none: everywhere.
    pub sites: Option<Sites<'t>>,
}

/// Where texts are read and marked: what was made for one serves the next.
pub(super) struct Desk {
    pub forms: TermCache,
    reading: Reading,
    page: Page,
    /// The words that were met, in order.
    words: Vec<Place>,
    fragments: Fragments,
}

/// Where fragments are chosen.
#[derive(Default)]
struct Fragments {
    /// What they should show, in order.
    targets: Vec<Target>,
    choice: Choice,
    /// Where they stand.
    places: Vec<Range<usize>>,
}

impl Desk {
    pub fn new(forms: TermCache) -> Self {
        Self {
            forms,
            reading: Reading::default(),
            page: Page::default(),
            words: Vec::new(),
            fragments: Fragments::default(),
        }
    }
}

/// A text that was looked into.
struct Looked<'d> {
    shown: &'d Shown,
    reading: &'d Reading,
    words: &'d [Place],
    fragments: &'d mut Fragments,
}

impl<'p> Marker<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        Self { wanted: Wanted::new(plan) }
    }

    /// What to mark in a title, as it stands.
    pub fn title(&self, desk: &mut Desk, title: Subject) -> Vec<Mark> {
        let Looked { shown, words, .. } = self.look(desk, title, Scope::Title);
        marks_in(words, &shown.place_of(&(0..shown.len())))
    }

    /// What to show of a body.
    pub fn body(&self, desk: &mut Desk, body: Subject, options: &SnippetOptions) -> Snippet {
        let Looked { shown, reading, words, fragments } = self.look(desk, body, Scope::Body);
        let opening = reading.finds.is_empty();
        if opening {
            fragments.open(shown, options);
        } else {
            fragments.aim(shown, reading, options.length);
            fragments.place(shown, options);
        }
        let fragments = fragments.places.iter().map(|range| {
            let place = shown.place_of(range);
            Fragment {
                text: shown.slice(&place).to_owned(),
                marks: marks_in(words, &place),
                cut_before: place.start > 0,
                cut_behind: place.end < shown.len(),
            }
        });
        Snippet { fragments: fragments.collect(), opening }
    }

    /// Looks into a text and notes the words of what is found.
    fn look<'d>(&self, desk: &'d mut Desk, subject: Subject<'d>, scope: Scope) -> Looked<'d> {
        let Desk { forms, reading, page, words, fragments } = desk;
        let page = if let Some(page) = subject.page {
            page
        } else {
            page.lay_out(subject.text, subject.seams);
            page
        };
        let passage = Passage { text: subject.text, scope, page, sites: subject.sites };
        self.wanted.find(forms, reading, passage);
        let seats = reading.finds.iter().flat_map(|find| reading.seats(find));
        words.clear();
        words.extend(seats.map(|seat| seat.place.clone()).filter(|word| word.len() > 0));
        words.sort_unstable_by_key(|word| (word.start, word.end));
        Looked { shown: &page.shown, reading, words, fragments }
    }
}

impl Fragments {
    /// The opening of a text.
    fn open(&mut self, shown: &Shown, options: &SnippetOptions) {
        self.places.clear();
        self.places.extend(open(shown, options.length).filter(|_| options.fragments > 0));
    }

    /// Notes what the fragments should show: the finds with the whole words around them. What is too long to be
    /// shown whole is shown word by word.
    fn aim(&mut self, shown: &Shown, reading: &Reading, length: usize) {
        let Self { targets, .. } = self;
        targets.clear();
        for find in &reading.finds {
            let Some(whole) = spanned(reading.seats(find)) else { continue };
            let mut aim = |place: Range<usize>| {
                let sentence = shown.sentence_start(place.start);
                targets.push(Target { start: place.start, end: place.end, sentence, clause: find.clause });
            };
            match around(&whole, length) {
                Some(place) => aim(place),
                None => reading.seats(find).filter_map(|word| around_word(shown, word, length)).for_each(aim),
            }
        }
        targets.sort_unstable();
        targets.dedup();
    }

    /// Finds the places of the fragments, in order.
    fn place(&mut self, shown: &Shown, options: &SnippetOptions) {
        let Self { targets, choice, places } = self;
        let cores = choice.of(targets, options.fragments, options.length);
        let mut left = options.length;
        places.clear();
        for (at, core) in cores.iter().enumerate() {
            let behind = places.last().map_or(0, |last| shown.next_word(last.end).min(core.start));
            let before =
                cores.get(at + 1).map_or(shown.len(), |next| next.start.saturating_sub(1).max(core.end));
            let room = Room { length: left / (cores.len() - at), within: behind..before };
            let place = stretch(shown, targets, core, &room);
            left = left.saturating_sub(place.len());
            places.push(place);
        }
        if places.len() > 1 {
            leave_out_needless(places, targets);
            join(places, options.length);
        }
    }
}

/// The seat from the first word to the end of all.
fn spanned<'r>(mut words: impl Iterator<Item = &'r Seat>) -> Option<Seat> {
    let first = words.next()?.clone();
    Some(words.fold(first, |all, word| if word.place.end < all.place.end { all } else { all.until(word) }))
}

/// A place with the rest of its words, or alone, whichever fits.
fn around(Seat { place, whole }: &Seat, length: usize) -> Option<Range<usize>> {
    if place.len() == 0 {
        return None;
    }
    [whole.clone(), place.start..place.end].into_iter().find(|place| place.len() <= length)
}

/// The same for one word, of which as much is taken as fits.
fn around_word(shown: &Shown, word: &Seat, length: usize) -> Option<Range<usize>> {
    around(word, length).or_else(|| {
        let start = word.place.start;
        let cut = start..shown.floor(start.saturating_add(length));
        (!cut.is_empty()).then_some(cut)
    })
}

/// Makes one of fragments with only a blank between them, if that blank still fits.
fn join(places: &mut Vec<Range<usize>>, length: usize) {
    let mut left = length.saturating_sub(places.iter().map(ExactSizeIterator::len).sum());
    places.dedup_by(|place, last| {
        let joined = last.end + 1 == place.start && left > 0;
        if joined {
            left -= 1;
            last.end = place.end;
        }
        joined
    });
}

/// Leaves out fragments that show nothing which the others do not.
fn leave_out_needless(places: &mut Vec<Range<usize>>, targets: &[Target]) {
    let clauses = targets.iter().map(|target| target.clause + 1).max().unwrap_or(0);
    // Place by place.
    let mut shown = vec![false; clauses * places.len()];
    for (place, shown) in places.iter().zip(shown.chunks_mut(clauses.max(1))) {
        targets.iter().filter(|target| target.is_in(place)).for_each(|target| shown[target.clause] = true);
    }
    for at in (0..places.len()).rev() {
        let own = at * clauses..(at + 1) * clauses;
        let is_elsewhere = |clause: usize| {
            let mut others = (clause..shown.len()).step_by(clauses).filter(|other| !own.contains(other));
            others.any(|other| shown[other])
        };
        let is_needless = (0..clauses).all(|clause| !shown[own.start + clause] || is_elsewhere(clause));
        if is_needless && places.len() > 1 {
            places.remove(at);
            shown.drain(own);
        }
    }
}

/// The marks of one place, counted from where it starts: of overlapping words one.
fn marks_in(words: &[Place], place: &Place) -> Vec<Mark> {
    let inside = || {
        let words = words.iter().take_while(|word| word.start < place.end);
        words.filter(|word| word.end > place.start)
    };
    let mut marks: Vec<Mark> = Vec::with_capacity(inside().count());
    for word in inside() {
        let mark = Mark {
            start: word.bytes.start.max(place.bytes.start) - place.bytes.start,
            end: word.bytes.end.min(place.bytes.end) - place.bytes.start,
            start_char: word.start.max(place.start) - place.start,
            end_char: word.end.min(place.end) - place.start,
        };
        match marks.last_mut() {
            Some(last) if mark.start < last.end => {
                last.end = last.end.max(mark.end);
                last.end_char = last.end_char.max(mark.end_char);
            }
            _ => marks.push(mark),
        }
    }
    marks
}
