//! The conditions of a query that score nothing: dates, publishers, exclusions, and that a document is not
//! deleted.

use std::ops::Range;

use tantivy::DocId;

use super::bound_query::BoundQuery;
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        postings::Terms,
        score::{Bm25f, BoundNode, Scorer},
    },
};

/// The conditions, opened in one segment.
pub(super) struct Filter<'s> {
    segment: &'s Segment,
    days: Option<(i64, i64)>,
    required: Vec<Scorer<'s>>,
    excluded: Vec<Scorer<'s>>,
}

impl<'s> Filter<'s> {
    pub fn open(
        context: &'s Context,
        (segment, bm25f): (&'s Segment, &'s Bm25f<'s>),
        query: &'s BoundQuery,
    ) -> Result<Self> {
        let open = |node: &'s BoundNode| Scorer::open(context, (segment, bm25f), node);
        Ok(Self {
            segment,
            days: query.days,
            required: query.filters.iter().map(open).collect::<Result<_>>()?,
            excluded: query.excluded.iter().map(open).collect::<Result<_>>()?,
        })
    }

    /// Appends the documents of a window from which the others are retained.
    pub fn docs(&mut self, window: &Range<DocId>, docs: &mut Vec<DocId>) {
        match self.required.first_mut() {
            Some(first) => first.approximate_docs(window, Terms::Full, docs),
            None => docs.extend(window.clone()),
        }
    }

    /// Retains the documents that meet all conditions.
    pub fn retain(&mut self, docs: &mut Vec<DocId>) {
        let segment = self.segment;
        if !segment.deleted().is_empty() {
            docs.retain(|&doc| !segment.reader.is_deleted(doc));
        }
        if let Some((from, to)) = self.days {
            docs.retain(|&doc| segment.day(doc).is_some_and(|day| (from..=to).contains(&day)));
        }
        for scorer in &mut self.required {
            scorer.retain(docs);
        }
        for scorer in &mut self.excluded {
            scorer.remove(docs);
        }
    }
}
