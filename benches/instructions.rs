//! One indexing run and one pass of queries, whose instructions `instructions.sh` counts under callgrind.
//!
//! It always uses the shipped corpus and one thread, so the counts of two runs are comparable. `--only indexing`
//! leaves out the queries.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints what it did"
)]

mod measure;

use std::path::Path;

use measure::{arguments, original::shipped};
use vestnik::{Index, Query, Release, eval::Judgments, index::WriterOptions, search::Options};

/// Copies of the corpus to index. More copies give known words a more realistic share of the work.
const COPIES: usize = 8;

fn main() {
    let index = Index::in_memory().expect("an index");
    let mut writer =
        index.writer_with(WriterOptions { threads: 1, ..WriterOptions::default() }).expect("a writer");
    for copy in 0..COPIES {
        for release in shipped() {
            let release = Release { id: format!("{copy} {}", release.id), ..release };
            writer.add(&release).expect("a release written");
        }
    }
    let releases = writer.releases();
    writer.commit(&[]).expect("a commit");
    println!("{releases} releases indexed");
    if arguments::value("--only", String::new()) == "indexing" {
        return;
    }
    let searcher = index.searcher().expect("a searcher");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/judgments.toml");
    let judgments = Judgments::read(&file).expect("the shipped judgments");
    let mut hits = 0;
    for query in judgments.queries() {
        let answer =
            searcher.search(&Query::parse(&query.query.text), &Options::default()).expect("an answer");
        assert!(!answer.hits.is_empty(), "{}", query.query.text);
        hits += answer.hits.len();
    }
    println!("{} queries, {hits} hits", judgments.queries().len());
}
