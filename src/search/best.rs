//! The best so far: a bounded selection with a total order, so that equal releases always come in the
//! same order.

use std::cmp::Ordering;

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
    /// A release worth less than this cannot get in.
    threshold: f32,
    /// The best so far, and up to as many again that are weeded out when there is no more room.
    kept: Vec<Candidate>,
    /// How many there were after the last weeding.
    weeded: usize,
}

impl Best {
    /// `floor` is what segments looked at before demand.
    pub fn new(limit: usize, sort: Sort, floor: f32) -> Self {
        Self { limit, sort, threshold: floor, kept: Vec::new(), weeded: 0 }
    }

    pub fn push(&mut self, candidate: Candidate) {
        self.kept.push(candidate);
        if self.kept.len() >= self.limit.saturating_mul(2).max(LEAST_ROOM) {
            self.weed();
        }
    }

    /// A release worth less than this cannot get in.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Leaves the best, which raises the threshold.
    pub fn weed(&mut self) {
        let sort = self.sort;
        if self.kept.len() < self.limit || self.kept.len() == self.weeded {
            return;
        }
        if let Some(worst) = self.limit.checked_sub(1) {
            let (_, worst, _) = self.kept.select_nth_unstable_by(worst, |a, b| b.compare(a, sort));
            if sort == Sort::Relevance {
                self.threshold = self.threshold.max(worst.score);
            }
        }
        self.kept.truncate(self.limit);
        self.weeded = self.limit;
    }

    /// The kept ones, in no order.
    pub fn into_candidates(mut self) -> impl Iterator<Item = Candidate> {
        self.weed();
        self.kept.into_iter()
    }
}

/// Weeding out has its price, which few candidates are not worth.
const LEAST_ROOM: usize = 32;
