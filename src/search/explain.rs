//! Explaining a hit: where its score came from, as plain data.
//!
//! Looks at one release again, clause by clause, with the very cursors that ranked it.

use serde::Serialize;

use super::{
    Searcher,
    cursor::Stops,
    plan::Plan,
    rank::{Job, Placed, Walk},
};
use crate::error::Result;

/// Where a hit's score came from. The parts add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// What each part of the query added, in the order it was typed.
    pub clauses: Vec<ClauseScore>,
    /// What words standing near each other, and being new, added.
    pub bonus: f32,
}

/// What one part of a query added to a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClauseScore {
    /// The part as typed.
    pub text: String,
    /// What it added.
    pub score: f32,
    /// How rare it is in the index: ln(1 + (N − n + ½) / (n + ½)).
    pub rarity: f32,
    /// How much of it was there, and by which terms.
    pub mentions: Vec<Mention>,
}

/// How often a term stands in a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// The term: the channel's letter, a colon and the text; or the words of a phrase.
    pub term: String,
    /// How often in the title.
    pub title: u32,
    /// How often in the body.
    pub body: u32,
}

impl Searcher {
    pub(super) fn explanation(&self, plan: &Plan, job: &Job, placed: &Placed) -> Result<Explanation> {
        let mut walk =
            Walk::open(self, self.snapshot().segment(placed.address.segment), job, Stops::Hints, false)?;
        let mut clauses = Vec::new();
        for (clause, cursor) in plan.clauses.iter().zip(walk.cursors_at(placed.address.doc)) {
            let mut added =
                ClauseScore { text: clause.text.clone(), score: 0.0, rarity: 0.0, mentions: Vec::new() };
            if let Some(cursor) = cursor {
                added.score = cursor.found().score;
                added.rarity = cursor.rarity();
                cursor.mentions(&mut added.mentions);
            }
            clauses.push(added);
        }
        let sum: f32 = clauses.iter().map(|clause| clause.score).sum();
        Ok(Explanation { clauses, bonus: placed.candidate.score - sum })
    }
}
