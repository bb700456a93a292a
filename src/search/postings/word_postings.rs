//! The posting list of a word: the union of its terms' lists, with frequencies by field.
//!
//! Several analyses of one occurrence are one occurrence, so the term with the highest frequency counts, not the
//! sum.

use std::io;

use tantivy::DocId;

use super::{
    bound_word::{BoundTerm, BoundWord},
    doc_set::{Cursor, DocSet},
    frequencies::{Frequencies, FrequenciesBuilder, Frequency, TermCounts, weighted},
    union::union,
};
use crate::{
    error::Result,
    index::{Segment, Zone},
    search::{context::Context, plan::Scope},
};

/// How often a document has a word, each occurrence multiplied by the weight of its term.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Occurrences {
    pub doc: DocId,
    pub title: f32,
    pub body: f32,
    /// Upper bound of the number of positions.
    pub positions: u32,
}

/// Which terms of a word to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terms {
    /// Terms that are the word: its lemmas.
    Full,
    /// Terms that only hint at it: its stem.
    Hints,
}

/// The living documents of a segment that have a word by the given terms, without those in `except`.
pub(crate) fn word_postings(
    context: &Context,
    segment: &Segment,
    (word, scope): (&BoundWord, Scope),
    which: Terms,
    except: Option<&DocSet>,
) -> Result<(DocSet, Frequencies)> {
    let terms = word.terms.iter().filter(|bound| bound.term.full == (which == Terms::Full));
    let terms: Vec<&BoundTerm> =
        terms.filter(|bound| bound.postings(segment, field_of(scope)).is_some()).collect();
    let found = match (&terms[..], scope) {
        ([term], Scope::Anywhere) => by_block(segment, term, except),
        _ => by_document(segment, (scope, &terms), word.pattern.is_some(), except),
    };
    found.map_err(|error| context.damaged(&error))
}

/// How many postings a word has by the given terms.
pub(crate) fn entries(context: &Context, word: &BoundWord, which: Terms) -> usize {
    let terms = word.terms.iter().filter(|bound| bound.term.full == (which == Terms::Full));
    let lists = |bound: &BoundTerm| -> usize {
        let lists = context.snapshot.segments.iter();
        let lists = lists.filter_map(|segment| bound.postings(segment, field_of(word.scope)));
        lists.map(|list| list.doc_freq as usize).sum()
    };
    terms.map(lists).sum()
}

/// The field whose posting lists say which documents have a word in a scope.
pub(crate) fn field_of(scope: Scope) -> Zone {
    match scope {
        Scope::Anywhere | Scope::Body => Zone::Text,
        Scope::Title => Zone::Title,
        Scope::Source => Zone::Source,
    }
}

/// The common case, one term in any field, block by block. The few documents that have it in the title are
/// corrected afterwards.
fn by_block(
    segment: &Segment,
    bound: &BoundTerm,
    except: Option<&DocSet>,
) -> io::Result<(DocSet, Frequencies)> {
    let Some(list) = bound.postings(segment, Zone::Text) else { return Ok(<_>::default()) };
    let releases = list.doc_freq as usize;
    let all = except.is_none() && !segment.reader.has_deletes();
    let mut counts = TermCounts::with_capacity(releases);
    let mut docs = DocSet::with_capacity(releases, segment.reader.max_doc());
    let (mut except, mut wanted) = (except.map(Cursor::new), (Vec::new(), Vec::new()));
    segment.for_each_block(Zone::Text, list, |of_block, often| {
        if all {
            docs.extend(of_block);
            counts.extend(often);
            return;
        }
        wanted.0.clear();
        wanted.1.clear();
        for (&doc, &count) in of_block.iter().zip(often) {
            if !segment.reader.is_deleted(doc) && except.as_mut().is_none_or(|except| !except.has(doc)) {
                wanted.0.push(doc);
                wanted.1.push(count);
            }
        }
        docs.extend(&wanted.0);
        counts.extend(&wanted.1);
    })?;
    docs.finish();
    let titles = titles(segment, bound)?;
    let mut cursor = Cursor::new(&docs);
    let titles = titles.into_iter().filter_map(|(doc, often)| Some((cursor.find(doc)?, often)));
    let frequencies = counts.frequencies(bound.term.weight, titles);
    Ok((docs, frequencies))
}

/// The general case: several terms, or one field.
fn by_document(
    segment: &Segment,
    (scope, terms): (Scope, &[&BoundTerm]),
    adds_up: bool,
    except: Option<&DocSet>,
) -> io::Result<(DocSet, Frequencies)> {
    let mut except = except.map(Cursor::new);
    let mut docs = Vec::new();
    let mut builder = FrequenciesBuilder::with_capacity(0);
    let mut take = |occurrences: Occurrences| {
        let is_wanted = !segment.reader.is_deleted(occurrences.doc)
            && except.as_mut().is_none_or(|except| !except.has(occurrences.doc));
        if is_wanted {
            let Occurrences { doc, title, body, positions } = occurrences;
            docs.push(doc);
            builder.push(Frequency { title, body, positions: at_least(positions) });
        }
    };
    match terms {
        [term] => read(segment, scope, term, take)?,
        _ => union(segment, (scope, terms), adds_up, &mut take)?,
    }
    Ok((DocSet::of(docs, segment.reader.max_doc()), builder.build()))
}

/// Rounds a number of positions up, so that few distinct values occur.
fn at_least(positions: u32) -> u8 {
    let positions =
        if positions > 4 { positions.checked_next_power_of_two().unwrap_or(u32::MAX) } else { positions };
    u8::try_from(positions).unwrap_or(u8::MAX)
}

/// The documents that have a term in the title, and how often.
fn titles(segment: &Segment, bound: &BoundTerm) -> io::Result<Vec<(DocId, u32)>> {
    let mut titles = Vec::new();
    if let Some(list) = bound.postings(segment, Zone::Title) {
        titles.reserve(list.doc_freq as usize);
        segment.for_each_block(Zone::Title, list, |docs, counts| {
            titles.extend(docs.iter().copied().zip(counts.iter().copied()));
        })?;
    }
    Ok(titles)
}

/// Visits the documents that have a term in a scope, in order.
pub(super) fn read(
    segment: &Segment,
    scope: Scope,
    bound: &BoundTerm,
    mut visit: impl FnMut(Occurrences),
) -> io::Result<()> {
    let Some(list) = bound.postings(segment, field_of(scope)) else { return Ok(()) };
    let titles = if field_of(scope) == Zone::Text { titles(segment, bound)? } else { Vec::new() };
    let mut titles = &titles[..];
    let weight = bound.term.weight;
    segment.for_each_block(field_of(scope), list, |docs, counts| {
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
            let mut occurrences = Occurrences {
                doc,
                title: weighted(in_title, weight),
                body: weighted(in_body, weight),
                positions: count,
            };
            if scope == Scope::Body {
                if in_body == 0 {
                    continue;
                }
                occurrences.title = 0.0;
            }
            visit(occurrences);
        }
    })
}
