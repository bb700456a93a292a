//! The real text that corpora are generated from, split into sentences.
//!
//! It consists of the shipped corpus and, if available, the speeches in `../shared/bulk`. Sentences, speeches and
//! rare words are ranges of one string.

use std::{
    collections::HashMap,
    fs,
    hash::{BuildHasher, Hasher},
    io::{BufRead, BufReader},
    ops::Range,
    path::{Path, PathBuf},
};

use foldhash::fast::FixedState;
use vestnik::{
    Release,
    corpus::{Corpus, Found},
};

use super::novelty::Novelty;

/// The highest frequency of a rare word in the source text.
const RARE: u32 = 3;
/// The accepted length of a sentence in bytes.
const SENTENCE: Range<usize> = 20..1200;

/// Real text, split into sentences.
pub struct Original {
    text: String,
    /// The sentences, in text order.
    pub sentences: Vec<Range<u32>>,
    /// The range of sentences of each speech.
    pub speeches: Vec<Range<u32>>,
    /// The rare words, in text order.
    rare: Vec<Range<u32>>,
    /// The publishers of the shipped releases.
    pub publishers: Vec<String>,
    /// The growth of its vocabulary.
    pub novelty: Novelty,
    /// The number of words.
    pub words: u64,
    /// Whether the text includes the shared speeches.
    pub with_speeches: bool,
}

impl Original {
    /// Reads the shipped corpus and, if available, the shared speeches.
    ///
    /// # Panics
    /// If the shipped corpus cannot be read.
    pub fn read() -> Self {
        let mut cut = Cut::default();
        let mut publishers = Vec::new();
        for release in shipped() {
            cut.speech(&release.body);
            publishers.extend(release.source);
        }
        assert!(publishers.len() > 50, "the shipped corpus is missing");
        publishers.sort();
        publishers.dedup();
        let speeches = speeches();
        let with_speeches = speeches.is_some();
        for release in speeches.into_iter().flatten() {
            cut.speech(&release.body);
        }
        cut.finish(publishers, with_speeches)
    }

    /// The text of a range.
    pub fn text(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// The rare words within a range, as ranges of the whole text.
    pub fn rare_in(&self, range: &Range<u32>) -> &[Range<u32>] {
        let start = self.rare.partition_point(|word| word.start < range.start);
        let end = self.rare.partition_point(|word| word.start < range.end);
        &self.rare[start..end]
    }
}

/// The releases of the shipped corpus.
pub fn shipped() -> Vec<Release> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = Corpus::open(&[folder], &[]).expect("the shipped corpus");
    let files =
        corpus.files().filter_map(|found| if let Found::File(file) = found { Some(file) } else { None });
    files.flat_map(|file| file.releases().expect("a shipped file")).filter_map(Result::ok).collect()
}

/// The shared folder: `VESTNIK_SHARED`, or `../shared`.
pub fn shared() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("VESTNIK_SHARED").map_or_else(default, PathBuf::from)
}

/// The shared speeches as releases, if available.
pub fn speeches() -> Option<impl Iterator<Item = Release>> {
    let file = fs::File::open(shared().join("bulk/duma-speeches.jsonl.zst")).ok()?;
    let lines = BufReader::new(zstd::Decoder::new(file).expect("a zstd file")).lines();
    Some(lines.map(|line| {
        let record: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        Release { source: Some(text("source")), ..Release::new(text("id"), text("title"), text("text")) }
    }))
}

/// The ranges of the words of a text, which are runs of letters.
pub fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = letters.find(|(_, c)| c.is_alphabetic())?;
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = letters.next_if(|(_, c)| c.is_alphabetic()) {
            end = at + c.len_utf8();
        }
        Some(start..end)
    })
}

/// Collects the sentences of an [`Original`].
#[derive(Default)]
struct Cut {
    text: String,
    sentences: Vec<Range<u32>>,
    speeches: Vec<Range<u32>>,
}

impl Cut {
    fn speech(&mut self, body: &str) {
        let first = self.sentences.len();
        let offset = self.text.len();
        self.text += body;
        // Separates the last word of a speech from the first of the next.
        self.text.push('\n');
        for sentence in sentences(body) {
            self.sentences.push(small(offset + sentence.start)..small(offset + sentence.end));
        }
        if first < self.sentences.len() {
            self.speeches.push(small(first)..small(self.sentences.len()));
        }
    }

    fn finish(self, publishers: Vec<String>, with_speeches: bool) -> Original {
        let mut times: HashMap<u64, u32, FixedState> = HashMap::default();
        let quarter_ends = self.text.len() / 4;
        let (mut count, mut quarter) = (0_u64, (0.0, 0.0));
        for word in words(&self.text) {
            if quarter.0 == 0.0 && word.start >= quarter_ends {
                quarter = (count as f64, times.len() as f64);
            }
            *times.entry(folded(&self.text[word])).or_default() += 1;
            count += 1;
        }
        let rare = words(&self.text)
            .filter(|word| word.len() >= 8 && times[&folded(&self.text[word.clone()])] <= RARE)
            .map(|word| small(word.start)..small(word.end))
            .collect();
        let mut repeated: HashMap<u32, f64> = HashMap::new();
        for &times in times.values() {
            *repeated.entry(times).or_default() += 1.0;
        }
        let mut repeated: Vec<(f64, f64)> =
            repeated.into_iter().map(|(times, words)| (f64::from(times), words)).collect();
        repeated.sort_by(|a, b| a.0.total_cmp(&b.0));
        let novelty = Novelty::fit(quarter, (count as f64, times.len() as f64), &repeated);
        let Self { text, sentences, speeches } = self;
        Original { text, sentences, speeches, rare, publishers, novelty, words: count, with_speeches }
    }
}

/// The hash of a word, ignoring case.
pub fn folded(word: &str) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for c in word.chars().flat_map(char::to_lowercase) {
        hasher.write_u32(c.into());
    }
    hasher.finish()
}

/// The approximate sentences of a text. A sentence ends in `.`, `!` or `?` before an upper-case letter.
fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    let ends = text.match_indices(['.', '!', '?', '\n']).map(|(at, _)| at + 1).chain([text.len()]);
    let found = ends.filter_map(move |end| {
        let next = text[end..].trim_start().chars().next();
        let long_enough = end - start >= SENTENCE.start;
        if !(long_enough && next.is_none_or(|c| c.is_uppercase() || c == '«')) {
            return None;
        }
        let lead = text[start..end].len() - text[start..end].trim_start().len();
        let sentence = start + lead..end;
        start = end;
        Some(sentence)
    });
    found.filter(|sentence| SENTENCE.contains(&sentence.len()))
}

fn small(at: usize) -> u32 {
    u32::try_from(at).expect("a source text below 4 GB")
}
