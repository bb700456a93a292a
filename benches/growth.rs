//! How the program scales from ten thousand to a million generated releases.
//!
//! `cargo bench --bench growth -- --releases 10000,30000,100000,300000,1000000 --kept DIR`. For each size it measures
//! a full `vestnik index` in a child process, the size on disk, queries in this process, `vestnik search` as a whole
//! process, an incremental run with one file in a hundred changed, and one without changes. It ends with the exponents
//! of growth from the smallest to the largest size.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a benchmark may stop where it cannot go on, prints its figures, and rounds them"
)]

mod measure;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use measure::{
    arguments,
    clock::{children, peak_memory},
    generated::Generator,
    mix::{KINDS, Kind, questions},
    spread::{Spread, exponent},
};
use vestnik::{Index, Query, search::Options};

/// Releases in a file.
const IN_FILE: u64 = 100;
/// One file in this many changes before the incremental run.
const CHANGES: u64 = 100;
/// The number of timed search processes.
const SEARCHES: usize = 15;

/// The figures of one size.
struct Row {
    releases: f64,
    full: Run,
    size: f64,
    p50: f64,
    p99: f64,
}

/// One run of the program.
struct Run {
    wall: f64,
    cpu: f64,
    peak: u64,
}

fn main() {
    let generator = Generator::new();
    println!("{}", generator.describe());
    if !arguments::given("--releases") {
        println!("skipped: more than 10000 releases; they need --releases 10000,100000,1000000");
    }
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = arguments::folder("--kept").unwrap_or_else(|| temporary.path().into());
    let mut rows = Vec::new();
    for releases in arguments::numbers("--releases", &[1_000, 10_000]) {
        rows.push(row(&generator, &folder, releases as u64));
    }
    if let [first, .., last] = &rows[..] {
        let of =
            |what: &dyn Fn(&Row) -> f64| exponent((first.releases, what(first)), (last.releases, what(last)));
        println!(
            "\nexponents from {} to {}: indexing {:.2} (CPU {:.2}), size {:.2}, p50 {:.2}, p99 {:.2}",
            first.releases,
            last.releases,
            of(&|row| row.full.wall),
            of(&|row| row.full.cpu),
            of(&|row| row.size),
            of(&|row| row.p50),
            of(&|row| row.p99),
        );
    }
}

fn row(generator: &Generator, folder: &Path, releases: u64) -> Row {
    let corpus = folder.join("corpus");
    let index = folder.join(format!("index-{releases}"));
    let text = write(generator, &corpus, releases);
    println!("\n{releases} releases, {:.1} MB of title and body", text / 1e6);

    let full = run(&["index", "--quiet", "--full"], &index, &[&corpus]);
    println!(
        "  indexing: {:.1} s wall, {:.1} s CPU, {:.1} MB/s, {:.1} MB per CPU-second, peak {} MB",
        full.wall,
        full.cpu,
        text / 1e6 / full.wall,
        text / 1e6 / full.cpu,
        full.peak >> 20,
    );
    let size = below(&index) as f64;
    println!(
        "  index: {:.0} MB, {:.1} % of the text, stored releases included",
        size / 1e6,
        size / text * 100.0
    );
    let (p50, p99) = ask(generator, &index, releases);
    start(&index);
    night(generator, &corpus, &index, releases, full.wall);
    Row { releases: releases as f64, full, size, p50, p99 }
}

/// Extends the corpus to `releases` releases and returns the bytes of all titles and bodies.
fn write(generator: &Generator, corpus: &Path, releases: u64) -> f64 {
    fs::create_dir_all(corpus).expect("a folder");
    let mut bytes = 0;
    for first in (0..releases).step_by(IN_FILE as usize) {
        let (path, all) = (file(corpus, first), first..(first + IN_FILE).min(releases));
        bytes += Generator::write(&path, all.map(|at| generator.release(at))).expect("a file written");
    }
    bytes as f64
}

fn file(corpus: &Path, first: u64) -> PathBuf {
    corpus.join(format!("{:07}.jsonl", first / IN_FILE))
}

/// Runs the program and waits for it.
fn run(arguments: &[&str], index: &Path, paths: &[&Path]) -> Run {
    let (start, before) = (Instant::now(), children().unwrap_or(f64::NAN));
    let mut child = Command::new(env!("CARGO_BIN_EXE_vestnik"))
        .args(arguments)
        .args(paths)
        .arg("--index")
        .arg(index)
        .env_remove("VESTNIK_INDEX")
        .env_remove("VESTNIK_CORPUS")
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    let (process, mut peak) = (child.id().to_string(), 0);
    let status = loop {
        peak = peak.max(peak_memory(&process).unwrap_or(0));
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let wall = start.elapsed().as_secs_f64();
    assert!(status.success(), "{arguments:?}: {status}");
    Run { wall, cpu: children().unwrap_or(f64::NAN) - before, peak }
}

/// Runs the mix of queries in this process and returns p50 and p99 of the queries of plain words.
fn ask(generator: &Generator, index: &Path, releases: u64) -> (f64, f64) {
    let searcher = Index::open(index).expect("an index").searcher().expect("a searcher");
    assert_eq!(searcher.releases(), releases);
    let questions = questions(generator);
    let mut times = vec![Vec::new(); questions.len()];
    for _ in 0..3 {
        for (question, times) in questions.iter().zip(&mut times) {
            let start = Instant::now();
            let answer = searcher.search(&Query::parse(&question.text), &Options::default());
            times.push(start.elapsed().as_secs_f64() * 1e3);
            assert!(answer.expect("an answer").total.value > 0 || releases < 2_000, "{}", question.text);
        }
    }
    println!("  queries, with proximity and snippets; ms:      p50      p99      max");
    let of = |wanted: &dyn Fn(Kind) -> bool| {
        let asked = questions.iter().zip(&times).filter(|(question, _)| wanted(question.kind));
        Spread::of(asked.map(|(_, times)| measure::spread::median(times)))
    };
    let words = of(&|kind| matches!(kind, Kind::Words(_)));
    println!("{:>44}  {words}", "1–5 words");
    for kind in KINDS.into_iter().filter(|kind| !matches!(kind, Kind::Words(_))) {
        println!("{:>44}  {}", kind.to_string(), of(&|other| other == kind));
    }
    (words.median(), words.part(0.99))
}

/// Times `vestnik search` as a whole process.
fn start(index: &Path) {
    let mut walls = Vec::new();
    for _ in 0..=SEARCHES {
        walls.push(run(&["search", "реформа образования"], index, &[]).wall * 1e3);
    }
    // The first run reads the index from the disk.
    let first = walls.remove(0);
    let walls = Spread::of(walls);
    println!(
        "  whole-process search: median {:.1} ms of {SEARCHES}, first run {first:.1} ms",
        walls.median()
    );
}

/// An incremental run with one file in a hundred changed, and one without changes.
fn night(generator: &Generator, corpus: &Path, index: &Path, releases: u64, full: f64) {
    let changed = (0..releases).step_by((IN_FILE * CHANGES) as usize);
    let mut count = 0;
    for first in changed.clone() {
        let all = first..(first + IN_FILE).min(releases);
        count += all.end - all.start;
        Generator::write(&file(corpus, first), all.map(|at| generator.edition(at, 1)))
            .expect("a file written");
    }
    let night = run(&["index", "--quiet"], index, &[]);
    println!(
        "  run with {count} changed releases: {:.2} s wall, {:.2} s CPU, {:.1} % of a full run; peak {} MB",
        night.wall,
        night.cpu,
        night.wall / full * 100.0,
        night.peak >> 20,
    );
    let idle = run(&["index", "--quiet"], index, &[]);
    println!("  run without changes: {:.2} s wall, {:.2} s CPU", idle.wall, idle.cpu);
    let searcher = Index::open(index).expect("an index").searcher().expect("a searcher");
    assert_eq!(searcher.releases(), releases, "no release is lost or duplicated");
    let id = format!("0000000.jsonl#{}", generator.release(0).id);
    assert_eq!(searcher.release(&id).expect("a release").body, generator.edition(0, 1).body);
    // The next size starts from the first editions.
    for first in changed {
        fs::remove_file(file(corpus, first)).expect("a file removed");
    }
}

fn below(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let meta = files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file);
    meta.map(|meta| meta.len()).sum()
}
