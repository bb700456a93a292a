//! The unscored conditions of a query in one segment: days, publishers, exclusions.

use std::sync::Arc;

use tantivy::DocId;

use super::bound_query::BoundQuery;
use crate::{
    index::Segment,
    search::score::{Cursor, EvaluatedNode},
};

/// Documents must be asked for in ascending order.
pub(super) struct DocFilter<'s> {
    segment: &'s Segment,
    days: Option<(i64, i64)>,
    filters: Vec<Cursor<'s>>,
    excluded: Vec<Cursor<'s>>,
}

impl<'s> DocFilter<'s> {
    pub fn new(segment: &'s Segment, query: &'s BoundQuery) -> Self {
        let cursors = |nodes: &'s [Arc<EvaluatedNode>]| -> Vec<Cursor<'s>> {
            nodes.iter().map(|node| Cursor::new(node.full(segment))).collect()
        };
        Self {
            segment,
            days: query.days,
            filters: cursors(&query.filters),
            excluded: cursors(&query.excluded),
        }
    }

    /// Adds the required clauses as conditions.
    pub fn with_required(mut self, segment: &'s Segment, query: &'s BoundQuery) -> Self {
        let required = query.clauses.iter().filter(|clause| clause.required);
        self.filters.extend(required.map(|clause| Cursor::new(clause.node.full(segment))));
        self
    }

    /// Whether every document passes.
    pub fn is_empty(&self) -> bool {
        self.days.is_none() && self.filters.is_empty() && self.excluded.is_empty()
    }

    /// Whether a living document passes.
    pub fn matches(&mut self, doc: DocId) -> bool {
        self.days.is_none_or(|(from, to)| self.segment.day(doc).is_some_and(|day| (from..=to).contains(&day)))
            && self.filters.iter_mut().all(|filter| filter.has(doc))
            && !self.excluded.iter_mut().any(|excluded| excluded.has(doc))
    }
}
