//! What the explanations of scores state: how often a release has a word or a phrase, how rare it is, and what words
//! near each other add.

use vestnik::{
    Index, Query, Release, Searcher,
    search::{Explanation, Options, Weights},
};

/// The explanations of all hits, by id.
fn explained(searcher: &Searcher, query: &str) -> Vec<(String, Explanation)> {
    let options = Options { limit: 100, explain: true, snippets: None, ..Options::default() };
    let hits = searcher.search(&Query::parse(query), &options).unwrap().hits.into_iter();
    let mut explained: Vec<_> =
        hits.map(|hit| (hit.release().unwrap().id.clone(), hit.explanation.unwrap())).collect();
    explained.sort_by(|(id, _), (other, _)| id.cmp(other));
    explained
}

#[test]
fn occurrences_are_counted_in_titles_and_bodies() {
    let release = |(id, source, title, body): (&str, &str, &str, &str)| Release {
        source: Some(source.to_owned()),
        ..Release::new(id, title, body)
    };
    let releases = [
        ("A", "ТАСС", "Дом мира", "В доме мир. Дома, домов"),
        ("B", "", "", "дом-музей"),
        ("C", "МИД и ТАСС", "", "Дом"),
    ];
    let index = Index::in_memory().unwrap();
    index.ingest(releases.map(release)).unwrap();
    let searcher = index.searcher().unwrap();
    // A query; its hits, each with the terms or the phrase of the first clause and the occurrences in title and body.
    for (query, expected) in [
        ("!дом", "A e:дом 1+0, B e:дом 0+1, C e:дом 0+1"),
        ("!доме", "A e:доме 0+1"),
        ("дом", "A l:дом 1+3 s:дом 1+3, B l:дом 0+1 s:дом 0+1, C l:дом 0+1 s:дом 0+1"),
        ("мир", "A l:мир 1+1 s:мир 1+1"),
        ("!доммузей", "B e:доммузей 0+1"),
        ("!музей", "B e:музей 0+1"),
        ("ТАСС", ""),
        ("источник:ТАСС", "A, C"),
        ("источник:\"МИД и ТАСС\"", "C"),
        ("\"дом мира\"", "A дом мир 1+1, B, C"),
        ("\"мир дом дом\"", "A мир дом дом 0+1, B, C"),
        ("\"дом музей\"", "A, B дом музей 0+1, C"),
    ] {
        let found = explained(&searcher, query).into_iter().map(|(id, explanation)| {
            let terms = explanation.clauses.first().into_iter().flat_map(|clause| &clause.terms);
            id + &terms.map(|term| format!(" {} {}+{}", term.term, term.title, term.body)).collect::<String>()
        });
        assert_eq!(found.collect::<Vec<_>>().join(", "), expected, "{query}");
    }
}

#[test]
fn words_near_each_other_add_to_the_score() {
    // How much a pair counts that is in another order, or not so near.
    const UNORDERED: f32 = 0.3;
    // A text; how much its pairs of the two words count together.
    let texts = [
        ("мост река", 1.0),
        ("мост и река", 1.0),
        ("река мост", UNORDERED),
        ("мост за лесом, река", UNORDERED),
        ("мост в лесу за горой и за полем, река", UNORDERED),
        ("мост в лесу за горой и за полем, а река", 0.0),
        ("мост река да мосты за лесом за рекой", 1.0 + UNORDERED),
        ("мост", 0.0),
        ("река", 0.0),
        ("стали", 0.0),
    ];
    let index = Index::in_memory().unwrap();
    index.ingest(texts.map(|(text, _)| Release::new(text, "", text))).unwrap();
    let searcher = index.searcher().unwrap();
    let Weights { k1, proximity, .. } = Weights::default();
    // «Стали» is a form of both «стать» and «сталь», which are not near each other in it.
    let hits = ["мост река", "стать сталь"].map(|query| explained(&searcher, query)).concat();
    assert_eq!(hits.len(), texts.len());
    for (text, Explanation { clauses, bonus }) in hits {
        let (_, count) = texts.iter().find(|(other, _)| *other == text).unwrap();
        let max = (k1 + 1.0) * clauses.iter().map(|clause| clause.idf).sum::<f32>() / 2.0;
        let expected = proximity * max * count / (k1 + count);
        assert!((bonus - expected).abs() < 1e-5, "{text}: {bonus}, not {expected}");
    }
}

#[test]
fn a_word_is_as_rare_as_all_its_readings_in_releases_that_are_not_deleted() {
    // «Банка» is a form of «банк» and of «банка».
    let readings = |id: usize| {
        [(2, "банк "), (3, "банкою "), (7, "мост ")].map(|(of, word)| (id.is_multiple_of(of), word))
    };
    let text =
        |id| readings(id).into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect::<String>();
    let is_deleted = |id: usize| id.is_multiple_of(4) || id.is_multiple_of(21);
    // Of many releases, those with any of several readings are estimated.
    for (releases, accuracy) in [(700, 1e-4), (40_000, 1e-2)] {
        let index = Index::in_memory().unwrap();
        for batch in [0..400, 400..releases] {
            index.ingest(batch.map(|id| Release::new(id.to_string(), "", text(id)))).unwrap();
        }
        let mut writer = index.writer().unwrap();
        (0..releases).filter(|&id| is_deleted(id)).for_each(|id| _ = writer.remove(&id.to_string()));
        writer.commit(&[]).unwrap();
        let searcher = index.searcher().unwrap();
        let alive = || (0..releases).filter(|&id| !is_deleted(id));
        for (query, has) in
            [("банка", [true, true, false]), ("банком", [true, false, false]), ("мост", [false, false, true])]
        {
            let idf = explained(&searcher, query)[0].1.clauses[0].idf;
            let matches =
                |&id: &usize| readings(id).iter().zip(has).any(|((is_in, _), counts)| *is_in && counts);
            let (all, with) = (alive().count() as f32, alive().filter(matches).count() as f32);
            let expected = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            assert!((idf - expected).abs() < accuracy, "{query} in {releases}: {idf}, not {expected}");
        }
    }
}
