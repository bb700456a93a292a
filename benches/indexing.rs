//! Indexing speed, next to stock tantivy with its Russian analyzer on the same releases.
//!
//! `cargo bench --bench indexing -- --releases 20000 --rounds 3`. `--speeches` indexes the shared speeches instead,
//! and `--parts` prints the size of each part of Vestnik's index. The unit is megabytes of title and body per
//! CPU-second of all threads, from releases in memory to a committed and merged index.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it cannot go on, prints its figures, and rounds them"
)]

mod measure;

use std::path::Path;

use measure::{
    arguments,
    clock::{Took, took},
    generated::{Generator, size},
    original::speeches,
    spread::median,
    stock::Stock,
};
use vestnik::{Index, Release, index::Sizes};

fn main() {
    let rounds = arguments::value("--rounds", 3);
    let releases: Vec<Release> = if arguments::given("--speeches") {
        let Some(speeches) = speeches() else {
            println!("skipped: no shared speeches; VESTNIK_SHARED names their folder");
            return;
        };
        speeches.collect()
    } else {
        println!("skipped: the shared speeches; they need --speeches");
        let generator = Generator::new();
        println!("{}", generator.describe());
        (0..arguments::value("--releases", 10_000)).map(|at| generator.release(at)).collect()
    };
    let megabytes = releases.iter().map(size).sum::<u64>() as f64 / 1e6;
    println!("{} releases, {megabytes:.1} MB of title and body", releases.len());
    println!("{:>8} {:>10} {:>10} {:>10} {:>8}", "", "MB/CPU-s", "MB/s", "CPU s", "size %");
    if arguments::given("--parts") {
        parts(&releases, megabytes);
        return;
    }
    let only = arguments::value("--only", String::new());
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        if only != "stock" {
            rates[0].push(report("vestnik", megabytes, |folder| ours(folder, &releases)));
        }
        if only != "vestnik" {
            rates[1].push(report("stock", megabytes, |folder| stock(folder, &releases)));
        }
    }
    if only.is_empty() {
        let (ours, stock) = (median(&rates[0]), median(&rates[1]));
        println!("median   {ours:.2} against {stock:.2} MB per CPU-second: {:.2} times stock", ours / stock);
    }
}

/// Indexes in a temporary folder, prints one line of the table, and returns MB per CPU-second.
fn report(name: &str, megabytes: f64, index: impl Fn(&Path) -> Took) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let Took { wall, cpu } = index(folder.path());
    let size = bytes_below(folder.path()) as f64 / 1e6;
    let (rate, share) = (megabytes / cpu, size / megabytes * 100.0);
    println!("{name:>8} {rate:>10.2} {:>10.2} {cpu:>10.2} {share:>8.1}", megabytes / wall);
    rate
}

/// Prints the size of each part of the index, in per cent of the text.
fn parts(releases: &[Release], megabytes: f64) {
    let folder = tempfile::tempdir().expect("a folder");
    ours(folder.path(), releases);
    let sizes = Index::open(folder.path()).expect("an index").sizes().expect("sizes");
    let share = |bytes: u64| bytes as f64 / 1e4 / megabytes;
    let Sizes { exact, lemmas, stems, other_lists, dictionaries, columns, releases } = sizes;
    println!(
        "in per cent of the text: exact forms {:.1}, lemmas {:.1}, stems {:.1}, other lists {:.1}, \
         dictionaries {:.1}, columns {:.1}: {:.1} without releases; releases {:.1}",
        share(exact),
        share(lemmas),
        share(stems),
        share(other_lists),
        share(dictionaries),
        share(columns),
        share(sizes.without_releases()),
        share(releases),
    );
}

fn ours(folder: &Path, releases: &[Release]) -> Took {
    let index = Index::open_or_create(folder).expect("an index");
    let (added, work) = took(|| index.ingest(releases.iter().cloned()).expect("releases written"));
    assert_eq!(added, releases.len(), "every release is in the index");
    assert_eq!(index.searcher().expect("a searcher").releases(), releases.len() as u64);
    work
}

fn stock(folder: &Path, releases: &[Release]) -> Took {
    let index = Stock::open_or_create(folder);
    let ((), work) = took(|| index.ingest(releases.iter().cloned()));
    assert_eq!(index.releases(), releases.len() as u64);
    work
}

fn bytes_below(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    files
        .filter_map(|file| file.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}
