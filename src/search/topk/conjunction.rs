//! The conjunction: the top documents that match all content clauses, and their number.

use tantivy::DocId;

use super::{
    bound_query::BoundQuery,
    collector::{TopCollector, collect_segments},
    filter::DocFilter,
    scored_doc::{Collect, ScoredDoc},
};
use crate::{
    error::Result,
    index::Segment,
    search::{
        postings::{DocSet, intersect, intersection_len},
        score::{Cursor, Evaluator, ScoredList},
        weights::BOUND_SLACK,
    },
};

/// The top documents that match all content clauses, in no order, and how many match.
pub(super) fn top_docs(
    evaluator: &Evaluator,
    query: &BoundQuery,
    collect: Collect,
) -> Result<(Vec<ScoredDoc>, u64)> {
    let rarest = query.content().map(|clause| clause.node.doc_count()).min().unwrap_or_default();
    let cost = rarest * query.clauses.len();
    collect_segments(&evaluator.context, collect, cost, |segment, top| {
        Ok(segment_top_docs(segment, query, collect, top))
    })
}

/// Collects the documents of a segment that match all content clauses, and counts them.
fn segment_top_docs(segment: &Segment, query: &BoundQuery, collect: Collect, top: &mut TopCollector) -> u64 {
    let mut filter = DocFilter::new(segment, query);
    let mut clauses: Vec<Clause> = Vec::with_capacity(query.clauses.len());
    let mut content: Vec<&ScoredList> = Vec::with_capacity(query.clauses.len());
    for clause in &query.clauses {
        let list = clause.node.full(segment);
        clauses.push(if clause.content { Clause::Content(content.len()) } else { Clause::other(list) });
        if clause.content {
            content.push(list);
        }
    }
    if content.is_empty() {
        return all_docs(segment, query, collect, top);
    }
    let docs: Vec<&DocSet> = content.iter().map(|list| &list.docs).collect();
    if collect.limit == 0 && filter.is_empty() {
        return intersection_len(&docs) as u64;
    }
    if let ([list], true, [_]) = (&content[..], filter.is_empty(), &clauses[..]) {
        single_word(list, collect, top);
        return list.len() as u64;
    }
    // The highest bounds first, so that most documents are pruned after few look-ups.
    let mut order: Vec<(usize, f32)> = content.iter().map(|list| list.max_score).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let all: f32 = clauses.iter().map(Clause::bound).chain(content.iter().map(|list| list.max_score)).sum();
    // Precomputed scores are as cheap as bounds.
    let is_bounded = content.iter().any(|list| list.scores().is_none());
    let (mut count, mut at) = (0, vec![0; content.len()]);
    intersect(&docs, |met| {
        if !filter.matches(met.doc) {
            return;
        }
        count += 1;
        if collect.limit == 0 {
            return;
        }
        let threshold = top.threshold();
        let mut bound = all;
        for &(word, word_bound) in &order {
            at[word] = met.at(word);
            if is_bounded {
                bound -= word_bound - content[word].max_score_at(at[word]);
                if bound * BOUND_SLACK < threshold {
                    return;
                }
            }
        }
        // Added up in the order of the query, because float sums depend on the order.
        let score = clauses.iter_mut().map(|clause| clause.score(&content, (met.doc, &at))).sum();
        if score >= threshold {
            top.push(met.doc, score, u8::MAX);
        }
    });
    count
}

/// What adds to the score of a matching document.
enum Clause<'s> {
    /// A content clause, by its index.
    Content(usize),
    /// A function word, which is optional.
    Other(Cursor<'s>, f32),
}

impl<'s> Clause<'s> {
    fn other(list: &'s ScoredList) -> Self {
        Self::Other(Cursor::new(list), list.max_score)
    }

    fn bound(&self) -> f32 {
        if let Self::Other(_, bound) = self { *bound } else { 0.0 }
    }

    /// Its score in a document with these ranks in the lists of the content clauses.
    fn score(&mut self, content: &[&ScoredList], (doc, at): (DocId, &[usize])) -> f32 {
        match self {
            Self::Content(word) => content[*word].score(doc, at[*word]),
            Self::Other(cursor, _) => cursor.get(doc).unwrap_or_default().0,
        }
    }
}

fn single_word(list: &ScoredList, collect: Collect, top: &mut TopCollector) {
    if collect.limit == 0 {
        return;
    }
    let least = |top: &TopCollector| top.threshold() / BOUND_SLACK;
    list.for_each_above(least(top), |at, doc| {
        let score = list.score(doc, at);
        if score >= top.threshold() {
            top.push(doc, score, u8::MAX);
        }
        least(top)
    });
}

/// Collects all documents that pass the filter, for a query without words.
fn all_docs(segment: &Segment, query: &BoundQuery, collect: Collect, top: &mut TopCollector) -> u64 {
    let mut filter = DocFilter::new(segment, query);
    let mut count = 0;
    let mut take = |doc| {
        if filter.matches(doc) {
            count += 1;
            if collect.limit > 0 {
                top.push(doc, 0.0, u8::MAX);
            }
        }
    };
    let filters: Vec<&DocSet> = query.filters.iter().map(|node| &node.full(segment).docs).collect();
    if filters.is_empty() {
        segment.alive_docs().for_each(take);
    } else {
        intersect(&filters, |met| take(met.doc));
    }
    count
}
