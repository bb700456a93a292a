//! The gate: whether nothing but its words speaks against a release.
//!
//! Days, publishers and exclusions, for one segment. Scores nothing.

use std::sync::Arc;

use tantivy::DocId;

use super::{evaluate::Part, rank::Job, scored::Finger};
use crate::index::Segment;

/// Must be asked for releases in ascending order.
pub(super) struct Gate<'s> {
    segment: &'s Segment,
    days: Option<(i64, i64)>,
    filters: Vec<Finger<'s>>,
    excluded: Vec<Finger<'s>>,
}

impl<'s> Gate<'s> {
    pub fn new(segment: &'s Segment, job: &'s Job) -> Self {
        let fingers = |parts: &'s [Arc<Part>]| -> Vec<Finger<'s>> {
            parts.iter().map(|part| Finger::new(part.full(segment))).collect()
        };
        Self { segment, days: job.days, filters: fingers(&job.filters), excluded: fingers(&job.excluded) }
    }

    /// Lets only releases pass that have all that is required, too.
    pub fn requiring(mut self, segment: &'s Segment, job: &'s Job) -> Self {
        let required = job.clauses.iter().filter(|clause| clause.required);
        self.filters.extend(required.map(|clause| Finger::new(clause.part.full(segment))));
        self
    }

    /// Whether every release may pass.
    pub fn is_open(&self) -> bool {
        self.days.is_none() && self.filters.is_empty() && self.excluded.is_empty()
    }

    /// Whether a living release may pass.
    pub fn admits(&mut self, doc: DocId) -> bool {
        self.days.is_none_or(|(from, to)| self.segment.day(doc).is_some_and(|day| (from..=to).contains(&day)))
            && self.filters.iter_mut().all(|filter| filter.has(doc))
            && !self.excluded.iter_mut().any(|excluded| excluded.has(doc))
    }
}
