//! Relevance floors and checks of real files on the data in `../shared`, which no build needs. The tests are
//! ignored by default and fail without the data: `cargo test -- --ignored shared`. `VESTNIK_SHARED` names
//! another folder.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::path::{Path, PathBuf};

use vestnik::{
    Index, Query,
    corpus::Corpus,
    eval::{Evaluation, Releases, evaluate, qrels_file, read_qrels, read_queries},
    index::sync,
    search::Options,
};

fn shared(below: &str) -> PathBuf {
    let root = std::env::var_os("VESTNIK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    root.join(below)
}

fn indexed(path: &Path) -> Index {
    let index = Index::in_memory().unwrap();
    let corpus = Corpus::open(&[path.to_owned()], &[]).unwrap();
    assert_eq!(sync(&index, &corpus, false, &mut |_, _| ()).unwrap().failed, 0);
    index
}

fn evaluated(set: &str) -> Evaluation {
    let folder = shared(set);
    let index = Index::in_memory().unwrap();
    index.ingest(Releases::open(&folder).unwrap().map(Result::unwrap)).unwrap();
    let queries = read_queries(&folder.join("queries.jsonl")).unwrap();
    let qrels = read_qrels(&qrels_file(&folder).unwrap()).unwrap();
    evaluate(&index.searcher().unwrap(), &queries, &qrels, |_| ()).unwrap()
}

#[test]
#[ignore = "needs ../shared"]
fn shared_names_are_found_by_their_dictionary_form() {
    let evaluation = evaluated("eval/names");
    let (ranked, set) = (evaluation.ranked.mean, &evaluation.all_words);
    assert!(ranked.ndcg_10 >= 0.96, "{}", ranked.ndcg_10);
    assert!(set.mean.recall >= 0.985, "{}", set.mean.recall);
    assert!(set.mean.f1 >= 0.91, "{}", set.mean.f1);
    assert!(set.missed.len() <= 10, "{:?}", set.missed);
}

#[test]
#[ignore = "needs ../shared"]
fn shared_questions_find_their_sentence() {
    let evaluation = evaluated("eval/xquad-sentences");
    assert!(evaluation.ranked.mean.ndcg_10 >= 0.83, "{}", evaluation.ranked.mean.ndcg_10);
}

#[test]
#[ignore = "needs ../shared"]
fn shared_questions_find_their_paragraph() {
    let evaluation = evaluated("eval/xquad-paragraphs");
    assert!(evaluation.ranked.mean.ndcg_10 >= 0.963, "{}", evaluation.ranked.mean.ndcg_10);
}

#[test]
#[ignore = "needs ../shared"]
fn shared_real_pages_are_all_indexed_and_show_no_markup() {
    let folder = shared("releases/debian-news");
    let searcher = indexed(&folder).searcher().unwrap();
    assert_eq!(searcher.releases(), 231);
    let options = Options { limit: 231, ..Options::default() };
    for query in ["Debian", "выпуск", "безопасность обновление", "href"] {
        for hit in searcher.search(&Query::parse(query), &options).unwrap().hits {
            let fragments = hit.snippet.iter().flat_map(|snippet| &snippet.fragments);
            let shown: Vec<&str> = fragments
                .map(|fragment| fragment.text.as_str())
                .chain([hit.release().unwrap().title.as_str()])
                .collect();
            for text in shown {
                let markup = ["</", "<P>", "<p>", "<a ", "<A ", "<br", "&nbsp;", "&laquo;"];
                assert!(
                    !markup.iter().any(|tag| text.contains(tag)),
                    "{}: {text}",
                    hit.release().unwrap().id
                );
            }
        }
    }
    let tagged = searcher.search(&Query::parse("laquo"), &options).unwrap();
    assert_eq!(tagged.total.value, 0, "no entity becomes a term");
}

#[test]
#[ignore = "needs ../shared"]
fn shared_the_seed_release_is_found_by_what_it_is_about() {
    let file = shared("seed-release.txt");
    let searcher = indexed(&file).searcher().unwrap();
    let hits = |query: &str| searcher.search(&Query::parse(query), &Options::default()).unwrap().total.value;
    for query in ["реабилитация", "КТУ ООН", "кту оон", "дорожная карта", "ИСМИ"]
    {
        assert_eq!(hits(query), 1, "{query}");
    }
    assert_eq!(hits("лавр"), 0);
}
