//! Pasted headlines: long queries of real words, as people copy them from a page.

use std::fs;

use vestnik::Release;

use super::{
    generated::Generator,
    original::{shared, words},
};

/// Headlines have this many words, at least and at most.
const WORDS: std::ops::RangeInclusive<usize> = 8..=14;
/// The number of headlines.
const COUNT: usize = 1_000;
/// Releases that make up a long text, of about 12 KB.
const PER_LONG_TEXT: u64 = 6;

/// Headlines, and where they come from: the shared evaluation set, or titles of generated releases without it.
pub fn headlines(generator: &Generator) -> (Vec<String>, &'static str) {
    let fits = |text: &String| WORDS.contains(&words(text).count());
    if let Ok(queries) = fs::read_to_string(shared().join("eval/headlines/queries.jsonl")) {
        let text = |line: &str| {
            let query: serde_json::Value = serde_json::from_str(line).expect("JSON");
            query["text"].as_str().expect("a text").to_owned()
        };
        return (queries.lines().map(text).filter(fits).take(COUNT).collect(), "Wikinews and Debian");
    }
    let titles = (0..).map(|number| generator.release(number).title);
    (titles.filter(fits).take(COUNT).collect(), "generated releases")
}

/// Long texts, each of the bodies of several generated releases.
pub fn long_texts(generator: &Generator, count: u64) -> impl Iterator<Item = Release> + Clone {
    (0..count).map(move |number| {
        let first = number * PER_LONG_TEXT;
        let mut text = generator.release(first);
        for part in first + 1..first + PER_LONG_TEXT {
            text.body += "\n\n";
            text.body += &generator.release(part).body;
        }
        text
    })
}
