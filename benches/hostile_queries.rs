//! The worst query: 5,000 crafted and random queries of up to 1 MB against 100,000 releases.
//!
//! Each query is parsed, run with snippets of ten hits, and measured: wall time, CPU time of all threads, and how far
//! the peak of the resident memory rises above that of an ordinary query. Fails where a query takes longer or needs
//! more than the limits. `--releases 10000 --queries 500` makes a short run; `--kept DIR` keeps the index; `--seed 2`
//! draws other random queries; `--show 5` prints how the 5 slowest begin; `--only near` runs those with this name.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints its figures"
)]

mod measure;

use std::{fmt::Write, fs, path::Path, process::ExitCode, time::Duration};

use fastrand::Rng;
use measure::{
    arguments,
    clock::{Took, peak_memory, took},
    generated::Generator,
};
use vestnik::{
    Index, Query,
    search::{Options, Searcher, Sort},
};

const MAX_SECONDS: f64 = 0.5;
const MAX_BYTES: u64 = 300 << 20;
const LARGEST: usize = 1 << 20;

/// Pieces that a hostile query repeats. `W` stands for a new word each time, `R` for one word of the query, `F` for a
/// function word, `L` for a letter.
const PIECES: &[(&str, &str)] = &[
    ("different words", "W "),
    ("one word", "R "),
    ("function words", "F "),
    ("letters with slashes", "L/"),
    ("words with slashes", "W/"),
    ("hyphens", "W-"),
    ("dots", "L."),
    ("long word", "L"),
    ("long number", "7"),
    ("numbers", "1 000,5 "),
    ("combining marks", "\u{301}"),
    ("letters with marks", "L\u{301}\u{308} "),
    ("controls", "\u{0}R\u{1b}[2J\u{7f}"),
    ("invisible characters", "W\u{200b}\u{ad}"),
    ("emoji", "👩\u{200d}👩\u{200d}👧 "),
    ("ideographs", "漢字"),
    ("open brackets", "("),
    ("nested words", "(W "),
    ("pairs of brackets", "(W) "),
    ("nested choices", "(W | (R "),
    ("choices", "W | "),
    ("and", "W И "),
    ("prefixes", "L* "),
    ("prefixes of words", "W* "),
    ("suffixes", "*L "),
    ("patterns", "*L* "),
    ("question marks", "???? "),
    ("stars", "*?*L*?* "),
    ("quotes", "\""),
    ("phrases of words", "\"W R\" "),
    ("phrases of function words", "\"F F F\" "),
    ("sloppy phrases", "\"R W R\"~100 "),
    ("exact phrases", "!\"W W\" "),
    ("exact words", "!W "),
    ("near", "R /100 "),
    ("near pairs", "(R /100 W) "),
    ("near phrases", "\"F R\" /50 \"R F\" "),
    ("exclusions", "-W "),
    ("excluded patterns", "-L* "),
    ("excluded phrases", "-\"W R\" "),
    ("title", "заголовок:W "),
    ("title in brackets", "заголовок:(W R "),
    ("source", "источник:W "),
    ("dates", "дата:2019 "),
    ("date ranges", "дата:2010..2020 "),
    ("boosts", "W^9 "),
    ("nested boosts", "(R^2 "),
    ("addresses", "a@b.ru "),
    ("links", "http://W.ru/W?W=W "),
    ("capitals", "ООН МИД "),
];

/// A way to use the pieces: before them, behind them.
const FRAMES: &[(&str, &str)] = &[
    ("", ""),
    ("\"", "\""),
    ("\"", "\"~100"),
    ("!\"", "\""),
    ("(", ")"),
    ("заголовок:(", ")"),
    ("-(", ")"),
    ("-\"", "\"~100"),
    ("(", ") /100 в"),
];

const FUNCTION_WORDS: [&str; 8] = ["и", "в", "не", "на", "что", "с", "по", "как"];
const LETTERS: [&str; 8] = ["а", "о", "е", "и", "с", "п", "н", "в"];

/// A query and how it is run.
struct Attack {
    name: String,
    text: String,
    options: Options,
}

struct Measured {
    took: Took,
    bytes: u64,
}

fn main() -> ExitCode {
    let generator = Generator::new();
    let releases = arguments::value("--releases", 100_000_u64);
    let temporary = tempfile::tempdir().expect("a folder");
    let kept = arguments::folder("--kept");
    let folder = kept.as_deref().unwrap_or(temporary.path()).join(releases.to_string()).join("vestnik");
    let index = index(&folder, &generator, releases);
    let mut words = words(&generator);
    drop(generator);
    let searcher = index.searcher().expect("a searcher");
    let mut rng = Rng::with_seed(arguments::value("--seed", 1));
    rng.shuffle(&mut words);
    let ordinary = measure(&searcher, "встреча министров в Ташкенте", &Options::default());
    println!(
        "{releases} releases; an ordinary query: {:.1} ms, {} MB more resident memory",
        ordinary.took.wall * 1e3,
        ordinary.bytes >> 20
    );
    let mut measured = Vec::new();
    let only = arguments::value("--only", String::new());
    for number in 0..arguments::value("--queries", 5000) {
        let attack = attack(number, &words, &mut rng);
        if !attack.name.contains(&only) {
            continue;
        }
        measured.push((measure(&searcher, &attack.text, &attack.options), attack.name, head(&attack.text)));
    }
    report(measured)
}

fn index(folder: &Path, generator: &Generator, releases: u64) -> Index {
    let index = Index::open_or_create(folder).expect("an index of this version");
    if index.searcher().expect("a searcher").releases() != releases {
        index.ingest((0..releases).map(|at| generator.release(at))).expect("releases written");
    }
    index
}

/// Words of the index, frequent ones more often than rare ones, and coined ones that it does not have.
fn words(generator: &Generator) -> Vec<String> {
    let mut words = Vec::new();
    for number in 0..400 {
        let body = generator.release(number).body;
        words.extend(
            body.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(String::from),
        );
    }
    let coined: Vec<String> =
        words.iter().step_by(3).map(|word| format!("{word}овкин{}", words.len())).collect();
    words.extend(coined);
    words
}

/// The attack with a number: first each piece in each frame in sizes up to the largest, then random mixtures.
fn attack(number: usize, words: &[String], rng: &mut Rng) -> Attack {
    let sizes = [300, 8 << 10, LARGEST];
    let crafted = PIECES.len() * FRAMES.len() * sizes.len();
    let mut options = Options::default();
    if number < crafted {
        let (name, piece) = PIECES[number % PIECES.len()];
        let (open, close) = FRAMES[number / PIECES.len() % FRAMES.len()];
        let size = sizes[number / PIECES.len() / FRAMES.len()];
        let text = format!("{open}{}{close}", repeated(&[piece], size, words, rng));
        return Attack { name: format!("{open}{name}{close}, {size} bytes"), text, options };
    }
    options.match_all = rng.bool();
    options.explain = rng.u8(..4) == 0;
    options.sort = if rng.u8(..4) == 0 { Sort::Date } else { Sort::Relevance };
    let chosen: Vec<(&str, &str)> = (0..=rng.usize(..4)).map(|_| PIECES[rng.usize(..PIECES.len())]).collect();
    let pieces: Vec<&str> = chosen.iter().map(|(_, piece)| *piece).collect();
    // Every size is as likely as twice that size.
    let size = 1 << rng.usize(5..21);
    let (open, close) = FRAMES[rng.usize(..FRAMES.len())];
    let text = format!("{open}{}{close}", repeated(&pieces, size, words, rng));
    let names: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
    Attack { name: format!("{open}{}{close}, {size} bytes", names.join(" + ")), text, options }
}

/// Pieces in random order, up to a size in bytes.
fn repeated(pieces: &[&str], size: usize, words: &[String], rng: &mut Rng) -> String {
    let fixed = &words[rng.usize(..words.len())];
    let mut text = String::with_capacity(size + 64);
    while text.len() < size {
        for c in pieces[rng.usize(..pieces.len())].chars() {
            match c {
                'W' => text.push_str(&words[rng.usize(..words.len())]),
                'R' => text.push_str(fixed),
                'F' => text.push_str(FUNCTION_WORDS[rng.usize(..FUNCTION_WORDS.len())]),
                'L' => text.push_str(LETTERS[rng.usize(..LETTERS.len())]),
                c => text.push(c),
            }
        }
    }
    text
}

fn measure(searcher: &Searcher, text: &str, options: &Options) -> Measured {
    // Resets the peak of the resident memory (Linux).
    _ = fs::write("/proc/self/clear_refs", "5");
    let before = peak_memory("self").unwrap_or_default();
    let (results, took) = took(|| searcher.search(&Query::parse(text), options));
    results.expect("results");
    Measured { took, bytes: peak_memory("self").unwrap_or_default().saturating_sub(before) }
}

/// How a query begins, readable.
fn head(text: &str) -> String {
    let mut head = String::new();
    for c in text.chars().take(60) {
        _ = write!(head, "{}", c.escape_debug());
    }
    head
}

fn report(mut measured: Vec<(Measured, String, String)>) -> ExitCode {
    let shown = arguments::value("--show", 10);
    let print = |(Measured { took, bytes }, name, head): &(Measured, String, String)| {
        let (wall, cpu) = (took.wall * 1e3, took.cpu * 1e3);
        println!("{wall:8.1} ms wall {cpu:8.1} ms CPU {:5} MB  {name}: {head}", bytes >> 20);
    };
    measured.sort_by_key(|(measured, ..)| std::cmp::Reverse(measured.bytes));
    println!("\nthe most memory");
    measured.iter().take(shown).for_each(print);
    let most = measured.first().map_or(0, |(measured, ..)| measured.bytes);
    measured.sort_by_key(|(measured, ..)| std::cmp::Reverse(Duration::from_secs_f64(measured.took.wall)));
    println!("\nthe slowest");
    measured.iter().take(shown).for_each(print);
    let slowest = measured.first().map_or(0.0, |(measured, ..)| measured.took.wall);
    let count = measured.len();
    println!("\n{count} queries: at most {:.1} ms and {} MB", slowest * 1e3, most >> 20);
    if slowest > MAX_SECONDS || most > MAX_BYTES {
        println!("above the limits of {MAX_SECONDS} s and {} MB", MAX_BYTES >> 20);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
