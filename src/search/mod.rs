//! Searching: a query against a snapshot of an index, ranked, with highlighted snippets.
//!
//! A [`Searcher`] sees the index as of one commit. Search only reads, and returns text and ranges; markup is the
//! caller's.
//!
//! The stages, in the order of their dependencies: `plan` expands a query into weighted terms, `postings` binds
//! them to posting lists, `positions` matches phrases, `score` computes scores, `topk` selects the best documents,
//! and `highlight` finds the bound words in the text of the hits. Only the searcher uses all of them.

mod context;
mod highlight;
mod hit;
mod plan;
mod positions;
mod postings;
mod score;
mod searcher;
mod topk;
mod weights;

use std::time::Duration;

use serde::Serialize;

pub use self::{
    highlight::{Fragment, Highlight, Snippet, SnippetOptions},
    hit::Hit,
    plan::{MAX_WORDS, PATTERN_WORDS, PHRASE_WORDS},
    score::{ClauseScore, Explanation, TermFrequency},
    searcher::Searcher,
    weights::Weights,
};
use crate::release::DateSpan;

/// Options of a search.
#[derive(Clone, Debug)]
pub struct Options {
    /// The maximum number of hits.
    pub limit: usize,
    /// The number of best hits to skip.
    pub offset: usize,
    /// The order of the hits.
    pub sort: Sort,
    /// Return only releases that match all clauses of the query.
    pub match_all: bool,
    /// Spans of days; a release must be dated within all of them.
    pub dates: Vec<DateSpan>,
    /// How much of each hit's body to return; none: no snippets.
    pub snippets: Option<SnippetOptions>,
    /// Score every matching release instead of pruning. Slower, with the same results; for tests.
    pub exhaustive: bool,
    /// Explain the score of each hit.
    pub explain: bool,
    /// When to stop looking for better hits, from the start of the search. The results then say so. The words of
    /// the query are still looked up, and snippets made, which is not included.
    pub timeout: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            match_all: false,
            dates: Vec::new(),
            snippets: Some(SnippetOptions::default()),
            exhaustive: false,
            explain: false,
            timeout: None,
        }
    }
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The most relevant first.
    #[default]
    Relevance,
    /// The latest first, releases without a date last.
    Date,
}

/// The results of a search.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// How many releases match all clauses of the query.
    pub total: Total,
    /// How many words of the query were ignored because it has more than [`MAX_WORDS`] different ones.
    pub ignored_words: usize,
    /// Whether [`Options::timeout`] was over before all releases were looked at: there may be better hits.
    pub timed_out: bool,
}

/// A number of releases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// The number.
    pub value: u64,
    /// Whether the number is exact.
    pub relation: Relation,
}

impl Total {
    /// Adds another number. The sum is exact if both are.
    fn add(&mut self, other: Self) {
        self.value += other.value;
        if other.relation == Relation::AtLeast {
            self.relation = other.relation;
        }
    }
}

/// How a number relates to the true number of releases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Relation {
    /// It is exact.
    #[default]
    #[serde(rename = "eq")]
    Equal,
    /// It is a lower bound.
    #[serde(rename = "gte")]
    AtLeast,
}
