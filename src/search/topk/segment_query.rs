//! A bound query opened in one segment: the scorers of its clauses, and its conditions, which score nothing. All passes
//! over the segment share them.

use std::{io, ops::Range};

use tantivy::DocId;

use super::bound_query::{BoundClause, BoundQuery};
use crate::{
    index::Segment,
    search::{
        plan::Role,
        postings::Terms,
        score::{Bm25f, BoundNode, NO_MATCH, Phase, ScoredBatch, Scorer},
    },
};

/// A bound query, opened in one segment.
pub(super) struct SegmentQuery<'s> {
    pub segment: &'s Segment,
    pub query: &'s BoundQuery,
    bm25f: &'s Bm25f<'s>,
    filters: Vec<Scorer<'s>>,
    excluded: Vec<Scorer<'s>>,
    pub clauses: Vec<OpenClause<'s>>,
}

/// A clause of the query, opened in one segment.
pub(super) struct OpenClause<'s> {
    clause: &'s BoundClause,
    pub role: Role,
    /// By full terms, and by hints once they are opened.
    pub lists: [List<'s>; 2],
}

/// The documents of a clause by full terms or by hints.
pub(super) struct List<'s> {
    pub scorer: Scorer<'s>,
    /// The number of postings in the segment.
    pub cost: u64,
    /// An upper bound of the scores in the window.
    pub bound: f32,
    /// Whether `batch` has all documents of the window, or only those that were looked up.
    pub scored: bool,
    pub batch: ScoredBatch,
}

impl<'s> SegmentQuery<'s> {
    /// Opens the posting lists, except those of hints.
    pub fn open(bm25f: &'s Bm25f<'s>, query: &'s BoundQuery) -> io::Result<Self> {
        let open = |node: &BoundNode| Scorer::open(bm25f, node, Terms::Full);
        let open_clause = |clause: &'s BoundClause| {
            let lists = [List::new(open(&clause.node)?), List::new(Scorer::Any(Vec::new()))];
            Ok(OpenClause { clause, role: clause.role, lists })
        };
        Ok(Self {
            segment: bm25f.segment,
            query,
            bm25f,
            filters: query.filters.iter().map(open).collect::<io::Result<_>>()?,
            excluded: query.excluded.iter().map(open).collect::<io::Result<_>>()?,
            clauses: query.clauses.iter().map(open_clause).collect::<io::Result<_>>()?,
        })
    }

    /// Opens the posting lists of hints.
    pub fn open_hints(&mut self) -> io::Result<()> {
        for OpenClause { clause, lists: [_, hints], .. } in &mut self.clauses {
            *hints = List::new(Scorer::open(self.bm25f, &clause.node, Terms::Hints)?);
        }
        Ok(())
    }

    /// Estimates how many postings are read to list and score the documents that match all clauses.
    pub fn cost_of_all(&self) -> u64 {
        let content = self.clauses.iter().filter(|clause| clause.role.is_content());
        content.map(|clause| clause.lists[0].cost).min().unwrap_or_default() * self.clauses.len() as u64
    }

    /// Estimates how many postings are read to score the documents that match some of the clauses.
    pub fn cost_of_some(&self) -> u64 {
        self.clauses.iter().map(|clause| clause.lists[0].cost).sum()
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
        if !segment.deleted().is_empty() {
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
        for OpenClause { lists: [full, _], .. } in self.clauses.iter_mut().filter(|open| open.clause.required)
        {
            full.scorer.retain(docs, Phase::Exact);
        }
    }

    /// The indices of the content clauses that each of some documents, in order, does not match in full.
    pub fn missing(&mut self, docs: &[DocId]) -> Vec<Vec<usize>> {
        let mut missing = vec![Vec::new(); docs.len()];
        for (number, OpenClause { role, lists: [full, _], .. }) in self.clauses.iter_mut().enumerate() {
            if role.is_content() {
                let mut matches = docs.to_vec();
                full.scorer.retain(&mut matches, Phase::Exact);
                let mut matches = matches.into_iter().peekable();
                for (doc, missing) in docs.iter().zip(&mut missing) {
                    if matches.next_if_eq(doc).is_none() {
                        missing.push(number);
                    }
                }
            }
        }
        missing
    }
}

impl OpenClause<'_> {
    /// The scores of documents in full or, once they are opened, by hints, each with the number of positions.
    pub fn scores(&mut self, docs: &[DocId]) -> Vec<(f32, u32)> {
        self.lists.iter_mut().for_each(|list| list.score(docs));
        let [full, hints] = &self.lists;
        let either = |full: (f32, u32), hints| if full.0 == NO_MATCH { hints } else { full };
        full.batch.scores().zip(hints.batch.scores()).map(|(full, hints)| either(full, hints)).collect()
    }
}

impl<'s> List<'s> {
    fn new(scorer: Scorer<'s>) -> Self {
        let cost = scorer.cost();
        Self { scorer, cost, bound: 0.0, scored: false, batch: ScoredBatch::default() }
    }

    /// Whether the documents of the window need not be looked up.
    pub fn is_added_up(&self) -> bool {
        self.scored || self.cost == 0
    }

    /// Scores documents, which become the batch.
    pub fn score(&mut self, docs: &[DocId]) {
        self.batch.clear();
        self.scorer.score_docs(docs, &mut self.batch);
    }
}
