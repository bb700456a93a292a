//! Neither pruning nor the number of segments changes the results of a query: with the constants of the program,
//! on a hundred thousand generated releases and two thousand random queries.
//!
//! Takes minutes: `cargo test --release --test pruning -- --ignored`. `src/search/property_tests.rs` tests the same
//! on small corpora of random words.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

#[path = "../benches/measure/mod.rs"]
mod measure;

use std::ops::Range;

use fastrand::Rng;
use measure::{generated::Generator, original::words};
use vestnik::{
    Index, Query,
    search::{Options, Relation, Searcher, Sort},
};

const RELEASES: u64 = 100_000;
const QUERIES: usize = 2_000;

/// A query of words of one release, in one of the ways that people search.
fn query(rng: &mut Rng, generator: &Generator) -> String {
    loop {
        let release = generator.release(rng.u64(..RELEASES));
        let text = &release.body;
        let all: Vec<Range<usize>> = words(text).collect();
        let count = rng.usize(1..=9);
        if all.len() < count + 2 {
            continue;
        }
        let first = rng.usize(..all.len() - count);
        let word = |at: usize| &text[all[at].clone()];
        let some = (first..first + count).map(word).collect::<Vec<_>>().join(" ");
        let other = word(rng.usize(..all.len()));
        return match rng.u32(..14) {
            0 => format!("\"{some}\""),
            1 => format!("\"{some}\"~{}", rng.u32(..4)),
            2 => format!("{} /{} {other}", word(first), rng.u32(1..6)),
            3 => format!("{}* {other}", word(first).chars().take(4).collect::<String>()),
            4 => format!("({some}) -{other}"),
            5 => format!("{} | {other} {some}", word(first)),
            6 => format!("заголовок:{other} {some}"),
            7 => format!("{some} дата:{}", rng.u32(2005..2025)),
            8 => format!("({some} -{other}) | \"{some}\" {other}"),
            9 => format!("({} -{other}) {some}", word(first)),
            _ => some,
        };
    }
}

/// An index of the releases, some of which are deleted again.
fn searcher(generator: &Generator, commits: u64) -> Searcher {
    let index = Index::in_memory().unwrap();
    let per_commit = RELEASES / commits;
    for commit in 0..commits {
        index.ingest((0..per_commit).map(|at| generator.release(commit * per_commit + at))).unwrap();
    }
    let mut writer = index.writer().unwrap();
    for number in (0..RELEASES).step_by(50) {
        assert!(writer.remove(&generator.release(number).id));
    }
    writer.commit(&[]).unwrap();
    index.searcher().unwrap()
}

#[test]
#[ignore = "takes minutes"]
fn pruned_and_exhaustive_results_are_equal() {
    let generator = Generator::new();
    let [one, many] = [1, 20].map(|commits| searcher(&generator, commits));
    let mut rng = Rng::with_seed(15);
    for at in 0..QUERIES {
        let text = query(&mut rng, &generator);
        let sort = if at % 8 == 7 { Sort::Date } else { Sort::Relevance };
        let (limit, offset) = (rng.usize(1..30), rng.usize(..12));
        let pruned = Options { limit, offset, sort, snippets: None, ..Options::default() };
        let exhaustive = Options { exhaustive: true, ..pruned.clone() };
        let results = |searcher: &Searcher, options: &Options| {
            let results = searcher.search(&Query::parse(&text), options).unwrap();
            let hits = results
                .hits
                .iter()
                .map(|hit| (hit.release().unwrap().id.clone(), hit.score.to_bits(), hit.missing.clone()));
            (hits.collect::<Vec<_>>(), results.total)
        };
        let (expected, total) = results(&many, &exhaustive);
        for (searcher, name) in [(&many, "many segments"), (&one, "few segments")] {
            let (hits, found) = results(searcher, &pruned);
            assert_eq!(hits, expected, "{text}, {name}");
            match found.relation {
                Relation::Equal => assert_eq!(found, total, "{text}, {name}"),
                Relation::AtLeast => assert!(found.value <= total.value, "{text}, {name}"),
            }
        }
    }
}
