//! Which query finds which text: `finds.txt`, with an index for each line.

use std::thread;

use vestnik::{
    Index, Query, Release,
    search::{Options, SnippetOptions},
};

use crate::table::{cases, check};

/// What a line asks: a query, texts that it finds and texts that it doesn't.
type Case = (usize, [String; 3]);

#[test]
fn queries_find_every_form_and_nothing_else() {
    let cases: Vec<Case> = cases(include_str!("finds.txt"));
    let half = cases.len() / 2;
    let complaints = thread::scope(|scope| {
        let halves = [&cases[..half], &cases[half..]];
        let threads = halves.map(|half| scope.spawn(|| half.iter().flat_map(complaints).collect::<Vec<_>>()));
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    check(cases.len(), 1000, &complaints);
}

fn complaints((line, [query, found, missed]): &Case) -> Vec<String> {
    let texts = |column: &'static str, texts: &str| -> Vec<(String, String)> {
        let texts = texts.split(';').map(str::trim).filter(|text| !text.is_empty()).enumerate();
        texts.map(|(at, text)| (format!("{column}{at}"), text.to_owned())).collect()
    };
    let (found, missed) = (texts("находит", found), texts("не находит", missed));
    let index = Index::in_memory().unwrap();
    index.ingest(found.iter().chain(&missed).map(|(id, text)| Release::new(id, "", text))).unwrap();
    let options =
        Options { limit: 100, match_all: true, snippets: None::<SnippetOptions>, ..Options::default() };
    let answer = index.searcher().unwrap().search(&Query::parse(query), &options).unwrap();
    let hits: Vec<&str> = answer.hits.iter().map(|hit| hit.release().unwrap().id.as_str()).collect();
    let lost = found.iter().filter(|(id, _)| !hits.contains(&id.as_str()));
    let lost = lost.map(|(_, text)| format!("{line}: {query} does not find «{text}»"));
    let wrong = missed.iter().filter(|(id, _)| hits.contains(&id.as_str()));
    lost.chain(wrong.map(|(_, text)| format!("{line}: {query} finds «{text}»"))).collect()
}
