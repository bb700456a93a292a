//! The best so far: a bounded selection with a total order, so that equal releases always come in the
//! same order.

use std::{cmp::Ordering, collections::BinaryHeap};

use tantivy::DocId;

use super::Sort;

/// A release on its way into the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub doc: DocId,
    pub score: f32,
    /// The day of publication, in days from 1970-01-01; the least number where none is known.
    pub day: i64,
    /// Orders the segment's releases by id.
    pub id_rank: u64,
    /// The content clauses that it lacks, a bit for each of the query's first 64 clauses.
    pub lacks: u64,
    /// What the nearness of its words can add at most.
    pub nearness: f32,
}

impl Candidate {
    /// Greater is better. By id where nothing else tells two apart.
    pub fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        self.compare_worth(other, sort).then_with(|| other.id_rank.cmp(&self.id_rank))
    }

    /// Greater is better; ids don't count.
    pub fn compare_worth(&self, other: &Self, sort: Sort) -> Ordering {
        let score = self.score.total_cmp(&other.score);
        match sort {
            Sort::Relevance => score,
            Sort::Date => self.day.cmp(&other.day).then(score),
        }
    }
}

/// Keeps the best candidates of one segment.
pub(super) struct Best {
    limit: usize,
    sort: Sort,
    /// What segments looked at before demand.
    floor: f32,
    /// The worst of the kept ones on top.
    kept: BinaryHeap<Ranked>,
}

struct Ranked {
    candidate: Candidate,
    sort: Sort,
}

impl Best {
    pub fn new(limit: usize, sort: Sort, floor: f32) -> Self {
        Self { limit, sort, floor, kept: BinaryHeap::new() }
    }

    pub fn push(&mut self, candidate: Candidate) {
        let ranked = Ranked { candidate, sort: self.sort };
        if self.kept.len() < self.limit {
            self.kept.push(ranked);
        } else if let Some(mut worst) = self.kept.peek_mut()
            && candidate.compare(&worst.candidate, self.sort) == Ordering::Greater
        {
            *worst = ranked;
        }
    }

    /// A release worth less than this cannot get in.
    pub fn threshold(&self) -> f32 {
        match (self.sort, self.kept.peek()) {
            (Sort::Relevance, Some(worst)) if self.kept.len() >= self.limit => {
                worst.candidate.score.max(self.floor)
            }
            _ => self.floor,
        }
    }

    /// The kept ones, in no order.
    pub fn into_candidates(self) -> impl Iterator<Item = Candidate> {
        self.kept.into_iter().map(|ranked| ranked.candidate)
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.candidate.compare(&self.candidate, self.sort)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}
