//! Candidates: documents whose scores are added up clause by clause.
//!
//! The clauses that can add most come first, and documents that cannot be among the best any more are dropped.

use tantivy::DocId;

use super::{bound_query::Matched, collector::TopCollector, segment_query::OpenClause};
use crate::search::score::retain_marked;

/// Documents in order, each with the sum of its scores so far and the clauses that these are for.
pub(super) struct Candidates {
    pub docs: Vec<DocId>,
    pub sums: Vec<(f32, Matched)>,
}

impl Candidates {
    /// Documents without any scores so far.
    pub fn new(docs: Vec<DocId>) -> Self {
        Self { sums: vec![(0.0, 0); docs.len()], docs }
    }

    /// Adds the scores of the clauses, which have bounds, and drops documents that are not among the best with what
    /// the clauses and `rest` add.
    pub fn look_up<'c, 's: 'c>(
        &mut self,
        clauses: impl Iterator<Item = &'c mut OpenClause<'s>>,
        rest: f32,
        top: &TopCollector,
    ) {
        let mut clauses: Vec<_> = clauses.collect();
        clauses.sort_unstable_by(|a, b| b.bound.total_cmp(&a.bound));
        let mut rest = rest + clauses.iter().map(|open| open.bound).sum::<f32>();
        for open in clauses {
            self.prune(rest, top);
            if self.docs.is_empty() {
                return;
            }
            for ((sum, matched), score) in self.sums.iter_mut().zip(open.scorer.scores(&self.docs)) {
                *sum += score;
                *matched |= if score > 0.0 { open.bit } else { 0 };
            }
            rest -= open.bound;
        }
        self.prune(rest, top);
    }

    /// Retains the documents that can be among the best if `rest` is added to their sums.
    pub fn prune(&mut self, rest: f32, top: &TopCollector) {
        let least = top.threshold() - rest;
        if least > 0.0 {
            let marked: Vec<bool> = self.sums.iter().map(|(sum, _)| *sum >= least).collect();
            retain_marked(&mut self.docs, &marked);
            retain_marked(&mut self.sums, &marked);
        }
    }

    /// Collects the documents whose sums, which are their scores, are at least this.
    pub fn collect(&self, least: f32, top: &mut TopCollector) {
        let found = self.docs.iter().zip(&self.sums).filter(|(_, (sum, _))| *sum >= least);
        found.for_each(|(&doc, &(sum, matched))| top.push(doc, sum, matched));
    }
}
