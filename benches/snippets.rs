//! The cost of snippets: the judged queries of the shipped corpus, with and without them.
//!
//! `cargo bench --bench snippets -- --rounds 50`. The time of a query is the median over the rounds of the CPU time of
//! the calling thread.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, prints its figures, and rounds them"
)]

mod measure;

use std::path::Path;

use measure::{
    arguments,
    clock::thread,
    original::shipped,
    spread::{Spread, median},
};
use vestnik::{
    Index, Query,
    eval::{JudgedQuery, Judgments},
    search::{Options, Results, Searcher},
};

fn main() {
    let rounds = arguments::value("--rounds", 50_usize);
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open_or_create(folder.path()).expect("an index");
    index.ingest(shipped()).expect("releases written");
    let searcher = index.searcher().expect("a searcher");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/judgments.toml");
    let judgments = Judgments::read(&file).expect("the shipped judgments");
    let judged = judgments.queries();

    let with = Options::default();
    let without = Options { snippets: None, ..Options::default() };
    let shown = judged.iter().map(|query| check(query, &ask(&searcher, query, &with))).sum::<usize>();
    assert!(shown > judged.len(), "fragments are shown: {shown}");

    let cost = |options| Spread::of(judged.iter().map(|query| timed(&searcher, query, options, rounds)));
    let (bare, full) = (cost(&without), cost(&with));
    println!(
        "{} releases, {} queries, {rounds} rounds, {shown} fragments",
        searcher.releases(),
        judged.len()
    );
    println!("{:>18} {:>8} {:>8} {:>8}   milliseconds", "", "p50", "p99", "max");
    println!("{:>18} {bare}", "without snippets");
    println!("{:>18} {full}", "with snippets");
    println!("median with snippets: {:.2} times that without", full.median() / bare.median());
}

fn ask(searcher: &Searcher, judged: &JudgedQuery, options: &Options) -> Results {
    searcher.search(&Query::parse(&judged.query.text), options).expect("an answer")
}

/// Asserts that a relevant release is found and all highlights are valid; returns the number of fragments.
fn check(judged: &JudgedQuery, answer: &Results) -> usize {
    let text = &judged.query.text;
    let relevant = |id: &str| judged.relevant.iter().any(|relevant| relevant.id == id);
    assert!(
        answer.hits.iter().any(|hit| relevant(&hit.release().expect("a release").id)),
        "{text}: no relevant release"
    );
    let snippets = answer.hits.iter().map(|hit| hit.snippet.as_ref().expect("a snippet was asked for"));
    let mut shown = 0;
    for fragment in snippets.flat_map(|snippet| &snippet.fragments) {
        assert!(!fragment.text.is_empty(), "{text}: an empty fragment");
        for mark in &fragment.highlights {
            assert!(!fragment.text[mark.start..mark.end].is_empty(), "{text}: an empty mark");
        }
        shown += 1;
    }
    shown
}

/// The median time over the rounds, in milliseconds.
fn timed(searcher: &Searcher, judged: &JudgedQuery, options: &Options, rounds: usize) -> f64 {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = thread();
        let answer = ask(searcher, judged, options);
        times.push((thread() - start) * 1e3);
        assert!(!answer.hits.is_empty(), "{}", judged.query.text);
    }
    median(&times)
}
