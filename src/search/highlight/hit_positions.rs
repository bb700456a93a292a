//! Where the terms of a query are in the hits, according to the index.
//!
//! With these positions only the matching words of a hit must be tokenized, not its whole text.

use std::io;

use super::matches::{KnownPositions, MAX_TOKENS, MatchedWords, QueryMatcher, TermPosition};
use crate::{
    analysis::Checkpoints,
    index::{Address, POSITION_GAP},
    search::{
        context::Context,
        plan::Scope,
        postings::{BoundTerm, BoundWord, PositionCursor},
        weights::MAX_EXPANSIONS,
    },
};

/// Positions of a pattern with more forms than this cost more to read than the texts of the hits.
const MAX_FORMS: usize = 64;

// A pattern with so few forms is expanded to all of them.
const _: () = assert!(MAX_FORMS < MAX_EXPANSIONS);

/// The positions of the query's terms in all hits.
#[derive(Debug, Default)]
pub(super) struct QueryPositions {
    /// The words that each term matches.
    terms: Vec<MatchedWords>,
    /// By hit.
    hits: Vec<HitPositions>,
}

/// The positions of the query's terms in one hit.
#[derive(Debug, Default)]
struct HitPositions {
    positions: Vec<TermPosition>,
    /// How many of them are in the title.
    in_title: usize,
}

impl QueryPositions {
    /// Reads the positions of the words of all clauses that make hits. None if the index does not know all positions.
    pub fn read(
        context: &Context,
        words: &[&BoundWord],
        matcher: &QueryMatcher,
        hits: &[Address],
    ) -> io::Result<Option<Self>> {
        let words = words.iter().filter(|word| word.scope != Scope::Source);
        // Only the most frequent forms of a pattern are bound.
        if words.clone().any(|word| word.is_pattern && word.terms().count() > MAX_FORMS) {
            return Ok(None);
        }
        let mut terms: Vec<&BoundTerm> = words.flat_map(|word| word.terms().chain(word.unranked())).collect();
        terms.sort_unstable_by_key(|bound| &bound.term.key);
        terms.dedup_by_key(|bound| &bound.term.key);
        let matched = terms.into_iter().map(|bound| (bound, matcher.words_of(&bound.term.key)));
        let (terms, matched): (Vec<_>, Vec<_>) = matched.filter(|(_, words)| !words.is_empty()).unzip();
        let mut found = Self { terms: matched, hits: hits.iter().map(|_| HitPositions::default()).collect() };
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        for of_segment in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
            for (number, &term) in terms.iter().enumerate() {
                read_term(context, (term, number), of_segment, &mut found.hits)?;
            }
        }
        for (hit, positions) in hits.iter().zip(&mut found.hits) {
            positions.finish(context.snapshot.segment(hit.segment).title_words(hit.doc));
        }
        Ok(Some(found))
    }

    /// The positions in the title of a hit.
    pub fn title(&self, hit: usize) -> KnownPositions<'_> {
        let HitPositions { positions, in_title, .. } = &self.hits[hit];
        let checkpoints = Checkpoints::new(&[]);
        KnownPositions { positions: &positions[..*in_title], terms: &self.terms, checkpoints }
    }

    /// The positions in the body of a hit.
    pub fn body<'t>(&'t self, hit: usize, checkpoints: Checkpoints<'t>) -> KnownPositions<'t> {
        let HitPositions { positions, in_title, .. } = &self.hits[hit];
        KnownPositions { positions: &positions[*in_title..], terms: &self.terms, checkpoints }
    }
}

/// Adds the positions of a term in the hits of one segment, which are in order.
fn read_term(
    context: &Context,
    (term, number): (&BoundTerm, usize),
    hits: &[(Address, usize)],
    found: &mut [HitPositions],
) -> io::Result<()> {
    let Some((first, _)) = hits.first() else { return Ok(()) };
    let segment = context.snapshot.segment(first.segment);
    let Some(list) = term.list(segment) else { return Ok(()) };
    let mut list = PositionCursor::open(segment, list)?;
    let mut positions = Vec::new();
    for &(Address { doc, .. }, hit) in hits {
        positions.clear();
        list.read(doc, &mut positions);
        let of_term = positions.iter().map(|&position| TermPosition { position, term: number });
        found[hit].positions.extend(of_term.take(MAX_TOKENS));
    }
    Ok(())
}

impl HitPositions {
    /// Sorts the positions and splits them into title and body. In the index the body follows the title after a gap.
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
}
