//! Sites: where in its hits the words of a query stand, as the index knows it.
//!
//! So that of a hit only these places must be read. Says nothing of which of them are shown.

#[cfg(test)]
pub(super) mod laws;

use std::io;

use tantivy::postings::Postings;

use super::{
    Searcher,
    compile::{Kind, Located, WordPart},
    evaluate::Part,
    marks::{self, Bearing, Site, Strength, TermTable},
    noted::{MOST_FORMS, Spot, Spots},
    plan::{Node, Phrase, Plan, Word},
    rank::Job,
    weights::MOST_EXPANSIONS,
};
use crate::{
    error::Result,
    index::{Address, Zone, seek_exact},
};

// Of the forms of a pattern that are so few none was left out.
const _: () = assert!(MOST_FORMS < MOST_EXPANSIONS);

/// A word of the query, wherever it is looked for.
struct WantedWord<'j> {
    word: &'j Word,
    part: &'j Part,
    bound: &'j WordPart,
    /// How many positions behind a mention may hold something to mark too.
    behind: u32,
}

/// A term of the query.
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
    pub terms: TermTable,
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
        let mut words = Vec::new();
        let clauses = plan.clauses.iter().zip(&job.clauses).filter(|(clause, _)| clause.content);
        for (clause, bound) in clauses {
            if !gather(&clause.node, &bound.part, &mut words) {
                return Ok(None);
            }
        }
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let segments: Vec<&[(Address, usize)]> =
            order.chunk_by(|one, other| one.0.segment == other.0.segment).collect();
        let mut found =
            Found { terms: TermTable::default(), hits: hits.iter().map(|_| HitSites::default()).collect() };
        let mut wanted = Vec::new();
        for word in words {
            match self.noted_sites(&word, &segments)? {
                Some(spots) => found.take_noted((self, marked, &word), &segments, &spots),
                None => word.terms(&mut wanted),
            }
        }
        let wanted = each_once(wanted);
        let mut told: Vec<(&Wanted, Bearing, u32)> = Vec::with_capacity(wanted.len());
        for wanted in &wanted {
            let mentioned = marked.mentioned(wanted.term.key());
            told.push((wanted, marked.bearing(&mentioned), found.terms.add(&mentioned)));
        }
        // Hints last: where what they hint at is met, nobody looks for them.
        told.sort_by_key(|(_, bearing, _)| bearing.hinted.is_some());
        for of_segment in segments {
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

    /// What is noted of a word in each segment, where that is all that there is to know of it in these hits.
    fn noted_sites<'j>(
        &self,
        word: &WantedWord<'j>,
        segments: &[&[(Address, usize)]],
    ) -> Result<Option<Vec<Spots<'j>>>> {
        if word.behind > 0 {
            return Ok(None);
        }
        let mut noted = Vec::with_capacity(segments.len());
        for hits in segments {
            let Some((first, _)) = hits.first() else { continue };
            let segment = self.snapshot().segment(first.segment);
            let full = &word.part.full(segment).docs;
            if hits.iter().any(|(hit, _)| full.at(hit.doc).is_none()) {
                self.hints(word.part)?;
            }
            noted.extend(self.spots(segment, word.part)?);
        }
        Ok((noted.len() == segments.len()).then_some(noted))
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
            Term::Named(key) => segment.term_info(Zone::Text, key)?,
        };
        let Some(list) = list else { return Ok(()) };
        let mut titles = match (&wanted.term, bearing.hinted) {
            (Term::Located(located), Some(hinted)) if wanted.behind == 0 => {
                let titles =
                    located.list(segment, Zone::Title).map(|list| segment.postings(Zone::Title, list));
                Some((hinted, titles.transpose()?))
            }
            _ => None,
        };
        let (mut opened, mut positions) = (None, Vec::new());
        for &(Address { doc, .. }, hit) in hits {
            let found = &mut found[hit];
            if let Some((hinted, titles)) = &mut titles
                && found.is_met(*hinted, || titles.as_mut().is_some_and(|titles| seek_exact(titles, doc)))
            {
                continue;
            }
            let list = match &mut opened {
                Some(list) => list,
                None => opened.insert(segment.postings(Zone::Text, &list)?),
            };
            if seek_exact(list, doc) {
                list.positions(&mut positions);
                found.push(&positions, number, wanted.behind);
                found.meet(&positions, bearing.met, segment.title_words(doc));
            }
        }
        Ok(())
    }
}

impl Found {
    /// Adds what is noted of a word.
    fn take_noted(
        &mut self,
        (searcher, marked, word): (&Searcher, &marks::Wanted, &WantedWord),
        segments: &[&[(Address, usize)]],
        noted: &[Spots],
    ) {
        let Some(number) = marked.number(word.word) else { return };
        // Where the word itself is met, nobody looks for less.
        let suffices = marked.bearing(&[(number, Strength::Full)]).met != 0;
        let strengths = [Strength::Hint, Strength::Weak, Strength::Full];
        let terms = strengths.map(|strength| self.terms.add(&[(number, strength)]));
        for (&(hit, at), spots) in
            segments.iter().zip(noted).flat_map(|(hits, spots)| hits.iter().zip(std::iter::repeat(spots)))
        {
            let spots = spots.all(hit.doc);
            let most = spots.len();
            let title_words = searcher.snapshot().segment(hit.segment).title_words(hit.doc);
            let is_in_title = |(position, _): Spot| position < title_words;
            let is_full = |(_, strength): Spot| strength == Strength::Full;
            let only_full = [false, true].map(|title| {
                suffices && spots.clone().any(|spot| is_full(spot) && is_in_title(spot) == title)
            });
            let wanted = spots.filter(|&spot| is_full(spot) || !only_full[usize::from(is_in_title(spot))]);
            let site = |(position, strength): Spot| Site { position, term: terms[strength as usize] };
            let sites = &mut self.hits[at].sites;
            sites.reserve(most);
            sites.extend(wanted.map(site));
        }
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

impl<'j> WantedWord<'j> {
    /// Adds its terms.
    fn terms(&self, out: &mut Vec<Wanted<'j>>) {
        let &Self { word, bound, behind, .. } = self;
        out.extend(bound.terms.iter().map(|located| Wanted { term: Term::Located(located), behind }));
        let is_located = |key: &str| bound.terms.iter().any(|located| located.term.key == key);
        let named = word.otherwise.iter().filter(|term| !is_located(&term.key));
        out.extend(named.map(|term| Wanted { term: Term::Named(&term.key), behind }));
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

/// Gathers the words of a node; false where that is not possible.
fn gather<'j>(node: &'j Node, part: &'j Part, out: &mut Vec<WantedWord<'j>>) -> bool {
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
fn gather_phrase<'j>(phrase: &'j Phrase, part: &'j Part, out: &mut Vec<WantedWord<'j>>) -> bool {
    let Kind::Phrase(part) = &part.kind else { return false };
    let last = phrase.slots.last().map_or(0, |&(place, _)| place);
    let skips = phrase.slop.is_none() && last as usize + 1 > phrase.slots.len();
    let mut behind = if skips { last } else { 0 };
    phrase.slots.iter().zip(&part.slots).all(|((_, word), (_, part))| {
        // The first word's positions say where the whole phrase may stand.
        gather_word(word, part, std::mem::take(&mut behind), out)
    })
}

fn gather_word<'j>(word: &'j Word, part: &'j Part, behind: u32, out: &mut Vec<WantedWord<'j>>) -> bool {
    let Kind::Word(bound) = &part.kind else { return false };
    // Of too many forms only the commonest were looked up.
    if word.pattern.is_some() && bound.terms.len() > MOST_FORMS {
        return false;
    }
    out.push(WantedWord { word, part, bound, behind });
    true
}
