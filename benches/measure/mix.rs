//! The fixed mix of questions: words out of real sentences, asked in the ways that people ask.
//!
//! Every question is taken from one release, so that there is an answer, and every bench asserts it.
//! The releases are among the first few thousand: all sizes of corpus get the same questions.

use std::fmt;

use fastrand::Rng;
use vestnik::Release;

use super::{generated::Generator, original::words};

/// Questions of each kind.
const OF_EACH: usize = 40;
/// Questions are taken from so many releases, or as many as the smallest corpus has.
const FROM: u64 = 2_000;
const SEED: u64 = 0x00c0_ffee;
/// Words of fewer letters are hardly ever asked for.
const SHORT: usize = 4;

/// How a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// So many words of one sentence.
    Words(usize),
    /// Two or three neighbouring words in quotes.
    Phrase,
    /// The beginning of a word, and another word.
    Prefix,
    /// Two words and half a year.
    Dated,
}

/// Every kind, in the order of the tables.
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

/// A question with an answer.
#[derive(Clone, Debug)]
pub struct Question {
    pub kind: Kind,
    /// As typed.
    pub text: String,
    /// The bare words in it, for an engine without a query language.
    pub words: String,
}

/// The questions, the same ones every time.
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

/// A question out of one sentence of a release, where the sentence drawn allows it.
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
            // Quotes around neighbours only: the words have no other marks between them.
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
