//! Top-k retrieval: finds the best documents of a bound query and counts those that match all content clauses.
//!
//! Short queries run in two passes: the conjunction of all content clauses, then the disjunction if the first pass
//! found too few. Longer queries run as a disjunction only. Documents that cannot reach the top are pruned, which
//! never changes the result.

mod bound_query;
mod collector;
mod conjunction;
mod deadline;
mod disjunction;
mod exhaustive;
mod filter;
mod rescorer;
mod scored_doc;
mod single_word;

use std::sync::atomic::AtomicUsize;

use tantivy::DocId;

pub(crate) use self::{bound_query::BoundQuery, scored_doc::ScoredDoc};
use self::{
    collector::collect_segments,
    conjunction::Count,
    rescorer::rescore,
    scored_doc::{Collect, sort_and_truncate},
};
use super::{
    Options, Relation, Sort, Total,
    context::Context,
    weights::{COUNTED_BY_POSITIONS, PROXIMITY_WORDS, TIERED_WORDS},
};
use crate::error::Result;

/// The result of ranking.
pub(crate) struct Ranking {
    /// The best documents, best first.
    pub docs: Vec<ScoredDoc>,
    /// How many documents match all content clauses.
    pub total: Total,
    /// Whether the deadline was over before all documents were looked at.
    pub timed_out: bool,
}

/// Ranks the documents of a bound query.
pub(crate) fn rank(context: &Context, query: &BoundQuery, options: &Options) -> Result<Ranking> {
    let Context { snapshot, weights, rescored_docs } = context;
    let sort = if query.clauses.is_empty() { Sort::Date } else { options.sort };
    let content = query.content().count();
    let tiered = content <= TIERED_WORDS || sort == Sort::Date;
    let wanted = options.offset.saturating_add(options.limit);
    let near = query.in_proximity().count();
    let has_proximity = weights.proximity > 0.0 && (2..=PROXIMITY_WORDS).contains(&near);
    let rescores = sort == Sort::Relevance && (has_proximity || weights.recency > 0.0);
    let limit = if rescores { wanted.max(*rescored_docs) } else { wanted };

    let full_limit = if tiered || options.match_all { limit } else { 0 };
    let collect = Collect { limit: full_limit, sort, exhaustive: options.exhaustive };
    let (mut docs, count) = all_clauses(context, query, collect)?;
    if rescores {
        rescore(context, query, &mut docs, wanted, (collect, false))?;
    }
    sort_and_truncate(snapshot, &mut docs, sort, wanted);
    if !options.match_all && docs.len() < wanted {
        let missing = wanted - docs.len();
        let limit = if rescores { limit } else { missing };
        let collect = Collect { limit, ..collect };
        let mut partial = some_clauses(context, query, collect, &docs)?;
        if rescores {
            rescore(context, query, &mut partial, missing, (collect, true))?;
        }
        sort_and_truncate(snapshot, &mut partial, sort, missing);
        docs.append(&mut partial);
    }
    let relation = if count.is_exact { Relation::Equal } else { Relation::AtLeast };
    let total = Total { value: count.value, relation };
    Ok(Ranking { docs, total, timed_out: query.deadline.was_over() })
}

/// The best documents that match all content clauses, in no order, and how many match.
fn all_clauses(context: &Context, query: &BoundQuery, collect: Collect) -> Result<(Vec<ScoredDoc>, Count)> {
    let positions = AtomicUsize::new(COUNTED_BY_POSITIONS);
    let rarest = query.content().map(|clause| clause.node.cost()).min().unwrap_or_default();
    let (docs, counts) = collect_segments(context, collect, rarest * query.clauses.len(), |segment, top| {
        if collect.exhaustive {
            let value = exhaustive::search_segment(context, segment, query, (true, &[]), top)?;
            Ok(Count { value, is_exact: true })
        } else {
            conjunction::search_segment(context, segment, query, &positions, top)
        }
    })?;
    let value = counts.iter().map(|count| count.value).sum();
    Ok((docs, Count { value, is_exact: counts.iter().all(|count| count.is_exact) }))
}

/// The best documents that match some of the clauses, in no order, without those found before.
fn some_clauses(
    context: &Context,
    query: &BoundQuery,
    collect: Collect,
    found: &[ScoredDoc],
) -> Result<Vec<ScoredDoc>> {
    let cost = query.clauses.iter().map(|clause| clause.node.cost()).sum();
    let (docs, _) = collect_segments(context, collect, cost, |segment, top| {
        let found = found.iter().map(|doc| doc.address).filter(|address| address.segment == segment.ordinal);
        let mut found: Vec<DocId> = found.map(|address| address.doc).collect();
        found.sort_unstable();
        if collect.exhaustive {
            exhaustive::search_segment(context, segment, query, (false, &found), top).map(|_| ())
        } else {
            disjunction::search_segment(context, segment, query, &found, top)
        }
    })?;
    Ok(docs)
}
