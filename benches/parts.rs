//! Criterion benchmarks of analysis, indexing, opening, querying and snippets on the shipped corpus, next to stock
//! tantivy where it has an equivalent.
//!
//! `cargo bench --bench parts`, or `-- querying` for one part. Criterion reports changes since the previous run. Times
//! are wall times; the other benchmarks measure large corpora and CPU time.

#![allow(clippy::expect_used, reason = "a benchmark may stop where it cannot go on")]

mod measure;

use std::{hint::black_box, path::Path, time::Duration};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use measure::{
    original::shipped,
    stock::{Stock, chain},
};
use vestnik::{
    Analyzer, Index, Query, Release,
    eval::Judgments,
    search::{Options, Searcher},
};

fn analysis(criterion: &mut Criterion) {
    let releases = shipped();
    let (mut forms, mut chain) = (Analyzer::new().expect("the dictionary").term_cache(), chain());
    let mut group = criterion.benchmark_group("analysis");
    group.throughput(Throughput::Bytes(releases.iter().map(|release| release.body.len() as u64).sum()));
    group.bench_function("vestnik", |bencher| {
        bencher.iter(|| {
            let mut terms = 0;
            for release in &releases {
                forms.terms(&release.body, |_, _, term| {
                    black_box(term.key());
                    terms += 1;
                });
            }
            assert!(terms > 10_000, "the terms of the shipped corpus: {terms}");
        });
    });
    group.bench_function("stock", |bencher| {
        bencher.iter(|| {
            let mut terms = 0;
            for release in &releases {
                chain.token_stream(&release.body).process(&mut |token| {
                    black_box(token);
                    terms += 1;
                });
            }
            assert!(terms > 5_000, "the terms of the shipped corpus: {terms}");
        });
    });
}

fn indexing(criterion: &mut Criterion) {
    let releases = shipped();
    let folder = || tempfile::tempdir().expect("a folder");
    let mut group = criterion.benchmark_group("indexing");
    group.throughput(Throughput::Bytes(releases.iter().map(length).sum()));
    group.bench_function("vestnik", |bencher| {
        let begin = || {
            let folder = folder();
            let index = Index::open_or_create(folder.path()).expect("an index");
            (folder, index, releases.clone())
        };
        bencher.iter_batched(
            begin,
            |(folder, index, releases)| {
                index.ingest(releases).expect("releases written");
                (folder, index)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("stock", |bencher| {
        let begin = || {
            let folder = folder();
            let stock = Stock::open_or_create(folder.path());
            (folder, stock, releases.clone())
        };
        bencher.iter_batched(
            begin,
            |(folder, stock, releases)| {
                stock.ingest(releases);
                (folder, stock)
            },
            BatchSize::PerIteration,
        );
    });
}

fn length(release: &Release) -> u64 {
    (release.title.len() + release.body.len()) as u64
}

/// The judged queries of the shipped corpus.
fn judged() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/judgments.toml");
    let judgments = Judgments::read(&file).expect("the shipped judgments");
    judgments.queries().iter().map(|judged| judged.query.text.clone()).collect()
}

fn querying(criterion: &mut Criterion) {
    let (folder, queries) = (tempfile::tempdir().expect("a folder"), judged());
    let (ours, other) = (folder.path().join("vestnik"), folder.path().join("stock"));
    Index::open_or_create(&ours).expect("an index").ingest(shipped()).expect("releases written");
    let stock = Stock::open_or_create(&other);
    stock.ingest(shipped());

    let open = || Index::open(&ours).and_then(|index| index.searcher()).expect("a searcher");
    criterion.bench_function("opening/vestnik", |bencher| {
        bencher.iter(|| assert!(open().releases() > 70));
    });

    let (searcher, reader) = (open(), stock.searcher());
    let ask = |searcher: &Searcher, options: &Options| {
        for query in &queries {
            let answer = searcher.search(&Query::parse(query), options).expect("an answer");
            assert!(!answer.hits.is_empty(), "{query}");
        }
    };
    let bare = Options { snippets: None, ..Options::default() };
    for (part, options) in [("querying", bare), ("snippets", Options::default())] {
        let mut group = criterion.benchmark_group(part);
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function("vestnik", |bencher| bencher.iter(|| ask(&searcher, &options)));
        group.bench_function("stock", |bencher| {
            bencher.iter(|| {
                for query in &queries {
                    if options.snippets.is_some() {
                        black_box(stock.best_shown(&reader, query));
                    } else {
                        black_box(stock.best_read(&reader, query));
                    }
                }
            });
        });
    }
}

criterion_group! {
    name = parts;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = analysis, indexing, querying
}
criterion_main!(parts);
