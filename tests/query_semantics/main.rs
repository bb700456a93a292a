//! What queries match, rank first and report as missing, on small indexes.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod phrases;
mod scores;

use std::time::Duration;

use vestnik::{
    Index, Query, Release, Searcher,
    search::{MAX_WORDS, Options, PHRASE_WORDS, Relation, Sort, Weights},
};

fn index(releases: &[(&str, &str, &str)]) -> Index {
    let index = Index::in_memory().unwrap();
    index.ingest(releases.iter().map(|&(id, title, body)| Release::new(id, title, body))).unwrap();
    index
}

/// The ids of the hits, best first, with what each lacks.
fn hits(searcher: &Searcher, query: &str, match_all: bool) -> Vec<String> {
    let options = Options { match_all, ..Options::default() };
    let hits = searcher.search(&Query::parse(query), &options).unwrap().hits.into_iter();
    hits.map(|hit| {
        let missing =
            if hit.missing.is_empty() { String::new() } else { format!(" -{}", hit.missing.join(", ")) };
        format!("{}{missing}", hit.release().unwrap().id)
    })
    .collect()
}

#[test]
fn unknown_words_and_stop_words_never_empty_a_query() {
    let index =
        index(&[("bridge", "О мосте", "Мост через реку открыт."), ("museum", "О музее", "Музей закрыт.")]);
    let searcher = index.searcher().unwrap();
    for (query, match_all, expected) in [
        ("мост абракадабр", false, &["bridge -абракадабр"][..]),
        ("мост абракадабр", true, &[]),
        ("мост и", true, &["bridge"]),
        ("через мост", true, &["bridge"]),
        ("и", false, &[]),
    ] {
        assert_eq!(hits(&searcher, query, match_all), expected, "{query}");
    }
}

#[test]
fn releases_with_all_the_words_come_first() {
    let index = index(&[
        ("some", "Мост мост мост", "Мост, мост, мост и ещё раз мост."),
        ("all", "О разном", "Среди прочего говорили о реке, о погоде, о дорогах, о людях и про один мост."),
        ("other", "Погода", "Река вышла из берегов."),
    ]);
    let found = hits(&index.searcher().unwrap(), "мост река", false);
    assert_eq!(found, ["all", "some -река", "other -мост"]);
}

#[test]
fn publishers_are_found_only_when_asked_for() {
    let release = |id: &str, source: &str, title: &str, body: &str| Release {
        source: Some(source.to_owned()),
        ..Release::new(id, title, body)
    };
    let index = Index::in_memory().unwrap();
    let releases = [
        release("agency", "Народное агентство", "Мост", "Мост построен."),
        release("word", "Слово", "Народное слово", "Открыто агентство."),
    ];
    index.ingest(releases).unwrap();
    let searcher = index.searcher().unwrap();
    for (query, expected) in [
        ("источник:агентства", &["agency"][..]),
        ("источник:мост", &[]),
        ("источник:аген*", &["agency"]),
        ("источник:\"народного агентства\"", &["agency"]),
        ("источник:\"агентство народное\"", &[]),
        ("источник:!\"Народное агентство\"", &["agency"]),
        ("источник:народное слово", &[]),
        ("слово -источник:слово", &[]),
        ("агентство", &["word"]),
        ("аген*", &["word"]),
        ("*агентство", &["word"]),
        ("\"построен народное\"~9", &[]),
    ] {
        assert_eq!(hits(&searcher, query, true), expected, "{query}");
    }
}

#[test]
fn patterns_match_whole_forms() {
    let forms = "дипломат дипло введение ведение ведомство мирзиеев мирзиев шавкат шкат шкаткат".split(' ');
    let index = index(&forms.map(|form| (form, "", form)).collect::<Vec<_>>());
    let searcher = index.searcher().unwrap();
    for (pattern, expected) in [
        ("дипло*", "дипло дипломат"),
        ("*ведение", "введение ведение"),
        ("*вед*", "введение ведение ведомство"),
        ("вед*", "ведение ведомство"),
        ("вв*ние", "введение"),
        ("вед* -*ведение", "ведомство"),
        ("*абракадабр", ""),
        ("в?едение", "введение"),
        ("мирзи?ев", "мирзиеев"),
        ("мирзи*ев", "мирзиев мирзиеев"),
        ("ш*кат", "шавкат шкат шкаткат"),
        ("ш??*кат", "шавкат шкаткат"),
        ("*ш*к*т*", "шавкат шкат шкаткат"),
        ("шк?т", "шкат"),
        ("шк?ат", ""),
    ] {
        let mut found = hits(&searcher, pattern, true);
        found.sort();
        assert_eq!(found.join(" "), expected, "{pattern}");
    }
}

#[test]
fn dates_filter_and_sort() {
    let dated = |id: &str, day: &str| Release {
        date: day.parse().ok(),
        ..Release::new(id, "О мосте", "Мост.")
    };
    let index = Index::in_memory().unwrap();
    let releases = [dated("old", "2019-03-01"), dated("new", "2024-05-13"), dated("none", "")];
    index.ingest(releases).unwrap();
    let searcher = index.searcher().unwrap();
    let ids = |query: &str, options: &Options| -> Vec<String> {
        let answer = searcher.search(&Query::parse(query), options).unwrap();
        answer.hits.iter().map(|hit| hit.release().unwrap().id.clone()).collect()
    };
    let by_date = Options { sort: Sort::Date, ..Options::default() };
    assert_eq!(ids("мост", &by_date), ["new", "old", "none"]);
    assert_eq!(ids("мост дата:2024", &Options::default()), ["new"]);
    let until = Options { dates: vec!["..2020".parse().unwrap()], ..Options::default() };
    assert_eq!(ids("мост", &until), ["old"]);
}

#[test]
fn a_date_in_the_far_future_is_not_recent() {
    let dated = |id: &str, date: &str| Release {
        date: Some(date.parse().unwrap()),
        ..Release::new(id, "Мост", "Мост открыт.")
    };
    let index = Index::in_memory().unwrap();
    index
        .ingest([dated("a-old", "2001-05-13"), dated("b-new", "2024-05-13"), dated("c-typo", "2924-05-13")])
        .unwrap();
    let weights = Weights { recency: 0.5, ..Weights::default() };
    let searcher = Searcher::with_weights(&index, weights).unwrap();
    assert_eq!(hits(&searcher, "мост", false)[0], "b-new");
}

#[test]
fn repeated_parts_count_once_and_the_number_of_words_is_limited() {
    let index = index(&[("1", "Мост", "Мост открыт.")]);
    let searcher = index.searcher().unwrap();
    let distinct = |count: usize| (0..count).map(|number| format!("слово{number} ")).collect::<String>();
    // Each phrase has a word that no other has.
    let phrases = |count: usize| (0..count).map(|at| format!("\"слово{at} мост\" ")).collect::<String>();
    // The clauses and the ignored words.
    for (query, clauses, ignored) in [
        ("мост ".repeat(1000), 1, 0),
        ("мост* мост*".to_owned(), 1, 0),
        ("мост \"мост\"".to_owned(), 1, 0),
        ("\"мост открыт\" \"мост открыт\"".to_owned(), 3, 0),
        ("(мост /3 открыт) (мост /3 открыт)".to_owned(), 1, 0),
        ("мост ".to_owned() + &distinct(1000), MAX_WORDS, 1001 - MAX_WORDS),
        (phrases(MAX_WORDS / PHRASE_WORDS), 1 + 2 * MAX_WORDS / PHRASE_WORDS, 0),
    ] {
        let options = Options { explain: true, ..Options::default() };
        let results = searcher.search(&Query::parse(&query), &options).unwrap();
        let explanation = results.hits[0].explanation.as_ref().unwrap();
        assert_eq!((explanation.clauses.len(), results.ignored_words), (clauses, ignored), "{query}");
    }
}

#[test]
fn a_timeout_returns_what_was_found() {
    let index = index(&[("1", "Мост", "Мост открыт.")]);
    let searcher = index.searcher().unwrap();
    for (timeout, hits, timed_out) in
        [(None, 1, false), (Some(Duration::MAX), 1, false), (Some(Duration::ZERO), 0, true)]
    {
        let results =
            searcher.search(&Query::parse("мост"), &Options { timeout, ..Options::default() }).unwrap();
        assert_eq!((results.hits.len(), results.timed_out), (hits, timed_out), "{timeout:?}");
        assert_eq!(results.total.relation == Relation::AtLeast, timed_out);
    }
}

#[test]
fn hints_find_what_no_release_has_itself() {
    // «партия» and «парта» have the same stem, and more releases have the other word than are rescored.
    let mut releases: Vec<(String, &str)> = (0..200).map(|id| (format!("bank-{id:03}"), "Банк.")).collect();
    releases.push(("hint".into(), "Новая парта, большое здание, тёплый день, и ещё банк."));
    let index = Index::in_memory().unwrap();
    index.ingest(releases.into_iter().map(|(id, body)| Release::new(id, "", body))).unwrap();
    let searcher = index.searcher().unwrap();
    for (query, expected) in
        [("партия банк", "hint -партия"), ("банк партия", "hint -партия"), ("партия", "hint -партия")]
    {
        assert_eq!(hits(&searcher, query, false).first().map(String::as_str), Some(expected), "{query}");
    }
}

/// The building blocks of retrieval, a query each: what it finds, best first, and how many releases match all of it.
#[test]
fn the_building_blocks_of_retrieval_find_count_and_order() {
    let releases = [
        ("a", "", "мост и вода"),
        ("b", "", "мост"),
        ("c", "", "вода"),
        ("d", "", "мост мост вода река"),
        ("e", "", "река далеко за лесом, за полем и за горой, а где-то там за ней мост"),
        ("f", "", "река мост"),
        ("g", "", "стали сталь"),
        ("h", "", "стали"),
        ("i", "", "равный текст"),
        ("j", "", "равный текст"),
        ("k", "", "равный текст"),
    ];
    // Each release is a segment, then all are one.
    let index_of = |parts: usize| {
        let index = Index::in_memory().unwrap();
        for part in releases.chunks(parts) {
            index.ingest(part.iter().map(|&(id, title, body)| Release::new(id, title, body))).unwrap();
        }
        index.searcher().unwrap()
    };
    let searchers = [index_of(1), index_of(releases.len())];
    let table = [
        ("conjunction", "мост вода", true, 9, "d a", 2),
        ("conjunction, then disjunction", "мост вода", false, 9, "d a c b f e", 2),
        ("conjunction of required parts", "мост И (вода ИЛИ река)", false, 9, "d a f e", 4),
        ("union of readings", "сталь", true, 9, "g h", 2),
        ("union of alternatives", "вода | река", false, 9, "c f a d e", 5),
        ("exclusion", "мост -река", false, 9, "b a", 2),
        ("collector: ties by id", "равный текст", false, 2, "i j", 3),
        ("bounds: the best of one word", "мост", false, 1, "d", 5),
        ("rescorer: near words first", "река мост", true, 9, "f d e", 3),
        ("disjunction of many words", "мост вода сталь равный горой", false, 3, "d e a", 0),
    ];
    for (block, query, match_all, limit, expected, total) in table {
        for searcher in &searchers {
            for exhaustive in [false, true] {
                let options = Options { match_all, limit, exhaustive, snippets: None, ..Options::default() };
                let results = searcher.search(&Query::parse(query), &options).unwrap();
                let ids: Vec<String> =
                    results.hits.iter().map(|hit| hit.release().unwrap().id.clone()).collect();
                assert_eq!(
                    (ids.join(" "), results.total.value),
                    (expected.to_owned(), total),
                    "{block}: {query}"
                );
            }
        }
    }
}
