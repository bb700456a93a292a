use vestnik::{Index, Query, Release, search::Options};
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let read = |f: &str| -> Vec<serde_json::Value> {
        std::fs::read_to_string(format!("{dir}/{f}"))
            .unwrap()
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    };
    let s = |v: &serde_json::Value, k: &str| v[k].as_str().unwrap_or("").to_owned();
    let index = Index::in_memory().unwrap();
    index
        .ingest(read("corpus.jsonl").iter().map(|v| Release::new(s(v, "_id"), s(v, "title"), s(v, "text"))))
        .unwrap();
    let searcher = index.searcher().unwrap();
    let options = Options { limit: 1000, only_all_words: true, snippets: None, ..Options::default() };
    for q in read("queries.jsonl") {
        let a =
            searcher.search(&Query::from(vestnik::query::Query::words(&s(&q, "text"))), &options).unwrap();
        for h in a.hits {
            println!("{} Q0 {}", s(&q, "_id"), h.release.id);
        }
    }
}
