//! What queries match, rank first and report as missing, on small indexes.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use vestnik::{
    Index, Query, Release, Searcher,
    search::{Hit, MAX_WORDS, Options, PHRASE_WORDS, Relation, Weights},
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
fn a_phrase_adds_to_the_score_of_its_words() {
    let index = index(&[
        (
            "phrase",
            "",
            "Бывший посол долго и подробно говорил в парламенте о красных линиях, о погоде и о дорогах.",
        ),
        ("words", "", "Красные флаги. Линии. Красные линии бывшего посла стали линиями красными."),
        ("apart", "", "Красные дома стоят вдоль новой линии метро. Посол и бывший министр приехали."),
        ("none", "", "Погода в Ташкенте хорошая."),
    ]);
    let searcher = index.searcher().unwrap();
    for (query, match_all, expected) in [
        ("\"красные линии\"", false, &["words", "phrase", "apart -\"красные линии\""][..]),
        ("\"красные линии\"", true, &["words", "phrase"]),
        ("\"линии красные\"", false, &["words", "apart -\"линии красные\"", "phrase -\"линии красные\""]),
        // What requires a phrase still does.
        ("\"красные линии\" И посол", false, &["words", "phrase"]),
        ("!\"красных линиях\"", false, &["phrase"]),
        ("-\"красные линии\" посол", false, &["apart"]),
        // Pasted with quotation marks of any kind.
        ("Бывший посол о „красных линиях“ в парламенте", true, &["phrase"]),
        ("Бывший посол: \"красных линий в парламенте", true, &["phrase"]),
    ] {
        let found = hits(&searcher, query, match_all);
        assert_eq!(found, expected, "{query} {match_all}");
    }
    // Every clause counts, also those of a phrase that does not match.
    let options = Options { explain: true, ..Options::default() };
    let results = searcher.search(&Query::parse("\"линии красные\""), &options).unwrap();
    let explanation = results.hits[1].explanation.as_ref().unwrap();
    let clauses: Vec<(&str, bool)> =
        explanation.clauses.iter().map(|clause| (&*clause.text, clause.score > 0.0)).collect();
    assert_eq!(clauses, [("\"линии красные\"", false), ("линии", true), ("красные", true)]);
}

#[test]
fn a_word_of_a_phrase_needs_a_position_of_its_own() {
    let index = index(&[
        ("once", "", "Чистая вода."),
        ("twice", "", "Вода и снова вода."),
        ("steel", "", "Выплавка стали выросла."),
        ("become", "", "Они стали сталью."),
    ]);
    let searcher = index.searcher().unwrap();
    for (query, expected) in [
        ("\"вода вода\"~2", &["twice"][..]),
        ("\"вода вода\"~1", &[]),
        ("\"стать сталь\"~0", &["become"]),
        ("вода /3 вода", &["twice"]),
        ("\"чистая вода\" /3 вода", &[]),
    ] {
        assert_eq!(hits(&searcher, query, true), expected, "{query}");
    }
}

#[test]
fn no_phrase_extends_over_the_end_of_the_title() {
    let index = index(&[
        ("across", "Открытие моста", "Дата названа."),
        ("title", "Дата открытия моста", "Подробности позже."),
        ("body", "Открытие", "Стала известна моста дата."),
    ]);
    let searcher = index.searcher().unwrap();
    for (query, expected) in [
        ("\"моста дата\"~1", &["title", "body"][..]),
        ("моста /2 дата", &["title", "body"]),
        ("\"моста дата\"", &["body"]),
    ] {
        let mut found = hits(&searcher, query, true);
        found.sort_by_key(|id| expected.iter().position(|other| other == id));
        assert_eq!(found, expected, "{query}");
    }
}

/// Words of phrases. Texts also have «стали», a form of the last two.
const WORDS: [&str; 6] = ["вода", "мост", "дом", "стать", "сталь", "стали"];

fn is_form(word: &str, form: &str) -> bool {
    form == word || form == "стали" && word.starts_with("ста")
}

/// Where a phrase starts in a text.
fn starts(phrase: &[&str], slop: Option<usize>, text: &[&str]) -> Vec<usize> {
    let is_start = |&start: &usize| {
        let rest = &text[start..];
        let room = rest.len().min(phrase.len() + slop.unwrap_or_default());
        let is_in_order = || phrase.iter().zip(rest).all(|(word, form)| is_form(word, form));
        let is_any = || phrase.iter().any(|word| is_form(word, rest[0]));
        match slop {
            None => room == phrase.len() && is_in_order(),
            Some(_) => is_any() && has_all(phrase, &rest[..room], &mut Vec::new()),
        }
    };
    (0..text.len()).filter(is_start).collect()
}

/// Whether a text has each word of a phrase in a place that no other has `taken`.
fn has_all(phrase: &[&str], text: &[&str], taken: &mut Vec<usize>) -> bool {
    let Some((first, rest)) = phrase.split_first() else { return true };
    (0..text.len()).any(|at| {
        let is_free = is_form(first, text[at]) && !taken.contains(&at);
        taken.push(at);
        let found = is_free && has_all(rest, text, taken);
        taken.pop();
        found
    })
}

/// Whether two phrases, given by their starts and lengths, are within a distance.
fn are_near((starts, len): (&[usize], usize), (others, other_len): (&[usize], usize), within: usize) -> bool {
    starts.iter().any(|&start| {
        let after = |other: usize| other >= start + len && other - (start + len - 1) <= within;
        let before = |other: usize| start >= other + other_len && start - (other + other_len - 1) <= within;
        others.iter().any(|&other| after(other) || before(other))
    })
}

fn words(
    of: &'static [&'static str],
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(of), count)
}

/// The ids of the hits of a query, with the occurrences in title and body that the first clause counts.
fn counted(searcher: &Searcher, query: &str) -> BTreeMap<String, Vec<[u32; 2]>> {
    let options =
        Options { match_all: true, limit: 100, explain: true, snippets: None, ..Options::default() };
    let hits = searcher.search(&Query::parse(query), &options).unwrap().hits.into_iter();
    let terms = |hit: &Hit| hit.explanation.as_ref().unwrap().clauses[0].terms.clone();
    hits.map(|hit| {
        let counts = terms(&hit).iter().map(|term| [term.title, term.body]).collect();
        (hit.release().unwrap().id.clone(), counts)
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn phrases_match_where_their_words_are(
        texts in prop::collection::vec((words(&WORDS, 0..6), words(&WORDS, 0..20)), 1..20),
        queries in prop::collection::vec((words(&WORDS[..5], 2..5), words(&WORDS[..5], 1..3), prop::option::of(0_usize..5), 1_usize..6), 8),
    ) {
        let index = Index::in_memory().unwrap();
        let ids = (0..texts.len()).map(|id| id.to_string());
        let release = |(id, (title, body)): (String, &(Vec<&str>, Vec<&str>))| {
            Release::new(id, title.join(" "), body.join(" "))
        };
        index.ingest(ids.clone().zip(&texts).map(release)).unwrap();
        let searcher = index.searcher().unwrap();
        let count = |starts: &[Vec<usize>; 2]| starts.each_ref().map(|starts| u32::try_from(starts.len()).unwrap());
        for (phrase, other, slop, within) in queries {
            let quoted = format!("\"{}\"", phrase.join(" "));
            let (mut expected, mut expected_near) = (BTreeMap::new(), BTreeMap::new());
            for (id, (title, body)) in ids.clone().zip(&texts) {
                let of = |phrase: &[&str], slop| [title, body].map(|text| starts(phrase, slop, text));
                let found = of(&phrase, slop);
                if found.iter().any(|starts| !starts.is_empty()) {
                    expected.insert(id.clone(), vec![count(&found)]);
                }
                let [one, two] = [of(&phrase, None), of(&other, None)];
                let near = |(one, two): (&Vec<_>, &Vec<_>)| are_near((one, phrase.len()), (two, other.len()), within);
                if one.iter().zip(&two).any(near) {
                    expected_near.insert(id, vec![count(&one), count(&two)]);
                }
            }
            let query = slop.map_or(quoted.clone(), |slop| format!("{quoted}~{slop}"));
            prop_assert_eq!(counted(&searcher, &query), expected, "{}", query);
            let query = format!("{quoted} /{within} \"{}\"", other.join(" "));
            prop_assert_eq!(counted(&searcher, &query), expected_near, "{}", query);
        }
    }
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
    let forms =
        ["дипломат", "дипло", "введение", "ведение", "мирзиеев", "мирзиев", "шавкат", "шкат", "шкаткат"];
    let index = index(&forms.map(|form| (form, "", form)));
    let searcher = index.searcher().unwrap();
    for (pattern, expected) in [
        ("дипло*", "дипло дипломат"),
        ("*ведение", "введение ведение"),
        ("*вед*", "введение ведение"),
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
fn an_exact_phrase_stays_within_a_sentence() {
    let index = index(&[
        ("across", "Погода", "Всюду было очень тепло. Дома стояли пустыми."),
        ("paragraph", "Погода", "Всюду было очень тепло\n\nДома стояли пустыми."),
        ("inside", "Погода", "Зимой тепло дома. А летом дома не тепло."),
        ("title", "Тепло дома", "Об этом говорили много и долго."),
    ]);
    let searcher = index.searcher().unwrap();
    for (query, expected) in [
        ("!\"тепло дома\"", &["title", "inside"][..]),
        ("\"тепло дома\"", &["across", "inside", "paragraph", "title"]),
    ] {
        let mut found = hits(&searcher, query, true);
        found.sort_by_key(|id| expected.iter().position(|other| other == id));
        assert_eq!(found, expected, "{query}");
    }
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
