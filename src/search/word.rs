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
    Saturation, Searcher,
    compile::{Located, WordPart},
    plan::Scope,
    scored::{Finger, MANY, Scored},
};
use crate::{
    error::Result,
    index::{Segment, Zone},
};

/// How often a release mentions a word, each mention weighed by its term.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mentioned {
    doc: DocId,
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
    /// The living releases of a segment that mention a word by the terms that are meant, and that are not
    /// among others: BM25F over title and body, without the word's rarity.
    pub(super) fn mentions(
        &self,
        segment: &Segment,
        (word, scope): (&WordPart, Scope),
        meant: Terms,
        but: Option<&Scored>,
    ) -> Result<Scored> {
        let terms = word.terms.iter().filter(|located| located.term.full == (meant == Terms::Full));
        let terms: Vec<&Located> =
            terms.filter(|located| located.list(segment, zone(scope)).is_some()).collect();
        let releases = terms.iter().filter_map(|located| located.list(segment, zone(scope)));
        let most = releases.map(|list| list.doc_freq as usize).max().unwrap_or_default();
        let saturation = self.saturation(segment);
        let mut scored = Scored::with_capacity(most);
        if let ([term], Scope::Anywhere) = (&terms[..], scope) {
            by_block(segment, term, &saturation, but, &mut scored).map_err(|error| self.damaged(&error))?;
            return Ok(scored);
        }
        let mut but = but.map(Finger::new);
        let mut take = |mentioned: Mentioned| {
            let is_wanted = !segment.reader.is_deleted(mentioned.doc)
                && but.as_mut().is_none_or(|but| !but.has(mentioned.doc));
            if is_wanted {
                let score = saturation.of(mentioned.doc, mentioned.title, mentioned.body);
                scored.push(mentioned.doc, score, u8::try_from(mentioned.places).unwrap_or(MANY));
            }
        };
        if let [term] = terms[..] {
            read(segment, scope, term, take).map_err(|error| self.damaged(&error))?;
        } else {
            let mut lists = Vec::with_capacity(terms.len());
            for term in terms {
                let mut list = Vec::new();
                let kept = read(segment, scope, term, |mentioned| list.push(mentioned));
                kept.map_err(|error| self.damaged(&error))?;
                lists.push(list);
            }
            union(lists, word.pattern.is_some()).into_iter().for_each(&mut take);
        }
        Ok(scored)
    }

    /// The releases that only hint at a word.
    pub(super) fn word_hints(&self, segment: &Segment, word: &WordPart, full: &Scored) -> Result<Scored> {
        let mut hints = self.mentions(segment, (word, word.scope), Terms::Hints, Some(full))?;
        hints.multiply(word.idf, word.weight);
        Ok(hints)
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
fn by_block(
    segment: &Segment,
    located: &Located,
    saturation: &Saturation,
    but: Option<&Scored>,
    scored: &mut Scored,
) -> io::Result<()> {
    let Some(list) = located.list(segment, Zone::Text) else { return Ok(()) };
    let (weight, titles) = (located.term.weight, titles(segment, located)?);
    let mut titles = &titles[..];
    let all = but.is_none() && !segment.reader.has_deletes();
    let (mut but, mut wanted) = (but.map(Finger::new), (Vec::new(), Vec::new()));
    segment.each_block(Zone::Text, list, |docs, counts| {
        let last = docs.last().copied().unwrap_or_default();
        let (docs, counts) = if all {
            (docs, counts)
        } else {
            wanted.0.clear();
            wanted.1.clear();
            for (&doc, &count) in docs.iter().zip(counts) {
                if !segment.reader.is_deleted(doc) && but.as_mut().is_none_or(|but| !but.has(doc)) {
                    wanted.0.push(doc);
                    wanted.1.push(count);
                }
            }
            (&wanted.0[..], &wanted.1[..])
        };
        let start = scored.len();
        scored.extend(docs, counts, |doc, count| saturation.of(doc, 0.0, weighed(count, weight)));
        while let Some((&(titled, often), rest)) = titles.split_first()
            && titled <= last
        {
            titles = rest;
            if let Ok(at) = docs.binary_search(&titled) {
                let in_body = counts[at] - often.min(counts[at]);
                let score = saturation.of(titled, weighed(often, weight), weighed(in_body, weight));
                scored.scores[start + at] = score;
                scored.most = scored.most.max(score);
            }
        }
    })
}

/// The releases that have a term in the title, and how often.
fn titles(segment: &Segment, located: &Located) -> io::Result<Vec<(DocId, u32)>> {
    let mut titles = Vec::new();
    if let Some(list) = located.list(segment, Zone::Title) {
        titles.reserve(list.doc_freq as usize);
        segment.each_block(Zone::Title, list, |docs, counts| {
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
            visit(mentioned);
        }
    })
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
