//! Candidates: documents whose scores are added up clause by clause.
//!
//! The clauses that can add most come first, and documents that cannot be among the best any more are dropped.

use tantivy::DocId;

use super::{collector::TopCollector, segment_query::OpenClause};

/// Documents in order, each with the sum of the scores so far.
pub(super) struct Candidates {
    pub docs: Vec<DocId>,
    pub sums: Vec<f32>,
}

impl Candidates {
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
            let scores = open.scorer.scores(&self.docs);
            self.sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
            rest -= open.bound;
        }
        self.prune(rest, top);
    }

    /// Retains the documents that can be among the best if `rest` is added to their sums.
    fn prune(&mut self, rest: f32, top: &TopCollector) {
        let least = top.threshold() - rest;
        if least > 0.0 {
            let mut sums = self.sums.iter();
            self.docs.retain(|_| sums.next().is_some_and(|&sum| sum >= least));
            self.sums.retain(|&sum| sum >= least);
        }
    }

    /// Collects the documents with their sums as scores.
    pub fn collect(&self, top: &mut TopCollector) {
        self.docs.iter().zip(&self.sums).for_each(|(&doc, &sum)| top.push(doc, sum));
    }
}
