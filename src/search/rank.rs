//! Ranking: which releases come first.
//!
//! Short queries in two passes, releases with all the words and then, where these are too few, those
//! with some (see `some`). Longer ones in one, by score alone. What cannot reach the best any more is
//! left out, without ever changing the answer.

use std::sync::Arc;

use tantivy::DocId;

use super::{
    Options, Searcher, Sort,
    again::Again,
    best::Best,
    docs::{Docs, count_in_all, each_in_all},
    evaluate::Part,
    gate::Gate,
    placed::{Keep, Placed},
    plan::{Node, Plan},
    scored::{Finger, Scored},
    weights::{BOUND_SLACK, POOL, PROXIMITY_WORDS, TIERED_WORDS},
};
use crate::{
    error::Result,
    index::{Address, Segment, Snapshot, day_number},
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

impl Job {
    /// The content clauses that a release lacks, by their places.
    pub fn lacking(
        &self,
        snapshot: &Snapshot,
        Address { segment, doc }: Address,
    ) -> impl Iterator<Item = usize> {
        let segment = snapshot.segment(segment);
        let lacks = move |clause: &JobClause| clause.part.full(segment).docs.at(doc).is_none();
        let content = self.clauses.iter().enumerate().filter(|(_, clause)| clause.content);
        content.filter(move |(_, clause)| lacks(clause)).map(|(at, _)| at)
    }
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

        let full_limit = if tiered || only_all { limit } else { 0 };
        let keep = Keep { limit: full_limit, sort, exhaustive: options.exhaustive };
        let (mut best, all_words) = self.all_words(job, keep)?;
        if looks_again {
            self.look_again(job, &mut best, wanted, Again { keep, hints: false })?;
        }
        self.order(&mut best, sort, wanted);
        if !only_all && best.len() < wanted {
            let missing = wanted - best.len();
            let limit = if looks_again { limit } else { missing };
            let keep = Keep { limit, ..keep };
            let mut some = self.some_words(job, keep, &best)?;
            if looks_again {
                self.look_again(job, &mut some, missing, Again { keep, hints: true })?;
            }
            self.order(&mut some, sort, missing);
            best.append(&mut some);
        }
        Ok(Ranking { best, all_words })
    }

    /// Releases that have all content words: the best of them, and how many there are.
    fn all_words(&self, job: &Job, keep: Keep) -> Result<(Vec<Placed>, u64)> {
        let content = job.clauses.iter().filter(|clause| clause.content);
        let work = content.map(|clause| clause.part.releases()).min().unwrap_or_default() * job.clauses.len();
        self.best_of_segments(keep, work, |segment, best| Ok(all_words(segment, job, keep, best)))
    }
}

/// Releases of a segment that have all content words: finds the best of them and counts them.
fn all_words(segment: &Segment, job: &Job, keep: Keep, best: &mut Best) -> u64 {
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
    let docs: Vec<&Docs> = content.iter().map(|list| &list.docs).collect();
    if keep.limit == 0 && gate.is_open() {
        return count_in_all(&docs) as u64;
    }
    if let ([list], true, [_]) = (&content[..], gate.is_open(), &clauses[..]) {
        one_word(list, keep, best);
        return list.len() as u64;
    }
    // Those that can add most first: most releases need not be looked up in the others.
    let mut order: Vec<(usize, f32)> = content.iter().map(|list| list.most).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let all: f32 = clauses.iter().map(Clause::most).chain(content.iter().map(|list| list.most)).sum();
    // Where scores are at hand, bounds are no cheaper.
    let is_bounded = content.iter().any(|list| list.scores().is_none());
    let (mut count, mut at) = (0, vec![0; content.len()]);
    each_in_all(&docs, |met| {
        if !gate.admits(met.doc) {
            return;
        }
        count += 1;
        if keep.limit == 0 {
            return;
        }
        let threshold = best.threshold();
        let mut most = all;
        for &(word, most_of_word) in &order {
            at[word] = met.at(word);
            if is_bounded {
                most -= most_of_word - content[word].at_most(at[word]);
                if most * BOUND_SLACK < threshold {
                    return;
                }
            }
        }
        // Added up in the order of the query, whatever the order of looking: floats depend on it.
        let score = clauses.iter_mut().map(|clause| clause.score(&content, (met.doc, &at))).sum();
        if score >= threshold {
            best.push(met.doc, score, u8::MAX);
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

    /// What it adds to a release that stands at these places of the content words' lists.
    fn score(&mut self, content: &[&Scored], (doc, at): (DocId, &[usize])) -> f32 {
        match self {
            Self::Content(word) => content[*word].score(doc, at[*word]),
            Self::Other(finger, _) => finger.get(doc).unwrap_or_default().0,
        }
    }
}

fn one_word(list: &Scored, keep: Keep, best: &mut Best) {
    if keep.limit == 0 {
        return;
    }
    let least = |best: &Best| best.threshold() / BOUND_SLACK;
    list.each_worth(least(best), |at, doc| {
        let score = list.score(doc, at);
        if score >= best.threshold() {
            best.push(doc, score, u8::MAX);
        }
        least(best)
    });
}

/// Without words, whatever may pass is wanted.
fn every_release(segment: &Segment, job: &Job, keep: Keep, best: &mut Best) -> u64 {
    let mut gate = Gate::new(segment, job);
    let mut count = 0;
    let mut take = |doc| {
        if gate.admits(doc) {
            count += 1;
            if keep.limit > 0 {
                best.push(doc, 0.0, u8::MAX);
            }
        }
    };
    let filters: Vec<&Docs> = job.filters.iter().map(|part| &part.full(segment).docs).collect();
    if filters.is_empty() {
        segment.alive_docs().for_each(take);
    } else {
        each_in_all(&filters, |met| take(met.doc));
    }
    count
}
