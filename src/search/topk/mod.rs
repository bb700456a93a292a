//! Top-k retrieval: finds the best documents of a bound query and counts those that match all content clauses.
//!
//! Short queries run in two passes: the conjunction of all content clauses, then the disjunction if the first pass
//! found too few. Longer queries run as a disjunction only. Documents that cannot reach the top are pruned, which
//! never changes the result.

mod accumulators;
mod bound_query;
mod collector;
mod conjunction;
mod disjunction;
mod filter;
mod rescorer;
mod scored_doc;

pub(crate) use self::{bound_query::BoundQuery, scored_doc::ScoredDoc};
use self::{
    rescorer::rescore,
    scored_doc::{Collect, sort_and_truncate},
};
use super::{
    Options, Sort,
    score::Evaluator,
    weights::{PROXIMITY_WORDS, RESCORED_DOCS, TIERED_WORDS},
};
use crate::error::Result;

/// The result of ranking.
pub(crate) struct Ranking {
    /// The best documents, best first.
    pub docs: Vec<ScoredDoc>,
    /// How many documents match all content clauses.
    pub total: u64,
}

/// Ranks the documents of a bound query.
pub(crate) fn rank(evaluator: &Evaluator, query: &BoundQuery, options: &Options) -> Result<Ranking> {
    let (snapshot, weights) = (&evaluator.context.snapshot, &evaluator.context.weights);
    let sort = if query.clauses.is_empty() { Sort::Date } else { options.sort };
    let content = query.content().count();
    let tiered = content <= TIERED_WORDS || sort == Sort::Date;
    let wanted = options.offset.saturating_add(options.limit);
    let has_proximity = weights.proximity > 0.0 && (2..=PROXIMITY_WORDS).contains(&content);
    let rescores = sort == Sort::Relevance && (has_proximity || weights.recency > 0.0);
    let limit = if rescores { wanted.max(RESCORED_DOCS) } else { wanted };

    let full_limit = if tiered || options.match_all { limit } else { 0 };
    let collect = Collect { limit: full_limit, sort, exhaustive: options.exhaustive };
    let (mut docs, total) = conjunction::top_docs(evaluator, query, collect)?;
    if rescores {
        rescore(evaluator, query, &mut docs, wanted, (collect, false))?;
    }
    sort_and_truncate(snapshot, &mut docs, sort, wanted);
    if !options.match_all && docs.len() < wanted {
        let missing = wanted - docs.len();
        let limit = if rescores { limit } else { missing };
        let collect = Collect { limit, ..collect };
        let mut partial = disjunction::top_docs(evaluator, query, collect, &docs)?;
        if rescores {
            rescore(evaluator, query, &mut partial, missing, (collect, true))?;
        }
        sort_and_truncate(snapshot, &mut partial, sort, missing);
        docs.append(&mut partial);
    }
    Ok(Ranking { docs, total })
}
