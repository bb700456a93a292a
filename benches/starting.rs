//! The time of a whole `vestnik search` process.
//!
//! `cargo bench --bench starting -- --times 30` builds an index of the shipped corpus in a temporary folder;
//! `--index DIR` measures an existing index. `vestnik --version`, which opens no index, is the baseline for starting a
//! process. In the cold row the program and the index are evicted from the page cache before each run. The last row is
//! the time to open the index within a running process.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints its figures"
)]

mod measure;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Instant,
};

use measure::{arguments, clock::children, spread::Spread};
use rustix::fs::{Advice, fadvise};
use vestnik::Index;

/// Runs per block. The commands alternate block by block, so other work on the machine affects all of them.
const BLOCK: usize = 10;
const QUERY: &str = "КТУ ООН";
/// Part of the title of the relevant release of the shipped corpus.
const ANSWER: &str = "Ташкент ждёт экспертов";

/// A command line, its expected output, and the times of its runs.
struct Run<'a> {
    name: &'a str,
    arguments: &'a [&'a str],
    prints: &'a str,
    /// The files to evict from the page cache before each run.
    evicted: &'a [PathBuf],
    /// Wall times in milliseconds.
    wall: Vec<f64>,
    /// CPU time of all runs in seconds, if known.
    cpu: Option<f64>,
}

fn main() {
    let times = arguments::value("--times", 30_usize);
    let temporary = tempfile::tempdir().expect("a folder");
    let given = arguments::folder("--index");
    let answer = if given.is_some() { "" } else { ANSWER };
    let index = given.unwrap_or_else(|| build(temporary.path()));
    let mut files = vec![PathBuf::from(env!("CARGO_BIN_EXE_vestnik"))];
    collect_files(&index, &mut files);
    let mut runs = [
        Run::new("search", &["search", QUERY], answer),
        Run::new("search, no snippets", &["search", "--no-snippets", QUERY], answer),
        Run { evicted: &files, ..Run::new("search, cold cache", &["search", QUERY], answer) },
        Run::new("--version", &["--version"], env!("CARGO_PKG_VERSION")),
    ];
    // The first run of each command reads the program and the index from the disk.
    for run in &runs {
        run.once(&index);
    }
    for done in (0..times).step_by(BLOCK) {
        for run in &mut runs {
            run.block(&index, BLOCK.min(times - done));
        }
    }
    let opening: Vec<f64> = (0..times).map(|_| open(&index)).collect();

    println!(
        "{:>22} {:>8} {:>8} {:>8} {:>8}   milliseconds, {times} runs",
        "", "min", "median", "max", "CPU"
    );
    let row = |name: &str, wall: Vec<f64>, cpu: &str| {
        let wall = Spread::of(wall);
        let [min, median, max] = [wall.part(0.0), wall.median(), wall.part(1.0)];
        println!("{name:>22} {min:>8.1} {median:>8.1} {max:>8.1} {cpu:>8}");
    };
    for run in runs {
        let cpu = run.cpu.map_or_else(|| "unknown".into(), |cpu| format!("{:.1}", cpu * 1e3 / times as f64));
        row(run.name, run.wall, &cpu);
    }
    row("opening, in process", opening, "");
}

/// Builds an index of the shipped corpus.
fn build(folder: &Path) -> PathBuf {
    let index = folder.join("index");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let built = Command::new(env!("CARGO_BIN_EXE_vestnik"))
        .args(["index", "--quiet", "--index"])
        .args([&index, &corpus])
        .output()
        .expect("the program");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    index
}

/// Collects the files below a folder.
fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The time to open an index and take a snapshot, in milliseconds.
fn open(index: &Path) -> f64 {
    let start = Instant::now();
    let searcher = Index::open(index).and_then(|index| index.searcher()).expect("a searcher");
    let took = start.elapsed().as_secs_f64() * 1e3;
    assert!(searcher.releases() > 70);
    took
}

impl<'a> Run<'a> {
    fn new(name: &'a str, arguments: &'a [&'a str], prints: &'a str) -> Self {
        Self { name, arguments, prints, evicted: &[], wall: Vec::new(), cpu: Some(0.0) }
    }

    fn block(&mut self, index: &Path, times: usize) {
        let before = children();
        for _ in 0..times {
            for file in self.evicted {
                let file = File::open(file).expect("a file");
                file.sync_all().expect("a file on disk");
                fadvise(&file, 0, None, Advice::DontNeed).expect("eviction");
            }
            let start = Instant::now();
            self.once(index);
            self.wall.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let spent = children().zip(before).map(|(after, before)| after - before);
        self.cpu = self.cpu.zip(spent).map(|(sum, spent)| sum + spent);
    }

    /// Runs the program and checks its output.
    fn once(&self, index: &Path) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_vestnik"))
            .args(self.arguments)
            .env("VESTNIK_INDEX", index)
            .env_remove("VESTNIK_CORPUS")
            .output()
            .expect("the program");
        assert!(status.success(), "{}: {}", self.name, String::from_utf8_lossy(&stderr));
        assert!(stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&stderr));
        let stdout = String::from_utf8(stdout).expect("UTF-8");
        assert!(stdout.contains(self.prints), "{}: {stdout}", self.name);
    }
}
