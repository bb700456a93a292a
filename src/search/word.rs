//! A word's releases: all its terms as one, in title and body, and what they are worth there.
//!
//! Reads lists of releases and nothing else of the engine. Mentions by several candidates of one word
//! are the same mentions, so the candidate with the most of them counts, not their sum.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    io,
};

use tantivy::DocId;

use super::{
    Searcher,
    compile::{Located, WordPart},
    plan::Scope,
    scored::{MANY, Scored, seek},
};
use crate::{
    error::Result,
    index::{Segment, Zone},
};

/// How often a release mentions a word, each mention weighed by its term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mentioned {
    pub doc: DocId,
    title: f32,
    body: f32,
    /// In how many places at most.
    places: u32,
}

/// Releases that mention something, in order.
type Mentions = Vec<Mentioned>;

/// Which terms of a word are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    /// Those that are the word.
    Full,
    /// Those that hint at it.
    Hints,
}

impl Searcher {
    /// The living releases of a segment that mention a word by the terms that are meant.
    pub(super) fn mentions(
        &self,
        segment: &Segment,
        (terms, scope): (&[Located], Scope),
        meant: Terms,
        adds_up: bool,
    ) -> Result<Mentions> {
        let mut lists = Vec::new();
        for located in terms.iter().filter(|located| located.term.full == (meant == Terms::Full)) {
            let list = read(segment, scope, located).map_err(|error| self.damaged(&error))?;
            lists.push(list);
        }
        let mut all = union(lists, adds_up);
        if segment.reader.has_deletes() {
            all.retain(|mentioned| !segment.reader.is_deleted(mentioned.doc));
        }
        Ok(all)
    }

    /// What each release's mentions are worth: BM25F over title and body.
    pub(super) fn worth(&self, segment: &Segment, word: &WordPart, mentions: &[Mentioned]) -> Scored {
        let mut scored = Scored::with_capacity(mentions.len());
        for mentioned in mentions {
            let saturated = self.saturate(segment, mentioned.doc, mentioned.title, mentioned.body);
            let places = u8::try_from(mentioned.places).unwrap_or(MANY);
            scored.push(mentioned.doc, saturated * word.idf * word.weight, places);
        }
        scored
    }

    /// The releases that only hint at a word.
    pub(super) fn word_hints(&self, segment: &Segment, word: &WordPart, full: &Scored) -> Result<Scored> {
        let terms = (&word.terms[..], word.scope);
        let mut mentions = self.mentions(segment, terms, Terms::Hints, word.pattern.is_some())?;
        let mut at = 0;
        mentions.retain(|mentioned| {
            at = seek(&full.docs, at, mentioned.doc);
            full.docs.get(at) != Some(&mentioned.doc)
        });
        Ok(self.worth(segment, word, &mentions))
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

/// A term's releases within a scope.
fn read(segment: &Segment, scope: Scope, located: &Located) -> io::Result<Mentions> {
    let Some(list) = located.list(segment, zone(scope)) else { return Ok(Vec::new()) };
    let in_text = zone(scope) == Zone::Text;
    let title = if in_text { located.list(segment, Zone::Title) } else { None };
    let mut titles: Vec<(DocId, u32)> = Vec::new();
    if let Some(title) = title {
        titles.reserve(title.doc_freq as usize);
        segment.each_block(Zone::Title, title, |docs, counts| {
            titles.extend(docs.iter().copied().zip(counts.iter().copied()));
        })?;
    }
    let mut titles = &titles[..];
    let weight = located.term.weight;
    let mut mentions = Vec::with_capacity(list.doc_freq as usize);
    segment.each_block(zone(scope), list, |docs, counts| {
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
            mentions.push(mentioned);
        }
    })?;
    Ok(mentions)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a word in one release are small")]
fn weighed(count: u32, weight: f32) -> f32 {
    count as f32 * weight
}

/// Many lists as one: shortest first, so that long ones are gone through seldom. Mentions in one release
/// add up, or else the most of them count.
fn union(lists: Vec<Mentions>, adds_up: bool) -> Mentions {
    let mut lists: Vec<Option<Mentions>> =
        lists.into_iter().filter(|list| !list.is_empty()).map(Some).collect();
    let mut shortest: BinaryHeap<Reverse<(usize, usize)>> =
        lists.iter().enumerate().map(|(at, list)| Reverse((list.as_ref().map_or(0, Vec::len), at))).collect();
    while let Some(Reverse((_, a))) = shortest.pop() {
        let Some(Reverse((_, b))) = shortest.pop() else {
            return lists[a].take().unwrap_or_default();
        };
        let (Some(one), Some(other)) = (lists[a].take(), lists[b].take()) else { continue };
        let merged = merge(&one, &other, adds_up);
        shortest.push(Reverse((merged.len(), a)));
        lists[a] = Some(merged);
    }
    Vec::new()
}

fn merge(mut a: &[Mentioned], mut b: &[Mentioned], adds_up: bool) -> Mentions {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    while let (Some((one, rest_of_a)), Some((other, rest_of_b))) = (a.split_first(), b.split_first()) {
        match one.doc.cmp(&other.doc) {
            Ordering::Less => {
                merged.push(*one);
                a = rest_of_a;
            }
            Ordering::Greater => {
                merged.push(*other);
                b = rest_of_b;
            }
            Ordering::Equal => {
                merged.push(one.with(other, adds_up));
                (a, b) = (rest_of_a, rest_of_b);
            }
        }
    }
    merged.extend_from_slice(a);
    merged.extend_from_slice(b);
    merged
}

impl Mentioned {
    fn with(&self, other: &Self, adds_up: bool) -> Self {
        let joined = |a: f32, b: f32| if adds_up { a + b } else { a.max(b) };
        Self {
            doc: self.doc,
            title: joined(self.title, other.title),
            body: joined(self.body, other.body),
            places: self.places + other.places,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_one() {
        let list = |docs: &[(DocId, f32)]| -> Mentions {
            docs.iter().map(|&(doc, body)| Mentioned { doc, title: 0.0, body, places: 1 }).collect()
        };
        let lists =
            || vec![list(&[(1, 1.0), (5, 2.0)]), list(&[]), list(&[(5, 3.0)]), list(&[(0, 1.0), (9, 1.0)])];
        for (adds_up, in_both) in [(false, 3.0), (true, 5.0)] {
            let all: Vec<(DocId, f32)> =
                union(lists(), adds_up).iter().map(|mentioned| (mentioned.doc, mentioned.body)).collect();
            assert_eq!(all, [(0, 1.0), (1, 1.0), (5, in_both), (9, 1.0)], "adds up: {adds_up}");
        }
        assert!(union(Vec::new(), true).is_empty());
    }
}
