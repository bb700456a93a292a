//! A release that comes up again and again is shown as it was the first time.

use proptest::prelude::*;

use crate::{
    Index, Query, Release,
    search::{
        Options, SnippetOptions,
        sites::laws::shipped,
        snippet::laws::{QUERIES, texts},
    },
};

/// Asks as often as it takes to have everything from memory.
fn check(index: &Index, query: &str, shown: &SnippetOptions) {
    let searcher = index.searcher().unwrap();
    let options = Options { snippets: Some(shown.clone()), ..Options::default() };
    let ask = || {
        let hits = searcher.search(&Query::parse(query), &options).unwrap().hits.into_iter();
        hits.map(|hit| (hit.release, hit.title_marks, hit.snippet)).collect::<Vec<_>>()
    };
    let first = ask();
    for _ in 0..3 {
        assert_eq!(ask(), first, "{query}");
    }
}

#[test]
fn in_the_shipped_releases() {
    let (index, judgments) = shipped();
    for judged in judgments.queries() {
        check(&index, &judged.query.text, &SnippetOptions::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_any_releases(
        texts in prop::collection::vec((texts(), texts()), 1..4),
        fragments in 0_usize..5,
        length in 0_usize..200,
    ) {
        let releases = (1..).zip(texts).map(|(id, (title, body))| Release::new(id.to_string(), title, body));
        let index = Index::in_memory().unwrap();
        index.ingest(releases).unwrap();
        for query in QUERIES {
            check(&index, query, &SnippetOptions { fragments, length });
        }
    }
}
