//! The second look at the best few hundred releases, for the nearness of the query's words and for newness.
//!
//! Changes scores, and leaves out what cannot be among the wanted best in any case. What nearness is worth,
//! `proximity` says.

use super::{
    Searcher,
    placed::{Keep, Placed},
    places::Places,
    proximity::Nearness,
    rank::Job,
    weights::{BOUND_SLACK, HALF_LIFE},
};
use crate::{error::Result, index::Address};

/// How releases are looked at again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    /// What was kept.
    pub keep: Keep,
    /// Whether some may only hint at a word.
    pub hints: bool,
}

/// What looks at releases again.
struct SecondLook<'s> {
    searcher: &'s Searcher,
    job: &'s Job,
    near: &'s Nearness,
    hints: bool,
    /// The places in the releases of each segment that was looked at.
    opened: Vec<Option<Places<'s>>>,
    /// What the best are worth, best first, when as many as are wanted were looked at.
    reached: Vec<f32>,
}

impl Searcher {
    /// Adds the bonus to the score of each release that may be among the `wanted` best with it. Takes
    /// the best first: what they reach spares most of the others a look.
    pub(super) fn look_again(
        &self,
        job: &Job,
        placed: &mut Vec<Placed>,
        wanted: usize,
        Again { keep, hints }: Again,
    ) -> Result<()> {
        let near = &self.nearness(job);
        // What a release is worth at most, where that may be `least`.
        let most = |placed: &Placed, least: f32| {
            let new = 1.0 + self.newness(placed.address);
            let with =
                |bonus: f32| Some((placed.score + bonus) * new * BOUND_SLACK).filter(|&most| most >= least);
            with(near.of_words(placed.has))?;
            with(near.at_most(self.counts(job, placed.address)))
        };
        let (exhaustive, wanted) = (keep.exhaustive, wanted.max(1));
        let best_first = |a: &Placed, b: &Placed| b.score.total_cmp(&a.score);
        if placed.len() > keep.limit {
            // Which of the worst are kept need only be settled where one of them may get in.
            let least = placed.select_nth_unstable_by(wanted - 1, best_first).1.score;
            let worst = placed.iter().map(|placed| placed.score).fold(f32::INFINITY, f32::min);
            let mut worst = placed.iter().filter(|placed| placed.score <= worst);
            if exhaustive || worst.any(|placed| most(placed, least).is_some()) {
                self.cut_equals(placed, keep);
            }
        }
        let first = if exhaustive { placed.len() } else { wanted.min(placed.len()) };
        if first < placed.len() {
            placed.select_nth_unstable_by(first, best_first);
        }
        let (first, rest) = placed.split_at_mut(first);
        let mut look =
            SecondLook { searcher: self, job, near, hints, opened: Vec::new(), reached: Vec::new() };
        look.at(first.iter_mut().map(|placed| (f32::INFINITY, placed)).collect())?;
        if rest.is_empty() {
            return Ok(());
        }
        look.reached.extend(first.iter().map(|placed| placed.score));
        look.reached.sort_unstable_by(|a, b| b.total_cmp(a));
        let least = look.least();
        look.at(rest.iter_mut().filter_map(|placed| Some((most(placed, least)?, placed))).collect())
    }

    /// In how many places a release has each content clause at most.
    fn counts<'j>(&'j self, job: &'j Job, Address { segment, doc }: Address) -> impl Iterator<Item = u8> {
        let segment = self.snapshot().segment(segment);
        let content = job.clauses.iter().filter(|clause| clause.content);
        content.map(move |clause| clause.part.places(segment, doc))
    }

    /// What a release gains from being new, as a part of its score.
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are few")]
    fn newness(&self, Address { segment, doc }: Address) -> f32 {
        let recency = self.weights().recency;
        if recency <= 0.0 {
            return 0.0;
        }
        let Some(day) = self.snapshot().segment(segment).day(doc) else { return 0.0 };
        let age = self.snapshot().newest.saturating_sub(day).max(0) as f32;
        recency * 0.5_f32.powf(age / HALF_LIFE)
    }
}

impl SecondLook<'_> {
    /// A release that is worth less is not among the best.
    fn least(&self) -> f32 {
        self.reached.last().copied().unwrap_or(f32::NEG_INFINITY)
    }

    /// Looks at releases, each with what it is worth at most: at those that may be worth most first, where their
    /// places can be read in any order.
    fn at(&mut self, mut releases: Vec<(f32, &mut Placed)>) -> Result<()> {
        let Self { searcher, job, near, hints, .. } = *self;
        if !self.opened.iter().flatten().all(Places::in_any_order) {
            self.opened.clear();
        }
        self.opened.resize_with(searcher.snapshot().segments.len(), || None);
        for (_, Placed { address, has, .. }) in &releases {
            let opened = &mut self.opened[address.segment as usize];
            if opened.is_none() && near.of_words(*has) > 0.0 {
                let segment = searcher.snapshot().segment(address.segment);
                *opened = Some(Places::open_near(searcher, segment, job, hints)?);
            }
        }
        if self.opened.iter().flatten().all(Places::in_any_order) {
            releases.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
        } else {
            releases.sort_unstable_by_key(|(_, placed)| placed.address);
        }
        for (most, Placed { address, score, has }) in releases {
            let least = self.least();
            if most < least {
                continue;
            }
            if let Some(places) = &mut self.opened[address.segment as usize]
                && near.of_words(*has) > 0.0
            {
                *score += near.of_places(places.by_clause(address.doc));
            }
            *score *= 1.0 + searcher.newness(*address);
            if self.reached.pop_if(|least| *least < *score).is_some() {
                let at = self.reached.partition_point(|reached| reached >= score);
                self.reached.insert(at, *score);
            }
        }
        Ok(())
    }
}
