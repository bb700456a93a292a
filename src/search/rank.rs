//! Ranking: which releases come first.
//!
//! Short queries in two passes, releases with all the words and then, where these are too few, those
//! with some (see `some`). Longer ones in one, by score alone. What cannot reach the best any more is
//! left out, without ever changing the answer.

use std::{cmp::Ordering, sync::Arc};

use tantivy::DocId;

use super::{
    Options, Searcher, Sort,
    best::{Best, Candidate},
    evaluate::Part,
    gate::Gate,
    plan::{Node, Plan},
    proximity::{Again, Nearness},
    scored::{Finger, Scored, common},
    weights::{BOUND_SLACK, POOL, PROXIMITY_WORDS, TIERED_WORDS},
};
use crate::{
    error::Result,
    index::{Address, Segment, day_number},
};

/// A plan bound to a snapshot.
pub(super) struct Job {
    pub clauses: Vec<JobClause>,
    pub filters: Vec<Arc<Part>>,
    pub excluded: Vec<Arc<Part>>,
    /// The days within which a release must have appeared, where that matters.
    pub days: Option<(i64, i64)>,
}

pub(super) struct JobClause {
    pub part: Arc<Part>,
    pub content: bool,
    pub required: bool,
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

/// What is kept while releases are ranked.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    /// So many of the best.
    pub limit: usize,
    pub sort: Sort,
    /// Whether releases are looked at that cannot get in.
    pub exhaustive: bool,
}

impl Searcher {
    pub(super) fn job(&self, plan: &Plan, options: &Options) -> Result<Job> {
        let mut clauses = Vec::with_capacity(plan.clauses.len());
        for clause in &plan.clauses {
            let part = self.compile(&clause.node)?;
            clauses.push(JobClause { part, content: clause.content, required: clause.required });
        }
        let compile_all = |nodes: &[Node]| -> Result<Vec<Arc<Part>>> {
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
        let exhaustive = options.exhaustive;

        let full_limit = if tiered || only_all { limit } else { 0 };
        let keep = Keep { limit: full_limit, sort, exhaustive };
        let (mut best, all_words) = self.all_words(job, keep);
        if looks_again {
            self.look_again(job, &mut best, wanted, Again { hints: false, exhaustive })?;
        }
        self.order(&mut best, sort, wanted);
        if !only_all && best.len() < wanted {
            let missing = wanted - best.len();
            let limit = if looks_again { limit } else { missing };
            // There are less than wanted, so that they fit into a number.
            let but = tiered.then(|| usize::try_from(all_words).unwrap_or(usize::MAX));
            let mut some = self.some_words(job, Keep { limit, ..keep }, but)?;
            if looks_again {
                self.look_again(job, &mut some, missing, Again { hints: true, exhaustive })?;
            }
            self.order(&mut some, sort, missing);
            best.append(&mut some);
        }
        best.truncate(wanted);
        Ok(Ranking { best, all_words })
    }

    /// Releases that have all content words: the best of them, and how many there are.
    fn all_words(&self, job: &Job, keep: Keep) -> (Vec<Placed>, u64) {
        let (mut placed, mut count, mut floor) = (Vec::new(), 0, f32::NEG_INFINITY);
        let near = self.nearness(job);
        for segment in &self.snapshot().segments {
            let mut best = Best::new(keep.limit, keep.sort, floor);
            count += all_words(segment, job, (keep, &near), &mut best);
            floor = self.add_best(&mut placed, segment, best, keep);
        }
        (placed, count)
    }

    /// Adds the best of a segment to those of others; says what a release must be worth to get in.
    pub(super) fn add_best(
        &self,
        placed: &mut Vec<Placed>,
        segment: &Segment,
        best: Best,
        keep: Keep,
    ) -> f32 {
        placed.extend(best.into_candidates().map(|candidate| Placed {
            address: Address { segment: segment.ordinal, doc: candidate.doc },
            candidate,
        }));
        self.cut(placed, keep);
        match placed.last() {
            Some(worst) if placed.len() >= keep.limit && keep.sort == Sort::Relevance && !keep.exhaustive => {
                worst.candidate.score
            }
            _ => f32::NEG_INFINITY,
        }
    }

    /// Puts the `wanted` best first, in order; equal ones by id, which no segment changes.
    fn order(&self, placed: &mut [Placed], sort: Sort, wanted: usize) {
        sort_by_worth(placed, sort);
        let mut start = 0;
        while start < wanted.min(placed.len()) {
            let end = end_of_equals(placed, sort, start);
            self.settle(&mut placed[start..end]);
            start = end;
        }
    }

    /// Leaves the best.
    fn cut(&self, placed: &mut Vec<Placed>, Keep { limit, sort, .. }: Keep) {
        sort_by_worth(placed, sort);
        if placed.len() > limit
            && let Some(worst) = limit.checked_sub(1)
        {
            let better = |first: &Placed| {
                first.candidate.compare_worth(&placed[worst].candidate, sort) == Ordering::Greater
            };
            let start = placed.partition_point(better);
            let end = end_of_equals(placed, sort, start);
            if end > limit {
                self.settle(&mut placed[start..end]);
            }
        }
        placed.truncate(limit);
    }

    /// Sorts equal releases by id. Within a segment ids need not be read: their ranks are in the same
    /// order, and the releases are in that already.
    fn settle(&self, equals: &mut [Placed]) {
        if let [first, .., last] = equals
            && first.address.segment != last.address.segment
        {
            equals.sort_by_cached_key(|placed| {
                self.snapshot().segment(placed.address.segment).id(placed.address.doc)
            });
        }
    }
}

/// Best first; equal ones by segment and, within it, by id.
fn sort_by_worth(placed: &mut [Placed], sort: Sort) {
    let tie = |placed: &Placed| (placed.address.segment, placed.candidate.id_rank);
    placed.sort_unstable_by(|a, b| {
        b.candidate.compare_worth(&a.candidate, sort).then_with(|| tie(a).cmp(&tie(b)))
    });
}

/// Behind the last of those that are worth as much as the one at `start`.
fn end_of_equals(placed: &[Placed], sort: Sort, start: usize) -> usize {
    let Some(first) = placed.get(start) else { return start };
    let equal = |other: &&Placed| other.candidate.compare_worth(&first.candidate, sort) == Ordering::Equal;
    start + placed[start..].iter().take_while(equal).count()
}

/// Releases of a segment that have all content words: finds the best of them and counts them.
fn all_words(segment: &Segment, job: &Job, (keep, near): (Keep, &Nearness), best: &mut Best) -> u64 {
    let mut gate = Gate::new(segment, job);
    let mut clauses: Vec<Clause> = Vec::with_capacity(job.clauses.len());
    let mut content: Vec<&Scored> = Vec::with_capacity(job.clauses.len());
    for clause in &job.clauses {
        let list = clause.part.full(segment);
        clauses.push(if clause.content { Clause::Content(content.len()) } else { Clause::other(list) });
        if clause.content {
            content.push(list);
        }
    }
    if content.is_empty() {
        return every_release(segment, job, keep, best);
    }
    if let ([list], true, [_]) = (&content[..], gate.is_open(), &clauses[..]) {
        one_word(segment, list, keep, best);
        return list.len() as u64;
    }
    let others: f32 = clauses.iter().map(Clause::most).sum();
    let (mut count, mut places) = (0, Vec::with_capacity(content.len()));
    common(&content, |doc, at| {
        if !gate.admits(doc) {
            return;
        }
        count += 1;
        if keep.limit == 0 {
            return;
        }
        let threshold = keep.threshold(best);
        let sum: f32 = content.iter().zip(at).map(|(list, &at)| list.scores[at]).sum();
        if (sum + others) * BOUND_SLACK < threshold {
            return;
        }
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        let score = clauses.iter_mut().map(|clause| clause.score(doc, &content, at)).sum();
        if score >= threshold {
            places.clear();
            places.extend(content.iter().zip(at).map(|(list, &at)| list.places[at]));
            best.push(candidate(segment, doc, score, (0, near.at_most(&places))));
        }
    });
    count
}

/// What adds to the score of a release that has all content words.
enum Clause<'s> {
    /// A content word, and which one.
    Content(usize),
    /// A function word, which the release may lack.
    Other(Finger<'s>, f32),
}

impl<'s> Clause<'s> {
    fn other(list: &'s Scored) -> Self {
        Self::Other(Finger::new(list), list.most)
    }

    fn most(&self) -> f32 {
        if let Self::Other(_, most) = self { *most } else { 0.0 }
    }

    fn score(&mut self, doc: DocId, content: &[&Scored], at: &[usize]) -> f32 {
        match self {
            Self::Content(word) => content[*word].scores[at[*word]],
            Self::Other(finger, _) => finger.get(doc).unwrap_or_default().0,
        }
    }
}

fn one_word(segment: &Segment, list: &Scored, keep: Keep, best: &mut Best) {
    if keep.limit == 0 {
        return;
    }
    let mut threshold = keep.threshold(best);
    for (doc, score) in list.iter() {
        if score >= threshold {
            best.push(candidate(segment, doc, score, (0, 0.0)));
            threshold = keep.threshold(best);
        }
    }
}

/// Without words, whatever may pass is wanted.
fn every_release(segment: &Segment, job: &Job, keep: Keep, best: &mut Best) -> u64 {
    let mut gate = Gate::new(segment, job);
    let mut count = 0;
    let mut take = |doc| {
        if gate.admits(doc) {
            count += 1;
            if keep.limit > 0 {
                best.push(candidate(segment, doc, 0.0, (0, 0.0)));
            }
        }
    };
    let filters: Vec<&Scored> = job.filters.iter().map(|part| part.full(segment)).collect();
    if filters.is_empty() {
        segment.living().for_each(take);
    } else {
        common(&filters, |doc, _| take(doc));
    }
    count
}

impl Keep {
    /// A release worth less than this need not be looked at.
    pub fn threshold(&self, best: &Best) -> f32 {
        if self.exhaustive { f32::NEG_INFINITY } else { best.threshold() }
    }
}

/// A release on its way: with a bit for each of the first 64 clauses that it lacks, and what nearness can
/// add at most.
pub(super) fn candidate(
    segment: &Segment,
    doc: DocId,
    score: f32,
    (lacks, nearness): (u64, f32),
) -> Candidate {
    let day = segment.day(doc).unwrap_or(i64::MIN);
    Candidate { doc, score, day, id_rank: segment.id_rank(doc), lacks, nearness }
}
