//! Where the terms of a query are in the hits, according to the index.
//!
//! With these positions only the matching words of a hit must be tokenized, not its whole text.

use std::io;

use tantivy::postings::Postings;

use super::{
    matches::{MAX_TOKENS, QueryMatcher, TermPosition, TermRole},
    term_table::TermTable,
};
use crate::{
    error::Result,
    index::{Address, POSITION_GAP, Zone, seek_exact},
    search::{
        context::Context,
        plan::{Plan, Scope, Word},
        postings::{BoundTerm, BoundWord, TermCursor},
        weights::MAX_EXPANSIONS,
    },
};

/// Positions of a pattern with more forms than this cost more to read than the texts of the hits.
const MAX_FORMS: usize = 64;

// A pattern with so few forms is expanded to all of them.
const _: () = assert!(MAX_FORMS < MAX_EXPANSIONS);

/// A term of the query.
enum Term<'q> {
    /// A term whose posting lists are known.
    Bound(&'q BoundTerm),
    /// A term that is not ranked, but highlighted.
    Key(&'q str),
}

impl Term<'_> {
    fn key(&self) -> &str {
        match self {
            Self::Bound(bound) => &bound.term.key,
            Self::Key(key) => key,
        }
    }
}

/// The positions of the query's terms in all hits.
#[derive(Debug, Default)]
pub(super) struct QueryPositions {
    pub terms: TermTable,
    /// By hit.
    pub hits: Vec<HitPositions>,
}

/// The positions of the query's terms in one hit.
#[derive(Debug, Default)]
pub(super) struct HitPositions {
    positions: Vec<TermPosition>,
    /// How many of them are in the title.
    in_title: usize,
    /// The clauses that match in full in the title, and in the body.
    full: [u64; 2],
}

/// Reads the positions of the content clauses, whose bound words are given in the order of the plan. None if the
/// index does not know all positions.
pub(super) fn query_positions(
    context: &Context,
    plan: &Plan,
    bound: &[&BoundWord],
    matcher: &QueryMatcher,
    hits: &[Address],
) -> Result<Option<QueryPositions>> {
    let mut words = Vec::new();
    let clauses = plan.clauses.iter().filter(|clause| clause.role.makes_hit());
    clauses.for_each(|clause| clause.node.words(&mut words));
    let mut terms = Vec::new();
    for (word, bound) in words.iter().zip(bound) {
        if word.scope == Scope::Source {
            continue;
        }
        // Only the most frequent forms of a pattern are bound.
        if word.pattern.is_some() && bound.terms.len() > MAX_FORMS {
            return Ok(None);
        }
        add_terms(word, bound, &mut terms);
    }
    let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut found = QueryPositions {
        terms: TermTable::default(),
        hits: hits.iter().map(|_| HitPositions::default()).collect(),
    };
    terms.sort_unstable_by(|one: &Term, other| one.key().cmp(other.key()));
    terms.dedup_by(|one, other| one.key() == other.key());
    let mut roles: Vec<(&Term, TermRole, u32)> = Vec::with_capacity(terms.len());
    for term in &terms {
        let words = matcher.words_of(term.key());
        roles.push((term, matcher.role(&words), found.terms.add(&words)));
    }
    // Hints last: they are skipped in texts that match their clauses in full.
    roles.sort_by_key(|(_, role, _)| role.hints.is_some());
    for of_segment in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
        for &term in &roles {
            let read = read_term(context, term, of_segment, &mut found.hits);
            read.map_err(|error| context.read_failed(error))?;
        }
    }
    for (hit, positions) in hits.iter().zip(&mut found.hits) {
        positions.finish(context.snapshot.segment(hit.segment).title_words(hit.doc));
    }
    Ok(Some(found))
}

/// Adds the positions of a term in the hits of one segment, which are in order.
fn read_term(
    context: &Context,
    (term, role, number): (&Term, TermRole, u32),
    hits: &[(Address, usize)],
    found: &mut [HitPositions],
) -> io::Result<()> {
    let Some((first, _)) = hits.first() else { return Ok(()) };
    let segment = context.snapshot.segment(first.segment);
    let list = match term {
        Term::Bound(bound) => bound.list(segment).cloned(),
        Term::Key(key) => segment.posting_list(Zone::Text, key)?,
    };
    let Some(list) = list else { return Ok(()) };
    let mut titles = match (term, role.hints) {
        (Term::Bound(bound), Some(hints)) => Some((hints, TermCursor::open(segment, bound, Scope::Title)?)),
        _ => None,
    };
    let (mut opened, mut positions) = (None, Vec::new());
    for &(Address { doc, .. }, hit) in hits {
        let found = &mut found[hit];
        if let Some((hints, titles)) = &mut titles
            && found.are_full(*hints, || titles.as_mut().is_some_and(|titles| titles.contains(doc)))
        {
            continue;
        }
        let list = match &mut opened {
            Some(list) => list,
            None => opened.insert(segment.postings(&list)?),
        };
        if seek_exact(list, doc) {
            list.positions(&mut positions);
            let at = positions.iter().map(|&position| TermPosition { position, term: number });
            found.positions.extend(at.take(MAX_TOKENS));
            found.add_full(&positions, role.full, segment.title_words(doc));
        }
    }
    Ok(())
}

impl HitPositions {
    /// Adds clauses that match in full at these positions.
    fn add_full(&mut self, positions: &[u32], clauses: u64, title_words: u32) {
        let [title, body] = &mut self.full;
        *title |= if positions.first().is_some_and(|&first| first < title_words) { clauses } else { 0 };
        *body |= if positions.last().is_some_and(|&last| last > title_words) { clauses } else { 0 };
    }

    /// Whether hints of these clauses are not needed: all match in full in the body, and in the title if there is
    /// a hint.
    fn are_full(&self, clauses: u64, hint_in_title: impl FnOnce() -> bool) -> bool {
        let [title, body] = self.full.map(|full| clauses & !full == 0);
        body && (title || !hint_in_title())
    }

    /// Sorts the positions and splits them into title and body. In the index the body follows the title after a
    /// gap of one position.
    fn finish(&mut self, title_words: u32) {
        self.positions.sort_unstable();
        self.positions.dedup();
        let body = title_words + POSITION_GAP;
        self.positions.retain(|at| !(title_words..body).contains(&at.position));
        self.in_title = self.positions.partition_point(|at| at.position < title_words);
        for at in self.positions.iter_mut().skip(self.in_title) {
            at.position -= body;
        }
    }

    pub fn title(&self) -> &[TermPosition] {
        &self.positions[..self.in_title]
    }

    pub fn body(&self) -> &[TermPosition] {
        &self.positions[self.in_title..]
    }
}

/// Adds the terms of a word.
fn add_terms<'q>(word: &'q Word, bound: &'q BoundWord, out: &mut Vec<Term<'q>>) {
    out.extend(bound.terms.iter().map(Term::Bound));
    let is_bound = |key: &str| bound.terms.iter().any(|bound| bound.term.key == key);
    let otherwise = word.otherwise.iter().filter(|term| !is_bound(&term.key));
    out.extend(otherwise.map(|term| Term::Key(&term.key)));
}
