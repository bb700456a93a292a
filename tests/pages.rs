//! Web pages in the layouts of Russian news and ministry sites, made for this test: each page in `tests/pages`
//! has its title, its date and the text of its article in a file next to it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::HashMap, fs, path::Path};

use vestnik::{
    Release,
    corpus::{Corpus, Found},
};

/// Sequences of four words and how often each occurs.
fn shingles(text: &str) -> HashMap<Vec<String>, usize> {
    let lower = text.to_lowercase();
    let words: Vec<String> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut shingles = HashMap::new();
    for shingle in words.windows(4) {
        *shingles.entry(shingle.to_vec()).or_insert(0) += 1;
    }
    shingles
}

/// Recall and precision of the found text.
fn likeness(expected: &str, found: &str) -> (f64, f64) {
    let (expected, found) = (shingles(expected), shingles(found));
    let common: usize =
        expected.iter().map(|(shingle, count)| (*count).min(found.get(shingle).copied().unwrap_or(0))).sum();
    let share = |all: &HashMap<Vec<String>, usize>| common as f64 / all.values().sum::<usize>().max(1) as f64;
    (share(&expected), share(&found))
}

/// What is wrong with a release; nothing where it is as expected.
fn faults(release: &Release, expected: &str) -> Vec<String> {
    let mut lines = expected.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (title, date) = (line(), line());
    line();
    let (recall, precision) = likeness(line(), &release.body);
    let found = release.date.map(|date| date.to_string()).unwrap_or_default();
    let mut faults = Vec::new();
    if recall < 0.95 || precision < 0.95 {
        faults.push(format!("recall {recall:.2}, precision {precision:.2}: {}", release.body));
    }
    if release.title != title {
        faults.push(format!("title {:?}", release.title));
    }
    if found != date {
        faults.push(format!("date {found:?}, not {date:?}"));
    }
    faults
}

#[test]
fn articles_are_found_in_every_layout() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut wrong = Vec::new();
    let mut count = 0;
    for found in Corpus::open(std::slice::from_ref(&folder), &[]).unwrap().files() {
        let Found::File(file) = found else { continue };
        let expected = fs::read_to_string(folder.join(file.name.replace(".html", ".expected"))).unwrap();
        let release = file.releases().unwrap().remove(0).unwrap();
        count += 1;
        let faults = faults(&release, &expected);
        if !faults.is_empty() {
            wrong.push(format!("{}: {}", file.name, faults.join("; ")));
        }
    }
    assert!(count >= 30 && wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
}
