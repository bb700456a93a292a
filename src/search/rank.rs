//! Ranking: which releases come first.
//!
//! Short queries in two passes, releases with all the words and then, where these are too few, those
//! with some. Longer ones in one, by score alone. The second pass leaves out releases that cannot
//! reach the best any more (MaxScore: Turtle & Flood 1995), without ever changing the answer.

use std::cmp::Ordering;

use tantivy::{DocId, TERMINATED};

use super::{
    Options, Searcher, Sort,
    best::{Best, Candidate},
    compile::Part,
    cursor::{Cursor, Found, Reading, Stops, align},
    plan::Plan,
    weights::{BOUND_SLACK, POOL, PROXIMITY_WORDS, TIERED_WORDS},
};
use crate::{
    error::Result,
    index::{Address, Segment, day_number},
};

/// A plan bound to a snapshot.
pub(super) struct Job {
    pub clauses: Vec<JobClause>,
    filters: Vec<Part>,
    excluded: Vec<Part>,
    /// The days within which a release must have appeared, where that matters.
    days: Option<(i64, i64)>,
}

pub(super) struct JobClause {
    pub part: Part,
    pub content: bool,
    required: bool,
}

/// A ranked release.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub address: Address,
    pub candidate: Candidate,
}

/// The outcome of ranking.
pub(super) struct Ranking {
    /// The best releases, best first.
    pub best: Vec<Placed>,
    /// How many releases have all the words.
    pub all_words: u64,
}

impl Searcher {
    pub(super) fn job(&self, plan: &Plan, options: &Options) -> Result<Job> {
        let mut clauses = Vec::new();
        for clause in &plan.clauses {
            let part = self.compile(&clause.node)?;
            clauses.push(JobClause { part, content: clause.content, required: clause.required });
        }
        let compile_all = |nodes: &[super::plan::Node]| -> Result<Vec<Part>> {
            nodes.iter().map(|node| self.compile(node)).collect()
        };
        let spans: Vec<_> = plan.dates.iter().chain(&options.dates).collect();
        let days = (!spans.is_empty()).then(|| {
            let from = spans.iter().filter_map(|span| span.from).map(day_number).max();
            let to = spans.iter().filter_map(|span| span.to).map(day_number).min();
            (from.unwrap_or(i64::MIN + 1), to.unwrap_or(i64::MAX))
        });
        Ok(Job {
            clauses,
            filters: compile_all(&plan.filters)?,
            excluded: compile_all(&plan.excluded)?,
            days,
        })
    }

    /// The best releases for a job.
    pub(super) fn rank(&self, job: &Job, options: &Options) -> Result<Ranking> {
        let sort = if job.clauses.is_empty() { Sort::Date } else { options.sort };
        let content = job.clauses.iter().filter(|clause| clause.content).count();
        let tiered = content <= TIERED_WORDS || sort == Sort::Date;
        let wanted = options.offset.saturating_add(options.limit);
        let near = self.weights().proximity > 0.0 && (2..=PROXIMITY_WORDS).contains(&content);
        let looks_again = sort == Sort::Relevance && (near || self.weights().recency > 0.0);
        let limit = if looks_again { wanted.max(POOL) } else { wanted };
        let only_all = options.only_all_words;

        let full_limit = if tiered || only_all { limit } else { 0 };
        let (mut best, all_words) = self.all_words(job, sort, full_limit)?;
        if looks_again {
            self.look_again(job, &mut best)?;
        }
        self.order(&mut best, sort);
        if !only_all && best.len() < wanted {
            let missing = if looks_again { POOL.max(wanted) } else { wanted - best.len() };
            let mut some = self.some_words(job, options.exhaustive, sort, missing, tiered)?;
            if looks_again {
                self.look_again(job, &mut some)?;
            }
            self.order(&mut some, sort);
            best.append(&mut some);
        }
        best.truncate(wanted);
        Ok(Ranking { best, all_words })
    }

    /// Releases that have all content words: the best of them, and how many there are.
    fn all_words(&self, job: &Job, sort: Sort, limit: usize) -> Result<(Vec<Placed>, u64)> {
        let mut placed = Vec::new();
        let mut count = 0;
        for (ordinal, segment) in (0..).zip(&self.snapshot().segments) {
            let mut walk = Walk::open(self, segment, job, Stops::Full, false)?;
            let mut best = Best::new(limit, sort);
            let mut doc = walk.next_with_all(0);
            while doc != TERMINATED {
                if walk.admits(doc) {
                    count += 1;
                    if limit > 0
                        && let Some((score, _)) = walk.score(doc, best.threshold())
                    {
                        best.push(walk.candidate(doc, score));
                    }
                }
                doc = walk.next_with_all(doc + 1);
            }
            placed.extend(best.into_candidates().map(|candidate| Placed {
                address: Address { segment: ordinal, doc: candidate.doc },
                candidate,
            }));
        }
        self.keep_best(&mut placed, limit, sort);
        Ok((placed, count))
    }

    /// Releases that have some of the words; `tiered` leaves out those that have all.
    fn some_words(
        &self,
        job: &Job,
        exhaustive: bool,
        sort: Sort,
        limit: usize,
        tiered: bool,
    ) -> Result<Vec<Placed>> {
        let mut placed = Vec::new();
        for (ordinal, segment) in (0..).zip(&self.snapshot().segments) {
            let mut walk = Walk::open(self, segment, job, Stops::Hints, false)?;
            let mut best = Best::new(limit, sort);
            let mut doc = walk.next_with_some(0, f32::NEG_INFINITY, exhaustive);
            while doc != TERMINATED {
                let threshold = if exhaustive { f32::NEG_INFINITY } else { best.threshold() };
                if walk.admits(doc)
                    && let Some((score, has_all)) = walk.score(doc, threshold)
                    && walk.has_required()
                    && !(tiered && has_all)
                {
                    best.push(walk.candidate(doc, score));
                }
                let threshold = if exhaustive { f32::NEG_INFINITY } else { best.threshold() };
                doc = walk.next_with_some(doc + 1, threshold, exhaustive);
            }
            placed.extend(best.into_candidates().map(|candidate| Placed {
                address: Address { segment: ordinal, doc: candidate.doc },
                candidate,
            }));
        }
        self.keep_best(&mut placed, limit, sort);
        Ok(placed)
    }

    fn keep_best(&self, placed: &mut Vec<Placed>, limit: usize, sort: Sort) {
        self.order(placed, sort);
        placed.truncate(limit);
    }

    /// Best first; equal ones by id, which no segment changes.
    fn order(&self, placed: &mut [Placed], sort: Sort) {
        placed.sort_by(|a, b| {
            b.candidate.compare_worth(&a.candidate, sort).then_with(|| self.compare_ids(a, b))
        });
    }

    /// Within a segment ids need not be read: their ranks are in the same order.
    fn compare_ids(&self, a: &Placed, b: &Placed) -> Ordering {
        if a.address.segment == b.address.segment {
            return a.candidate.id_rank.cmp(&b.candidate.id_rank);
        }
        self.id(a.address).cmp(&self.id(b.address))
    }

    fn id(&self, address: Address) -> String {
        self.snapshot().segment(address.segment).id(address.doc)
    }
}

/// One segment, walked clause by clause.
pub(super) struct Walk<'s> {
    segment: &'s Segment,
    job: &'s Job,
    /// A cursor for each clause, in the order of the query.
    cursors: Vec<Cursor<'s>>,
    bounds: Vec<f32>,
    filters: Vec<Cursor<'s>>,
    excluded: Vec<Cursor<'s>>,
    /// What each clause found in the release looked at last.
    found: Vec<Found>,
    /// Content clauses, from the one that can add least to the one that can add most.
    by_bound: Vec<usize>,
}

impl<'s> Walk<'s> {
    pub fn open(
        searcher: &'s Searcher,
        segment: &'s Segment,
        job: &'s Job,
        stops: Stops,
        places: bool,
    ) -> Result<Self> {
        let reading = Reading { searcher, segment, stops: Stops::Full, places: false };
        let open = |parts: &'s [Part]| -> Result<Vec<Cursor<'s>>> {
            parts.iter().map(|part| Cursor::open(reading, part)).collect()
        };
        let mut cursors = Vec::new();
        for clause in &job.clauses {
            cursors.push(Cursor::open(Reading { stops, places, ..reading }, &clause.part)?);
        }
        let bounds: Vec<f32> = cursors.iter().map(|cursor| cursor.bound() * BOUND_SLACK).collect();
        let mut by_bound: Vec<usize> = (0..cursors.len()).filter(|&at| job.clauses[at].content).collect();
        by_bound.sort_by(|&a, &b| bounds[a].total_cmp(&bounds[b]));
        Ok(Self {
            segment,
            job,
            found: vec![Found::default(); cursors.len()],
            cursors,
            bounds,
            filters: open(&job.filters)?,
            excluded: open(&job.excluded)?,
            by_bound,
        })
    }

    /// The next release that every content clause stops at. Without clauses, every release.
    fn next_with_all(&mut self, target: DocId) -> DocId {
        if self.by_bound.is_empty() {
            return self.next_admissible(target);
        }
        let mut target = target;
        loop {
            let start = target;
            // The rarest word first: it leaps farthest.
            for &at in self.by_bound.iter().rev() {
                target = self.cursors[at].seek(target);
                if target == TERMINATED {
                    return TERMINATED;
                }
            }
            if target == start || self.by_bound.iter().all(|&at| self.cursors[at].doc() == target) {
                return target;
            }
        }
    }

    /// The next release that can still be worth `threshold`: one that the words have which together
    /// may add that much. Without clauses, there is none that has only some of them.
    fn next_with_some(&mut self, target: DocId, threshold: f32, exhaustive: bool) -> DocId {
        let optional: f32 = (0..self.cursors.len())
            .filter(|&at| !self.job.clauses[at].content)
            .map(|at| self.bounds[at])
            .sum();
        let mut least = optional;
        let mut essential = 0;
        if !exhaustive {
            for &at in &self.by_bound {
                least += self.bounds[at];
                if least >= threshold {
                    break;
                }
                essential += 1;
            }
        }
        let driving = self.by_bound.get(essential..).unwrap_or_default();
        driving.iter().map(|&at| self.cursors[at].seek(target)).min().unwrap_or(TERMINATED)
    }

    fn next_admissible(&mut self, target: DocId) -> DocId {
        if target >= self.segment.reader.max_doc() {
            return TERMINATED;
        }
        if self.filters.is_empty() { target } else { align(&mut self.filters, target) }
    }

    /// Whether nothing but its words speaks against a release.
    fn admits(&mut self, doc: DocId) -> bool {
        !self.segment.reader.is_deleted(doc)
            && self
                .job
                .days
                .is_none_or(|(from, to)| self.segment.day(doc).is_some_and(|day| (from..=to).contains(&day)))
            && self.filters.iter_mut().all(|cursor| cursor.seek(doc) == doc)
            && !self.excluded.iter_mut().any(|cursor| cursor.seek(doc) == doc)
    }

    /// What a release is worth and whether it has all content words; `None` as soon as it is sure to be
    /// worth less than `threshold`.
    fn score(&mut self, doc: DocId, threshold: f32) -> Option<(f32, bool)> {
        let mut possible: f32 = self.bounds.iter().sum();
        for at in 0..self.cursors.len() {
            let found =
                if self.cursors[at].seek(doc) == doc { self.cursors[at].found() } else { Found::default() };
            self.found[at] = found;
            possible += found.score - self.bounds[at];
            if possible * BOUND_SLACK < threshold {
                return None;
            }
        }
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        let score = self.found.iter().map(|found| found.score).sum();
        let has_all =
            self.job.clauses.iter().zip(&self.found).all(|(clause, found)| !clause.content || found.full);
        Some((score, has_all))
    }

    fn has_required(&self) -> bool {
        self.job.clauses.iter().zip(&self.found).all(|(clause, found)| !clause.required || found.full)
    }

    fn candidate(&self, doc: DocId, score: f32) -> Candidate {
        let day = self.segment.day(doc).unwrap_or(i64::MIN);
        Candidate { doc, score, day, id_rank: self.segment.id_rank(doc), lacks: self.lacks() }
    }

    /// The content clauses that the release looked at last lacks, a bit for each of the first 64 clauses.
    fn lacks(&self) -> u64 {
        let clauses = self.job.clauses.iter().zip(&self.found).take(64).enumerate();
        let lacking = clauses.filter(|(_, (clause, found))| clause.content && !found.full);
        lacking.fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// The cursor of each clause, where the release has it.
    pub fn cursors_at(&mut self, doc: DocId) -> impl Iterator<Item = Option<&mut Cursor<'s>>> {
        self.cursors.iter_mut().map(move |cursor| (cursor.seek(doc) == doc).then_some(cursor))
    }

    /// The positions of each content clause in a release.
    pub fn positions(&mut self, doc: DocId) -> Vec<Vec<u32>> {
        let mut all = Vec::new();
        for at in 0..self.cursors.len() {
            if !self.job.clauses[at].content {
                continue;
            }
            let mut positions = Vec::new();
            if self.cursors[at].seek(doc) == doc {
                self.cursors[at].positions(&mut positions);
                positions.sort_unstable();
            }
            all.push(positions);
        }
        all
    }

    /// What each content clause may add at most.
    pub fn content_bounds(&self) -> Vec<f32> {
        (0..self.cursors.len()).filter(|&at| self.job.clauses[at].content).map(|at| self.bounds[at]).collect()
    }
}
