//! Neither pruning nor the number of segments changes the results of a query: on corpora of random words, and on a
//! hundred thousand generated releases with two thousand random queries.
//!
//! The latter takes minutes: `cargo test --release --test pruning -- --ignored`.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

#[path = "../benches/measure/mod.rs"]
mod measure;

use std::{ops::Range, sync::Arc};

use fastrand::Rng;
use measure::{generated::Generator, original::words};
use proptest::prelude::*;
use vestnik::{
    Date, Index, Query, Release,
    search::{Hit, Options, Relation, Searcher, Sort, Total, Weights},
};

const RELEASES: u64 = 100_000;
const RANDOM_QUERIES: usize = 2_000;

/// A query of words of one release, in one of the ways that people search.
fn query(rng: &mut Rng, generator: &Generator) -> String {
    loop {
        let release = generator.release(rng.u64(..RELEASES));
        let text = &release.body;
        let all: Vec<Range<usize>> = words(text).collect();
        let count = rng.usize(1..=9);
        if all.len() < count + 2 {
            continue;
        }
        let first = rng.usize(..all.len() - count);
        let word = |at: usize| &text[all[at].clone()];
        let some = (first..first + count).map(word).collect::<Vec<_>>().join(" ");
        let other = word(rng.usize(..all.len()));
        return match rng.u32(..14) {
            0 => format!("\"{some}\""),
            1 => format!("\"{some}\"~{}", rng.u32(..4)),
            2 => format!("{} /{} {other}", word(first), rng.u32(1..6)),
            3 => format!("{}* {other}", word(first).chars().take(4).collect::<String>()),
            4 => format!("({some}) -{other}"),
            5 => format!("{} | {other} {some}", word(first)),
            6 => format!("заголовок:{other} {some}"),
            7 => format!("{some} дата:{}", rng.u32(2005..2025)),
            8 => format!("({some} -{other}) | \"{some}\" {other}"),
            9 => format!("({} -{other}) {some}", word(first)),
            _ => some,
        };
    }
}

/// The hits of a query, each with the bits of its score and what it lacks, and how many releases match.
type Found = (Vec<(String, u32, Vec<Arc<str>>)>, Total);

fn results(searcher: &Searcher, query: &str, options: &Options) -> Found {
    let results = searcher.search(&Query::parse(query), options).unwrap();
    let hit = |hit: Hit| (hit.release().unwrap().id.clone(), hit.score.to_bits(), hit.missing.clone());
    (results.hits.into_iter().map(hit).collect(), results.total)
}

/// Fails if results differ from those of an exhaustive search, except for a total that is a lower bound.
fn expect((hits, total): Found, (expected, all): &Found, doing: &str) {
    assert_eq!(hits, *expected, "{doing}");
    match total.relation {
        Relation::Equal => assert_eq!(total, *all, "{doing}"),
        Relation::AtLeast => assert!(total.value <= all.value, "{doing}"),
    }
}

/// An index of the releases, some of which are deleted again.
fn searcher(generator: &Generator, commits: u64) -> Searcher {
    let index = Index::in_memory().unwrap();
    let per_commit = RELEASES / commits;
    for commit in 0..commits {
        index.ingest((0..per_commit).map(|at| generator.release(commit * per_commit + at))).unwrap();
    }
    let mut writer = index.writer().unwrap();
    for number in (0..RELEASES).step_by(50) {
        assert!(writer.remove(&generator.release(number).id));
    }
    writer.commit(&[]).unwrap();
    index.searcher().unwrap()
}

#[test]
#[ignore = "takes minutes"]
fn pruned_and_exhaustive_results_are_equal() {
    let generator = Generator::new();
    let [one, many] = [1, 20].map(|commits| searcher(&generator, commits));
    let mut rng = Rng::with_seed(15);
    for at in 0..RANDOM_QUERIES {
        let text = query(&mut rng, &generator);
        let sort = if at % 8 == 7 { Sort::Date } else { Sort::Relevance };
        let (limit, offset) = (rng.usize(1..30), rng.usize(..12));
        let pruned = Options { limit, offset, sort, snippets: None, ..Options::default() };
        let exhaustive = Options { exhaustive: true, ..pruned.clone() };
        let expected = results(&many, &text, &exhaustive);
        for (searcher, name) in [(&many, "many segments"), (&one, "few segments")] {
            expect(results(searcher, &text, &pruned), &expected, &format!("{text}, {name}"));
        }
    }
}

/// Words of all kinds, from the most frequent to the rarest: with other forms, other readings, and none.
const WORDS: &str =
    "вода в воды Камилов Камилова банк стали сталь мост пермский Пермь ООН и дорога zeta 13.05.2024";

const QUERIES: &str = r#"
    (вода и zeta -банк) | "вода zeta"; (стали zeta | мост) дорога; (вода -мост) банк;
    (мост -"вода банк") | дорога; (вода банк | мост) дорога; (вода | "банк мост") (дорога -банк);
    (вода | (zeta ООН)) дорога мост банк стали Пермь; ("вода мост"~2 -банк) | ООН; текст:вода банк; (заголовок:мост | банк) вода; в* банк мост;
    (вода /3 банк) дорога; вода; в; вода банк; вода в банке; мост дорога в^20; zeta в^20 ООН мост дорога банк;
    Камилов вода; стали мост; Пермь вода банк; вода банк мост дорога; вода банк мост дорога Камилов;
    zeta вода банк мост дорога стали Пермь; zeta ООН; во* банк; "вода банк"; "вода мост"~3 банк; вода /2 банк;
    "вода банк"^100 мост; "мост вода"~2^100 | банк; (вода | мост) -банк; заголовок:вода банк;
    вода дата:2024-01..2024-06; дата:2024-03..2024-09 дата:2024-01..2024-06
"#;

/// Later words are rarer.
fn word() -> impl Strategy<Value = &'static str> {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let at = 0..words.len();
    (at.clone(), at.clone(), at).prop_map(move |(a, b, c)| words[a.min(b).min(c)])
}

fn releases() -> impl Strategy<Value = Vec<Release>> {
    let text = |most| prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "));
    let release = (text(4), text(25), 1_i8..=12);
    prop::collection::vec(release, 1..500).prop_map(|releases| {
        let numbered = (0..).zip(releases);
        let release = |(id, (title, body, month)): (u32, _)| Release {
            date: Date::new(2024, month, 1).ok(),
            ..Release::new(format!("{:04}", id * 7919 % 10_000), title, body)
        };
        numbered.map(release).collect()
    })
}

/// A searcher over what some commits have added or replaced, one segment each until they are merged.
fn searcher_of<'r>(commits: impl Iterator<Item = &'r [Release]>, weights: Weights) -> Searcher {
    let index = Index::in_memory().unwrap();
    for releases in commits {
        index.ingest(releases.iter().cloned()).unwrap();
    }
    Searcher::with_weights(&index, weights).unwrap()
}

/// Compares the results of each query without and with pruning, in one segment, and in those that many commits give.
fn compare(releases: &[Release], batch: usize, weights: Weights, pruned: &Options) {
    let whole = searcher_of(releases.chunks(releases.len()), weights);
    // A third of the releases replaces others, which stay in their segments as deleted documents until a merge.
    let replaced = |(at, release): (usize, &Release)| {
        let title = if at % 3 == 0 { &release.body } else { &release.title };
        Release { title: title.clone(), ..release.clone() }
    };
    let before: Vec<Release> = releases.iter().enumerate().map(replaced).collect();
    let cut = searcher_of(before.chunks(batch).zip(releases.chunks(batch)).flat_map(<[_; 2]>::from), weights);
    let exhaustive = Options { exhaustive: true, ..pruned.clone() };
    for query in QUERIES.split(';').map(str::trim) {
        let expected = results(&whole, query, &exhaustive);
        for (searcher, name) in [(&whole, "one segment"), (&cut, "many segments")] {
            expect(results(searcher, query, pruned), &expected, &format!("{query}, {name}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_pruning_nor_segments_change_results(
        releases in releases(),
        batch in 40_usize..300,
        (limit, offset, by_date) in (1_usize..15, 0_usize..15, prop::bool::weighted(0.2)),
        (k1, b) in (prop::sample::select(vec![0.0, 1.0, 3.0]), prop::sample::select(vec![0.0, 0.6, 1.0])),
        recency in prop::sample::select(vec![0.0, 0.0, 0.5]),
    ) {
        let weights = Weights { k1, body_b: b, title_b: b, recency, ..Weights::default() };
        let sort = if by_date { Sort::Date } else { Sort::Relevance };
        compare(&releases, batch, weights, &Options { limit, offset, sort, snippets: None, ..Options::default() });
    }
}

/// The posting lists have many blocks. Their bounds differ, so that most of them are skipped.
#[test]
fn neither_pruning_nor_segments_change_results_of_long_lists() {
    let mut rng = Rng::with_seed(5);
    let all: Vec<&str> = WORDS.split(' ').collect();
    let mut text = |most: usize| {
        let word = |rng: &mut Rng| {
            all[rng.usize(..all.len()).min(rng.usize(..all.len())).min(rng.usize(..all.len()))]
        };
        (0..rng.usize(..=most)).map(|_| word(&mut rng)).collect::<Vec<_>>().join(" ")
    };
    let release = |at: usize| {
        let most = [2, 10, 30][at / 300 % 3];
        Release::new(format!("{:05}", at * 7919 % 100_000), text(most / 5), text(most))
    };
    let releases: Vec<Release> = (0..20_000).map(release).collect();
    for limit in [1, 10] {
        compare(
            &releases,
            2_000,
            Weights::default(),
            &Options { limit, snippets: None, ..Options::default() },
        );
    }
}

/// Forms of function words, a lemma per line, and other words. The first two are searched for.
const FUNCTION_WORDS: &str = "
    и и
    в в
    не не НЕ Не
    что что ЧТО чего
    он нём Нём
    мы мы МЫ нас
    вода воды Водой
    ООН ООН
";

/// Pairs of function words are terms of the index. Whether they are used or not, a phrase of them has the releases whose
/// texts have it.
#[test]
fn phrases_of_function_words_have_the_releases_with_these_words() {
    let lemmas: Vec<Vec<&str>> =
        FUNCTION_WORDS.trim().lines().map(|line| line.split_whitespace().collect()).collect();
    let mut rng = Rng::with_seed(15);
    let mut text = |most: usize| -> Vec<(usize, &str)> {
        let word = |lemma: usize, at: usize| (lemma, lemmas[lemma][at % lemmas[lemma].len()]);
        (0..rng.usize(..most)).map(|_| word(rng.usize(..lemmas.len()), rng.usize(..4))).collect()
    };
    let texts: Vec<[Vec<(usize, &str)>; 2]> = (0..400).map(|_| [text(4), text(9)]).collect();
    let join = |text: &[(usize, &str)]| text.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
    let release = |(id, [title, body]): (usize, &[Vec<(usize, &str)>; 2])| {
        Release::new(id.to_string(), join(title), join(body))
    };
    let index = Index::in_memory().unwrap();
    for (number, some) in texts.chunks(100).enumerate() {
        index.ingest((100 * number..).zip(some).map(release)).unwrap();
    }
    let searcher = index.searcher().unwrap();
    for phrase in (0..400).map(|at| [at % 8, at / 8 % 8, at / 64 % 8]) {
        for phrase in [&phrase[..2], &phrase] {
            let has_phrase = |text: &Vec<(usize, &str)>| {
                text.windows(phrase.len()).any(|words| words.iter().map(|(lemma, _)| lemma).eq(phrase))
            };
            let expected: Vec<usize> =
                (0..texts.len()).filter(|&id| texts[id].iter().any(has_phrase)).collect();
            for form in 0..2 {
                let words: Vec<&str> =
                    phrase.iter().map(|&lemma| lemmas[lemma][form % lemmas[lemma].len()]).collect();
                let query = format!("\"{}\"", words.join(" "));
                let options = Options { limit: 400, snippets: None, ..Options::default() };
                let results = searcher.search(&Query::parse(&query), &options).unwrap();
                let id = |hit: &Hit| hit.release().unwrap().id.parse::<usize>().unwrap();
                let full = results.hits.iter().filter(|hit| hit.missing.is_empty());
                let mut found: Vec<usize> = full.map(id).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{query}");
            }
        }
    }
}
