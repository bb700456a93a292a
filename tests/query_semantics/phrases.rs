//! Phrases and words near each other: where they match, and what they add.

use std::collections::BTreeMap;

use fastrand::Rng;
use proptest::prelude::*;
use vestnik::{
    Index, Query, Release, Searcher,
    search::{Hit, Options},
};

use crate::{hits, index};

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
        ("\"моста дата\"", &["body"][..]),
        ("\"моста дата\"~1", &["title", "body"]),
        ("\"моста дата\"~100", &["title", "body"]),
        ("моста /2 дата", &["title", "body"]),
        ("моста /100 дата", &["title", "body"]),
        ("\"открытие моста\"", &["across", "title"]),
        ("\"дата названа\"~1", &["across"]),
        ("дата /2 названа", &["across"]),
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
    let limit = usize::try_from(searcher.releases()).unwrap();
    let options = Options { match_all: true, limit, explain: true, snippets: None, ..Options::default() };
    let hits = searcher.search(&Query::parse(query), &options).unwrap().hits.into_iter();
    let terms = |hit: &Hit| hit.explanation.as_ref().unwrap().clauses[0].terms.clone();
    hits.map(|hit| {
        let counts = terms(&hit).iter().map(|term| [term.title, term.body]).collect();
        (hit.release().unwrap().id.clone(), counts)
    })
    .collect()
}

type Words = Vec<&'static str>;

/// A phrase and its slop, and another one that is within a distance of it.
type Phrases = (Words, Option<usize>, Words, usize);

/// Compares what phrases match in releases, given by title and body, with what a reader would count.
fn compare(texts: &[(Words, Words)], queries: Vec<Phrases>) {
    let index = Index::in_memory().unwrap();
    let ids = (0..texts.len()).map(|id| id.to_string());
    let release =
        |(id, (title, body)): (String, &(Words, Words))| Release::new(id, title.join(" "), body.join(" "));
    let mut releases = ids.clone().zip(texts).map(release);
    for _ in 0..=texts.len() / 1_500 {
        index.ingest(releases.by_ref().take(1_500)).unwrap();
    }
    let searcher = index.searcher().unwrap();
    let count =
        |starts: &[Vec<usize>; 2]| starts.each_ref().map(|starts| u32::try_from(starts.len()).unwrap());
    for (phrase, slop, other, within) in queries {
        let quoted = format!("\"{}\"", phrase.join(" "));
        let (mut expected, mut expected_near) = (BTreeMap::new(), BTreeMap::new());
        for (id, (title, body)) in ids.clone().zip(texts) {
            let of = |phrase: &[&str], slop| [title, body].map(|text| starts(phrase, slop, text));
            let found = of(&phrase, slop);
            if found.iter().any(|starts| !starts.is_empty()) {
                expected.insert(id.clone(), vec![count(&found)]);
            }
            let [one, two] = [of(&phrase, None), of(&other, None)];
            let near =
                |(one, two): (&Vec<_>, &Vec<_>)| are_near((one, phrase.len()), (two, other.len()), within);
            if one.iter().zip(&two).any(near) {
                expected_near.insert(id, vec![count(&one), count(&two)]);
            }
        }
        let query = slop.map_or(quoted.clone(), |slop| format!("{quoted}~{slop}"));
        assert_eq!(counted(&searcher, &query), expected, "{query}");
        let query = format!("{quoted} /{within} \"{}\"", other.join(" "));
        assert_eq!(counted(&searcher, &query), expected_near, "{query}");
    }
}

fn phrases() -> impl Strategy<Value = Phrases> {
    (words(&WORDS[..5], 2..5), prop::option::of(0_usize..5), words(&WORDS[..5], 1..3), 1_usize..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn phrases_match_where_their_words_are(
        texts in prop::collection::vec((words(&WORDS, 0..6), words(&WORDS, 0..20)), 1..20),
        queries in prop::collection::vec(phrases(), 8),
    ) {
        compare(&texts, queries);
    }
}

/// The posting lists have many blocks, of which a phrase needs few.
#[test]
fn phrases_match_in_many_releases() {
    let mut rng = Rng::with_seed(3);
    let others = ["река", "лес", "гора", "поле", "озеро", "степь", "город", "завод", "школа", "театр"];
    // The first words are the most frequent ones.
    let word = |at: usize| WORDS.get(at).copied().unwrap_or(others[at % others.len()]);
    let text = |rng: &mut Rng, most| {
        (0..rng.usize(..=most)).map(|_| word(rng.usize(..40).min(rng.usize(..40)))).collect()
    };
    let phrase = |rng: &mut Rng, least| (0..rng.usize(least..4)).map(|_| word(rng.usize(..5))).collect();
    let texts: Vec<(Words, Words)> = (0..4_000).map(|_| (text(&mut rng, 4), text(&mut rng, 20))).collect();
    let queries = (0..30).map(|at| {
        let slop = (at % 3 > 0).then_some(rng.usize(..5));
        (phrase(&mut rng, 2), slop, phrase(&mut rng, 1), rng.usize(1..6))
    });
    compare(&texts, queries.collect());
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
