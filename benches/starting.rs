//! The time of a whole `vestnik search` process on the shipped corpus.
//!
//! `cargo bench --bench starting -- --times 30`. The index is built beforehand in a temporary folder. `vestnik
//! --version`, which opens no index, is the baseline for starting a process. The last line is the time to open the index
//! within a running process.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it cannot go on, prints its figures, and rounds them"
)]

mod measure;

use std::{
    path::Path,
    process::{Command, Output},
    time::Instant,
};

use measure::{arguments, clock::children, spread::Spread};
use vestnik::Index;

/// Runs per block. The commands alternate block by block, so other work on the machine affects all of them.
const BLOCK: usize = 10;
const QUERY: &str = "КТУ ООН";
/// Part of the title of the relevant release.
const ANSWER: &str = "Ташкент ждёт экспертов";

/// A command line, its expected output, and the times of its runs.
struct Run<'a> {
    name: &'a str,
    arguments: &'a [&'a str],
    prints: &'a str,
    /// Wall times in milliseconds.
    wall: Vec<f64>,
    /// CPU time of all runs in seconds, if known.
    processor: Option<f64>,
}

fn main() {
    let times = arguments::value("--times", 30_usize);
    println!("skipped: a million releases; `growth` measures those");
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let built = Command::new(env!("CARGO_BIN_EXE_vestnik"))
        .args(["index", "--quiet", "--index"])
        .args([&folder.path().join("index"), &corpus])
        .output()
        .expect("the program");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let mut runs = [
        Run::new("search", &["search", QUERY], ANSWER),
        Run::new("search, no snippets", &["search", "--no-snippets", QUERY], ANSWER),
        Run::new("--version", &["--version"], env!("CARGO_PKG_VERSION")),
    ];
    // The first run of each command reads the program and the index from the disk.
    for run in &runs {
        run.once(folder.path());
    }
    for done in (0..times).step_by(BLOCK) {
        for run in &mut runs {
            run.block(folder.path(), BLOCK.min(times - done));
        }
    }

    let opening: Vec<f64> = (0..times).map(|_| open(&folder.path().join("index"))).collect();

    println!(
        "{:>22} {:>8} {:>8} {:>8} {:>10}   milliseconds, {times} runs",
        "", "min", "median", "max", "CPU"
    );
    for run in &runs {
        let wall = Spread::of(run.wall.iter().copied());
        let processor = run
            .processor
            .map_or_else(|| "unknown".into(), |spent| format!("{:.1}", spent * 1e3 / times as f64));
        println!(
            "{:>22} {:>8.1} {:>8.1} {:>8.1} {processor:>10}",
            run.name,
            wall.part(0.0),
            wall.median(),
            wall.part(1.0)
        );
    }
    let opening = Spread::of(opening);
    println!(
        "{:>22} {:>8.1} {:>8.1} {:>8.1}",
        "opening, in process",
        opening.part(0.0),
        opening.median(),
        opening.part(1.0)
    );
}

/// The time to open an index and take a snapshot, in milliseconds.
fn open(folder: &Path) -> f64 {
    let start = Instant::now();
    let searcher = Index::open(folder).and_then(|index| index.searcher()).expect("a searcher");
    let took = start.elapsed().as_secs_f64() * 1e3;
    assert!(searcher.releases() > 70);
    took
}

impl<'a> Run<'a> {
    fn new(name: &'a str, arguments: &'a [&'a str], prints: &'a str) -> Self {
        Self { name, arguments, prints, wall: Vec::new(), processor: Some(0.0) }
    }

    fn block(&mut self, folder: &Path, times: usize) {
        let before = children();
        for _ in 0..times {
            let start = Instant::now();
            self.once(folder);
            self.wall.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let spent = children().zip(before).map(|(after, before)| after - before);
        self.processor = self.processor.zip(spent).map(|(sum, spent)| sum + spent);
    }

    /// Runs the program and checks its output.
    fn once(&self, folder: &Path) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_vestnik"))
            .args(self.arguments)
            .current_dir(folder)
            .env_remove("VESTNIK_INDEX")
            .env_remove("VESTNIK_CORPUS")
            .output()
            .expect("the program");
        assert!(status.success(), "{}: {}", self.name, String::from_utf8_lossy(&stderr));
        assert!(stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&stderr));
        let stdout = String::from_utf8(stdout).expect("UTF-8");
        assert!(stdout.contains(self.prints), "{}: {stdout}", self.name);
    }
}
