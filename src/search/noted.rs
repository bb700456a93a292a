//! Noted places: where the releases of a short list mention a word, read once and kept.
//!
//! So that nearness and marks need not open a word's lists anew for each question. What was asked for once
//! only, and long lists, stay where they are: in the index.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use tantivy::DocId;

use super::{
    Searcher,
    compile::{Kind, WordPart},
    docs::Docs,
    evaluate::Part,
    marks::Strength,
    places::List,
    plan::Scope,
};
use crate::{
    error::Result,
    index::{Segment, Zone},
};

/// Places are noted of so many releases at most. Fewer under test, so that small corpora have longer lists.
const MOST: usize = if cfg!(test) { 12 } else { 1 << 12 };

/// Nor are they where its terms have so many times as many entries in their lists: what is read to note them is
/// not kept.
const WORTH_READING: usize = 4;

/// The lists of more forms of a pattern than this cost more to read than the hits.
pub(super) const MOST_FORMS: usize = 64;

/// A position, and how surely the word there is meant.
pub(super) type Spot = (u32, Strength);

/// Where each release of a list mentions a word.
#[derive(Debug)]
struct Noted {
    /// Where the positions of each release end, by the release's place in the list: those that count, and all.
    ends: Vec<[u32; 2]>,
    /// Release by release: first those that count, then those that only hint at the word, each in order.
    positions: Vec<u32>,
    strengths: Vec<Strength>,
}

/// What is noted of a word.
#[derive(Debug, Default)]
pub(super) struct Notes {
    asked_again: AtomicBool,
    /// By segment, of the releases that have the word in full and of those that only hint at it.
    /// Nothing where there is too much to read.
    segments: OnceLock<Vec<[OnceLock<Option<Noted>>; 2]>>,
}

impl Notes {
    /// Takes down that the word was asked for before.
    pub fn ask_again(&self) {
        self.asked_again.store(true, Ordering::Relaxed);
    }

    /// How many bytes they take.
    pub fn size(&self) -> usize {
        let lists = self.segments.get().into_iter().flatten().flatten();
        lists.filter_map(OnceLock::get).flatten().map(Noted::size).sum()
    }
}

impl Noted {
    fn size(&self) -> usize {
        self.ends.capacity() * size_of::<[u32; 2]>()
            + self.positions.capacity() * size_of::<u32>()
            + self.strengths.capacity() * size_of::<Strength>()
    }

    /// Where the positions of the release at a place of the list begin, and where they end.
    fn bounds(&self, at: usize) -> (usize, [usize; 2]) {
        let ends = |at: usize| self.ends.get(at).map_or([0; 2], |ends| ends.map(|end| end as usize));
        let [_, start] = at.checked_sub(1).map_or([0; 2], ends);
        (start, ends(at))
    }

    /// Adds a release that has these spots, those that count first and so many.
    fn push(&mut self, spots: &[Spot], counting: usize) {
        let end = |end: usize| u32::try_from(end).unwrap_or(u32::MAX);
        let counting = end(self.positions.len() + counting);
        self.positions.extend(spots.iter().map(|(position, _)| position));
        self.strengths.extend(spots.iter().map(|(_, strength)| strength));
        self.ends.push([counting, end(self.positions.len())]);
    }
}

/// Where the releases of one segment mention a word.
pub(super) struct Spots<'p> {
    full: (&'p Docs, &'p Noted),
    /// None where nobody has asked yet which releases hint at the word.
    hints: Option<(&'p Docs, &'p Noted)>,
}

impl<'p> Spots<'p> {
    /// Where a release mentions the word, in order; by hints where it does nothing else.
    #[inline]
    pub fn places(&self, doc: DocId) -> &'p [u32] {
        let Some((noted, at)) = self.find(doc) else { return &[] };
        let (start, [counting, _]) = noted.bounds(at);
        noted.positions.get(start..counting).unwrap_or_default()
    }

    /// All that a release has of it, each position once.
    pub fn all(&self, doc: DocId) -> impl ExactSizeIterator<Item = Spot> + Clone {
        let spots = self.find(doc).and_then(|(noted, at)| {
            let (start, [_, end]) = noted.bounds(at);
            noted.positions.get(start..end).zip(noted.strengths.get(start..end))
        });
        let (positions, strengths) = spots.unwrap_or_default();
        positions.iter().copied().zip(strengths.iter().copied())
    }

    #[inline]
    fn find(&self, doc: DocId) -> Option<(&'p Noted, usize)> {
        let in_list = |(docs, noted): &(&'p Docs, &'p Noted)| Some((*noted, docs.at(doc)?));
        in_list(&self.full).or_else(|| in_list(self.hints.as_ref()?))
    }

    /// The same of releases that have the word in full alone.
    pub fn in_full(self) -> Self {
        Self { hints: None, ..self }
    }

    /// Whether it tells of releases that only hint at the word.
    pub fn know_hints(&self) -> bool {
        self.hints.is_some()
    }
}

impl Searcher {
    /// Where a segment's releases mention a word; none where that is not worth noting.
    pub(super) fn spots<'p>(&self, segment: &Segment, part: &'p Part) -> Result<Option<Spots<'p>>> {
        let Kind::Word(word) = &part.kind else { return Ok(None) };
        let lists = [Some(part.full(segment)), part.known_hints(segment)].map(|list| Some(&list?.docs));
        let is_short = lists.iter().flatten().all(|docs| docs.len() <= MOST);
        if !(word.notes.asked_again.load(Ordering::Relaxed) && is_short && word.is_notable()) {
            return Ok(None);
        }
        let segments = word
            .notes
            .segments
            .get_or_init(|| self.snapshot().segments.iter().map(|_| Default::default()).collect());
        let mut noted = [None, None];
        for ((docs, known), noted) in
            lists.into_iter().zip(&segments[segment.ordinal as usize]).zip(&mut noted)
        {
            let Some(docs) = docs else { continue };
            if known.get().is_none() {
                let made = self.note(segment, word, docs)?;
                let size = made.as_ref().map_or(0, Noted::size);
                if known.set(made).is_ok() {
                    self.known().grow(size);
                }
            }
            let Some(known) = known.get().and_then(Option::as_ref) else { return Ok(None) };
            *noted = Some((docs, known));
        }
        let [full, hints] = noted;
        Ok(full.map(|full| Spots { full, hints }))
    }

    /// Reads where some releases mention a word, by whatever term; nothing where its lists are too long for that.
    fn note(&self, segment: &Segment, word: &WordPart, docs: &Docs) -> Result<Option<Noted>> {
        let mut lists = Vec::with_capacity(word.terms.len());
        let mut entries = 0;
        for located in &word.terms {
            if let Some(list) = located.list(segment, Zone::Text) {
                entries += list.doc_freq as usize;
                if entries > MOST * WORTH_READING {
                    return Ok(None);
                }
                let list = List::open(segment, Zone::Text, list, docs.len());
                lists.push((list.map_err(|error| self.damaged(&error))?, Strength::of(&located.term)));
            }
        }
        let ends = Vec::with_capacity(docs.len());
        let mut noted = Noted { ends, positions: Vec::new(), strengths: Vec::new() };
        let (mut positions, mut spots) = (Vec::new(), Vec::new());
        docs.each(|doc| {
            spots.clear();
            for (list, strength) in &mut lists {
                positions.clear();
                list.read(doc, &mut positions);
                spots.extend(positions.iter().map(|&position| (position, *strength)));
            }
            // Of several at one position the surest first.
            spots.sort_unstable_by(|(here, one), (there, other)| here.cmp(there).then(other.cmp(one)));
            spots.dedup_by_key(|(position, _)| *position);
            // Where all are hints, they count.
            let counts = |spot: &Spot| spot.1 > Strength::Hint;
            spots.sort_by_key(|spot| !counts(spot));
            let counting = spots.partition_point(counts);
            noted.push(&spots, if counting > 0 { counting } else { spots.len() });
        });
        noted.positions.shrink_to_fit();
        noted.strengths.shrink_to_fit();
        Ok(Some(noted))
    }
}

impl WordPart {
    /// Whether its terms alone say what mentions it, wherever that stands, and are not too many.
    fn is_notable(&self) -> bool {
        self.scope == Scope::Anywhere && !self.has_otherwise && self.terms.len() <= MOST_FORMS
    }
}
