//! Sites: where in its hits the words of a query stand, as the index knows it.
//!
//! So that of a hit only these places must be read. Says nothing of which of them are shown.

#[cfg(test)]
mod laws;

use std::io;

use tantivy::postings::Postings;

use super::{
    Searcher,
    compile::{Kind, Located},
    evaluate::Part,
    marks::{self, Bearing, Mentioned, Site},
    plan::{Node, Phrase, Plan, Word},
    rank::Job,
    weights::MOST_EXPANSIONS,
};
use crate::{
    error::Result,
    index::{Address, Zone, goes_to},
};

/// The lists of more forms of a pattern than this cost more to read than the hits.
const MOST_FORMS: usize = 64;

// Of the forms of a pattern that are so few none was left out.
const _: () = assert!(MOST_FORMS < MOST_EXPANSIONS);

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

impl Term<'_> {
    fn key(&self) -> &str {
        match self {
            Self::Located(located) => &located.term.key,
            Self::Named(key) => key,
        }
    }
}

/// Where in each hit something of a query stands.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What each term mentions, by the numbers that the sites have.
    pub terms: Vec<Mentioned>,
    /// By hit.
    pub hits: Vec<HitSites>,
}

/// The places in one release at which something of the query stands, in order.
#[derive(Debug, Default)]
pub(super) struct HitSites {
    sites: Vec<Site>,
    /// How many of them are in the title.
    in_title: usize,
    /// The clauses that are met in the title, and in the body.
    met: [u64; 2],
}

impl Searcher {
    /// The places of everything that the index knows of the query in each hit; none where it does not know
    /// all that is to be marked.
    pub(super) fn sites(
        &self,
        plan: &Plan,
        job: &Job,
        marked: &marks::Wanted,
        hits: &[Address],
    ) -> Result<Option<Found>> {
        let mut wanted = Vec::new();
        let clauses = plan.clauses.iter().zip(&job.clauses).filter(|(clause, _)| clause.content);
        for (clause, bound) in clauses {
            if !gather(&clause.node, &bound.part, &mut wanted) {
                return Ok(None);
            }
        }
        let wanted = each_once(wanted);
        let terms: Vec<Mentioned> = wanted.iter().map(|wanted| marked.mentioned(wanted.term.key())).collect();
        let mut told: Vec<(&Wanted, Bearing, u32)> = Vec::with_capacity(wanted.len());
        for ((wanted, mentioned), number) in wanted.iter().zip(&terms).zip(0..) {
            told.push((wanted, marked.bearing(mentioned), number));
        }
        // Hints last: where what they hint at is met, nobody looks for them.
        told.sort_by_key(|(_, bearing, _)| bearing.hinted.is_some());
        let mut found = Found { terms, hits: hits.iter().map(|_| HitSites::default()).collect() };
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        for of_segment in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
            for &told in &told {
                let read = self.read_sites(told, of_segment, &mut found.hits);
                read.map_err(|error| self.damaged(&error))?;
            }
        }
        for (hit, sites) in hits.iter().zip(&mut found.hits) {
            sites.settle(self.snapshot().segment(hit.segment).title_words(hit.doc));
        }
        Ok(Some(found))
    }

    /// Adds a term's positions in one segment's hits, which are in order.
    fn read_sites(
        &self,
        (wanted, bearing, number): (&Wanted, Bearing, u32),
        hits: &[(Address, usize)],
        found: &mut [HitSites],
    ) -> io::Result<()> {
        let Some((first, _)) = hits.first() else { return Ok(()) };
        let segment = self.snapshot().segment(first.segment);
        let list = match &wanted.term {
            Term::Located(located) => located.list(segment, Zone::Text).cloned(),
            Term::Named(key) => segment.list(Zone::Text, key)?,
        };
        let Some(list) = list else { return Ok(()) };
        let mut titles = match (&wanted.term, bearing.hinted) {
            (Term::Located(located), Some(hinted)) if wanted.behind == 0 => {
                let titles =
                    located.list(segment, Zone::Title).map(|list| segment.open_list(Zone::Title, list));
                Some((hinted, titles.transpose()?))
            }
            _ => None,
        };
        let (mut opened, mut positions) = (None, Vec::new());
        for &(Address { doc, .. }, hit) in hits {
            let found = &mut found[hit];
            if let Some((hinted, titles)) = &mut titles
                && found.is_met(*hinted, || titles.as_mut().is_some_and(|titles| goes_to(titles, doc)))
            {
                continue;
            }
            let list = match &mut opened {
                Some(list) => list,
                None => opened.insert(segment.open_list(Zone::Text, &list)?),
            };
            if goes_to(list, doc) {
                list.positions(&mut positions);
                found.push(&positions, number, wanted.behind);
                found.meet(&positions, bearing.met, segment.title_words(doc));
            }
        }
        Ok(())
    }
}

impl HitSites {
    /// Adds a term's positions, with so many behind each.
    fn push(&mut self, positions: &[u32], term: u32, behind: u32) {
        for &position in positions {
            self.sites.push(Site { position, term });
            let behind = (1..=behind).map(|behind| position.saturating_add(behind));
            self.sites.extend(behind.map(|position| Site { position, term: u32::MAX }));
        }
    }

    /// Takes note of clauses that are met at these positions.
    fn meet(&mut self, positions: &[u32], clauses: u64, title_words: u32) {
        let [title, body] = &mut self.met;
        *title |= if positions.first().is_some_and(|&first| first < title_words) { clauses } else { 0 };
        *body |= if positions.last().is_some_and(|&last| last > title_words) { clauses } else { 0 };
    }

    /// Whether hints at these clauses have nothing to say: all are met in the body and, if a hint is there
    /// too, in the title.
    fn is_met(&self, clauses: u64, in_title: impl FnOnce() -> bool) -> bool {
        let [title, body] = self.met.map(|met| clauses & !met == 0);
        body && (title || !in_title())
    }

    /// Puts the places in order. In the index the body's first word stands behind the title's last one and
    /// one place that is free.
    fn settle(&mut self, title_words: u32) {
        self.sites.sort_unstable();
        self.sites.dedup();
        self.sites.retain(|site| site.position != title_words);
        self.in_title = self.sites.partition_point(|site| site.position < title_words);
        for site in self.sites.iter_mut().skip(self.in_title) {
            site.position -= title_words + 1;
        }
    }

    pub fn title(&self) -> &[Site] {
        &self.sites[..self.in_title]
    }

    pub fn body(&self) -> &[Site] {
        &self.sites[self.in_title..]
    }
}

/// Each term once, with the farthest that any wants it to reach behind its mentions.
fn each_once(mut wanted: Vec<Wanted>) -> Vec<Wanted> {
    wanted.sort_unstable_by(|one, other| one.term.key().cmp(other.term.key()));
    wanted.dedup_by(|other, one| {
        let is_same = one.term.key() == other.term.key();
        if is_same {
            one.behind = one.behind.max(other.behind);
        }
        is_same
    });
    wanted
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
    // Of too many forms only the commonest were looked up.
    if word.pattern.is_some() && part.terms.len() > MOST_FORMS {
        return false;
    }
    out.extend(part.terms.iter().map(|located| Wanted { term: Term::Located(located), behind }));
    let is_located = |key: &str| part.terms.iter().any(|located| located.term.key == key);
    let named = word.otherwise.iter().filter(|term| !is_located(&term.key));
    out.extend(named.map(|term| Wanted { term: Term::Named(&term.key), behind }));
    true
}
