//! Indexing speed, next to stock tantivy with its Russian analyzer on the same releases.
//!
//! `cargo bench --bench indexing -- --releases 20000 --rounds 3`. `--speeches` indexes the shared speeches instead,
//! and `--parts` prints the size of each kind of file of Vestnik's index. The unit is megabytes of title and body per
//! CPU-second of all threads, from releases in memory to a committed and merged index.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints its figures"
)]

mod measure;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use measure::{
    arguments,
    clock::{Took, took},
    generated::{Generator, size},
    original::speeches,
    spread::median,
    stock::Stock,
};
use vestnik::{Index, Release};

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
    let size = files_below(folder.path()).map(|(_, size)| size).sum::<u64>() as f64 / 1e6;
    let (rate, share) = (megabytes / cpu, size / megabytes * 100.0);
    println!("{name:>8} {rate:>10.2} {:>10.2} {cpu:>10.2} {share:>8.1}", megabytes / wall);
    rate
}

/// Prints the size of each kind of file of the index, in per cent of the text.
fn parts(releases: &[Release], megabytes: f64) {
    let folder = tempfile::tempdir().expect("a folder");
    ours(folder.path(), releases);
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for (path, size) in files_below(folder.path()) {
        let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        *kinds.entry(kind).or_default() += size;
    }
    for (kind, size) in kinds {
        println!("{kind:>10} {:>6.2} %", size as f64 / 1e4 / megabytes);
    }
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

fn files_below(folder: &Path) -> impl Iterator<Item = (PathBuf, u64)> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let with_size = files.filter_map(|file| Some((file.metadata().ok()?, file.into_path())));
    with_size.filter(|(about, _)| about.is_file()).map(|(about, path)| (path, about.len()))
}
