//! A plan bound to a snapshot: its clauses and conditions as bound nodes.

use std::io;

use super::deadline::Deadline;
use crate::search::{
    Options,
    context::Context,
    plan::{Clause, Node, Plan},
    postings::{Binder, BoundWord},
    score::BoundNode,
};

/// A plan bound to a snapshot.
pub(crate) struct BoundQuery {
    pub clauses: Vec<BoundClause>,
    pub filters: Vec<BoundNode>,
    pub excluded: Vec<BoundNode>,
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
    pub fn new<'p>(context: &'p Context, plan: &'p Plan, options: &Options) -> io::Result<Self> {
        let deadline = Deadline::after(options.timeout);
        let mut binder = Binder { context, truncated: plan.truncated, known: Vec::new() };
        let mut bind = |node: &'p Node| node.try_map(&mut |word| binder.bind(word));
        let mut clauses = Vec::with_capacity(plan.clauses.len());
        for clause in &plan.clauses {
            let Clause { ref text, ref node, role, required } = *clause;
            clauses.push(Clause { text: text.clone(), node: bind(node)?, role, required });
        }
        let filters = plan.filters.iter().map(&mut bind).collect::<io::Result<_>>()?;
        let excluded = plan.excluded.iter().map(bind).collect::<io::Result<_>>()?;
        Ok(Self { clauses, filters, excluded, deadline })
    }

    /// The content clauses.
    pub fn content(&self) -> impl Iterator<Item = &BoundClause> + Clone {
        self.clauses.iter().filter(|clause| clause.role.is_content())
    }

    /// The nodes whose proximity counts.
    pub fn in_proximity(&self) -> impl Iterator<Item = &BoundNode> + Clone {
        self.clauses.iter().filter(|clause| clause.role.has_proximity()).map(|clause| &clause.node)
    }
}
