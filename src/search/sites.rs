//! HitSites: where in its hits the words of a query stand, as the index knows it.
//!
//! So that of a hit only these places must be read. Says nothing of which of them are shown.

#[cfg(test)]
mod laws;

use std::io;

use tantivy::{DocSet, postings::Postings};

use super::{
    Searcher,
    compile::{Located, Part, PhrasePart, WordPart},
    plan::{self, Node, Plan},
    rank::Job,
};
use crate::{error::Result, index::Address};

/// A term of the query, wherever it is looked for.
struct Wanted<'j> {
    term: Term<'j>,
    /// How many positions behind a mention may hold something to mark too.
    behind: u32,
}

enum Term<'j> {
    /// One whose lists were looked up.
    Located(&'j Located),
    /// One that the index is not asked for, but which is marked.
    Named(&'j str),
}

/// The positions in one release at which something of the query stands, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct HitSites {
    pub title: Vec<u32>,
    pub body: Vec<u32>,
}

impl Searcher {
    /// The places of everything that the index knows of the query in each hit; none where it does not know
    /// all that is to be marked.
    pub(super) fn places(&self, plan: &Plan, job: &Job, hits: &[Address]) -> Result<Option<Vec<HitSites>>> {
        let mut wanted = Vec::new();
        let clauses = plan.clauses.iter().zip(&job.clauses).filter(|(clause, _)| clause.content);
        for (clause, bound) in clauses {
            if !gather(&clause.node, &bound.part, &mut wanted) {
                return Ok(None);
            }
        }
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let mut positions = vec![Vec::new(); hits.len()];
        for of_segment in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
            for wanted in &wanted {
                let read = self.read_places(wanted, of_segment, &mut positions);
                read.map_err(|error| self.damaged(&error))?;
            }
        }
        let places = hits.iter().zip(positions).map(|(hit, mut positions)| {
            positions.sort_unstable();
            positions.dedup();
            let title_words = self.snapshot().segment(hit.segment).title_words(hit.doc);
            HitSites::of(positions, title_words)
        });
        Ok(Some(places.collect()))
    }

    /// Adds a term's positions in one segment's hits, which are in order.
    fn read_places(
        &self,
        wanted: &Wanted,
        hits: &[(Address, usize)],
        positions: &mut [Vec<u32>],
    ) -> io::Result<()> {
        let Some((first, _)) = hits.first() else { return Ok(()) };
        let segment = self.snapshot().segment(first.segment);
        let list = match &wanted.term {
            Term::Located(located) => located.lists(segment).text.clone(),
            Term::Named(key) => segment.lists(key)?.text,
        };
        let Some(list) = list else { return Ok(()) };
        let mut list = segment.open_text(&list, true)?;
        let mut here = Vec::new();
        for &(Address { doc, .. }, hit) in hits {
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() == doc {
                list.positions(&mut here);
                let ranges = here.iter().map(|&first| first..=first.saturating_add(wanted.behind));
                ranges.for_each(|range| positions[hit].extend(range));
            }
        }
        Ok(())
    }
}

impl HitSites {
    /// In the index the body's first word stands behind the title's last one and one place that is free.
    fn of(mut positions: Vec<u32>, title_words: u32) -> Self {
        let body = positions.partition_point(|&position| position < title_words);
        let in_body =
            positions.iter().skip(body).filter_map(|position| position.checked_sub(title_words + 1));
        let body: Vec<u32> = in_body.collect();
        positions.retain(|&position| position < title_words);
        Self { title: positions, body }
    }
}

/// Gathers the terms of a node; false where that is not possible.
fn gather<'j>(node: &'j Node, part: &'j Part, out: &mut Vec<Wanted<'j>>) -> bool {
    match (node, part) {
        (Node::Word(word), Part::Word(part)) => gather_word(word, part, 0, out),
        (Node::Phrase(phrase), Part::Phrase(part)) => gather_phrase(phrase, part, out),
        (Node::Near { left, right, .. }, Part::Near { left: left_part, right: right_part, .. }) => {
            gather_phrase(left, left_part, out) && gather_phrase(right, right_part, out)
        }
        (Node::All(nodes), Part::All(parts)) | (Node::Any(nodes), Part::Any(parts)) => {
            nodes.iter().zip(parts).all(|(node, part)| gather(node, part, out))
        }
        (Node::Except(node, _), Part::Except(part, _)) => gather(node, part, out),
        (Node::Dated(_), Part::Dated(..)) => true,
        _ => false,
    }
}

/// Function words that a phrase leaves out are marked with it: all its positions are wanted.
fn gather_phrase<'j>(phrase: &'j plan::Phrase, part: &'j PhrasePart, out: &mut Vec<Wanted<'j>>) -> bool {
    let last = phrase.slots.last().map_or(0, |&(place, _)| place);
    let skips = phrase.slop.is_none() && last as usize + 1 > phrase.slots.len();
    let slots = phrase.slots.iter().zip(&part.slots).enumerate();
    slots.into_iter().all(|(at, ((_, word), (_, part)))| {
        gather_word(word, part, if skips && at == 0 { last } else { 0 }, out)
    })
}

fn gather_word<'j>(word: &'j plan::Word, part: &'j WordPart, behind: u32, out: &mut Vec<Wanted<'j>>) -> bool {
    // Of the forms of a pattern only the commonest were looked up.
    if word.pattern.is_some() {
        return false;
    }
    out.extend(part.terms.iter().map(|located| Wanted { term: Term::Located(located), behind }));
    let is_located = |key: &str| part.terms.iter().any(|located| located.term.key == key);
    let named = word.otherwise.iter().filter(|term| !is_located(&term.key));
    out.extend(named.map(|term| Wanted { term: Term::Named(&term.key), behind }));
    true
}
