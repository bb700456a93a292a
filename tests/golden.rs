//! Golden rankings: the top five of every shipped judgment, with scores, as one readable file.
//!
//! A change of ranking shows as a diff of `snapshots/golden__rankings.snap`; review it with
//! `cargo insta review`, or set `INSTA_UPDATE=always` and read the diff. The means over all judgments have a floor.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{fmt::Write, path::Path};

use vestnik::{
    Index, Query, Searcher,
    corpus::Corpus,
    eval::{Evaluation, Judgments, evaluate},
    index::sync,
    search::Options,
};

/// What the shipped judgments must reach, in nDCG@10.
const FLOOR: f64 = 0.95;

/// The shipped corpus and its judgments.
fn shipped() -> (Searcher, Judgments) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let index = Index::in_memory().unwrap();
    let corpus = Corpus::open(std::slice::from_ref(&root), &[]).unwrap();
    let summary = sync(&index, &corpus, false, &mut |_, _| ()).unwrap();
    assert_eq!(summary.failed, 0);
    let judgments = Judgments::read(&root.join("judgments.toml")).unwrap();
    let searcher = index.searcher().unwrap();
    judgments.check(|id| searcher.release(id).is_ok()).unwrap();
    (searcher, judgments)
}

fn evaluated() -> (Judgments, Evaluation) {
    let (searcher, judgments) = shipped();
    let queries: Vec<_> = judgments.queries().iter().map(|judged| judged.query.clone()).collect();
    let evaluation = evaluate(&searcher, &queries, &judgments.qrels(), |_| ()).unwrap();
    (judgments, evaluation)
}

#[test]
fn rankings_change_only_on_purpose() {
    let (judgments, evaluation) = evaluated();
    let mut golden = String::new();
    for (judged, (id, ranked)) in judgments.queries().iter().zip(&evaluation.run) {
        let ndcg = evaluation.ranked.queries[id].ndcg_10;
        writeln!(golden, "{id} {} — {ndcg:.3}", judged.query.text).unwrap();
        for (release, score) in ranked.iter().take(5) {
            let relevant = judged.relevant.iter().any(|relevant| relevant.id == *release);
            writeln!(golden, "  {score:7.3} {} {release}", if relevant { '+' } else { ' ' }).unwrap();
        }
        for missed in judged.relevant.iter().filter(|r| !ranked.iter().take(5).any(|(id, _)| *id == r.id)) {
            writeln!(golden, "        - {}", missed.id).unwrap();
        }
    }
    insta::assert_snapshot!("rankings", golden);
}

#[test]
fn shipped_judgments_stay_well_answered() {
    let (_, evaluation) = evaluated();
    let reached = evaluation.ranked.mean.ndcg_10;
    assert!(reached >= FLOOR, "nDCG@10 fell to {reached:.4}, below {FLOOR}");
}

#[test]
fn pruning_never_changes_the_answer() {
    let (searcher, judgments) = shipped();
    let mut queries: Vec<String> =
        judgments.queries().iter().map(|judged| judged.query.text.clone()).collect();
    // Long queries of common and rare words together, where pruning has the most to leave out.
    let long: Vec<String> = queries.chunks(3).map(|some| some.join(" ")).collect();
    queries.extend(long);
    queries.extend(
        ["мост | дорога банк", "в на по", "рабо* год*", "\"в 2024 году\" школа -банк"].map(String::from),
    );
    for text in &queries {
        let ask = |exhaustive| {
            let options = Options { limit: 10, exhaustive, snippets: None, ..Options::default() };
            let answer = searcher.search(&Query::parse(text), &options).unwrap();
            let hits: Vec<(String, f32)> =
                answer.hits.iter().map(|hit| (hit.release().unwrap().id.clone(), hit.score)).collect();
            (hits, answer.total.value)
        };
        assert_eq!(ask(false), ask(true), "{text}");
    }
}
