//! A bound query opened in one segment: the scorers of its clauses, and its conditions, which score nothing. All passes
//! over the segment share them.

use std::{io, ops::Range};

use tantivy::DocId;

use super::bound_query::{BoundClause, BoundQuery, Matched, matched_bit};
use crate::{
    index::Segment,
    search::{
        postings::{Extent, Terms},
        score::{Bm25f, BoundNode, Phase, Scorer},
    },
};

/// A bound query, opened in one segment.
pub(super) struct SegmentQuery<'s> {
    pub segment: &'s Segment,
    pub query: &'s BoundQuery,
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
        let required = query.clauses.iter().filter(|clause| clause.required);
        let making_hits = query.clauses.iter().enumerate().filter(|(_, clause)| clause.role.makes_hit());
        Ok(Self {
            segment: bm25f.segment,
            query,
            filters: query.filters.iter().map(open).collect::<io::Result<_>>()?,
            excluded: query.excluded.iter().map(open).collect::<io::Result<_>>()?,
            required: required.map(|clause| open(&clause.node)).collect::<io::Result<_>>()?,
            clauses: making_hits.map(open_clause).collect::<io::Result<_>>()?,
        })
    }

    /// Estimates how many postings are read to score the documents that match all content clauses, or some clauses.
    pub fn cost(&self, all: bool) -> u64 {
        if !all {
            return self.clauses.iter().map(|open| open.cost).sum();
        }
        let content = self.clauses.iter().filter(|open| open.clause.role.is_content());
        content.map(|open| open.cost).min().unwrap_or_default() * self.clauses.len() as u64
    }

    /// An upper bound of the scores of some documents.
    pub fn max_score(&mut self, extent: &Extent) -> f32 {
        self.clauses.iter_mut().map(|open| open.scorer.max_score(extent)).sum()
    }

    /// The documents of a window among which are all that meet the conditions.
    pub fn docs(&mut self, window: &Range<DocId>) -> Vec<DocId> {
        let rarest = self.filters.iter_mut().min_by_key(|filter| filter.cost());
        rarest.map_or_else(|| window.clone().collect(), |rarest| rarest.docs(window))
    }

    /// Retains the documents that are not deleted, meet all conditions and match the required clauses. Where `all` content
    /// clauses are matched anyway, these are not looked up.
    pub fn filter(&mut self, docs: &mut Vec<DocId>, all: bool) {
        if !self.segment.deleted.is_empty() {
            docs.retain(|&doc| !self.segment.reader.is_deleted(doc));
        }
        self.filters.iter_mut().for_each(|filter| filter.retain(docs, Phase::Exact));
        self.excluded.iter_mut().for_each(|excluded| excluded.remove(docs, Phase::Exact));
        if !all {
            self.required.iter_mut().for_each(|required| required.retain(docs, Phase::Exact));
        }
    }
}
