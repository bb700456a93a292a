//! Neither pruning nor the number of segments changes the results of a query.
//!
//! Few documents are rescored, so that a few hundred releases exercise that path. Blocks and windows have their real
//! lengths: `tests/pruning.rs` covers them with 100,000 releases.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Options, Searcher, Sort, Weights, context::Context};
use crate::{Index, Query, Release, index::Snapshot, release::day};

/// Words of all kinds, from the most frequent to the rarest: with other forms, other readings, and none.
const WORDS: &str =
    "вода в воды Камилов Камилова банк стали сталь мост пермский Пермь ООН и дорога zeta 13.05.2024";

const QUERIES: &str = r#"
    (вода и zeta -банк) | "вода zeta"; (стали zeta | мост) дорога; (вода -мост) банк;
    (мост -"вода банк") | дорога; (вода банк | мост) дорога; (вода | "банк мост") (дорога -банк);
    ("вода мост"~2 -банк) | ООН; текст:вода банк; (заголовок:мост | банк) вода; в* банк мост;
    (вода /3 банк) дорога; вода; в; вода банк; вода в банке; мост дорога в^20; zeta в^20 ООН мост дорога банк;
    Камилов вода; стали мост; Пермь вода банк; вода банк мост дорога; вода банк мост дорога Камилов;
    zeta вода банк мост дорога стали Пермь; zeta ООН; во* банк; "вода банк"; "вода мост"~3 банк; вода /2 банк;
    (вода | мост) -банк; заголовок:вода банк; вода дата:2024-01..2024-06; дата:2024-03..2024-09 дата:2024-01..2024-06
"#;

/// Later words are rarer.
fn word() -> impl Strategy<Value = &'static str> {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let at = 0..words.len();
    (at.clone(), at.clone(), at).prop_map(move |(a, b, c)| words[a.min(b).min(c)])
}

fn releases() -> impl Strategy<Value = Vec<Release>> {
    let text = |most| prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "));
    let release = (text(4), text(25), 1_u8..=12);
    prop::collection::vec(release, 1..300).prop_map(|releases| {
        let numbered = (0..).zip(releases);
        let release = |(id, (title, body, month)): (u32, _)| Release {
            date: day(&format!("2024-{month:02}-01")).ok(),
            ..Release::new(format!("{:04}", id * 7919 % 10_000), title, body)
        };
        numbered.map(release).collect()
    })
}

/// A searcher over releases that were written in batches, one segment each.
fn searcher(releases: &[Release], batch: usize, weights: Weights) -> Searcher {
    let index = Index::in_memory().unwrap();
    for some in releases.chunks(batch) {
        index.ingest(some.iter().cloned()).unwrap();
    }
    let context = Context::new(Snapshot::open(&index).unwrap(), weights);
    Searcher { context: Arc::new(Context { rescored_docs: 20, ..context }) }
}

/// The ids and scores of the hits, and the total.
fn hits(searcher: &Searcher, query: &str, options: &Options) -> (Vec<(String, f32)>, u64) {
    let results = searcher.search(&Query::parse(query), options).unwrap();
    let hits = results.hits.iter().map(|hit| (hit.release().unwrap().id.clone(), hit.score));
    (hits.collect(), results.total.value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_pruning_nor_segments_change_results(
        releases in releases(),
        batch in 20_usize..200,
        (limit, offset, by_date) in (1_usize..15, 0_usize..15, prop::bool::weighted(0.2)),
        (k1, b) in (prop::sample::select(vec![0.0, 1.0, 3.0]), prop::sample::select(vec![0.0, 0.6, 1.0])),
        recency in prop::sample::select(vec![0.0, 0.0, 0.5]),
    ) {
        let weights = Weights { k1, body_b: b, title_b: b, recency, ..Weights::default() };
        let [whole, cut] = [releases.len(), batch].map(|batch| searcher(&releases, batch, weights));
        let sort = if by_date { Sort::Date } else { Sort::Relevance };
        let pruned = Options { limit, offset, sort, snippets: None, ..Options::default() };
        let exhaustive = Options { exhaustive: true, ..pruned.clone() };
        for query in QUERIES.split(';').map(str::trim) {
            let expected = hits(&whole, query, &exhaustive);
            prop_assert_eq!(hits(&whole, query, &pruned), expected.clone(), "{} pruned", query);
            prop_assert_eq!(hits(&cut, query, &pruned), expected, "{} in segments", query);
        }
    }
}
