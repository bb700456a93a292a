//! Places: where in a release the words of a query stand.
//!
//! Reads positions and nothing else; what they are worth is `proximity`'s, and how they are shown
//! `snippet`'s.

use std::io;

use tantivy::{
    DocId,
    postings::{Postings, SegmentPostings, TermInfo},
};

use super::{
    Searcher,
    compile::{Kind, WordPart},
    evaluate::Part,
    noted::Spots,
    phrase::Starts,
    plan::Scope,
    rank::Job,
    weights::{NEAR_FORMS, PROXIMITY_WORDS},
    word::{Terms, zone},
};
use crate::{
    error::Result,
    index::{PostingScan, Segment, Zone, seek_exact},
};

/// For nearness so few releases are looked at that lists are leapt through.
const HARDLY_ANY: usize = 0;

/// The places in one segment's releases, which must be asked for in ascending order.
pub(super) struct Places<'s> {
    /// Each with room for what it reads.
    clauses: Vec<(Reader<'s>, Vec<u32>)>,
}

impl<'s> Places<'s> {
    /// Opens the lists of content clauses alone, for nearness: without prefixes of many words, and without
    /// hints where releases have all words.
    pub fn open_near(searcher: &Searcher, segment: &'s Segment, job: &'s Job, hints: bool) -> Result<Self> {
        let content = job.clauses.iter().filter(|clause| clause.content);
        let readers = content.map(|clause| match &clause.part.kind {
            _ if is_vague(&clause.part) => Ok(Reader::Nowhere),
            Kind::Word(word) if !hints => {
                let (word, meant) = ((&*clause.part, word), &[Terms::Full][..]);
                Ok(Reader::Word(WordPlaces::open(searcher, segment, word, (meant, HARDLY_ANY))?))
            }
            _ => Reader::open(searcher, segment, &clause.part),
        });
        let clauses = readers.map(|reader| Ok((reader?, Vec::new())));
        Ok(Self { clauses: clauses.collect::<Result<_>>()? })
    }

    /// Whether releases may be asked for in any order.
    pub fn in_any_order(&self) -> bool {
        let is_noted =
            |reader: &Reader| matches!(reader, Reader::Word(WordPlaces::Noted(_)) | Reader::Nowhere);
        self.clauses.iter().all(|(reader, _)| is_noted(reader))
    }

    /// The positions of the first clauses in a release, in order, a phrase being where it begins.
    pub fn by_clause(&mut self, doc: DocId) -> [&[u32]; PROXIMITY_WORDS] {
        let mut places = [&[][..]; PROXIMITY_WORDS];
        for ((reader, room), places) in self.clauses.iter_mut().zip(&mut places) {
            *places = reader.places(doc, room);
        }
        places
    }
}

/// Whether something stands for so many forms that its places say nothing.
pub(super) fn is_vague(part: &Part) -> bool {
    matches!(&part.kind, Kind::Word(word) if word.pattern.is_some() && word.terms.len() >= NEAR_FORMS)
}

/// What reads the places of one part of a query.
enum Reader<'s> {
    Word(WordPlaces<'s>),
    Phrase(Starts<'s>),
    /// Parts of which a release has places where it has the whole.
    Several(&'s Segment, &'s Part, Vec<Reader<'s>>),
    Nowhere,
}

impl<'s> Reader<'s> {
    fn open(searcher: &Searcher, segment: &'s Segment, part: &'s Part) -> Result<Self> {
        let open = |part: &'s Part| Self::open(searcher, segment, part);
        Ok(match &part.kind {
            Kind::Word(word) => {
                let meant = &[Terms::Full, Terms::Hints][..];
                Self::Word(WordPlaces::open(searcher, segment, (part, word), (meant, HARDLY_ANY))?)
            }
            Kind::Phrase(phrase) => Self::Phrase(Starts::open(searcher, segment, phrase, HARDLY_ANY)?),
            Kind::All(parts) | Kind::Any(parts) => {
                let parts = parts.iter().map(|part| open(part)).collect::<Result<_>>()?;
                Self::Several(segment, part, parts)
            }
            Kind::Except(some, _) => Self::Several(segment, part, vec![open(some)?]),
            Kind::Near { .. } | Kind::Dated(..) => Self::Nowhere,
        })
    }

    /// The positions in a release, in order.
    fn places<'r>(&'r mut self, doc: DocId, room: &'r mut Vec<u32>) -> &'r [u32] {
        if let Self::Word(WordPlaces::Noted(spots)) = self {
            return spots.places(doc);
        }
        room.clear();
        self.positions(doc, room);
        if !matches!(self, Self::Word(_)) {
            room.sort_unstable();
        }
        room
    }

    fn positions(&mut self, doc: DocId, out: &mut Vec<u32>) {
        match self {
            Self::Word(word) => word.read(doc, out),
            Self::Phrase(starts) => out.extend_from_slice(starts.at(doc)),
            Self::Several(segment, part, parts) if part.get(segment, doc).is_some() => {
                for part in parts {
                    part.positions(doc, out);
                }
            }
            Self::Several(..) | Self::Nowhere => {}
        }
    }
}

/// The places of a word.
pub(super) enum WordPlaces<'s> {
    /// As they were read before.
    Noted(Spots<'s>),
    Read(Lists<'s>),
}

/// The lists of a word, each with whether its term is the word or hints at it.
pub(super) struct Lists<'s> {
    segment: &'s Segment,
    scope: Scope,
    opened: Vec<(List, bool)>,
}

/// A list of positions, read in one of two ways.
pub(super) enum List {
    /// From release to release, past what lies between.
    Leaping(SegmentPostings),
    /// From end to end.
    Flowing(PostingScan),
}

/// Blocks of a list hold 128 releases; where two of each are asked for, it is faster to read all.
const WORTH_FLOWING: usize = 64;

impl List {
    /// Opens a list of which about so many releases will be asked for.
    pub fn open(segment: &Segment, zone: Zone, list: &TermInfo, releases: usize) -> io::Result<Self> {
        if zone == Zone::Text && releases.saturating_mul(WORTH_FLOWING) > list.doc_freq as usize {
            return Ok(Self::Flowing(segment.open_scan(list)?));
        }
        Ok(Self::Leaping(segment.postings(zone, list)?))
    }

    /// Adds the positions in a release.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        match self {
            Self::Flowing(flow) => flow.read(doc, out),
            Self::Leaping(list) => {
                if seek_exact(list, doc) {
                    list.append_positions_with_offset(0, out);
                }
            }
        }
    }
}

impl<'s> WordPlaces<'s> {
    /// Opens the lists of the terms that are meant, for about so many releases.
    pub fn open(
        searcher: &Searcher,
        segment: &'s Segment,
        (part, word): (&'s Part, &'s WordPart),
        (meant, releases): (&[Terms], usize),
    ) -> Result<Self> {
        let hints = meant.contains(&Terms::Hints);
        match searcher.spots(segment, part)? {
            Some(spots) if !hints => Ok(Self::Noted(spots.in_full())),
            Some(spots) if spots.know_hints() => Ok(Self::Noted(spots)),
            _ => Ok(Self::Read(Lists::open(searcher, segment, word, (meant, releases))?)),
        }
    }

    /// Adds the word's positions in a release, in order, each once.
    pub fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        match self {
            Self::Noted(spots) => out.extend_from_slice(spots.places(doc)),
            Self::Read(lists) => lists.read(doc, out),
        }
    }
}

impl<'s> Lists<'s> {
    fn open(
        searcher: &Searcher,
        segment: &'s Segment,
        word: &WordPart,
        (meant, releases): (&[Terms], usize),
    ) -> Result<Self> {
        let mut opened = Vec::with_capacity(word.terms.len());
        // Full terms first: hints count only where none of them is there.
        for &terms in meant {
            let full = terms == Terms::Full;
            for located in word.terms.iter().filter(|located| located.term.full == full) {
                let zone = zone(word.scope);
                let Some(list) = located.list(segment, zone) else { continue };
                let list = List::open(segment, zone, list, releases);
                opened.push((list.map_err(|error| searcher.damaged(&error))?, full));
            }
        }
        Ok(Self { segment, scope: word.scope, opened })
    }

    fn read(&mut self, doc: DocId, out: &mut Vec<u32>) {
        let start = out.len();
        let (mut any_full, mut several) = (false, false);
        for (list, full) in &mut self.opened {
            if any_full && !*full {
                break;
            }
            let before = out.len();
            list.read(doc, out);
            if out.len() > before {
                several |= before > start;
                any_full |= *full;
            }
        }
        if self.scope == Scope::Body {
            let title = self.segment.title_words(doc);
            keep(out, start, |_, place| place >= title);
        }
        if several {
            out[start..].sort_unstable();
            keep(out, start, |before, place| before != Some(place));
        }
    }
}

/// Keeps some of the numbers from `start` on, each judged with the one kept before it.
fn keep(numbers: &mut Vec<u32>, start: usize, wanted: impl Fn(Option<u32>, u32) -> bool) {
    let mut end = start;
    for at in start..numbers.len() {
        let before = (end > start).then(|| numbers[end - 1]);
        if wanted(before, numbers[at]) {
            numbers[end] = numbers[at];
            end += 1;
        }
    }
    numbers.truncate(end);
}
