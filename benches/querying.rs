//! Querying, ours against stock tantivy's OR query on the same words in the same run.
//!
//! `cargo bench --bench querying -- --releases 10000,100000 --rounds 5 --kept DIR`: with `--kept` the
//! indexes stay in a folder and are taken from there the next time. Without `--releases` there are ten
//! thousand. Ours does all that it does for a user: parsing, ranking with nearness, snippets of ten hits.
//! A question's time is the median of the rounds; the first round, with nothing in any cache of ours, is
//! told apart.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it cannot go on, prints its figures, and rounds them"
)]

mod measure;

use std::{path::Path, time::Instant};

use measure::{
    arguments,
    clock::{processor, thread},
    generated::Generator,
    mix::{KINDS, Kind, Question, questions},
    spread::{Spread, median},
    stock::Stock,
};
use vestnik::{
    Index, Query,
    search::{Options, Searcher},
};

fn main() {
    let generator = Generator::new();
    println!("{}", generator.describe());
    let rounds = arguments::value("--rounds", 5);
    let questions = questions(&generator);
    if arguments::given("--print") {
        for question in &questions {
            println!("{}: {}", question.kind, question.text);
        }
    }
    for releases in sizes() {
        let temporary = tempfile::tempdir().expect("a folder");
        let kept = arguments::folder("--kept");
        let folder = kept.as_deref().unwrap_or(temporary.path()).join(releases.to_string());
        let (ours, stock) = indexes(&folder, &generator, releases as u64);
        if arguments::given("--profile") {
            profile(&ours, &questions, rounds);
            continue;
        }
        println!("\n{releases} releases; milliseconds          p50      p99      max");
        compare(&ours, &stock, &questions, rounds);
        threads(&ours, &questions);
    }
}

/// How many releases to ask, one corpus after the other.
fn sizes() -> Vec<usize> {
    if !arguments::given("--releases") {
        println!("skipped: 100000 releases and more; they want --releases 10000,100000,1000000");
    }
    arguments::numbers("--releases", &[10_000])
}

/// Both indexes of the first so many releases.
fn indexes(folder: &Path, generator: &Generator, releases: u64) -> (Searcher, Stock) {
    let ours = Index::open_or_create(folder.join("vestnik")).expect("an index of this version");
    let all = || (0..releases).map(|at| generator.release(at));
    if ours.searcher().expect("a searcher").releases() != releases {
        ours.ingest(all()).expect("releases taken");
    }
    let stock = Stock::open_or_create(&folder.join("stock"));
    if stock.releases() != releases {
        stock.ingest(all());
    }
    (ours.searcher().expect("a searcher"), stock)
}

fn compare(ours: &Searcher, stock: &Stock, questions: &[Question], rounds: usize) {
    let reader = stock.searcher();
    let snippets = Options::default();
    let bare = Options { snippets: None, ..Options::default() };
    let ask = |question: &Question, options: &Options| {
        let answer = ours.search(&Query::parse(&question.text), options).expect("an answer");
        assert!(
            answer.total.value > 0,
            "{}: the release that it was taken from has all of it",
            question.text
        );
        assert!(!answer.hits.is_empty());
    };
    let first = timed(questions, 1, |question| ask(question, &snippets));
    let systems = [
        ("vestnik, first time", first),
        ("vestnik", timed(questions, rounds, |question| ask(question, &snippets))),
        ("vestnik, no snippets", timed(questions, rounds, |question| ask(question, &bare))),
        (
            "stock OR, ten with snippets",
            timed(questions, rounds, |question| _ = stock.best_shown(&reader, &question.words)),
        ),
        (
            "stock OR, ten read",
            timed(questions, rounds, |question| _ = stock.best_read(&reader, &question.words)),
        ),
        ("stock OR", timed(questions, rounds, |question| _ = stock.best(&reader, &question.words))),
    ];
    let is_words = |kind: Kind| matches!(kind, Kind::Words(_));
    let of = |times: &[f64], wanted: &dyn Fn(Kind) -> bool| {
        let asked = questions.iter().zip(times).filter(|(question, _)| wanted(question.kind));
        Spread::of(asked.map(|(_, &time)| time))
    };
    for (name, times) in &systems {
        println!("{name:>28}  {}", of(times, &is_words));
    }
    for (name, times) in &systems {
        println!("{:>18}{name:>28}  {}", "whole mix, ", of(times, &|_| true));
    }
    for kind in KINDS {
        println!("{:>20} {kind:>7}  {}", "vestnik,", of(&systems[1].1, &|other| other == kind));
    }
    for kind in KINDS {
        println!("{:>20} {kind:>7}  {}", "first time,", of(&systems[0].1, &|other| other == kind));
    }
    for (name, times) in &systems[..2] {
        let mut slowest: Vec<(f64, &Question)> = times.iter().copied().zip(questions).collect();
        slowest.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        for (time, question) in slowest.iter().take(arguments::value("--slowest", 0)) {
            println!("{name:>20}, slowest {:>7}  {time:>7.3}  {}", question.kind, question.text);
        }
    }
    for (ours, stock) in [(1, 5), (2, 5), (2, 4), (1, 3)] {
        let (ours, stock) = (&systems[ours], &systems[stock]);
        for (asked, wanted) in [("1–5 words", &is_words as &dyn Fn(Kind) -> bool), ("whole mix", &|_| true)]
        {
            let (a, b) = (of(&ours.1, wanted), of(&stock.1, wanted));
            println!(
                "{asked}, {} / {}: p50 {:.2}, p99 {:.2}",
                ours.0,
                stock.0,
                a.median() / b.median(),
                a.part(0.99) / b.part(0.99)
            );
        }
    }
}

/// Asks ours alone, for a profiler to look at: `--kind words`, `phrase`, `prefix` or `dates`.
fn profile(searcher: &Searcher, questions: &[Question], rounds: usize) {
    let kind = arguments::value("--kind", String::new());
    let asked: Vec<&Question> =
        questions.iter().filter(|question| question.kind.to_string().contains(&kind)).collect();
    assert!(!asked.is_empty(), "no question of the kind {kind}");
    let bare = arguments::given("--bare").then_some(Options { snippets: None, ..Options::default() });
    let options = bare.unwrap_or_default();
    let start = Instant::now();
    for _ in 0..rounds {
        for question in &asked {
            let answer = searcher.search(&Query::parse(&question.text), &options);
            assert!(answer.expect("an answer").total.value > 0);
        }
    }
    let each = start.elapsed().as_secs_f64() * 1e3 / (rounds * asked.len()) as f64;
    println!("{} questions, {rounds} rounds: {each:.3} ms each", asked.len());
}

/// Each question's time in milliseconds, the median of the rounds: processor time of the thread that
/// asks, which other work on the machine changes little, or with `--wall` the time on the wall.
fn timed(questions: &[Question], rounds: usize, ask: impl Fn(&Question)) -> Vec<f64> {
    let on_the_wall = arguments::given("--wall");
    let mut times = vec![Vec::new(); questions.len()];
    for _ in 0..rounds {
        for (question, times) in questions.iter().zip(&mut times) {
            let (wall, processor) = (Instant::now(), thread());
            ask(question);
            let took = if on_the_wall { wall.elapsed().as_secs_f64() } else { thread() - processor };
            times.push(took * 1e3);
        }
    }
    times.iter().map(|times| median(times)).collect()
}

/// Questions a second, by one thread and by more.
fn threads(searcher: &Searcher, questions: &[Question]) {
    for threads in arguments::numbers("--threads", &[1, 2, 16]) {
        let (start, busy) = (Instant::now(), processor());
        std::thread::scope(|scope| {
            for first in 0..threads {
                scope.spawn(move || {
                    for question in questions.iter().skip(first).step_by(threads) {
                        let answer = searcher.search(&Query::parse(&question.text), &Options::default());
                        assert!(answer.expect("an answer").total.value > 0);
                    }
                });
            }
        });
        let wall = start.elapsed().as_secs_f64();
        let rate = questions.len() as f64 / wall;
        let cores = (processor() - busy) / wall;
        println!("{threads:>20} threads {rate:>10.0} questions a second on {cores:.2} cores");
    }
}
