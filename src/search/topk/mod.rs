//! Top-k retrieval: finds the best documents of a bound query and counts those that match all content clauses.
//!
//! Short queries run in two passes: the conjunction of all content clauses, then the disjunction if the first pass
//! found too few. Longer queries run as a disjunction only. Retrieval prunes documents that cannot be among the best
//! by the words that they have, which never changes the result, and the best are rescored by all criteria.

mod bound_query;
mod candidates;
mod collector;
mod conjunction;
mod deadline;
mod disjunction;
mod exhaustive;
mod rescorer;
mod segment_query;
mod single_word;

use std::{
    io,
    sync::{Mutex, atomic::AtomicUsize},
};

pub(crate) use self::{bound_query::BoundQuery, rescorer::RankedDoc};
use self::{
    collector::{Collect, ScoredDoc, collect_segments, lock},
    rescorer::rescore,
    segment_query::SegmentQuery,
};
use crate::{
    index::{Address, Snapshot},
    search::{
        Options, Relation, Sort, Total,
        context::Context,
        postings::Terms,
        score::{Bm25f, BoundNode},
        weights::{COUNTED_BY_POSITIONS, RESCORED_DOCS, RESCORED_PHRASE_DOCS, TIERED_WORDS},
    },
};

/// The result of ranking.
pub(crate) struct Ranking {
    /// The best documents, best first.
    pub docs: Vec<RankedDoc>,
    /// How many documents match all content clauses.
    pub total: Total,
    /// Whether the deadline was over before all documents were looked at.
    pub timed_out: bool,
}

/// The query opened in each segment.
type Segments<'s> = Vec<Mutex<SegmentQuery<'s>>>;

/// Ranks the documents of a bound query, and returns them without the first [`Options::offset`].
pub(crate) fn rank(context: &Context, query: &BoundQuery, options: &Options) -> io::Result<Ranking> {
    let Context { snapshot, weights } = context;
    let sort = if query.clauses.is_empty() { Sort::Date } else { options.sort };
    let is_tiered = query.content().count() <= TIERED_WORDS || sort == Sort::Date;
    let wanted = options.offset.saturating_add(options.limit);
    let reads_positions = query.content().any(|clause| clause.node.reads_positions());
    let limit = wanted.max(if reads_positions { RESCORED_PHRASE_DOCS } else { RESCORED_DOCS });
    let collect = Collect { limit, sort, exhaustive: options.exhaustive, found: &[] };

    let bm25f: Vec<Bm25f> = snapshot.segments.iter().map(|segment| Bm25f::new(context, segment)).collect();
    let open = |terms: fn(&BoundNode) -> Terms| {
        let segments = bm25f.iter().map(|bm25f| Ok(Mutex::new(SegmentQuery::open(bm25f, query, terms)?)));
        segments.collect::<io::Result<Segments>>()
    };
    let segments = open(|_| Terms::Full)?;
    let rescore =
        |retrieved, wanted, terms| rescore(context, (query, &bm25f), retrieved, wanted, (collect, terms));

    let full_limit = match query.clauses.len() {
        _ if wanted == 0 || !(is_tiered || options.match_all) => 0,
        // Nothing but recency can change the order of documents that have the only word in full.
        1 if weights.recency <= 0.0 => wanted,
        _ => limit,
    };
    let full_collect = Collect { limit: full_limit, ..collect };
    let (complete, mut total) = retrieve(snapshot, &segments, full_collect, true)?;
    let mut docs = rescore((complete, true), wanted, Terms::Full)?;
    if !options.match_all && docs.len() < wanted {
        let mut found: Vec<Address> = docs.iter().map(|ranked| ranked.doc.address).collect();
        found.sort_unstable();
        let collect = Collect { found: &found, ..collect };
        let some = |segments: &Segments| retrieve(snapshot, segments, collect, false).map(|(docs, _)| docs);
        let making_hits = query.clauses.iter().filter(|clause| clause.role.makes_hit());
        let mut nodes = making_hits.map(|clause| &clause.node);
        let mut partial = if nodes.clone().any(|node| node.has_hints() && !node.has_full()) {
            // A word that no release has itself is retrieved by hints.
            (some(&open(|node| if node.has_full() { Terms::Full } else { Terms::Any })?)?, false)
        } else {
            (some(&segments)?, true)
        };
        if partial.0.len() < limit && nodes.any(BoundNode::has_hints) {
            // Few releases have the words themselves: those with hints at them are hits too.
            partial = (some(&open(|_| Terms::Any)?)?, false);
        }
        docs.append(&mut rescore(partial, wanted - docs.len(), Terms::Any)?);
    }
    docs.drain(..options.offset.min(docs.len()));
    let timed_out = query.deadline.was_over();
    if timed_out {
        total.relation = Relation::AtLeast;
    }
    Ok(Ranking { docs, total, timed_out })
}

/// The best documents that match all content clauses, or some of the clauses, in no order. Those that match all are
/// counted.
fn retrieve(
    snapshot: &Snapshot,
    segments: &Segments,
    collect: Collect,
    all: bool,
) -> io::Result<(Vec<ScoredDoc>, Total)> {
    let positions = AtomicUsize::new(COUNTED_BY_POSITIONS);
    let postings = segments.iter().map(|opened| lock(opened).cost(all)).sum();
    collect_segments(snapshot, segments, (collect, postings), |opened, top| match (collect.exhaustive, all) {
        (true, _) => exhaustive::search_segment(opened, all, top),
        (false, true) => conjunction::search_segment(opened, &positions, top),
        (false, false) => disjunction::search_segment(opened, top),
    })
}
