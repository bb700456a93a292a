//! Proximity: what query words add to a score by their positions in a document.
//!
//! Sequential dependence (Metzler & Croft 2005): each pair of adjacent query words counts where the second follows
//! the first, and less where both are within a window. In long queries, words at the beginning of a document count too.

use super::node::BoundNode;
use crate::search::{
    postings::{Position, in_doc},
    weights::{
        FULL_PROXIMITY_WORDS, LEAD, LEAD_WORDS, LONG_QUERY_PROXIMITY, PROXIMITY_WORDS, UNORDERED, WINDOW,
        Weights,
    },
};

/// Scores the proximity of a query's content clauses.
pub(crate) struct ProximityScorer {
    k1: f32,
    /// The maximum that each pair of adjacent clauses adds; empty for long queries.
    pairs: Vec<f32>,
    /// The maximum that each clause adds at the beginning of a document; empty for short queries and very long ones.
    leads: Vec<f32>,
}

impl ProximityScorer {
    pub fn new<'n>(weights: &Weights, content: impl Iterator<Item = &'n BoundNode>) -> Self {
        let max_scores: Vec<f32> = content.map(|node| node.max_score(weights.k1 + 1.0)).collect();
        let is_long = max_scores.len() > FULL_PROXIMITY_WORDS;
        let weight = if is_long { weights.proximity * LONG_QUERY_PROXIMITY } else { weights.proximity };
        let pairs = max_scores.windows(2).map(|pair| weight * (pair[0] + pair[1]) / 2.0);
        let is_too_long = max_scores.len() > PROXIMITY_WORDS;
        let pairs = if is_too_long || weight <= 0.0 { Vec::new() } else { pairs.collect() };
        let has_leads = is_long && !is_too_long && weights.proximity > 0.0;
        let leads = if has_leads { max_scores.iter().map(|max| LEAD * max).collect() } else { Vec::new() };
        Self { k1: weights.k1, pairs, leads }
    }

    /// Whether proximity adds nothing to any document.
    pub fn is_off(&self) -> bool {
        self.pairs.is_empty() && self.leads.is_empty()
    }

    /// The score of a document, from the positions of its clauses.
    pub fn score(&self, positions: [&[Position]; PROXIMITY_WORDS]) -> f32 {
        let at_beginning = |(lead, positions): (&f32, &&[Position])| {
            positions.first().map_or(0.0, |&first| lead * (-(in_doc(first) as f32) / LEAD_WORDS).exp())
        };
        let of_pair = |(max, pair): (&f32, &[&[Position]])| {
            let (ordered, near) = together(pair[0], pair[1]);
            let count = ordered + UNORDERED * near;
            if count > 0.0 { max * count / (self.k1 + count) } else { 0.0 }
        };
        self.leads.iter().zip(&positions).map(at_beginning).sum::<f32>()
            + self.pairs.iter().zip(positions.windows(2)).map(of_pair).sum::<f32>()
    }
}

/// How often the second word follows the first, with at most one word between, and how often it is otherwise
/// within the window.
fn together(first: &[Position], second: &[Position]) -> (f32, f32) {
    let (mut ordered, mut near) = (0.0_f32, 0.0_f32);
    for &position in first {
        let from = position.saturating_sub(WINDOW);
        let start = second.partition_point(|&other| other < from);
        let mut best = 0;
        for &other in second[start..].iter().take_while(|&&other| other <= position + WINDOW) {
            let follows = other > position && other - position <= 2;
            best = best.max(if follows { 2 } else { u8::from(other != position) });
        }
        match best {
            2 => ordered += 1.0,
            1 => near += 1.0,
            _ => {}
        }
    }
    (ordered, near)
}
