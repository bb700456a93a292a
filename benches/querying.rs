//! Query times, next to stock tantivy's OR query for the same words in the same run.
//!
//! `cargo bench --bench querying -- --releases 10000,100000 --kept DIR` keeps the indexes in a folder and reuses
//! them in the next run. Vestnik does everything that it does for a user: parsing, ranking with proximity, snippets
//! of ten hits. Cold queries run once on an index that has just been opened; each pass alternates with stock's, query by query. Warm
//! queries ran twice on the same searcher before. All times are CPU time of all threads of the process.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints its figures"
)]

mod measure;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Instant,
};

use measure::{
    arguments,
    clock::{processor, resident_memory},
    generated::Generator,
    headlines::{headlines, long_texts},
    mix::{KINDS, Kind, Question, questions},
    spread::{Spread, exponent, median},
    stock::Stock,
};
use vestnik::{
    Index, Query, Release,
    search::{Options, Relation, Searcher, Sort},
};

fn main() {
    let generator = Generator::new();
    println!("{}", generator.describe());
    let queries = questions(&generator);
    if arguments::given("--print") {
        queries.iter().for_each(|query| println!("{}: {}", query.kind, query.text));
    }
    let mut cold: Vec<(f64, Spread)> = Vec::new();
    for releases in sizes() {
        let temporary = tempfile::tempdir().expect("a folder");
        let kept = arguments::folder("--kept");
        let folder = kept.as_deref().unwrap_or(temporary.path()).join(releases.to_string());
        let all = (0..releases as u64).map(|at| generator.release(at));
        let (index, stock) = indexes(&folder, releases as u64, all);
        if let Some(file) = arguments::folder("--answers") {
            answers(&searcher(&index), &file);
        } else if arguments::given("--profile") {
            profile(&index, &queries);
        } else if arguments::given("--memory") {
            memory(&searcher(&index), &generator);
        } else {
            println!("\n{releases} releases");
            cold.push((releases as f64, mixed_queries(&index, &stock, &queries)));
            pasted_headlines(&index, &stock, &generator, "short texts");
            let texts = (releases / 6) as u64;
            let (index, stock) = indexes(&folder.join("long"), texts, long_texts(&generator, texts));
            pasted_headlines(&index, &stock, &generator, "long texts");
        }
    }
    growth(&cold);
}

/// Prints how the times of cold queries grow with the number of releases, from each size to the next.
fn growth(cold: &[(f64, Spread)]) {
    for pair in cold.windows(2) {
        let [(from, before), (to, after)] = pair else { continue };
        let of = |part: f64| exponent((*from, before.part(part)), (*to, after.part(part)));
        println!(
            "cold, whole mix, {from} to {to} releases: p50 grows with exponent {:.2}, p99 {:.2}",
            of(0.5),
            of(0.99)
        );
    }
}

/// The sizes of the corpora to query.
fn sizes() -> Vec<usize> {
    if !arguments::given("--releases") {
        println!("skipped: 100000 releases and more; they need --releases 10000,100000,1000000");
    }
    arguments::numbers("--releases", &[10_000])
}

/// Both indexes of some releases.
fn indexes(folder: &Path, count: u64, releases: impl Iterator<Item = Release> + Clone) -> (PathBuf, Stock) {
    let ours = folder.join("vestnik");
    let index = Index::open_or_create(&ours).expect("an index of this version");
    if searcher(&ours).releases() != count {
        index.ingest(releases.clone()).expect("releases written");
    }
    let stock = Stock::open_or_create(&folder.join("stock"));
    if stock.releases() != count {
        stock.ingest(releases);
    }
    (ours, stock)
}

/// A searcher over an index that has just been opened. The dictionary is loaded, but nothing of a query is in memory,
/// not even its analysed words.
fn searcher(index: &Path) -> Searcher {
    let index = Index::open(index).expect("an index");
    index.analyzer().expect("a dictionary");
    index.searcher().expect("a searcher")
}

/// The time of `run` in milliseconds of CPU time, over all threads.
fn time(run: impl FnOnce()) -> f64 {
    let start = processor();
    run();
    (processor() - start) * 1e3
}

fn search(searcher: &Searcher, text: &str, options: &Options) {
    let results = searcher.search(&Query::parse(text), options).expect("results");
    assert!(!results.hits.is_empty(), "{text}: the release that it was taken from matches");
}

/// One of the systems that are timed: answers the query with a number.
type System<'a> = &'a dyn Fn(&Searcher, usize);

/// The median times of each query, over `passes`, of several systems that alternate query by query. Each pass
/// starts with a newly opened index, which `warm` queries beforehand.
fn alternate(
    (index, passes): (&Path, usize),
    queries: &[&str],
    warm: impl Fn(&Searcher),
    systems: &[System<'_>],
) -> Vec<Vec<f64>> {
    let mut times = vec![vec![Vec::new(); queries.len()]; systems.len()];
    for _ in 0..passes {
        let searcher = searcher(index);
        warm(&searcher);
        for at in 0..queries.len() {
            for (system, times) in systems.iter().zip(&mut times) {
                times[at].push(time(|| system(&searcher, at)));
            }
        }
    }
    times.iter().map(|times| times.iter().map(|times| median(times)).collect()).collect()
}

/// The mix of 1 to 5 words, phrases, prefixes and dates: cold, then warm. Returns the cold times.
fn mixed_queries(index: &Path, stock: &Stock, queries: &[Question]) -> Spread {
    let reader = stock.searcher();
    let texts: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
    let with_snippets = Options::default();
    let bare = Options { snippets: None, ..Options::default() };
    let ours = |searcher: &Searcher, at: usize| search(searcher, texts[at], &with_snippets);
    let ours_bare = |searcher: &Searcher, at: usize| search(searcher, texts[at], &bare);
    let stock_snippets = |_: &Searcher, at: usize| _ = stock.best_shown(&reader, &queries[at].words);
    let stock_bare = |_: &Searcher, at: usize| _ = stock.best(&reader, &queries[at].words);
    let passes = arguments::value("--rounds", 5);
    // Page faults of the first pass over the files belong to neither system.
    alternate((index, 1), &texts, |_| (), &[&ours, &stock_snippets]);
    let cold = alternate((index, passes), &texts, |_| (), &[&ours, &stock_snippets, &stock_bare]);
    let twice = |searcher: &Searcher| {
        for _ in 0..2 {
            (0..texts.len()).for_each(|at| ours(searcher, at));
        }
    };
    let warm = alternate((index, passes), &texts, twice, &[&ours, &ours_bare]);

    let of = |times: &[f64], kind: Option<Kind>| {
        let times = queries.iter().zip(times).filter(|(query, _)| kind.is_none_or(|kind| query.kind == kind));
        Spread::of(times.map(|(_, &time)| time))
    };
    println!(
        "{:>28} {:>9} {:>9} {:>9}   of stock with snippets: p50, p99",
        "ms of CPU time", "p50", "p99", "max"
    );
    let against = of(&cold[1], None);
    let row = |name: &str, times: &Spread, against: &Spread| {
        let (p50, p99) = (times.median() / against.median(), times.part(0.99) / against.part(0.99));
        println!("{name:>28}  {times}   {p50:.2} {p99:.2}");
    };
    row("cold, whole mix", &of(&cold[0], None), &against);
    for kind in KINDS {
        row(&format!("cold, {kind}"), &of(&cold[0], Some(kind)), &of(&cold[1], Some(kind)));
    }
    row("stock OR with snippets", &against, &against);
    row("stock OR", &of(&cold[2], None), &against);
    row("warm, whole mix", &of(&warm[0], None), &against);
    row("warm, no snippets", &of(&warm[1], None), &against);
    let mut slowest: Vec<(f64, &Question)> = cold[0].iter().copied().zip(queries).collect();
    slowest.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    for (time, query) in slowest.iter().take(arguments::value("--slowest", 0)) {
        println!("cold, slowest {:>14}  {time:>7.3}  {}", query.kind, query.text);
    }
    threads(index, &texts);
    of(&cold[0], None)
}

/// Headlines of 8 to 14 words without snippets, cold, next to stock's bare OR.
fn pasted_headlines(index: &Path, stock: &Stock, generator: &Generator, texts: &str) {
    let (headlines, source) = headlines(generator);
    let reader = stock.searcher();
    let queries: Vec<&str> = headlines.iter().map(String::as_str).collect();
    let bare = Options { snippets: None, ..Options::default() };
    let ours = |searcher: &Searcher, at: usize| {
        _ = searcher.search(&Query::parse(queries[at]), &bare).expect("results");
    };
    let stock = |_: &Searcher, at: usize| _ = stock.best(&reader, queries[at]);
    alternate((index, 1), &queries, |_| (), &[&ours, &stock]);
    let times = alternate((index, arguments::value("--rounds", 5)), &queries, |_| (), &[&ours, &stock]);
    let [ours, stock] = [&times[0], &times[1]].map(|times| Spread::of(times.iter().copied()));
    println!(
        "{} headlines of {source} over {} {texts}: vestnik {ours}, stock OR {stock}, p50 {:.2}, p99 {:.2}",
        queries.len(),
        searcher(index).releases(),
        ours.median() / stock.median(),
        ours.part(0.99) / stock.part(0.99),
    );
}

/// Cold queries per second, by one thread and by more.
fn threads(index: &Path, queries: &[&str]) {
    for threads in arguments::numbers("--threads", &[1, 16]) {
        let searcher = &searcher(index);
        let (start, busy) = (Instant::now(), processor());
        std::thread::scope(|scope| {
            for first in 0..threads {
                scope.spawn(move || {
                    for text in queries.iter().skip(first).step_by(threads) {
                        search(searcher, text, &Options::default());
                    }
                });
            }
        });
        let wall = start.elapsed().as_secs_f64();
        let (rate, cores) = (queries.len() as f64 / wall, (processor() - busy) / wall);
        println!("{threads:>20} threads {rate:>10.0} queries per second on {cores:.2} cores");
    }
}

/// Runs the queries for a profiler, cold: each round opens the index. `--kind words`, `phrase`, `prefix`, `dates` or
/// `headlines`, `--bare`.
fn profile(index: &Path, queries: &[Question]) {
    let kind = arguments::value("--kind", String::new());
    let mut texts: Vec<String> = queries
        .iter()
        .filter(|query| query.kind.to_string().contains(&kind))
        .map(|query| query.text.clone())
        .collect();
    if kind == "headlines" {
        texts = headlines(&Generator::new()).0;
    }
    assert!(!texts.is_empty(), "no query of the kind {kind}");
    let rounds = arguments::value("--rounds", 5);
    let bare = arguments::given("--bare").then_some(Options { snippets: None, ..Options::default() });
    let options = bare.unwrap_or_default();
    let round = |_| {
        let searcher = searcher(index);
        let run = |text: &String| _ = searcher.search(&Query::parse(text), &options).expect("results");
        time(|| texts.iter().for_each(run))
    };
    let took: f64 = (0..rounds).map(round).sum();
    println!("{} queries, {rounds} rounds: {:.3} ms each", texts.len(), took / (rounds * texts.len()) as f64);
}

/// Resident memory after 10,000 distinct queries, without mapped files.
fn memory(searcher: &Searcher, generator: &Generator) {
    let before = resident_memory().expect("memory of this process");
    let mut asked = HashSet::new();
    for number in (0..).take(100_000) {
        let words = generator.release(number).title;
        let words: Vec<&str> = words.split(' ').take(2 + (number % 4) as usize).collect();
        if asked.insert(words.join(" ")) {
            let query = Query::parse(&words.join(" "));
            searcher.search(&query, &Options::default()).expect("results");
        }
        if asked.len() == 10_000 {
            break;
        }
    }
    let after = resident_memory().expect("memory of this process");
    println!("{} distinct queries: {} MB before, {} MB after", asked.len(), before >> 20, after >> 20);
}

/// Prints the results of the queries in a file, a line each, to compare two versions.
fn answers(searcher: &Searcher, file: &Path) {
    let queries = std::fs::read_to_string(file).expect("queries");
    for (at, query) in queries.lines().enumerate() {
        let sort = if at % 17 == 16 { Sort::Date } else { Sort::Relevance };
        let limit = [10, 10, 3, 25][at % 4];
        let options = Options { snippets: None, sort, limit, offset: at % 3, ..Options::default() };
        let results = searcher.search(&Query::parse(query), &options).expect("results");
        let exhaustive = Options { exhaustive: true, ..options };
        let line = |results: &vestnik::search::Results| {
            let hits = results.hits.iter().map(|hit| {
                format!(
                    "{}:{:08x}:{}",
                    hit.release().expect("a release").id,
                    hit.score.to_bits(),
                    hit.missing.join("+")
                )
            });
            hits.collect::<Vec<_>>().join(" ")
        };
        let found = line(&results);
        println!("ANSWER\t{query}\t{}\t{found}", results.total.value);
        if arguments::given("--exhaustive") {
            let expected = searcher.search(&Query::parse(query), &exhaustive).expect("results");
            assert_eq!(found, line(&expected), "{query}: pruned and exhaustive results differ");
            match results.total.relation {
                Relation::Equal => assert_eq!(results.total.value, expected.total.value, "{query}"),
                Relation::AtLeast => assert!(results.total.value <= expected.total.value, "{query}"),
            }
        }
    }
}
