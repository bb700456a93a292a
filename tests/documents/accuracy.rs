//! How much of the text of documents is read: recall and precision over 4-grams of words.

use std::{collections::HashMap, env, fs, path::PathBuf};

use super::{fixtures, names, read};

/// Both are at least this in every fixture.
const LEAST: f64 = 0.98;

fn grams(text: &str) -> HashMap<String, u32> {
    let text = text.to_lowercase().replace(['\u{AD}', '\u{301}'], "");
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut grams = HashMap::new();
    for gram in words.windows(4.min(words.len().max(1))) {
        *grams.entry(gram.join(" ")).or_default() += 1;
    }
    grams
}

/// Recall and precision of a text.
fn score(truth: &str, text: &str) -> (f64, f64) {
    let (truth, text) = (grams(truth), grams(text));
    let common: u32 = truth.iter().map(|(gram, count)| *count.min(text.get(gram).unwrap_or(&0))).sum();
    let share =
        |grams: &HashMap<String, u32>| f64::from(common) / f64::from(grams.values().sum::<u32>().max(1));
    (share(&truth), share(&text))
}

/// The files below the mark and how many there are.
fn below(folder: &std::path::Path) -> (Vec<String>, usize) {
    let (mut below, mut count) = (Vec::new(), 0);
    for name in names(&folder.join("files")) {
        let (releases, failures) = read(&folder.join("files"), &name);
        let text: Vec<String> =
            releases.iter().map(|release| format!("{}\n\n{}", release.title, release.body)).collect();
        let truth = fs::read_to_string(folder.join("truth").join(format!("{name}.txt"))).unwrap();
        let (recall, precision) = score(&truth, &text.join("\n\n"));
        count += 1;
        let headline = truth.lines().next() == releases.first().map(|release| release.title.as_str());
        if recall < LEAST || precision < LEAST || !headline || !failures.is_empty() {
            below.push(format!(
                "{name}: recall {recall:.4}, precision {precision:.4}, headline {headline}, {failures:?}"
            ));
        }
    }
    (below, count)
}

#[test]
fn nearly_every_word_is_read() {
    let (below, count) = below(&fixtures());
    assert!(count >= 11);
    assert!(below.is_empty(), "{}", below.join("\n"));
}

/// `tests/documents/make.sh OUT && VESTNIK_DOCUMENTS=OUT cargo test --release --test documents -- --ignored many`
#[test]
#[ignore = "needs documents made by tests/documents/make.sh in VESTNIK_DOCUMENTS"]
fn many_documents() {
    let folder = PathBuf::from(env::var_os("VESTNIK_DOCUMENTS").expect("VESTNIK_DOCUMENTS is a folder"));
    let (below, count) = below(&folder);
    println!("{} of {count} documents with at least {LEAST}", count - below.len());
    println!("{}", below.join("\n"));
    assert!(count >= 60 && below.len() * 10 <= count, "{} of {count}", below.len());
}
