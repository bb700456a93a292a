//! A plan bound to a snapshot: its clauses and conditions as evaluated nodes.

use std::sync::Arc;

use crate::{
    error::Result,
    index::{Address, day_number},
    release::DateSpan,
    search::{
        plan::Plan,
        score::{EvaluatedNode, Evaluator},
    },
};

/// A plan bound to a snapshot.
pub(crate) struct BoundQuery {
    pub clauses: Vec<BoundClause>,
    pub filters: Vec<Arc<EvaluatedNode>>,
    pub excluded: Vec<Arc<EvaluatedNode>>,
    /// The first and the last day, from 1970-01-01, if the query restricts dates.
    pub days: Option<(i64, i64)>,
}

/// A clause of the plan with its matching documents.
pub(crate) struct BoundClause {
    pub node: Arc<EvaluatedNode>,
    pub content: bool,
    pub required: bool,
}

impl BoundQuery {
    pub fn new(evaluator: &Evaluator, plan: &Plan, dates: &[DateSpan]) -> Result<Self> {
        let mut clauses = Vec::with_capacity(plan.clauses.len());
        for clause in &plan.clauses {
            let node = evaluator.evaluate(&clause.node)?;
            clauses.push(BoundClause { node, content: clause.content, required: clause.required });
        }
        let spans: Vec<_> = plan.dates.iter().chain(dates).collect();
        let days = (!spans.is_empty()).then(|| {
            let from = spans.iter().filter_map(|span| span.from).map(day_number).max();
            let to = spans.iter().filter_map(|span| span.to).map(day_number).min();
            (from.unwrap_or(i64::MIN + 1), to.unwrap_or(i64::MAX))
        });
        Ok(Self {
            clauses,
            filters: evaluator.evaluate_all(&plan.filters)?,
            excluded: evaluator.evaluate_all(&plan.excluded)?,
            days,
        })
    }

    /// The content clauses.
    pub fn content(&self) -> impl Iterator<Item = &BoundClause> + Clone {
        self.clauses.iter().filter(|clause| clause.content)
    }

    /// The indices of the content clauses that a document does not match in full.
    pub fn missing(
        &self,
        evaluator: &Evaluator,
        Address { segment, doc }: Address,
    ) -> impl Iterator<Item = usize> {
        let segment = evaluator.context.snapshot.segment(segment);
        let content = self.clauses.iter().enumerate().filter(|(_, clause)| clause.content);
        let missing = content.filter(move |(_, clause)| clause.node.full(segment).docs.at(doc).is_none());
        missing.map(|(at, _)| at)
    }
}
