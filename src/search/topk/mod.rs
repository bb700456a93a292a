//! Top-k retrieval: finds the best documents of a bound query and counts those that match all content clauses.
//!
//! Short queries run in two passes: the conjunction of all content clauses, then the disjunction if the first pass
//! found too few. Longer queries run as a disjunction only. Documents that cannot reach the top are pruned, which
//! never changes the result.

mod bound_query;
mod candidates;
mod collector;
mod conjunction;
mod deadline;
mod disjunction;
mod exhaustive;
mod rescorer;
mod scored_doc;
mod segment_query;
mod single_word;

use std::{
    io,
    sync::{Mutex, PoisonError, atomic::AtomicUsize},
};

use tantivy::DocId;

pub(crate) use self::{bound_query::BoundQuery, scored_doc::ScoredDoc};
use self::{
    collector::collect_segments,
    conjunction::Count,
    rescorer::rescore,
    scored_doc::{Collect, sort_and_truncate},
    segment_query::SegmentQuery,
};
use super::{
    Options, Relation, Sort, Total,
    context::Context,
    postings::Terms,
    score::Bm25f,
    weights::{
        COUNTED_BY_POSITIONS, FULL_PROXIMITY_WORDS, PROXIMITY_WORDS, RESCORED_DOCS_OF_LONG_QUERIES,
        TIERED_WORDS,
    },
};
use crate::index::Address;

/// The result of ranking.
pub(crate) struct Ranking {
    /// The best documents, best first.
    pub docs: Vec<ScoredDoc>,
    /// The indices of the content clauses that each of them does not match in full.
    pub missing: Vec<Vec<usize>>,
    /// How many documents match all content clauses.
    pub total: Total,
    /// Whether the deadline was over before all documents were looked at.
    pub timed_out: bool,
}

/// The query opened in each segment.
type Segments<'s> = [Mutex<SegmentQuery<'s>>];

/// Ranks the documents of a bound query, and returns them without the first [`Options::offset`].
pub(crate) fn rank(context: &Context, query: &BoundQuery, options: &Options) -> io::Result<Ranking> {
    let Context { snapshot, weights, rescored_docs } = context;
    let sort = if query.clauses.is_empty() { Sort::Date } else { options.sort };
    let content = query.content().count();
    let tiered = content <= TIERED_WORDS || sort == Sort::Date;
    let wanted = options.offset.saturating_add(options.limit);
    let near = query.in_proximity().count();
    let has_proximity = weights.proximity > 0.0 && (2..=PROXIMITY_WORDS).contains(&near);
    let rescores = sort == Sort::Relevance && (has_proximity || weights.recency > 0.0);
    let is_long = near > FULL_PROXIMITY_WORDS && weights.recency <= 0.0;
    let rescored = if is_long { RESCORED_DOCS_OF_LONG_QUERIES.min(*rescored_docs) } else { *rescored_docs };
    let limit = if rescores { wanted.max(rescored) } else { wanted };

    let bm25f: Vec<Bm25f> = snapshot.segments.iter().map(|segment| Bm25f::new(context, segment)).collect();
    let open = |bm25f| Ok(Mutex::new(SegmentQuery::open(bm25f, query)?));
    let segments: Vec<_> = bm25f.iter().map(open).collect::<io::Result<_>>()?;

    let full_limit = if tiered || options.match_all { limit } else { 0 };
    let collect = Collect { limit: full_limit, sort, exhaustive: options.exhaustive };
    let (mut docs, count) = all_clauses(context, &segments, collect)?;
    if rescores {
        rescore(context, (query, &bm25f), &mut docs, wanted, (collect, Terms::Full))?;
    }
    sort_and_truncate(snapshot, &mut docs, sort, wanted);
    let complete = docs.len();
    if !options.match_all && complete < wanted {
        let missing = wanted - complete;
        let limit = if rescores { limit } else { missing };
        let collect = Collect { limit, ..collect };
        query.bind_hints(context)?;
        let mut partial = some_clauses(context, &segments, collect, &docs)?;
        if rescores {
            rescore(context, (query, &bm25f), &mut partial, missing, (collect, Terms::Any))?;
        }
        sort_and_truncate(snapshot, &mut partial, sort, missing);
        docs.append(&mut partial);
    }
    let skipped = options.offset.min(docs.len());
    docs.drain(..skipped);
    let missing = missing(&segments, &docs, complete.saturating_sub(skipped));
    let relation = if count.is_exact { Relation::Equal } else { Relation::AtLeast };
    let total = Total { value: count.value, relation };
    Ok(Ranking { docs, missing, total, timed_out: query.deadline.was_over() })
}

/// The best documents that match all content clauses, in no order, and how many match.
fn all_clauses(
    context: &Context,
    segments: &Segments,
    collect: Collect,
) -> io::Result<(Vec<ScoredDoc>, Count)> {
    let positions = AtomicUsize::new(COUNTED_BY_POSITIONS);
    let (docs, counts) =
        collect_segments(context, segments, (collect, |opened| opened.cost_of_all()), |opened, top| {
            Ok(if collect.exhaustive {
                Count { value: exhaustive::search_segment(opened, (true, &[]), top), is_exact: true }
            } else {
                conjunction::search_segment(opened, &positions, top)
            })
        })?;
    let value = counts.iter().map(|count| count.value).sum();
    Ok((docs, Count { value, is_exact: counts.iter().all(|count| count.is_exact) }))
}

/// The best documents that match some of the clauses, in no order, without those found before.
fn some_clauses(
    context: &Context,
    segments: &Segments,
    collect: Collect,
    found: &[ScoredDoc],
) -> io::Result<Vec<ScoredDoc>> {
    let (docs, _) =
        collect_segments(context, segments, (collect, |opened| opened.cost_of_some()), |opened, top| {
            opened.open_hints()?;
            let ordinal = opened.segment.ordinal;
            let found = found.iter().map(|doc| doc.address).filter(|address| address.segment == ordinal);
            let mut found: Vec<DocId> = found.map(|address| address.doc).collect();
            found.sort_unstable();
            if collect.exhaustive {
                exhaustive::search_segment(opened, (false, &found), top);
            } else {
                disjunction::search_segment(opened, &found, top);
            }
            Ok(())
        })?;
    Ok(docs)
}

/// The indices of the content clauses that each document does not match in full, except for the first `complete`.
fn missing(segments: &Segments, docs: &[ScoredDoc], complete: usize) -> Vec<Vec<usize>> {
    let mut missing = vec![Vec::new(); docs.len()];
    // Cursors move forward.
    let mut order: Vec<(Address, usize)> =
        docs.iter().map(|doc| doc.address).zip(0..).skip(complete).collect();
    order.sort_unstable();
    for of_segment in order.chunk_by(|(a, _), (b, _)| a.segment == b.segment) {
        let ids: Vec<DocId> = of_segment.iter().map(|(address, _)| address.doc).collect();
        let segment = &segments[of_segment[0].0.segment as usize];
        let found = segment.lock().unwrap_or_else(PoisonError::into_inner).missing(&ids);
        for (&(_, at), clauses) in of_segment.iter().zip(found) {
            missing[at] = clauses;
        }
    }
    missing
}
