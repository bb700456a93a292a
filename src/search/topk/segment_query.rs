//! A bound query opened in one segment: the scorers of its clauses, and its conditions, which score nothing. All passes
//! over the segment share them.

use std::{io, ops::Range};

use tantivy::DocId;

use super::bound_query::{BoundClause, BoundQuery, Matched, matched_bit};
use crate::{
    index::Segment,
    search::{
        postings::Terms,
        score::{Bm25f, BoundNode, Extent, Phase, Scorer},
    },
};

/// A bound query, opened in one segment.
pub(super) struct SegmentQuery<'s> {
    pub segment: &'s Segment,
    pub query: &'s BoundQuery,
    pub bm25f: &'s Bm25f<'s>,
    filters: Vec<Scorer<'s>>,
    excluded: Vec<Scorer<'s>>,
    required: Vec<Scorer<'s>>,
    /// Those that make hits. Function words score nothing but the best documents.
    pub clauses: Vec<OpenClause<'s>>,
}

/// A clause of the query, opened in one segment.
pub(super) struct OpenClause<'s> {
    pub clause: &'s BoundClause,
    pub scorer: Scorer<'s>,
    pub bit: Matched,
    /// The number of postings in the segment.
    pub cost: u64,
    /// An upper bound of the scores in the window.
    pub bound: f32,
}

impl<'s> SegmentQuery<'s> {
    /// Opens the posting lists, of the terms that are given for each clause.
    pub fn open(
        bm25f: &'s Bm25f<'s>,
        query: &'s BoundQuery,
        terms: impl Fn(&BoundNode) -> Terms,
    ) -> io::Result<Self> {
        let open = |node: &BoundNode| Scorer::open(bm25f, node, Terms::Full);
        let open_clause = |(number, clause): (usize, &'s BoundClause)| {
            let scorer = Scorer::open(bm25f, &clause.node, terms(&clause.node))?;
            Ok(OpenClause { clause, cost: scorer.cost(), scorer, bit: matched_bit(number), bound: 0.0 })
        };
        let making_hits = query.clauses.iter().enumerate().filter(|(_, clause)| clause.role.makes_hit());
        Ok(Self {
            segment: bm25f.segment,
            query,
            bm25f,
            filters: query.filters.iter().map(open).collect::<io::Result<_>>()?,
            excluded: query.excluded.iter().map(open).collect::<io::Result<_>>()?,
            required: query.required().map(open).collect::<io::Result<_>>()?,
            clauses: making_hits.map(open_clause).collect::<io::Result<_>>()?,
        })
    }

    /// Estimates how many postings are read to list and score the documents that match all clauses.
    pub fn cost_of_all(&self) -> u64 {
        let content = self.clauses.iter().filter(|open| open.clause.role.is_content());
        content.map(|open| open.cost).min().unwrap_or_default() * self.clauses.len() as u64
    }

    /// Estimates how many postings are read to score the documents that match some of the clauses.
    pub fn cost_of_some(&self) -> u64 {
        self.clauses.iter().map(|open| open.cost).sum()
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        self.clauses.iter_mut().map(|open| open.scorer.max_score(extent)).sum()
    }

    /// Appends the documents of a window among which are all that meet the conditions.
    pub fn docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        match self.filters.first_mut() {
            Some(first) => first.docs(window, docs),
            None => docs.extend(window.clone()),
        }
    }

    /// Retains the documents that are not deleted and meet all conditions.
    pub fn filter(&mut self, docs: &mut Vec<DocId>) {
        let segment = self.segment;
        if !segment.deleted.is_empty() {
            docs.retain(|&doc| !segment.reader.is_deleted(doc));
        }
        if let Some((from, to)) = self.query.days {
            docs.retain(|&doc| segment.day(doc).is_some_and(|day| (from..=to).contains(&day)));
        }
        self.filters.iter_mut().for_each(|filter| filter.retain(docs, Phase::Exact));
        self.excluded.iter_mut().for_each(|excluded| excluded.remove(docs, Phase::Exact));
    }

    /// The same for documents that must also match the required clauses.
    pub fn filter_required(&mut self, docs: &mut Vec<DocId>) {
        self.filter(docs);
        self.required.iter_mut().for_each(|required| required.retain(docs, Phase::Exact));
    }
}
