//! The disjunction: documents that match some of the clauses, in full or by hints.
//!
//! Documents are searched in windows, whose scores are added up clause by clause in an array. Clauses that cannot
//! lift a document into the top together are not added up but looked up for the documents that may be in the top
//! without them (MaxScore: Turtle & Flood 1995), decided anew for each window by the bounds of its blocks.

use std::ops::Range;

use tantivy::DocId;

use super::{bound_query::BoundQuery, collector::TopCollector, filter::Filter, scored_doc::Frequencies};
use crate::{
    error::Result,
    index::Segment,
    search::{
        context::Context,
        plan::Role,
        postings::Terms,
        score::{Bm25f, ScoredBatch, Scorer, WINDOW_LEN},
        weights::{BOUND_SLACK, PROXIMITY_WORDS},
    },
};

/// Segments with no more documents than this are searched without bounds, which would cost more than they save.
const FEW_DOCS: DocId = 4 * WINDOW_LEN;

/// A clause of the query, opened in one segment.
struct Clause<'s> {
    scorer: Scorer<'s>,
    role: Role,
    /// By full terms and by hints.
    lists: [List; 2],
}

/// The documents of a clause in a window, by full terms or by hints.
#[derive(Default)]
struct List {
    /// The number of postings in the segment.
    cost: u64,
    /// An upper bound of the scores in the window.
    bound: f32,
    /// Whether the documents of the window are in `batch`, or are looked up.
    scored: bool,
    batch: ScoredBatch,
}

/// The sums of a window.
struct Accumulators {
    scores: Box<[f32; WINDOW_LEN as usize]>,
    /// The last clause that was added to each document, from 1; its highest bit says that a content clause was.
    clauses: Box<[u16; WINDOW_LEN as usize]>,
}

const CONTENT: u16 = 1 << 15;

/// The number of sums that are compared at once.
const CHUNK: usize = 16;

/// Collects the best documents of a segment, but for those `found` before.
pub(super) fn search_segment(
    context: &Context,
    segment: &Segment,
    query: &BoundQuery,
    found: &[DocId],
    top: &mut TopCollector,
) -> Result<()> {
    let bm25f = Bm25f::new(context, segment);
    let mut filter =
        Filter::open(context, (segment, &bm25f), query)?.requiring(context, (segment, &bm25f), query)?;
    let mut clauses = Vec::with_capacity(query.clauses.len());
    for clause in &query.clauses {
        let scorer = Scorer::open(context, (segment, &bm25f), &clause.node, true)?;
        let lists =
            [Terms::Full, Terms::Hints].map(|terms| List { cost: scorer.cost(terms), ..List::default() });
        clauses.push(Clause { scorer, role: clause.role, lists });
    }
    // Without proximity, frequencies are of no use.
    let needs_freqs = query.in_proximity().count() <= PROXIMITY_WORDS;
    let prunes = segment.reader.max_doc() > FEW_DOCS;
    let mut sums = Accumulators {
        scores: Box::new([0.0; WINDOW_LEN as usize]),
        clauses: Box::new([0; WINDOW_LEN as usize]),
    };
    let mut docs = Vec::new();
    let end = segment.reader.max_doc();
    let mut start = 0;
    while start < end && !query.deadline.is_over() {
        let window = start..start.saturating_add(WINDOW_LEN).min(end);
        start = window.end;
        let threshold = top.threshold();
        let Some(rest) = partition(&mut clauses, &window, if prunes { threshold } else { f32::NEG_INFINITY })
        else {
            continue;
        };
        sums.add_up(&mut clauses, &window);
        sums.candidates(&window, threshold / BOUND_SLACK - rest, &mut docs);
        if !found.is_empty() {
            docs.retain(|doc| found.binary_search(doc).is_err());
        }
        filter.retain(&mut docs);
        if top.sorts_by_score() && docs.len() > top.limit() {
            sums.prune(&window, &mut docs, top.limit(), rest);
        }
        let is_exact =
            clauses.iter().flat_map(|clause| &clause.lists).all(|list| list.scored || list.cost == 0);
        if is_exact && !needs_freqs {
            for &doc in &docs {
                let score = sums.scores[(doc - window.start) as usize];
                if score >= threshold {
                    top.push(doc, score, Frequencies::default());
                }
            }
            top.truncate();
        } else {
            let mut partial = docs.iter().map(|&doc| sums.scores[(doc - window.start) as usize]).collect();
            look_up(&mut clauses, (&mut docs, &mut partial), rest, threshold);
            collect(&clauses, &docs, top);
        }
        sums.clear(&clauses, &window);
    }
    Ok(())
}

/// Decides which lists are added up: all but those that together cannot reach the threshold. Returns what the
/// others may add at most; none if no document of the window can reach it.
fn partition(clauses: &mut [Clause], window: &Range<DocId>, threshold: f32) -> Option<f32> {
    // With a threshold of 0, a document with score 0 may still be among the best, by its id.
    let is_pruned = threshold > 0.0;
    let mut order = Vec::with_capacity(2 * clauses.len());
    let mut rest = 0.0;
    for (at, Clause { scorer, role, lists }) in clauses.iter_mut().enumerate() {
        for (which, (list, terms)) in lists.iter_mut().zip([Terms::Full, Terms::Hints]).enumerate() {
            list.scored = list.cost > 0;
            list.bound = if is_pruned && list.scored { scorer.max_score(window, terms) } else { 0.0 };
            list.scored &= !is_pruned || list.bound > 0.0;
            if list.scored && role.makes_hit() {
                order.push((list.bound, at, which));
            }
        }
        if is_pruned && !role.makes_hit() {
            rest += lists[0].bound.max(lists[1].bound);
            lists.iter_mut().for_each(|list| list.scored = false);
        }
    }
    if !is_pruned {
        return Some(0.0);
    }
    order.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    let mut looked_up = vec![0.0_f32; clauses.len()];
    let mut added_up = order.len();
    for &(bound, at, which) in &order {
        let with = rest + bound - looked_up[at];
        if with * BOUND_SLACK >= threshold {
            break;
        }
        rest = with;
        looked_up[at] = bound;
        clauses[at].lists[which].scored = false;
        added_up -= 1;
    }
    // Hints count where the full terms do not match, so they cannot be added up alone.
    for Clause { lists: [full, hints], .. } in clauses {
        full.scored |= hints.scored && full.cost > 0;
    }
    (added_up > 0).then_some(rest)
}

impl Accumulators {
    /// Adds up the scores of a window, in the order of the query: floats depend on it.
    fn add_up(&mut self, clauses: &mut [Clause], window: &Range<DocId>) {
        let (sums, last) = (&mut *self.scores, &mut *self.clauses);
        for (number, Clause { scorer, role, lists }) in (1..CONTENT).zip(clauses) {
            for (list, terms) in lists.iter_mut().zip([Terms::Full, Terms::Hints]) {
                list.batch.clear();
                if !list.scored {
                    continue;
                }
                scorer.score_window(window, terms, &mut list.batch);
                let content = if role.makes_hit() { CONTENT } else { 0 };
                let scored = list.batch.docs.iter().zip(&list.batch.scores);
                // The remainder spares a comparison with the length of the arrays.
                let scored =
                    scored.map(|(&doc, &score)| (((doc - window.start) % WINDOW_LEN) as usize, score));
                if terms == Terms::Full {
                    for (at, score) in scored {
                        sums[at] += score;
                        last[at] = last[at] & CONTENT | content | number;
                    }
                } else {
                    for (at, score) in scored {
                        let is_new = last[at] & !CONTENT != number;
                        sums[at] += if is_new { score } else { 0.0 };
                        last[at] = last[at] & CONTENT | content | number;
                    }
                }
            }
        }
    }

    /// Lists the documents that match a content clause and have at least this sum.
    fn candidates(&self, window: &Range<DocId>, least: f32, docs: &mut Vec<DocId>) {
        docs.clear();
        let (scores, _) = self.scores.as_chunks::<CHUNK>();
        let (clauses, _) = self.clauses.as_chunks::<CHUNK>();
        for (first, (scores, clauses)) in window.clone().step_by(CHUNK).zip(scores.iter().zip(clauses)) {
            // Counting is done without branches, unlike looking for the first.
            let any = scores.iter().filter(|&&score| score >= least).count() > 0
                && clauses.iter().fold(0, |all, &clause| all | clause) & CONTENT != 0;
            if any {
                let found = (first..).zip(scores.iter().zip(clauses));
                let found = found.filter(|(_, (score, clause))| **score >= least && **clause & CONTENT != 0);
                docs.extend(found.map(|(doc, _)| doc));
            }
        }
    }

    /// Drops documents that cannot be among the best of the window, whatever the other lists add.
    fn prune(&self, window: &Range<DocId>, docs: &mut Vec<DocId>, limit: usize, rest: f32) {
        let sum = |doc: DocId| self.scores[(doc - window.start) as usize];
        let mut sums: Vec<f32> = docs.iter().map(|&doc| sum(doc)).collect();
        let (_, nth, _) = sums.select_nth_unstable_by(limit, |a, b| b.total_cmp(a));
        let least = *nth / BOUND_SLACK - rest;
        docs.retain(|&doc| (sum(doc)) * BOUND_SLACK >= least);
    }

    fn clear(&mut self, clauses: &[Clause], window: &Range<DocId>) {
        for doc in clauses.iter().flat_map(|clause| &clause.lists).flat_map(|list| &list.batch.docs) {
            let at = (doc - window.start) as usize;
            self.scores[at] = 0.0;
            self.clauses[at] = 0;
        }
    }
}

/// Looks up the lists that were not added up, those that can add most first, and drops the documents that cannot
/// reach `least` any more.
fn look_up(
    clauses: &mut [Clause],
    (docs, sums): (&mut Vec<DocId>, &mut Vec<f32>),
    mut rest: f32,
    least: f32,
) {
    let mut order: Vec<(f32, usize)> =
        clauses.iter().map(Clause::looked_up_bound).zip(0..).filter(|(bound, _)| *bound > 0.0).collect();
    order.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    for (bound, at) in order {
        retain_reaching(docs, sums, rest, least);
        if docs.is_empty() {
            break;
        }
        clauses[at].look_up(docs, sums);
        rest = (rest - bound).max(0.0);
    }
    retain_reaching(docs, sums, rest, least);
}

/// Retains the documents that can reach `least` if `rest` is added to their sums.
fn retain_reaching(docs: &mut Vec<DocId>, sums: &mut Vec<f32>, rest: f32, least: f32) {
    let reaches = |sum: f32| (sum + rest) * BOUND_SLACK >= least;
    let mut kept = 0;
    for at in 0..docs.len() {
        docs[kept] = docs[at];
        sums[kept] = sums[at];
        kept += usize::from(reaches(sums[at]));
    }
    docs.truncate(kept);
    sums.truncate(kept);
}

impl Clause<'_> {
    /// An upper bound of what the lists add that are looked up.
    fn looked_up_bound(&self) -> f32 {
        let looked_up = self.lists.iter().filter(|list| !list.scored && list.cost > 0);
        looked_up.map(|list| list.bound).fold(0.0, f32::max)
    }

    /// Looks up documents, by hints if they do not match in full, and adds the scores to their sums.
    fn look_up(&mut self, docs: &[DocId], sums: &mut [f32]) {
        let mut unmatched: Vec<usize> = (0..docs.len()).collect();
        let mut sought = Vec::with_capacity(docs.len());
        for (list, terms) in self.lists.iter_mut().zip([Terms::Full, Terms::Hints]) {
            let looks_up = !list.scored && list.bound > 0.0;
            if looks_up {
                sought.clear();
                sought.extend(unmatched.iter().map(|&at| docs[at]));
                list.batch.clear();
                self.scorer.score_docs(&sought, terms, &mut list.batch);
            }
            let mut found = list.batch.finder();
            unmatched.retain(|&at| match found.find(docs[at]) {
                Some((score, _)) => {
                    sums[at] += if looks_up { score } else { 0.0 };
                    false
                }
                None => true,
            });
        }
    }
}

/// Adds up the scores of documents exactly, in the order of the query, from the lists of the window.
fn collect(clauses: &[Clause], docs: &[DocId], top: &mut TopCollector) {
    let mut scores = vec![0.0; docs.len()];
    let mut freqs = vec![Frequencies::default(); docs.len()];
    for Clause { role, lists: [full, hints], .. } in clauses {
        let (mut full, mut hints) = (full.batch.finder(), hints.batch.finder());
        for ((&doc, score), freqs) in docs.iter().zip(&mut scores).zip(&mut freqs) {
            let found = full.find(doc).or_else(|| hints.find(doc));
            *score += found.map_or(0.0, |(score, _)| score);
            if role.has_proximity() {
                freqs.push(found.map_or(0, |(_, freq)| freq));
            }
        }
    }
    let threshold = top.threshold();
    for ((&doc, score), freqs) in docs.iter().zip(scores).zip(freqs) {
        if score >= threshold {
            top.push(doc, score, freqs);
        }
    }
    top.truncate();
}
