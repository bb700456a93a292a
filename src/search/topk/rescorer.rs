//! Rescoring of the best documents.
//!
//! Retrieval scores the words that make a document a hit, in full. Rescoring adds what would take long to read for all
//! documents: function words, terms that only hint at a word, and recency; and proximity, which reads positions, to the
//! best of these.

use std::{io, iter};

use tantivy::DocId;

use super::{
    bound_query::{BoundClause, BoundQuery, Matched},
    collector::{Collect, ScoredDoc, compare},
};
use crate::{
    index::day_number,
    search::{
        MAX_WORDS, PHRASE_WORDS, Sort,
        context::Context,
        plan::Role,
        postings::Terms,
        score::{Bm25f, ClausePositions, ProximityScorer, STEP, Scorer},
        weights::{BOUND_SLACK, FULL_PROXIMITY_WORDS, HALF_LIFE, LONG_QUERY_PROXIMITY_DOCS},
    },
};

const _: () =
    assert!(MAX_WORDS + MAX_WORDS / PHRASE_WORDS <= u128::BITS as usize, "a query has more clauses");

/// A document with its final score.
#[derive(Debug)]
pub(crate) struct RankedDoc {
    pub doc: ScoredDoc,
    /// The clauses that it matches, in full or by hints: the bit of each by its index.
    matched: u128,
    /// The content clauses that it does not match in full.
    missing: u128,
}

impl RankedDoc {
    /// Adds the score by a clause.
    fn add(&mut self, bit: u128, score: f32) {
        self.doc.score += score;
        self.matched |= if score > 0.0 { bit } else { 0 };
    }

    /// The indices of the content clauses that the document does not match in full.
    pub fn missing(&self) -> impl Iterator<Item = usize> {
        let mut rest = self.missing;
        iter::from_fn(move || {
            let clause = rest.trailing_zeros() as usize;
            rest &= rest.checked_sub(1)?;
            Some(clause)
        })
    }
}

/// Rescores documents and returns the `wanted` best, best first. Their scores are kept if they were retrieved by full
/// terms only; terms that hint at words count for proximity if these are [`Terms::Any`].
pub(super) fn rescore(
    context: &Context,
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    (mut docs, in_full): (Vec<ScoredDoc>, bool),
    wanted: usize,
    (Collect { sort, exhaustive, .. }, terms): (Collect, Terms),
) -> io::Result<Vec<RankedDoc>> {
    docs.sort_unstable_by_key(|doc| doc.address);
    let knows_matches = in_full && query.clauses.len() <= Matched::BITS as usize;
    let ranked = docs.into_iter().map(|mut doc| {
        if !knows_matches {
            (doc.score, doc.matched) = (0.0, 0);
        }
        RankedDoc { doc, matched: doc.matched.into(), missing: 0 }
    });
    let mut ranked: Vec<_> = ranked.collect();
    let proximity = ProximityScorer::new(&context.weights, query.in_proximity());
    let near = match query.in_proximity().count() {
        _ if sort != Sort::Relevance || proximity.is_off() => 0,
        ..=FULL_PROXIMITY_WORDS => ranked.len(),
        _ => LONG_QUERY_PROXIMITY_DOCS.max(wanted),
    };
    score_clauses((query, bm25f), (&mut ranked, knows_matches), (Role::makes_hit, terms))?;
    if sort == Sort::Relevance && !exhaustive && context.weights.recency <= 0.0 {
        // Function words, whose lists are the longest, add too little to lift most of the documents.
        let functions = query.clauses.iter().filter(|clause| !clause.role.makes_hit());
        let most =
            functions.map(|clause| clause.node.max_score(context.weights.k1 + 1.0) * BOUND_SLACK + STEP);
        retain_best(&mut ranked, near.max(wanted), most.sum());
    }
    score_clauses((query, bm25f), (&mut ranked, knows_matches), (|role| !role.makes_hit(), terms))?;
    let best_first = |a: &RankedDoc, b: &RankedDoc| compare(&context.snapshot, &a.doc, &b.doc);
    let select = |ranked: &mut [RankedDoc], best: usize| {
        if best < ranked.len() {
            ranked.select_nth_unstable_by(best, best_first);
        }
    };
    select(&mut ranked, near);
    add_proximity((query, bm25f), ranked.iter_mut().take(near).collect(), &proximity, terms)?;
    if sort == Sort::Relevance {
        add_recency(context, &mut ranked);
    }
    select(&mut ranked, wanted);
    ranked.truncate(wanted);
    ranked.sort_unstable_by(best_first);
    Ok(ranked)
}

/// Retains the documents that can be among this many if each gains `most` at most.
fn retain_best(ranked: &mut Vec<RankedDoc>, best: usize, most: f32) {
    let mut scores: Vec<f32> = ranked.iter().map(|ranked| ranked.doc.score).collect();
    if let Some(last) = best.checked_sub(1).filter(|&last| last < scores.len()) {
        let (_, &mut worst, _) = scores.select_nth_unstable_by(last, |a, b| b.total_cmp(a));
        ranked.retain(|ranked| ranked.doc.score + most >= worst);
    }
}

/// Scores documents, by segment, by the clauses with some roles that they were not retrieved by, and by hints those that
/// they do not match in full.
fn score_clauses(
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    (ranked, knows_matches): (&mut [RankedDoc], bool),
    (has_role, terms): (fn(Role) -> bool, Terms),
) -> io::Result<()> {
    for docs in ranked.chunk_by_mut(|a, b| a.doc.address.segment == b.doc.address.segment) {
        let bm25f = &bm25f[docs[0].doc.address.segment as usize];
        let id = |ranked: &RankedDoc| ranked.doc.address.doc;
        let ids: Vec<DocId> = docs.iter().map(id).collect();
        let clauses = query.clauses.iter().enumerate().filter(|(_, clause)| has_role(clause.role));
        for (number, BoundClause { node, role, .. }) in clauses {
            let bit = 1 << number;
            if !(knows_matches && role.makes_hit()) {
                let scores = Scorer::open(bm25f, node, Terms::Full)?.scores(&ids);
                docs.iter_mut().zip(scores).for_each(|(ranked, score)| ranked.add(bit, score));
            }
            let mut unmatched = Vec::with_capacity(docs.len());
            unmatched.extend(docs.iter_mut().filter(|ranked| ranked.matched & bit == 0));
            if role.is_content() {
                unmatched.iter_mut().for_each(|ranked| ranked.missing |= bit);
            }
            if terms == Terms::Any && node.has_hints() && !unmatched.is_empty() {
                let sought: Vec<DocId> = unmatched.iter().map(|ranked| id(ranked)).collect();
                let by_hints = Scorer::open(bm25f, node, Terms::Hints)?.scores(&sought);
                unmatched.into_iter().zip(by_hints).for_each(|(ranked, score)| ranked.add(bit, score));
            }
        }
    }
    Ok(())
}

/// Adds what the proximity of the clauses that they match adds to documents.
fn add_proximity(
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    mut docs: Vec<&mut RankedDoc>,
    proximity: &ProximityScorer,
    terms: Terms,
) -> io::Result<()> {
    docs.sort_unstable_by_key(|ranked| ranked.doc.address);
    for docs in docs.chunk_by_mut(|a, b| a.doc.address.segment == b.doc.address.segment) {
        let bm25f = &bm25f[docs[0].doc.address.segment as usize];
        let clauses = query.clauses.iter().enumerate().filter(|(_, clause)| clause.role.has_proximity());
        let nodes = clauses.map(|(number, clause)| {
            let (mut with, bit) = (Vec::with_capacity(docs.len()), 1 << number);
            let matches = docs.iter().filter(|ranked| ranked.matched & bit != 0);
            with.extend(matches.map(|ranked| ranked.doc.address.doc));
            (&clause.node, with)
        });
        let positions = ClausePositions::read(bm25f, nodes, terms)?;
        let mut in_doc = positions.by_doc();
        docs.iter_mut()
            .for_each(|ranked| ranked.doc.score += proximity.score(in_doc(ranked.doc.address.doc)));
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
