//! Cursors: walking the releases of one segment that match, in order, and scoring where they stand.
//!
//! A cursor stands on a release or at the end. Scores are BM25F (Robertson & Zaragoza 2009, § 3.6):
//! mentions in title and body, each weighed by its field and its field's length, are added up before
//! they saturate.

use tantivy::{DocId, TERMINATED};

use super::{
    Searcher,
    compile::Part,
    explain::Mention,
    phrase::{NearCursor, PhraseCursor},
    word::WordCursor,
};
use crate::{error::Result, index::Segment};

/// What a cursor makes of the release that it stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub score: f32,
    /// Whether the release has what was looked for, and not only a hint of it.
    pub full: bool,
}

/// Which releases a word's cursor stops at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stops {
    /// Those that have the word, in full.
    Full,
    /// Those that hint at it too.
    Hints,
}

/// What a segment's cursors are opened for.
#[derive(Clone, Copy)]
pub(super) struct Reading<'s> {
    pub searcher: &'s Searcher,
    pub segment: &'s Segment,
    pub stops: Stops,
    /// Whether positions will be asked for; lists without them are cheaper to open.
    pub places: bool,
}

pub(super) enum Cursor<'s> {
    Word(Box<WordCursor<'s>>),
    Phrase(Box<PhraseCursor<'s>>),
    Near(Box<NearCursor<'s>>),
    All(Vec<Cursor<'s>>, DocId),
    Any(Vec<Cursor<'s>>),
    Except(Box<Cursor<'s>>, Box<Cursor<'s>>),
    Dated { segment: &'s Segment, from: i64, to: i64, doc: DocId },
}

impl<'s> Cursor<'s> {
    pub fn open(reading: Reading<'s>, part: &'s Part) -> Result<Self> {
        let open_all = |parts: &'s [Part]| -> Result<Vec<Self>> {
            parts.iter().map(|part| Self::open(reading, part)).collect()
        };
        Ok(match part {
            Part::Word(word) => Self::Word(Box::new(WordCursor::open(reading, word)?)),
            Part::Phrase(phrase) => Self::Phrase(Box::new(PhraseCursor::open(reading, phrase)?)),
            Part::Near { left, right, within, weight } => {
                Self::Near(Box::new(NearCursor::open(reading, (left, right), *within, *weight)?))
            }
            Part::All(parts) => {
                let mut cursors = open_all(parts)?;
                let doc = align(&mut cursors, 0);
                Self::All(cursors, doc)
            }
            Part::Any(parts) => Self::Any(open_all(parts)?),
            Part::Except(part, not) => {
                let mut cursor = Self::open(reading, part)?;
                let mut not = Self::open(Reading { stops: Stops::Full, ..reading }, not)?;
                let start = cursor.doc();
                skip_excluded(&mut cursor, &mut not, start);
                Self::Except(Box::new(cursor), Box::new(not))
            }
            Part::Dated(from, to) => {
                let mut cursor = Self::Dated { segment: reading.segment, from: *from, to: *to, doc: 0 };
                cursor.seek(0);
                cursor
            }
        })
    }

    /// The release that it stands on; `TERMINATED` at the end.
    pub fn doc(&self) -> DocId {
        match self {
            Self::Word(word) => word.doc(),
            Self::Phrase(phrase) => phrase.doc(),
            Self::Near(near) => near.doc(),
            Self::All(_, doc) | Self::Dated { doc, .. } => *doc,
            Self::Any(cursors) => cursors.iter().map(Self::doc).min().unwrap_or(TERMINATED),
            Self::Except(cursor, _) => cursor.doc(),
        }
    }

    /// Moves to the first release from `target` on; stays where it already is there or past it.
    pub fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Word(word) => word.seek(target),
            Self::Phrase(phrase) => phrase.seek(target),
            Self::Near(near) => near.seek(target),
            Self::All(cursors, doc) => {
                if *doc < target {
                    *doc = align(cursors, target);
                }
                *doc
            }
            Self::Any(cursors) => {
                cursors.iter_mut().map(|cursor| cursor.seek(target)).min().unwrap_or(TERMINATED)
            }
            Self::Except(cursor, not) => skip_excluded(cursor, not, target),
            Self::Dated { segment, from, to, doc } => {
                let wanted = |&doc: &DocId| segment.day(doc).is_some_and(|day| (*from..=*to).contains(&day));
                *doc = ((*doc).max(target)..segment.reader.max_doc()).find(wanted).unwrap_or(TERMINATED);
                *doc
            }
        }
    }

    /// What the release that it stands on is worth.
    pub fn found(&mut self) -> Found {
        match self {
            Self::Word(word) => word.found(),
            Self::Phrase(phrase) => phrase.found(),
            Self::Near(near) => near.found(),
            Self::All(cursors, _) => {
                let start = Found { score: 0.0, full: true };
                cursors.iter_mut().map(Self::found).fold(start, |sum, found| Found {
                    score: sum.score + found.score,
                    full: sum.full && found.full,
                })
            }
            Self::Any(cursors) => {
                let doc = cursors.iter().map(Self::doc).min().unwrap_or(TERMINATED);
                let here = cursors.iter_mut().filter(|cursor| cursor.doc() == doc).map(Self::found);
                here.fold(Found::default(), |best, found| Found {
                    score: best.score.max(found.score),
                    full: best.full || found.full,
                })
            }
            Self::Except(cursor, _) => cursor.found(),
            Self::Dated { .. } => Found { score: 0.0, full: true },
        }
    }

    /// No release is worth more than this.
    pub fn bound(&self) -> f32 {
        match self {
            Self::Word(word) => word.bound(),
            Self::Phrase(phrase) => phrase.bound(),
            Self::Near(near) => near.bound(),
            Self::All(cursors, _) => cursors.iter().map(Self::bound).sum(),
            Self::Any(cursors) => cursors.iter().map(Self::bound).fold(0.0, f32::max),
            Self::Except(cursor, _) => cursor.bound(),
            Self::Dated { .. } => 0.0,
        }
    }

    /// Adds what each term contributes in the release that it stands on.
    pub fn mentions(&mut self, out: &mut Vec<Mention>) {
        match self {
            Self::Word(word) => word.mentions(out),
            Self::Phrase(phrase) => out.push(phrase.mention()),
            Self::Near(near) => near.mentions(out),
            Self::All(cursors, _) => cursors.iter_mut().for_each(|cursor| cursor.mentions(out)),
            Self::Any(cursors) => {
                let doc = cursors.iter().map(Self::doc).min().unwrap_or(TERMINATED);
                let here = cursors.iter_mut().filter(|cursor| cursor.doc() == doc);
                here.for_each(|cursor| cursor.mentions(out));
            }
            Self::Except(cursor, _) => cursor.mentions(out),
            Self::Dated { .. } => {}
        }
    }

    /// How rare what it looks for is: the sum over a phrase's words, the rarest of alternatives.
    pub fn rarity(&self) -> f32 {
        match self {
            Self::Word(word) => word.rarity(),
            Self::Phrase(phrase) => phrase.rarity(),
            Self::Near(near) => near.rarity(),
            Self::All(cursors, _) => cursors.iter().map(Self::rarity).sum(),
            Self::Any(cursors) => cursors.iter().map(Self::rarity).fold(0.0, f32::max),
            Self::Except(cursor, _) => cursor.rarity(),
            Self::Dated { .. } => 0.0,
        }
    }

    /// Adds the positions of all words that were found in the release that it stands on.
    pub fn places(&mut self, out: &mut Vec<u32>) {
        match self {
            Self::Word(word) => word.positions(out),
            Self::Phrase(phrase) => phrase.places(out),
            Self::Near(near) => near.places(out),
            Self::Dated { .. } => {}
            Self::All(cursors, _) => cursors.iter_mut().for_each(|cursor| cursor.places(out)),
            Self::Any(cursors) => {
                let doc = cursors.iter().map(Self::doc).min().unwrap_or(TERMINATED);
                let here = cursors.iter_mut().filter(|cursor| cursor.doc() == doc);
                here.for_each(|cursor| cursor.places(out));
            }
            Self::Except(cursor, _) => cursor.places(out),
        }
    }

    /// Adds the positions of what was found in the release that it stands on.
    pub fn positions(&mut self, out: &mut Vec<u32>) {
        match self {
            Self::Word(word) => word.positions(out),
            Self::Phrase(phrase) => out.extend_from_slice(phrase.starts()),
            Self::Near(_) | Self::Dated { .. } => {}
            Self::All(cursors, _) => cursors.iter_mut().for_each(|cursor| cursor.positions(out)),
            Self::Any(cursors) => {
                let doc = cursors.iter().map(Self::doc).min().unwrap_or(TERMINATED);
                let here = cursors.iter_mut().filter(|cursor| cursor.doc() == doc);
                here.for_each(|cursor| cursor.positions(out));
            }
            Self::Except(cursor, _) => cursor.positions(out),
        }
    }
}

/// Moves all cursors to the first release from `target` on that all of them have.
pub(super) fn align(cursors: &mut [Cursor<'_>], mut target: DocId) -> DocId {
    if cursors.is_empty() {
        return TERMINATED;
    }
    loop {
        let start = target;
        for cursor in cursors.iter_mut() {
            target = cursor.seek(target);
            if target == TERMINATED {
                return TERMINATED;
            }
        }
        if cursors.iter().all(|cursor| cursor.doc() == target) {
            return target;
        }
        debug_assert!(target >= start, "cursors only move forward");
    }
}

fn skip_excluded(cursor: &mut Cursor<'_>, not: &mut Cursor<'_>, target: DocId) -> DocId {
    let mut doc = cursor.seek(target);
    while doc != TERMINATED && not.seek(doc) == doc {
        doc = cursor.seek(doc + 1);
    }
    doc
}
