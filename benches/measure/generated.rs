//! Generated corpora of any size. Release number i is the same in every run and on every machine.
//!
//! A release consists of runs of real sentences, mostly from one speech, which preserves the co-occurrence of words.
//! Lengths are log-normal with a mean of 2 KB. Some rare words are replaced by artificial surnames: new ones at the
//! rate that Heaps' law predicts, and earlier ones twice as often.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    ops::Range,
    path::Path,
};

use fastrand::Rng;
use vestnik::{Date, Release};

use super::{
    coined,
    original::{Original, words},
};

const SEED: u64 = 0x0005_e571_4b5e_ed00;
/// The mean length of a body in bytes, and the standard deviation of its logarithm.
const LENGTH: f64 = 2000.0;
const VARIES: f64 = 0.6;
const SHORTEST: f64 = 300.0;
const LONGEST: f64 = 12_000.0;
/// The most sentences in a paragraph.
const RUN: u32 = 5;
/// The share of paragraphs that come from the main speech of the release.
const ON_TOPIC: f64 = 0.75;
/// Repetitions per new artificial word, half of them in the release that introduces it.
const REPEATED: u64 = 2;
/// Dates are spread over `DAYS` days from here.
const FIRST_DAY: Date = Date::constant(2005, 1, 1);
const DAYS: i64 = 20 * 365;
/// The most words in a title.
const TITLE_WORDS: usize = 12;

/// Generates releases by number.
pub struct Generator {
    pub original: Original,
    /// The mean number of words in a release.
    mean_words: f64,
}

impl Generator {
    /// A generator based on the shipped corpus and, if available, the shared speeches.
    pub fn new() -> Self {
        let original = Original::read();
        let bytes: usize = original.sentences.iter().map(ExactSizeIterator::len).sum();
        Self { mean_words: LENGTH * original.words as f64 / bytes as f64, original }
    }

    /// Describes the source text in one line.
    pub fn describe(&self) -> String {
        let (factor, exponent) = self.original.novelty.heaps;
        format!(
            "generated from {} sentences, {} words ({}); V = {factor:.1}·n^{exponent:.3}",
            self.original.sentences.len(),
            self.original.words,
            if self.original.with_speeches { "shipped corpus and shared speeches" } else { "shipped corpus" },
        )
    }

    /// The approximate number of words in the first `releases` releases.
    pub fn words(&self, releases: u64) -> f64 {
        self.mean_words * releases as f64
    }

    /// Release number `number`.
    pub fn release(&self, number: u64) -> Release {
        self.edition(number, 0)
    }

    /// A later edition of a release, with additional sentences at the end.
    pub fn edition(&self, number: u64, edition: u64) -> Release {
        let mut rng = Rng::with_seed(SEED ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let topic = rng.usize(..self.original.speeches.len());
        let length = length(&mut rng);
        let mut coined = Coined::of(self, number);
        let title = self.title(&mut rng, topic);
        let mut body = String::new();
        self.paragraphs(&mut rng, topic, length, &mut coined, &mut body);
        for edition in 0..edition {
            let mut rng = Rng::with_seed(SEED ^ number ^ (edition + 1) << 40);
            let length = body.len() as f64 + 200.0;
            self.paragraphs(&mut rng, topic, length, &mut coined, &mut body);
        }
        // A few publishers issue most releases.
        let publisher = (rng.f64().powi(2) * self.original.publishers.len() as f64) as usize;
        Release {
            date: FIRST_DAY.checked_add(jiff::Span::new().days(rng.i64(0..DAYS))).ok(),
            source: self.original.publishers.get(publisher).cloned(),
            ..Release::new(format!("generated-{number:07}"), title, body)
        }
    }

    /// Writes releases to a JSON Lines file and returns the bytes of their titles and bodies.
    pub fn write(path: &Path, releases: impl IntoIterator<Item = Release>) -> io::Result<u64> {
        let mut file = BufWriter::new(File::create(path)?);
        let mut bytes = 0;
        for release in releases {
            bytes += size(&release);
            let record = serde_json::json!({
                "id": release.id, "title": release.title, "date": release.date,
                "source": release.source, "text": release.body,
            });
            writeln!(file, "{record}")?;
        }
        file.flush()?;
        Ok(bytes)
    }

    fn paragraphs(&self, rng: &mut Rng, topic: usize, length: f64, coined: &mut Coined, body: &mut String) {
        while (body.len() as f64) < length {
            let speech = if rng.f64() < ON_TOPIC { topic } else { rng.usize(..self.original.speeches.len()) };
            let speech = self.original.speeches[speech].clone();
            let first = rng.u32(speech.clone());
            let last = (first + rng.u32(1..=RUN)).min(speech.end);
            for (at, sentence) in (first..last).enumerate() {
                let sentence = &self.original.sentences[sentence as usize];
                // Dropping half of the sentences that would exceed the length preserves the mean.
                if !body.is_empty() && body.len() as f64 + rng.f64() * sentence.len() as f64 > length {
                    return;
                }
                if !body.is_empty() {
                    body.push_str(if at == 0 { "\n\n" } else { " " });
                }
                self.sentence(rng, sentence, coined, body);
            }
        }
    }

    /// Appends a sentence, with artificial words in place of some rare ones.
    fn sentence(&self, rng: &mut Rng, sentence: &Range<u32>, coined: &mut Coined, body: &mut String) {
        let mut from = sentence.start;
        for rare in self.original.rare_in(sentence) {
            let Some(word) = coined.next(rng) else { break };
            body.push_str(self.original.text(&(from..rare.start)));
            body.push_str(&word);
            from = rare.end;
        }
        body.push_str(self.original.text(&(from..sentence.end)));
    }

    fn title(&self, rng: &mut Rng, topic: usize) -> String {
        let sentence = rng.u32(self.original.speeches[topic].clone());
        let sentence = self.original.text(&self.original.sentences[sentence as usize]);
        let end = words(sentence).take(TITLE_WORDS).last().map_or(sentence.len(), |word| word.end);
        sentence[..end].trim_start_matches(['«', '"', '—', '-', ' ']).into()
    }
}

/// The artificial words of one release: new and repeated ones.
struct Coined {
    fresh: Range<u64>,
    /// The number of words left to place.
    left: u64,
}

impl Coined {
    fn of(generator: &Generator, number: u64) -> Self {
        let by = |releases: u64| generator.original.novelty.coined(generator.words(releases));
        let fresh = by(number)..by(number + 1);
        Self { left: (fresh.end - fresh.start) * (1 + REPEATED), fresh }
    }

    fn next(&mut self, rng: &mut Rng) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        let number = if let Some(fresh) = self.fresh.next() {
            fresh
        } else if rng.bool() {
            // A recent word, possibly in another case.
            self.fresh.end.saturating_sub(1 + rng.u64(..4))
        } else {
            // Older names are repeated more often.
            (rng.f64().powi(2) * self.fresh.end as f64) as u64
        };
        Some(coined::word(number))
    }
}

/// The bytes of title and body, the unit of throughput.
pub fn size(release: &Release) -> u64 {
    (release.title.len() + release.body.len()) as u64
}

/// A log-normal length with mean `LENGTH`. The normal deviate is the sum of twelve uniform ones, minus 6.
fn length(rng: &mut Rng) -> f64 {
    let normal: f64 = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
    (LENGTH.ln() - VARIES * VARIES / 2.0 + VARIES * normal).exp().clamp(SHORTEST, LONGEST)
}
