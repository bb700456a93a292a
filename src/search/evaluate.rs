//! Evaluating a part of a query: the releases of each segment that have it, and what it is worth there.
//!
//! Scores are BM25F (Robertson & Zaragoza 2009, § 3.6): mentions in title and body, each weighed by its
//! field and its field's length, are added up before they saturate. Does not rank.

use std::sync::OnceLock;

use tantivy::DocId;

use super::{
    Searcher,
    compile::{Kind, Located, PhrasePart, WordPart},
    docs::{Docs, count_in_all, each_in_all},
    known::Keepable,
    phrase::{NearStarts, Starts},
    scored::{Finger, MANY, Making, Scored},
    word::{Terms, zone},
};
use crate::{
    error::{Error, Result},
    index::Segment,
};

/// A part of a query, bound to a snapshot and evaluated.
#[derive(Debug)]
pub(super) struct Part {
    pub kind: Kind,
    /// The releases of each segment that have it in full.
    full: Vec<Scored>,
    /// Those that only hint at it; found when they are first asked for.
    hints: OnceLock<Vec<Scored>>,
    /// No release is worth more than this, however often it mentions it.
    pub bound: f32,
}

impl Part {
    /// A part whose releases are known; `most` is what the mentions of one word are worth at most.
    pub fn new(kind: Kind, full: Vec<Scored>, most: f32) -> Self {
        let bound = match &kind {
            Kind::Word(word) => most * word.idf * word.weight,
            Kind::Phrase(phrase) => most * phrase.idf * phrase.weight,
            Kind::Near { left, right, weight, .. } => (left.bound + right.bound) * weight,
            Kind::All(parts) => parts.iter().map(|part| part.bound).sum(),
            Kind::Any(parts) => parts.iter().map(|part| part.bound).fold(0.0, f32::max),
            Kind::Except(part, _) => part.bound,
            Kind::Dated(..) => 0.0,
        };
        Self { kind, full, hints: OnceLock::new(), bound }
    }

    /// The releases of a segment that have it in full.
    pub fn full(&self, segment: &Segment) -> &Scored {
        &self.full[segment.ordinal as usize]
    }

    /// Those that only hint at it, where anyone has asked for them.
    pub fn known_hints(&self, segment: &Segment) -> Option<&Scored> {
        self.hints.get()?.get(segment.ordinal as usize)
    }

    /// Takes down that it was asked for before.
    pub fn ask_again(&self) {
        match &self.kind {
            Kind::Word(word) => word.notes.ask_again(),
            Kind::Phrase(phrase) => phrase.slots.iter().for_each(|(_, word)| word.ask_again()),
            Kind::Near { left, right, .. } => [left, right].into_iter().for_each(|part| part.ask_again()),
            Kind::All(parts) | Kind::Any(parts) => parts.iter().for_each(|part| part.ask_again()),
            Kind::Except(part, _) => part.ask_again(),
            Kind::Dated(..) => {}
        }
    }

    /// What a release has of it, as far as anyone has asked for that.
    pub fn get(&self, segment: &Segment, doc: DocId) -> Option<(f32, u8)> {
        let hints = || self.known_hints(segment)?.get(doc);
        self.full(segment).get(doc).or_else(hints)
    }

    /// In how many places a release has it at most, as far as anyone has asked which releases hint at it.
    pub fn places(&self, segment: &Segment, doc: DocId) -> u8 {
        let places = |list: &Scored| Some(list.places(list.docs.at(doc)?));
        places(self.full(segment)).or_else(|| places(self.known_hints(segment)?)).unwrap_or(0)
    }

    /// How rare it is: the sum over a phrase's words, the rarest of alternatives.
    pub fn rarity(&self) -> f32 {
        match &self.kind {
            Kind::Word(word) => word.idf,
            Kind::Phrase(phrase) => phrase.idf,
            Kind::Near { left, right, .. } => left.rarity() + right.rarity(),
            Kind::All(parts) => parts.iter().map(|part| part.rarity()).sum(),
            Kind::Any(parts) => parts.iter().map(|part| part.rarity()).fold(0.0, f32::max),
            Kind::Except(part, _) => part.rarity(),
            Kind::Dated(..) => 0.0,
        }
    }

    /// How many releases have it in full.
    pub fn releases(&self) -> usize {
        self.full.iter().map(Scored::len).sum()
    }
}

impl Keepable for Part {
    /// What its lists take, and what is noted of them.
    fn bytes(&self) -> usize {
        let lists = self.full.iter().chain(self.hints.get().into_iter().flatten());
        let notes = if let Kind::Word(word) = &self.kind { word.notes.size() } else { 0 };
        lists.map(Scored::size).sum::<usize>() + notes
    }
}

impl Kind {
    /// How many entries of lists are read to evaluate it, about: positions take ten times as long as others.
    fn work(&self) -> usize {
        match self {
            Self::Phrase(phrase) => {
                let rarest = phrase.slots.iter().map(|(_, word)| word.releases()).min();
                10 * rarest.unwrap_or_default() * phrase.slots.len()
            }
            Self::Near { left, right, .. } => 20 * left.releases().min(right.releases()),
            Self::Word(_) | Self::All(_) | Self::Any(_) | Self::Except(..) | Self::Dated(..) => 0,
        }
    }
}

impl Searcher {
    /// How many entries the lists of a word have that are meant.
    pub(super) fn entries(&self, word: &WordPart, meant: Terms) -> usize {
        let terms = word.terms.iter().filter(|located| located.term.full == (meant == Terms::Full));
        let lists = |located: &Located| -> usize {
            let segments = self.snapshot().segments.iter();
            segments
                .filter_map(|segment| located.list(segment, zone(word.scope)))
                .map(|list| list.doc_freq as usize)
                .sum()
        };
        terms.map(lists).sum()
    }

    /// A part made of others.
    pub(super) fn evaluated(&self, kind: Kind) -> Result<Part> {
        let full = self.each_segment(kind.work(), |segment| self.in_full(segment, &kind))?;
        Ok(Part::new(kind, full, self.most()))
    }

    /// The releases of each segment that only hint at a part: where they have a stem of its words.
    pub(super) fn hints<'p>(&self, part: &'p Part) -> Result<&'p [Scored]> {
        if part.hints.get().is_none() {
            let work = if let Kind::Word(word) = &part.kind { self.entries(word, Terms::Hints) } else { 0 };
            let all: Vec<Scored> = self.each_segment(work, |segment| self.hinting(segment, part))?;
            let size = all.iter().map(Scored::size).sum();
            if part.hints.set(all).is_ok() {
                self.known().grow(size);
            }
        }
        Ok(part.hints.get().map_or(&[], Vec::as_slice))
    }

    fn in_full(&self, segment: &Segment, kind: &Kind) -> Result<Scored> {
        let all = segment.reader.max_doc();
        Ok(match kind {
            Kind::Word(_) => Scored::default(),
            Kind::Phrase(phrase) => self.with_phrase(segment, phrase)?,
            Kind::Near { left, right, within, weight } => {
                let lists = [left.full(segment), right.full(segment)];
                let docs = lists.map(|list| &list.docs);
                let releases = count_in_all(&docs);
                let mut starts = NearStarts::open(self, segment, (left, right), (*within, releases))?;
                let [left, right] = lists;
                let mut near = Making::new();
                each_in_all(&docs, |met| {
                    if starts.are_near(met.doc) {
                        let score = left.score(met.doc, met.at(0)) + right.score(met.doc, met.at(1));
                        near.push(met.doc, score * weight, MANY);
                    }
                });
                near.done(all)
            }
            Kind::All(parts) => sum(&parts.iter().map(|part| part.full(segment)).collect::<Vec<_>>(), all),
            Kind::Any(parts) => best(parts.iter().map(|part| part.full(segment)), all),
            Kind::Except(part, not) => without(part.full(segment), not.full(segment), all),
            Kind::Dated(from, to) => {
                let mut dated = Making::new();
                for doc in segment.alive_docs() {
                    if segment.day(doc).is_some_and(|day| (*from..=*to).contains(&day)) {
                        dated.push(doc, 0.0, 0);
                    }
                }
                dated.done(all)
            }
        })
    }

    fn hinting(&self, segment: &Segment, part: &Part) -> Result<Scored> {
        let all = segment.reader.max_doc();
        let hints = |part| Ok::<_, Error>(&self.hints(part)?[segment.ordinal as usize]);
        Ok(match &part.kind {
            Kind::Word(word) => self.word_hints(segment, word, part.full(segment))?,
            Kind::Phrase(_) | Kind::Near { .. } | Kind::Dated(..) => Scored::default(),
            Kind::All(parts) => {
                let mut either = Vec::with_capacity(parts.len());
                for part in parts {
                    either.push(best([part.full(segment), hints(part)?].into_iter(), all));
                }
                without(&sum(&either.iter().collect::<Vec<_>>(), all), part.full(segment), all)
            }
            Kind::Any(parts) => {
                let of_parts = parts.iter().map(|part| hints(part)).collect::<Result<Vec<_>>>()?;
                without(&best(of_parts.into_iter(), all), part.full(segment), all)
            }
            Kind::Except(part, not) => without(hints(part)?, not.full(segment), all),
        })
    }

    /// The releases that have a phrase. They are looked into only where they have all its words.
    fn with_phrase(&self, segment: &Segment, phrase: &PhrasePart) -> Result<Scored> {
        let words: Vec<&Docs> = phrase.slots.iter().map(|(_, word)| &word.full(segment).docs).collect();
        let mut starts = Starts::open(self, segment, phrase, count_in_all(&words))?;
        let mut found = Making::new();
        each_in_all(&words, |met| {
            if let Some(score) = starts.worth(met.doc) {
                found.push(met.doc, score, u8::try_from(starts.count()).unwrap_or(MANY));
            }
        });
        Ok(found.done(segment.reader.max_doc()))
    }
}

/// The releases that all lists have, worth the sum.
fn sum(lists: &[&Scored], all: DocId) -> Scored {
    let mut sum = Making::new();
    let docs: Vec<&Docs> = lists.iter().map(|list| &list.docs).collect();
    each_in_all(&docs, |met| {
        let scores = lists.iter().enumerate().map(|(set, list)| list.score(met.doc, met.at(set)));
        sum.push(met.doc, scores.fold(0.0, |sum, score| sum + score), MANY);
    });
    sum.done(all)
}

/// The releases that any list has, worth the most of it.
fn best<'s>(lists: impl Iterator<Item = &'s Scored>, all: DocId) -> Scored {
    let mut scores: Vec<(DocId, f32)> = Vec::new();
    for list in lists {
        list.each(|at, doc| scores.push((doc, list.score(doc, at))));
    }
    // Lists are in order, each for itself: sorting that keeps the order of equals finds long runs.
    scores.sort_by_key(|(doc, _)| *doc);
    let mut best = Making::new();
    for of_doc in scores.chunk_by(|(one, _), (other, _)| one == other) {
        let score = of_doc.iter().fold(0.0_f32, |most, (_, score)| most.max(*score));
        of_doc.iter().take(1).for_each(|(doc, _)| best.push(*doc, score, MANY));
    }
    best.done(all)
}

/// The releases of one list that another has not.
fn without(list: &Scored, not: &Scored, all: DocId) -> Scored {
    let mut not = Finger::new(not);
    let mut left = Making::new();
    list.each(|at, doc| {
        if !not.has(doc) {
            left.push(doc, list.score(doc, at), list.places(at));
        }
    });
    left.done(all)
}
