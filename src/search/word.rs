//! A word's releases: all its terms as one, in title and body, and how often each mentions it.
//!
//! Reads lists of releases and nothing else of the engine. Mentions by several candidates of one word
//! are the same mentions, so the candidate with the most of them counts, not their sum.

mod union;

use std::io;

use tantivy::DocId;

use self::union::union;
use super::{
    Searcher,
    compile::{Located, WordPart},
    docs::{Docs, Finger},
    mentions::{Counts, Making, Mention, Mentions, weighed},
    plan::Scope,
    scored::Scored,
};
use crate::{
    error::Result,
    index::{Segment, Zone},
};

/// How often a release mentions a word, each mention weighed by its term.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mentioned {
    doc: DocId,
    title: f32,
    body: f32,
    /// In how many places at most.
    places: u32,
}

/// Which terms of a word are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    /// Those that are the word.
    Full,
    /// Those that hint at it.
    Hints,
}

impl Searcher {
    /// The living releases of a segment that mention a word by the terms that are meant, and that are not
    /// among others.
    pub(super) fn mentions(
        &self,
        segment: &Segment,
        (word, scope): (&WordPart, Scope),
        meant: Terms,
        but: Option<&Docs>,
    ) -> Result<(Docs, Mentions)> {
        let terms = word.terms.iter().filter(|located| located.term.full == (meant == Terms::Full));
        let terms: Vec<&Located> =
            terms.filter(|located| located.list(segment, zone(scope)).is_some()).collect();
        let found = match (&terms[..], scope) {
            ([term], Scope::Anywhere) => by_block(segment, term, but),
            _ => by_release(segment, (scope, &terms), word.pattern.is_some(), but),
        };
        found.map_err(|error| self.damaged(&error))
    }

    /// The releases that only hint at a word.
    pub(super) fn word_hints(&self, segment: &Segment, word: &WordPart, full: &Scored) -> Result<Scored> {
        let (docs, mentions) = self.mentions(segment, (word, word.scope), Terms::Hints, Some(&full.docs))?;
        Ok(Scored::of_word(docs, mentions, self.saturation(segment), [word.idf, word.weight]))
    }
}

/// The list that says which releases have a word within a scope.
pub(super) fn zone(scope: Scope) -> Zone {
    match scope {
        Scope::Anywhere | Scope::Body => Zone::Text,
        Scope::Title => Zone::Title,
        Scope::Source => Zone::Source,
    }
}

/// What most words are, one term looked for anywhere, in blocks: mentions in titles are few, and made good
/// for behind.
fn by_block(segment: &Segment, located: &Located, but: Option<&Docs>) -> io::Result<(Docs, Mentions)> {
    let Some(list) = located.list(segment, Zone::Text) else { return Ok(<_>::default()) };
    let releases = list.doc_freq as usize;
    let all = but.is_none() && !segment.reader.has_deletes();
    let mut counts = Counts::with_capacity(releases);
    let mut docs = Docs::with_capacity(releases, segment.reader.max_doc());
    let (mut but, mut wanted) = (but.map(Finger::new), (Vec::new(), Vec::new()));
    segment.for_each_block(Zone::Text, list, |of_block, often| {
        if all {
            docs.extend(of_block);
            counts.extend(often);
            return;
        }
        wanted.0.clear();
        wanted.1.clear();
        for (&doc, &count) in of_block.iter().zip(often) {
            if !segment.reader.is_deleted(doc) && but.as_mut().is_none_or(|but| !but.has(doc)) {
                wanted.0.push(doc);
                wanted.1.push(count);
            }
        }
        docs.extend(&wanted.0);
        counts.extend(&wanted.1);
    })?;
    docs.finish();
    let titles = titles(segment, located)?;
    let mut finger = Finger::new(&docs);
    let titles = titles.into_iter().filter_map(|(doc, often)| Some((finger.find(doc)?, often)));
    let mentions = counts.mentions(located.term.weight, titles);
    Ok((docs, mentions))
}

/// What other words are: several terms, or one within a scope.
fn by_release(
    segment: &Segment,
    (scope, terms): (Scope, &[&Located]),
    adds_up: bool,
    but: Option<&Docs>,
) -> io::Result<(Docs, Mentions)> {
    let mut but = but.map(Finger::new);
    let mut docs = Vec::new();
    let mut making = Making::with_capacity(0);
    let mut take = |mentioned: Mentioned| {
        let is_wanted = !segment.reader.is_deleted(mentioned.doc)
            && but.as_mut().is_none_or(|but| !but.has(mentioned.doc));
        if is_wanted {
            let Mentioned { doc, title, body, places } = mentioned;
            docs.push(doc);
            making.push(Mention { title, body, places: at_least(places) });
        }
    };
    match terms {
        [term] => read(segment, scope, term, take)?,
        _ => union(segment, (scope, terms), adds_up, &mut take)?,
    }
    Ok((Docs::of(docs, segment.reader.max_doc()), making.done()))
}

/// A number of places that is not less: few different ones, where there are many.
fn at_least(places: u32) -> u8 {
    let places = if places > 4 { places.checked_next_power_of_two().unwrap_or(u32::MAX) } else { places };
    u8::try_from(places).unwrap_or(u8::MAX)
}

/// The releases that have a term in the title, and how often.
fn titles(segment: &Segment, located: &Located) -> io::Result<Vec<(DocId, u32)>> {
    let mut titles = Vec::new();
    if let Some(list) = located.list(segment, Zone::Title) {
        titles.reserve(list.doc_freq as usize);
        segment.for_each_block(Zone::Title, list, |docs, counts| {
            titles.extend(docs.iter().copied().zip(counts.iter().copied()));
        })?;
    }
    Ok(titles)
}

/// Visits a term's releases within a scope, in order.
fn read(
    segment: &Segment,
    scope: Scope,
    located: &Located,
    mut visit: impl FnMut(Mentioned),
) -> io::Result<()> {
    let Some(list) = located.list(segment, zone(scope)) else { return Ok(()) };
    let titles = if zone(scope) == Zone::Text { titles(segment, located)? } else { Vec::new() };
    let mut titles = &titles[..];
    let weight = located.term.weight;
    segment.for_each_block(zone(scope), list, |docs, counts| {
        for (&doc, &count) in docs.iter().zip(counts) {
            let in_title = match (scope, titles.split_first()) {
                (Scope::Title, _) => count,
                (_, Some((&(titled, often), rest))) if titled == doc => {
                    titles = rest;
                    often
                }
                _ => 0,
            };
            let in_body = count - in_title.min(count);
            let mut mentioned = Mentioned {
                doc,
                title: weighed(in_title, weight),
                body: weighed(in_body, weight),
                places: count,
            };
            if scope == Scope::Body {
                if in_body == 0 {
                    continue;
                }
                mentioned.title = 0.0;
            }
            visit(mentioned);
        }
    })
}
