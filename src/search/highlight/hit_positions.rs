//! Where the terms of a query are in the hits, according to the index.
//!
//! With these positions only the words there must be read, not the whole texts.

use std::io;

use super::matches::{MAX_TOKENS, QueryMatcher, WordMatch};
use crate::{
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

/// The positions of a query's words in one hit, in order and without duplicates.
#[derive(Clone, Debug, Default)]
pub(super) struct HitPositions {
    pub title: Vec<(u32, WordMatch)>,
    pub body: Vec<(u32, WordMatch)>,
}

impl HitPositions {
    /// The positions of these words in each hit. None if the index does not know all of them.
    pub fn read(
        context: &Context,
        words: &[&BoundWord],
        matcher: &QueryMatcher,
        hits: &[Address],
    ) -> io::Result<Option<Vec<Self>>> {
        let words = words.iter().filter(|word| word.scope != Scope::Source);
        // Only the most frequent forms of a pattern are bound.
        if words.clone().any(|word| word.is_pattern && word.terms().count() > MAX_FORMS) {
            return Ok(None);
        }
        let mut terms: Vec<&BoundTerm> = words.flat_map(|word| word.terms().chain(word.unranked())).collect();
        terms.sort_unstable_by_key(|bound| &bound.term.key);
        terms.dedup_by_key(|bound| &bound.term.key);
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let (mut found, mut positions) = (vec![Self::default(); hits.len()], Vec::new());
        for bound in terms {
            let words = matcher.words_of(&bound.term.key);
            for hits in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
                let segment = context.snapshot.segment(hits[0].0.segment);
                let Some(list) = bound.list(segment).filter(|_| !words.is_empty()) else { continue };
                let mut cursor = PositionCursor::open(segment, list)?;
                for &(Address { doc, .. }, hit) in hits {
                    positions.clear();
                    cursor.read(doc, &mut positions);
                    let positions = positions.iter().take(MAX_TOKENS);
                    found[hit]
                        .body
                        .extend(positions.flat_map(|&at| words.iter().map(move |&word| (at, word))));
                }
            }
        }
        for (hit, found) in hits.iter().zip(&mut found) {
            found.split(context.snapshot.segment(hit.segment).title_words(hit.doc));
        }
        Ok(Some(found))
    }

    /// Sorts the positions, which are all in `body`, and splits them. In the index the body follows the title after a
    /// gap.
    fn split(&mut self, title_words: u32) {
        self.body.sort_unstable();
        self.body.dedup();
        let in_title = self.body.partition_point(|&(position, _)| position < title_words);
        self.title.extend(self.body.drain(..in_title));
        let body = title_words.saturating_add(POSITION_GAP);
        self.body.iter_mut().for_each(|(position, _)| *position = position.saturating_sub(body));
    }
}
