//! The speed of analysis, next to stock tantivy's Russian analyzer: text to terms, without indexing.
//!
//! `cargo bench --bench analysis -- --rounds 5 --megabytes 24`. The texts are the shipped releases, repeated in shuffled
//! order, and the shared speeches if available. `--alone` leaves out stock, for a profiler. The unit is megabytes per
//! CPU-second on one thread. Each term is copied once, as an indexer does.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark may stop where it cannot go on, and prints its figures"
)]

mod measure;

use measure::{
    arguments,
    clock::took,
    original::{shipped, speeches},
    spread::median,
    stock::chain,
};
use tantivy::tokenizer::{TextAnalyzer, TokenStream};
use vestnik::{Analyzer, analysis::TermCache};

fn main() {
    let (rounds, megabytes) = (arguments::value("--rounds", 5), arguments::value("--megabytes", 24));
    println!(
        "{:<9} {:>8} {:>10} {:>10} {:>8} {:>12}",
        "text", "chain", "first", "MB/CPU-s", "words", "terms"
    );
    compare("releases", rounds, &shuffled(megabytes << 20));
    match speeches() {
        Some(speeches) => {
            compare("speeches", rounds, &up_to(megabytes << 20, speeches.map(|speech| speech.body)));
        }
        None => println!("speeches  skipped: ../shared/bulk is missing"),
    }
}

/// The shipped releases, repeated, each time in a different order.
fn shuffled(bytes: usize) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut bodies: Vec<String> = shipped().into_iter().map(|release| release.body).collect();
    assert!(bodies.len() > 50, "the shipped corpus is missing");
    let again = std::iter::repeat_with(|| {
        random.shuffle(&mut bodies);
        bodies.clone()
    });
    up_to(bytes, again.flatten())
}

fn up_to(bytes: usize, texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut left = bytes;
    texts
        .take_while(|text| {
            let more = left > 0;
            left = left.saturating_sub(text.len());
            more
        })
        .collect()
}

/// The output of an analyzer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    words: usize,
    terms: usize,
}

fn compare(name: &str, rounds: usize, texts: &[String]) {
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let analyzer = Analyzer::new().expect("the dictionary");
    let (mut forms, mut chain) = (analyzer.term_cache(), chain());
    let ours = rates(rounds, megabytes, || ours(&mut forms, texts));
    if arguments::given("--alone") {
        return println!("{name:<9}  vestnik {:>10.1} {:>10.1}", ours.0, ours.1);
    }
    let stock = rates(rounds, megabytes, || stock(&mut chain, texts));
    for (who, (first, rate, made)) in [("vestnik", ours), ("stock", stock)] {
        println!("{name:<9} {who:>8} {first:>10.1} {rate:>10.1} {:>8} {:>12}", made.words, made.terms);
    }
    // Stock drops stop words and splits at every sign; Vestnik keeps all words.
    let (made, rest) = (ours.2, stock.2);
    assert!(made.words > rest.words && made.words < rest.words * 2, "{made:?} against {rest:?}");
    assert!(
        made.terms > made.words * 2,
        "every word has an exact form, and most have a lemma and a stem: {made:?}"
    );
    println!("{name:<9} {megabytes:.1} MB, {:.2} times stock", ours.1 / stock.1);
}

/// MB per CPU-second of the first round, with an empty term cache, and of the others, and the output of each round.
fn rates(rounds: usize, megabytes: f64, mut round: impl FnMut() -> Made) -> (f64, f64, Made) {
    let (made, first) = took(&mut round);
    let mut rates = Vec::new();
    for _ in 0..rounds {
        let (again, work) = took(&mut round);
        assert_eq!(again, made, "the same text gives the same terms");
        rates.push(megabytes / work.cpu);
    }
    (megabytes / first.cpu, median(&rates), made)
}

fn ours(forms: &mut TermCache, texts: &[String]) -> Made {
    let mut made = Made { words: 0, terms: 0 };
    let mut copy = String::new();
    for text in texts {
        let mut words = 0;
        forms.terms(text, |position, _, term| {
            words = position as usize + 1;
            made.terms += 1;
            copy.clear();
            copy.push_str(term.key());
        });
        made.words += words;
    }
    std::hint::black_box(copy);
    made
}

fn stock(chain: &mut TextAnalyzer, texts: &[String]) -> Made {
    let mut made = Made { words: 0, terms: 0 };
    for text in texts {
        let mut stream = chain.token_stream(text);
        while stream.advance() {
            made.words += 1;
        }
    }
    made.terms = made.words;
    made
}
