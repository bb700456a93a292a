//! Evaluation: how well a searcher answers judged queries.
//!
//! Runs queries and scores what comes back by the measures of trec_eval. Prints nothing and knows no
//! set by name.

mod beir;
mod judgments;
mod lines;
mod metrics;
mod trec;

pub use beir::{Queries, Query as TestQuery, Releases, qrels_file, read_qrels, read_queries};
pub use judgments::{JudgedQuery, Judgments, Relevant};
pub use metrics::{Judged, Qrels, RankedReport, Run, Scores, SetReport, SetScores, ndcg};
pub use trec::write_run;

use crate::{
    error::Result,
    query::Query,
    search::{Options, Searcher},
};

/// How many releases a ranked run holds for each query.
const DEPTH: usize = 100;

/// The outcome of an evaluation.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// How well the releases were ranked.
    pub ranked: RankedReport,
    /// How good the releases with all the words were, as a set.
    pub all_words: SetReport,
    /// For each query in order, its id and what came back, best first, with scores.
    pub run: Vec<(String, Vec<(String, f32)>)>,
}

/// Asks a searcher every query and scores the answers.
///
/// Releases go by their ids.
///
/// # Errors
/// `IndexDamaged` where the index cannot be read.
pub fn evaluate(
    searcher: &Searcher,
    queries: &[TestQuery],
    qrels: &Qrels,
    mut on_query: impl FnMut(usize),
) -> Result<Evaluation> {
    let ranked_options = Options { limit: DEPTH, snippets: None, ..Options::default() };
    let everything = usize::try_from(searcher.releases()).unwrap_or(usize::MAX);
    let set_options = Options { limit: everything, match_all: true, ..ranked_options.clone() };
    let (mut ranked, mut found, mut run) = (Run::new(), Run::new(), Vec::new());
    for (done, query) in queries.iter().enumerate() {
        on_query(done);
        let parsed = Query::parse(&query.text);
        let ids = |options: &Options| -> Result<Vec<(String, f32)>> {
            let answer = searcher.search(&parsed, options)?;
            answer.hits.iter().map(|hit| Ok((hit.release()?.id.clone(), hit.score))).collect()
        };
        let best = ids(&ranked_options)?;
        ranked.insert(query.id.clone(), best.iter().map(|(id, _)| id.clone()).collect());
        found.insert(query.id.clone(), ids(&set_options)?.into_iter().map(|(id, _)| id).collect());
        run.push((query.id.clone(), best));
    }
    Ok(Evaluation {
        ranked: RankedReport::new(qrels, &ranked),
        all_words: SetReport::new(qrels, &found),
        run,
    })
}
