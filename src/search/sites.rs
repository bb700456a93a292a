//! Sites: where in its hits the words of a query stand, as the index knows it.
//!
//! So that of a hit only these places must be read. Says nothing of which of them are shown.

#[cfg(test)]
mod laws;

use std::io;

use tantivy::{DocSet, postings::Postings};

use super::{
    Searcher,
    compile::{Kind, Located},
    evaluate::Part,
    plan::{Node, Phrase, Plan, Word},
    rank::Job,
};
use crate::{
    error::Result,
    index::{Address, Zone},
};

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
    pub(super) fn sites(&self, plan: &Plan, job: &Job, hits: &[Address]) -> Result<Option<Vec<HitSites>>> {
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
                let read = self.read_sites(wanted, of_segment, &mut positions);
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
    fn read_sites(
        &self,
        wanted: &Wanted,
        hits: &[(Address, usize)],
        positions: &mut [Vec<u32>],
    ) -> io::Result<()> {
        let Some((first, _)) = hits.first() else { return Ok(()) };
        let segment = self.snapshot().segment(first.segment);
        let list = match &wanted.term {
            Term::Located(located) => located.list(segment, Zone::Text).cloned(),
            Term::Named(key) => segment.list(Zone::Text, key)?,
        };
        let Some(list) = list else { return Ok(()) };
        let mut list = segment.open_list(Zone::Text, &list)?;
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
    match (node, &part.kind) {
        (Node::Word(word), _) => gather_word(word, part, 0, out),
        (Node::Phrase(phrase), _) => gather_phrase(phrase, part, out),
        (Node::Near { left, right, .. }, Kind::Near { left: left_part, right: right_part, .. }) => {
            gather_phrase(left, left_part, out) && gather_phrase(right, right_part, out)
        }
        (Node::All(nodes), Kind::All(parts)) | (Node::Any(nodes), Kind::Any(parts)) => {
            nodes.iter().zip(parts).all(|(node, part)| gather(node, part, out))
        }
        (Node::Except(node, _), Kind::Except(part, _)) => gather(node, part, out),
        (Node::Dated(_), Kind::Dated(..)) => true,
        _ => false,
    }
}

/// Function words that a phrase leaves out are marked with it: all its positions are wanted.
fn gather_phrase<'j>(phrase: &'j Phrase, part: &'j Part, out: &mut Vec<Wanted<'j>>) -> bool {
    let Kind::Phrase(part) = &part.kind else { return false };
    let last = phrase.slots.last().map_or(0, |&(place, _)| place);
    let skips = phrase.slop.is_none() && last as usize + 1 > phrase.slots.len();
    let mut behind = if skips { last } else { 0 };
    phrase.slots.iter().zip(&part.slots).all(|((_, word), (_, part))| {
        // The first word's positions say where the whole phrase may stand.
        gather_word(word, part, std::mem::take(&mut behind), out)
    })
}

fn gather_word<'j>(word: &'j Word, part: &'j Part, behind: u32, out: &mut Vec<Wanted<'j>>) -> bool {
    let Kind::Word(part) = &part.kind else { return false };
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
