//! Rescoring of the best few hundred documents with proximity and recency.
//!
//! Skips documents that cannot be among the best with their bonus.

use std::io;

use super::{
    bound_query::BoundQuery,
    scored_doc::{Collect, ScoredDoc, truncate_ties},
};
use crate::{
    index::{Address, day_number},
    search::{
        context::Context,
        postings::Terms,
        score::{Bm25f, ClausePositions, ProximityScorer},
        weights::{BOUND_SLACK, HALF_LIFE},
    },
};

struct Rescorer<'s> {
    context: &'s Context,
    /// By segment.
    bm25f: &'s [Bm25f<'s>],
    query: &'s BoundQuery,
    proximity: &'s ProximityScorer,
    recency: Recency,
    /// By which terms documents match.
    terms: Terms,
    /// The positions in each segment, opened on demand.
    positions: Vec<Option<ClausePositions<'s>>>,
    /// The scores of the best so far, best first, once there are as many as requested.
    reached: Vec<f32>,
}

/// Adds the bonus to every document that may be among the `wanted` best with it. Documents with the highest
/// scores come first, so that most others are skipped. `terms` are those that documents may have of a clause.
pub(super) fn rescore(
    context: &Context,
    (query, bm25f): (&BoundQuery, &[Bm25f]),
    docs: &mut Vec<ScoredDoc>,
    wanted: usize,
    (collect, terms): (Collect, Terms),
) -> io::Result<()> {
    let proximity = &ProximityScorer::new(&context.weights, query.in_proximity());
    let recency = Recency::new(context);
    // The highest possible score of a document, if that is at least `least`.
    let max_score = |doc: &ScoredDoc, least: f32| {
        let factor = 1.0 + recency.bonus(context, doc.address);
        let bonus = proximity.max_score(doc.freqs.counts());
        Some((doc.score + bonus) * factor * BOUND_SLACK).filter(|&max| max >= least)
    };
    let (exhaustive, wanted) = (collect.exhaustive, wanted.max(1));
    let best_first = |a: &ScoredDoc, b: &ScoredDoc| b.score.total_cmp(&a.score);
    if docs.len() > collect.limit {
        // Ties at the limit matter only if one of them can be among the best.
        let least = docs.select_nth_unstable_by(wanted - 1, best_first).1.score;
        let worst = docs.iter().map(|doc| doc.score).fold(f32::INFINITY, f32::min);
        let mut worst = docs.iter().filter(|doc| doc.score <= worst);
        if exhaustive || worst.any(|doc| max_score(doc, least).is_some()) {
            truncate_ties(&context.snapshot, docs, collect);
        }
    }
    let first = if exhaustive { docs.len() } else { wanted.min(docs.len()) };
    if first < docs.len() {
        docs.select_nth_unstable_by(first, best_first);
    }
    let (first, rest) = docs.split_at_mut(first);
    let mut rescorer = Rescorer {
        context,
        bm25f,
        query,
        proximity,
        recency,
        terms,
        positions: Vec::new(),
        reached: Vec::new(),
    };
    rescorer.rescore(first.iter_mut().map(|doc| (f32::INFINITY, doc)).collect())?;
    if rest.is_empty() {
        return Ok(());
    }
    rescorer.reached.extend(first.iter().map(|doc| doc.score));
    rescorer.reached.sort_unstable_by(|a, b| b.total_cmp(a));
    let least = rescorer.threshold();
    rescorer.rescore(rest.iter_mut().filter_map(|doc| Some((max_score(doc, least)?, doc))).collect())
}

impl Rescorer<'_> {
    /// A document with a lower score is not among the best.
    fn threshold(&self) -> f32 {
        self.reached.last().copied().unwrap_or(f32::NEG_INFINITY)
    }

    /// Rescores documents, each given with its highest possible score.
    fn rescore(&mut self, mut docs: Vec<(f32, &mut ScoredDoc)>) -> io::Result<()> {
        let Self { context, bm25f, query, proximity, recency, terms, .. } = *self;
        self.positions.clear();
        self.positions.resize_with(context.snapshot.segments.len(), || None);
        docs.sort_unstable_by_key(|(_, doc)| doc.address);
        for (max_score, ScoredDoc { address, score, freqs }) in docs {
            if max_score < self.threshold() {
                continue;
            }
            if proximity.max_score(freqs.counts()) > 0.0 {
                let positions = &mut self.positions[address.segment as usize];
                let positions = if let Some(positions) = positions {
                    positions
                } else {
                    let bm25f = &bm25f[address.segment as usize];
                    positions.insert(ClausePositions::open(bm25f, query.in_proximity(), terms)?)
                };
                *score += proximity.score(positions.read(address.doc));
            }
            *score *= 1.0 + recency.bonus(context, *address);
            if self.reached.pop_if(|least| *least < *score).is_some() {
                let at = self.reached.partition_point(|reached| reached >= score);
                self.reached.insert(at, *score);
            }
        }
        Ok(())
    }
}

/// Recency: what a release gains by its date, as a share of its score.
#[derive(Clone, Copy)]
struct Recency {
    weight: f32,
    /// The day from which age is counted, in days from 1970-01-01: the newest one, but not after today.
    origin: i64,
}

impl Recency {
    fn new(Context { snapshot, weights, .. }: &Context) -> Self {
        // The first question for the local day reads the list of all time zones, and the newest day all dates.
        let origin = || snapshot.newest().min(day_number(jiff::Zoned::now().date()));
        Self { weight: weights.recency, origin: if weights.recency > 0.0 { origin() } else { 0 } }
    }

    /// A day after the origin is tomorrow somewhere; a later one is a mistake or an announcement, not news.
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are few")]
    fn bonus(self, Context { snapshot, .. }: &Context, Address { segment, doc }: Address) -> f32 {
        if self.weight <= 0.0 {
            return 0.0;
        }
        let Some(day) = snapshot.segment(segment).day(doc) else { return 0.0 };
        match self.origin.saturating_sub(day) {
            ..=-2 => 0.0,
            age => self.weight * 0.5_f32.powf(age.max(0) as f32 / HALF_LIFE),
        }
    }
}
