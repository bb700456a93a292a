//! Rescoring of the best documents.
//!
//! Retrieval scores the words that make a document a hit, in full. Rescoring adds what would take long to read for all
//! documents: function words, terms that only hint at a word, and recency; and proximity, which reads positions, to the
//! best of these.

use std::io;

use tantivy::DocId;

use super::{
    bound_query::{BoundClause, BoundQuery, Matched, matched_bit},
    collector::{ScoredDoc, compare},
};
use crate::{
    index::day_number,
    search::{
        MAX_WORDS, PHRASE_WORDS, Sort,
        context::Context,
        postings::Terms,
        score::{Bm25f, ClausePositions, ProximityScorer, Scorer},
        weights::{FULL_PROXIMITY_WORDS, HALF_LIFE, LONG_QUERY_PROXIMITY_DOCS},
    },
};

const _: () =
    assert!(MAX_WORDS + MAX_WORDS / PHRASE_WORDS <= u128::BITS as usize, "a query has more clauses");

/// A document with its final score.
#[derive(Debug)]
pub(crate) struct RankedDoc {
    pub doc: ScoredDoc,
    /// The content clauses that it does not match in full: the bit of each by its index.
    missing: u128,
}

impl RankedDoc {
    /// The indices of the content clauses that the document does not match in full.
    pub fn missing(&self) -> impl Iterator<Item = usize> {
        (0..u128::BITS as usize).filter(|clause| self.missing >> clause & 1 != 0)
    }
}

/// Rescores documents and returns the `wanted` best, best first. Their scores are kept if they were retrieved by full
/// terms only; terms that hint at words count for proximity if these are [`Terms::Any`].
pub(super) fn rescore(
    context: &Context,
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    (mut docs, in_full): (Vec<ScoredDoc>, bool),
    wanted: usize,
    (sort, terms): (Sort, Terms),
) -> io::Result<Vec<RankedDoc>> {
    docs.sort_unstable_by_key(|doc| doc.address);
    let mut ranked: Vec<_> = docs.into_iter().map(|doc| RankedDoc { doc, missing: 0 }).collect();
    for docs in ranked.chunk_by_mut(|a, b| a.doc.address.segment == b.doc.address.segment) {
        let bm25f = &bm25f[docs[0].doc.address.segment as usize];
        score_clauses((query, bm25f), (docs, in_full), terms)?;
    }
    let best_first = |a: &RankedDoc, b: &RankedDoc| compare(&context.snapshot, &a.doc, &b.doc);
    ranked.sort_unstable_by(best_first);
    if sort == Sort::Relevance {
        let proximity = ProximityScorer::new(&context.weights, query.in_proximity());
        let is_long = query.in_proximity().count() > FULL_PROXIMITY_WORDS;
        let near = if is_long { LONG_QUERY_PROXIMITY_DOCS.max(wanted) } else { ranked.len() };
        if !proximity.is_off() {
            let best = ranked.iter_mut().take(near).map(|ranked| &mut ranked.doc).collect();
            add_proximity((query, bm25f), best, &proximity, terms)?;
        }
        add_recency(context, &mut ranked);
        ranked.sort_unstable_by(best_first);
    }
    ranked.truncate(wanted);
    Ok(ranked)
}

/// Scores documents of one segment by the clauses that they were not retrieved by, and by hints those that they do not
/// match in full.
fn score_clauses(
    (query, bm25f): (&BoundQuery, &Bm25f),
    (docs, in_full): (&mut [RankedDoc], bool),
    terms: Terms,
) -> io::Result<()> {
    let ids: Vec<DocId> = docs.iter().map(|ranked| ranked.doc.address.doc).collect();
    let knows_matches = in_full && query.clauses.len() <= Matched::BITS as usize;
    if !knows_matches {
        docs.iter_mut().for_each(|ranked| ranked.doc.score = 0.0);
    }
    for (number, BoundClause { node, role, .. }) in query.clauses.iter().enumerate() {
        let is_known = knows_matches && role.makes_hit();
        let mut scores = if is_known {
            vec![0.0; ids.len()]
        } else {
            Scorer::open(bm25f, node, Terms::Full)?.scores(&ids)
        };
        let is_marked = |at: usize| docs[at].doc.matched & matched_bit(number) != 0;
        let matches = |at: usize| if is_known { is_marked(at) } else { scores[at] > 0.0 };
        let unmatched: Vec<usize> = (0..ids.len()).filter(|&at| !matches(at)).collect();
        if role.is_content() {
            unmatched.iter().for_each(|&at| docs[at].missing |= 1 << number);
        }
        if terms == Terms::Any && node.has_hints() && !unmatched.is_empty() {
            let sought: Vec<DocId> = unmatched.iter().map(|&at| ids[at]).collect();
            let by_hints = Scorer::open(bm25f, node, Terms::Hints)?.scores(&sought);
            unmatched.into_iter().zip(by_hints).for_each(|(at, score)| scores[at] = score);
        }
        docs.iter_mut().zip(scores).for_each(|(ranked, score)| ranked.doc.score += score);
    }
    Ok(())
}

/// Adds what the proximity of the clauses adds to documents.
fn add_proximity(
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    mut docs: Vec<&mut ScoredDoc>,
    proximity: &ProximityScorer,
    terms: Terms,
) -> io::Result<()> {
    docs.sort_unstable_by_key(|doc| doc.address);
    for docs in docs.chunk_by_mut(|a, b| a.address.segment == b.address.segment) {
        let bm25f = &bm25f[docs[0].address.segment as usize];
        let ids: Vec<DocId> = docs.iter().map(|doc| doc.address.doc).collect();
        let positions = ClausePositions::read(bm25f, query.in_proximity(), &ids, terms)?;
        docs.iter_mut().for_each(|doc| doc.score += proximity.score(positions.in_doc(doc.address.doc)));
    }
    Ok(())
}

/// Adds what releases gain by their dates, as a share of their scores.
fn add_recency(Context { snapshot, weights, .. }: &Context, ranked: &mut [RankedDoc]) {
    // The first question for the local day reads the list of all time zones, and the newest day all dates.
    if weights.recency <= 0.0 {
        return;
    }
    let newest = snapshot.newest().min(day_number(jiff::Zoned::now().date()));
    for RankedDoc { doc, .. } in ranked {
        let Some(day) = snapshot.segment(doc.address.segment).day(doc.address.doc) else { continue };
        // The day after today is tomorrow in another time zone; later dates are mistakes or announcements.
        let age = newest.saturating_sub(day);
        if age >= -1 {
            doc.score *= 1.0 + weights.recency * 0.5_f32.powf(age.max(0) as f32 / HALF_LIFE);
        }
    }
}
