//! Large corpora, generated: release number i is the same whenever and wherever it is asked for.
//!
//! Each is put together from runs of real sentences, mostly of one speech, so that words keep the
//! company they keep in real text. Lengths are log-normal about 2 KB. Rare words give way to coined
//! surnames as often as Heaps' law wants new words, and twice as often to ones coined before.

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
/// The mean length of a body in bytes, and how its logarithm varies.
const LENGTH: f64 = 2000.0;
const VARIES: f64 = 0.6;
const SHORTEST: f64 = 300.0;
const LONGEST: f64 = 12_000.0;
/// How many sentences stand together as a paragraph at most.
const RUN: u32 = 5;
/// How often a paragraph comes from the speech that the release is about.
const ON_TOPIC: f64 = 0.75;
/// For each new coined word so many come back, half of them in the release that coined one.
const REPEATED: u64 = 2;
/// Dates begin here and run for so many days.
const FIRST_DAY: Date = Date::constant(2005, 1, 1);
const DAYS: i64 = 20 * 365;
/// Titles have so many words at most.
const TITLE_WORDS: usize = 12;

/// Makes releases by number.
pub struct Generator {
    pub original: Original,
    /// How many words of text a release has on average.
    mean_words: f64,
}

impl Generator {
    /// A generator from whatever real text is at hand.
    pub fn new() -> Self {
        let original = Original::read();
        let bytes: usize = original.sentences.iter().map(ExactSizeIterator::len).sum();
        Self { mean_words: LENGTH * original.words as f64 / bytes as f64, original }
    }

    /// What it draws on, for the head of a table.
    pub fn describe(&self) -> String {
        let (factor, exponent) = self.original.novelty.heaps;
        format!(
            "generated from {} sentences, {} words ({}); V = {factor:.1}·n^{exponent:.3}",
            self.original.sentences.len(),
            self.original.words,
            if self.original.with_speeches { "shipped corpus and shared speeches" } else { "shipped corpus" },
        )
    }

    /// How many words the first so many releases have, about.
    pub fn words(&self, releases: u64) -> f64 {
        self.mean_words * releases as f64
    }

    /// Release number `number`.
    pub fn release(&self, number: u64) -> Release {
        self.edition(number, 0)
    }

    /// A later edition of a release: the same, with some sentences more at its end.
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
        // Few publishers write most of the releases.
        let publisher = (rng.f64().powi(2) * self.original.publishers.len() as f64) as usize;
        Release {
            date: FIRST_DAY.checked_add(jiff::Span::new().days(rng.i64(0..DAYS))).ok(),
            source: self.original.publishers.get(publisher).cloned(),
            ..Release::new(format!("generated-{number:07}"), title, body)
        }
    }

    /// Writes releases to a JSON Lines file; says how many bytes of title and body they have.
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
                // Half of the sentences that would cross the end are left out, so that the mean holds.
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

    /// Adds a sentence, with coined words for some of its rare ones.
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

/// The coined words of one release: those that are new, and the return of others.
struct Coined {
    fresh: Range<u64>,
    /// How many are still to be placed.
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
            // Said again a little later, maybe in another case.
            self.fresh.end.saturating_sub(1 + rng.u64(..4))
        } else {
            // The older a name, the oftener it has come back.
            (rng.f64().powi(2) * self.fresh.end as f64) as u64
        };
        Some(coined::word(number))
    }
}

/// Bytes of title and body: what throughput is counted in.
pub fn size(release: &Release) -> u64 {
    (release.title.len() + release.body.len()) as u64
}

/// A log-normal length with the wanted mean; the normal number is a sum of twelve even ones.
fn length(rng: &mut Rng) -> f64 {
    let normal: f64 = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
    (LENGTH.ln() - VARIES * VARIES / 2.0 + VARIES * normal).exp().clamp(SHORTEST, LONGEST)
}
