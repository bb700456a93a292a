//! A fixed mix of queries, built from words of generated releases.
//!
//! Each query is taken from one release, so it has at least one hit, which the benchmarks assert. All releases are
//! among the first 2,000, so every size of corpus gets the same queries.

use std::fmt;

use fastrand::Rng;
use vestnik::Release;

use super::{generated::Generator, original::words};

/// The number of queries of each kind.
const OF_EACH: usize = 40;
/// The number of releases that queries are taken from, at most the size of the smallest corpus.
const FROM: u64 = 2_000;
const SEED: u64 = 0x00c0_ffee;
/// Queries use only words with at least this many letters, except in phrases.
const SHORT: usize = 4;

/// The form of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Consecutive words of one sentence, without quotes.
    Words(usize),
    /// Two or three adjacent words in quotes.
    Phrase,
    /// A prefix and a word.
    Prefix,
    /// Two words and a range of six months.
    Dated,
}

/// All kinds, in the order of the tables.
pub const KINDS: [Kind; 8] = [
    Kind::Words(1),
    Kind::Words(2),
    Kind::Words(3),
    Kind::Words(4),
    Kind::Words(5),
    Kind::Phrase,
    Kind::Prefix,
    Kind::Dated,
];

/// A query with at least one hit.
#[derive(Clone, Debug)]
pub struct Question {
    pub kind: Kind,
    /// The query in Vestnik's syntax.
    pub text: String,
    /// The words of the query, for stock tantivy.
    pub words: String,
}

/// The queries, the same in every run.
pub fn questions(generator: &Generator) -> Vec<Question> {
    let mut rng = Rng::with_seed(SEED);
    let mut questions = Vec::new();
    for kind in KINDS {
        let start = questions.len();
        while questions.len() < start + OF_EACH {
            let release = generator.release(rng.u64(..FROM));
            questions.extend(question(&mut rng, kind, &release));
        }
    }
    questions
}

/// A query from a random sentence of a release, or `None` if the sentence is unsuitable.
fn question(rng: &mut Rng, kind: Kind, release: &Release) -> Option<Question> {
    let sentences: Vec<&str> = release.body.split(['.', '!', '?', '\n', '"', '«', '»', ':']).collect();
    let sentence = sentences[rng.usize(..sentences.len())];
    let all: Vec<&str> = words(sentence).map(|word| &sentence[word]).collect();
    let long: Vec<&str> = all.iter().copied().filter(|word| word.chars().count() >= SHORT).collect();
    let some = |rng: &mut Rng, from: &[&str], count: usize| -> Option<Vec<String>> {
        let start = rng.usize(..=from.len().checked_sub(count)?);
        Some(from[start..start + count].iter().map(|&word| word.to_owned()).collect())
    };
    let (text, words) = match kind {
        Kind::Words(count) => {
            let words = some(rng, &long, count)?.join(" ");
            (words.clone(), words)
        }
        Kind::Phrase => {
            let count = rng.usize(2..=3);
            let words = some(rng, &all, count)?.join(" ");
            // A phrase needs words without punctuation between them.
            if !sentence.contains(&words) {
                return None;
            }
            (format!("\"{words}\""), words)
        }
        Kind::Prefix => {
            let words = some(rng, &long, 2)?;
            let letters = words[0].chars().count().min(6) - 1;
            let prefix: String = words[0].chars().take(letters.max(SHORT - 1)).collect();
            (format!("{prefix}* {}", words[1]), words.join(" "))
        }
        Kind::Dated => {
            let words = some(rng, &long, 2)?.join(" ");
            let date = release.date?;
            let half = if date.month() <= 6 { ("01", "06") } else { ("07", "12") };
            (format!("{words} дата:{year}-{}..{year}-{}", half.0, half.1, year = date.year()), words)
        }
    };
    Some(Question { kind, text, words })
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(1) => f.pad("1 word"),
            Self::Words(count) => f.pad(&format!("{count} words")),
            Self::Phrase => f.pad("phrase"),
            Self::Prefix => f.pad("prefix"),
            Self::Dated => f.pad("dates"),
        }
    }
}
