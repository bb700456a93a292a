//! A plan bound to a snapshot: its clauses and conditions as bound nodes.

use std::io;

use super::deadline::Deadline;
use crate::{
    index::day_number,
    search::{
        Options,
        context::Context,
        plan::{Clause, Plan},
        postings::{Binder, BoundWord},
        score::BoundNode,
    },
};

/// A plan bound to a snapshot.
pub(crate) struct BoundQuery {
    pub clauses: Vec<BoundClause>,
    pub filters: Vec<BoundNode>,
    pub excluded: Vec<BoundNode>,
    /// The first and the last day, from 1970-01-01, if the query restricts dates.
    pub days: Option<(i64, i64)>,
    pub deadline: Deadline,
}

/// A clause of the plan, bound to a snapshot.
pub(crate) type BoundClause = Clause<BoundWord>;

/// The clauses that a document matches: a bit for each of the first 32 of the query.
pub(super) type Matched = u32;

/// The bit of a clause.
pub(super) fn matched_bit(clause: usize) -> Matched {
    u32::try_from(clause).ok().and_then(|clause| 1_u32.checked_shl(clause)).unwrap_or_default()
}

impl BoundQuery {
    pub fn new(context: &Context, plan: &Plan, options: &Options) -> io::Result<Self> {
        let deadline = Deadline::after(options.timeout);
        let mut binder = Binder { context, truncated: plan.truncated, known: Vec::new() };
        let mut bind = |node| BoundNode::bind(&mut binder, node);
        let mut clauses = Vec::with_capacity(plan.clauses.len());
        for clause in &plan.clauses {
            let Clause { ref text, ref node, role, required } = *clause;
            clauses.push(Clause { text: text.clone(), node: bind(node)?, role, required });
        }
        let days = (!plan.dates.is_empty()).then(|| {
            let from = plan.dates.iter().filter_map(|span| span.from).map(day_number).max();
            let to = plan.dates.iter().filter_map(|span| span.to).map(day_number).min();
            (from.unwrap_or(i64::MIN + 1), to.unwrap_or(i64::MAX))
        });
        let filters = plan.filters.iter().map(&mut bind).collect::<io::Result<_>>()?;
        let excluded = plan.excluded.iter().map(bind).collect::<io::Result<_>>()?;
        Ok(Self { clauses, filters, excluded, days, deadline })
    }

    /// Whether there are conditions besides the clauses.
    pub fn has_conditions(&self) -> bool {
        self.days.is_some() || !self.filters.is_empty() || !self.excluded.is_empty()
    }

    /// The content clauses.
    pub fn content(&self) -> impl Iterator<Item = &BoundClause> + Clone {
        self.clauses.iter().filter(|clause| clause.role.is_content())
    }

    /// The clauses that make a document a hit.
    pub fn making_hits(&self) -> impl Iterator<Item = &BoundClause> + Clone {
        self.clauses.iter().filter(|clause| clause.role.makes_hit())
    }

    /// The nodes of the clauses that each hit must match.
    pub fn required(&self) -> impl Iterator<Item = &BoundNode> {
        self.clauses.iter().filter(|clause| clause.required).map(|clause| &clause.node)
    }

    /// The nodes whose proximity counts.
    pub fn in_proximity(&self) -> impl Iterator<Item = &BoundNode> + Clone {
        self.clauses.iter().filter(|clause| clause.role.has_proximity()).map(|clause| &clause.node)
    }
}
