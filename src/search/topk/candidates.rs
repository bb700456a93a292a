//! Candidates: documents whose scores are added up clause by clause.
//!
//! The clauses that can add most come first, and documents that cannot be among the best any more are dropped.

use tantivy::DocId;

use super::{
    collector::{Sums, TopCollector},
    segment_query::OpenClause,
};
use crate::search::{score::NO_MATCH, weights::BOUND_SLACK};

/// Documents in order, each with the sum of the scores so far.
pub(super) struct Candidates {
    pub docs: Vec<DocId>,
    pub sums: Vec<f32>,
}

impl Candidates {
    /// Looks up the lists that were not added up. `rest` is an upper bound of what these and others add.
    /// `are_hits` says whether all candidates are hits, so that their sums are lower bounds of the best scores.
    pub fn look_up(
        &mut self,
        clauses: &mut [OpenClause],
        mut rest: f32,
        (top, are_hits): (&TopCollector, bool),
    ) {
        let bounds = clauses.iter().zip(0..).filter_map(|(clause, at)| Some((clause.looked_up_bound()?, at)));
        let mut order: Vec<(f32, usize)> = bounds.collect();
        order.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
        let is_counted = are_hits && top.sorts_by_score();
        for (bound, at) in order {
            self.prune(rest, top, is_counted);
            if self.docs.is_empty() {
                return;
            }
            clauses[at].look_up(self);
            rest = (rest - bound).max(0.0);
        }
        self.prune(rest, top, is_counted);
    }

    /// Retains the documents that can be among the best if `rest` is added to their sums.
    fn prune(&mut self, rest: f32, top: &TopCollector, is_counted: bool) {
        let mut least = top.threshold();
        if is_counted && let Some(last) = top.limit().checked_sub(1).filter(|&last| last < self.sums.len()) {
            let mut sums = self.sums.clone();
            let (_, nth, _) = sums.select_nth_unstable_by(last, |a, b| b.total_cmp(a));
            least = least.max(*nth / BOUND_SLACK);
        }
        if least == f32::NEG_INFINITY {
            return;
        }
        let Self { docs, sums } = self;
        let mut kept = 0;
        for at in 0..docs.len() {
            docs[kept] = docs[at];
            sums[kept] = sums[at];
            kept += usize::from((sums[at] + rest) * BOUND_SLACK >= least);
        }
        docs.truncate(kept);
        sums.truncate(kept);
    }

    /// Collects the documents with their exact scores, from the lists that were added up or looked up.
    pub fn collect(&self, clauses: &[OpenClause], top: &mut TopCollector) {
        let mut sums = Sums::new(&self.docs);
        for OpenClause { role, lists: [full, hints], .. } in clauses {
            let (mut full, mut hints) = (full.batch.finder(), hints.batch.finder());
            let score = |&doc| full.find(doc).or_else(|| hints.find(doc)).unwrap_or((NO_MATCH, 0));
            sums.add(*role, self.docs.iter().map(score));
        }
        sums.collect(top);
    }
}

impl OpenClause<'_> {
    /// An upper bound of what the lists add that are looked up; none if there are no such lists.
    pub fn looked_up_bound(&self) -> Option<f32> {
        let looked_up = self.lists.iter().filter(|list| !list.is_added_up());
        looked_up.map(|list| list.bound).reduce(f32::max)
    }

    /// Looks up documents, by hints if they do not match in full, and adds the scores to their sums.
    fn look_up(&mut self, Candidates { docs, sums }: &mut Candidates) {
        let [full, hints] = &mut self.lists;
        if !full.is_added_up() {
            full.score(docs);
            // The batch has the same documents.
            sums.iter_mut().zip(&full.batch.scores).for_each(|(sum, score)| *sum += score.max(0.0));
        }
        if !hints.is_added_up() {
            let mut found = full.batch.finder();
            let unmatched: Vec<usize> =
                (0..docs.len()).filter(|&at| found.find(docs[at]).is_none()).collect();
            let sought: Vec<DocId> = unmatched.iter().map(|&at| docs[at]).collect();
            hints.score(&sought);
            unmatched.iter().zip(&hints.batch.scores).for_each(|(&at, score)| sums[at] += score.max(0.0));
        }
    }
}
