//! A bound query opened in one segment. All passes over the segment share its cursors.

use tantivy::DocId;

use super::{bound_query::BoundQuery, filter::Filter};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Role,
        postings::Terms,
        score::{Bm25f, ScoredBatch, Scorer},
    },
};

/// A bound query, opened in one segment.
pub(super) struct SegmentQuery<'s> {
    pub segment: &'s Segment,
    pub query: &'s BoundQuery,
    pub filter: Filter<'s>,
    pub clauses: Vec<OpenClause<'s>>,
}

/// A clause of the query, opened in one segment.
pub(super) struct OpenClause<'s> {
    pub scorer: Scorer<'s>,
    pub role: Role,
    required: bool,
    /// By full terms and by hints.
    pub lists: [List; 2],
}

/// The documents of a clause by full terms or by hints.
#[derive(Default)]
pub(super) struct List {
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
    pub fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        query: &'s BoundQuery,
    ) -> Result<Self> {
        let mut clauses = Vec::with_capacity(query.clauses.len());
        for clause in &query.clauses {
            clauses.push(OpenClause {
                scorer: Scorer::open(context, (segment, bm25f), &clause.node)?,
                role: clause.role,
                required: clause.required,
                lists: Default::default(),
            });
        }
        Ok(Self { segment, query, filter: Filter::open(context, (segment, bm25f), query)?, clauses })
    }

    /// Opens the posting lists of hints.
    pub fn open_hints(&mut self, context: &Context) -> Result<()> {
        for OpenClause { scorer, lists, .. } in &mut self.clauses {
            scorer.open_hints(context)?;
            for (list, terms) in lists.iter_mut().zip([Terms::Full, Terms::Hints]) {
                list.cost = scorer.cost(terms);
            }
        }
        Ok(())
    }

    /// Retains the documents that meet all conditions and match the required clauses.
    pub fn retain_required(&mut self, docs: &mut Vec<DocId>) {
        self.filter.retain(docs);
        for clause in self.clauses.iter_mut().filter(|clause| clause.required) {
            clause.scorer.retain(docs);
        }
    }

    /// The indices of the content clauses that each of some documents, in order, does not match in full.
    pub fn missing(&mut self, docs: &[DocId]) -> Vec<Vec<usize>> {
        let mut missing = vec![Vec::new(); docs.len()];
        for (number, clause) in self.clauses.iter_mut().enumerate() {
            if clause.role.is_content() {
                let mut matches = docs.to_vec();
                clause.scorer.retain(&mut matches);
                for (doc, missing) in docs.iter().zip(&mut missing) {
                    if matches.binary_search(doc).is_err() {
                        missing.push(number);
                    }
                }
            }
        }
        missing
    }
}
