//! The writer against a model: releases are added, replaced and removed in random order and in any number of
//! commits, and the index must hold what a plain table holds.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use vestnik::{
    Date, Index, Origin, Query, Release,
    index::{Change, WriterOptions},
    search::Options,
};

/// What is done to an index.
#[derive(Clone, Debug)]
enum Deed {
    Add(u8, u8),
    Remove(u8),
    Commit,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0_u8..5, 0_u8..3).prop_map(|(id, version)| Deed::Add(id, version)),
        3 => (0_u8..5).prop_map(Deed::Remove),
        2 => Just(Deed::Commit),
    ]
}

fn release(id: u8, version: u8) -> Release {
    Release::new(id.to_string(), format!("Выпуск {version}"), "Встреча прошла в Ташкенте.")
}

/// Every release of an index, by id, and how often a search finds each.
fn held(index: &Index) -> Vec<(String, String)> {
    let options = Options { limit: 100, ..Options::default() };
    let answer = index.searcher().unwrap().search(&Query::parse("Ташкент"), &options).unwrap();
    assert_eq!(answer.total.value, answer.hits.len() as u64);
    let mut held: Vec<_> = answer
        .hits
        .iter()
        .map(|hit| (hit.release().unwrap().id.clone(), hit.release().unwrap().title.clone()))
        .collect();
    held.sort();
    held
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_index_holds_what_was_last_said(deeds in prop::collection::vec(deed(), 1..40)) {
        let index = Index::in_memory().unwrap();
        let mut model: BTreeMap<String, String> = BTreeMap::new();
        let mut writer = Some(index.writer().unwrap());
        for deed in deeds.into_iter().chain([Deed::Commit]) {
            let at_work = writer.as_mut().unwrap();
            match deed {
                Deed::Add(id, version) => {
                    let release = release(id, version);
                    let was = model.insert(release.id.clone(), release.title.clone());
                    let expected = match was {
                        None => Change::Added,
                        Some(title) if title == release.title => Change::Unchanged,
                        Some(_) => Change::Changed,
                    };
                    prop_assert_eq!(at_work.add(&release).unwrap(), expected);
                }
                Deed::Remove(id) => {
                    let was = model.remove(&id.to_string()).is_some();
                    prop_assert_eq!(at_work.remove(&id.to_string()), was);
                }
                Deed::Commit => {
                    writer.take().unwrap().commit(&[]).unwrap();
                    let expected: Vec<_> = model.clone().into_iter().collect();
                    prop_assert_eq!(held(&index), expected);
                    writer = Some(index.writer().unwrap());
                }
            }
        }
    }
}

/// A release as it is read from an index of it alone.
fn stored(release: &Release) -> Release {
    let index = Index::in_memory().unwrap();
    index.ingest([release.clone()]).unwrap();
    index.searcher().unwrap().release(&release.id).unwrap()
}

#[test]
fn all_fields_are_stored() {
    let extra = serde_json::json!({ "б": [1, null, "«да»"], "а": { "в": 1.5 } });
    let release = Release {
        date: "1969-12-31".parse().ok(),
        source: Some("УзА".into()),
        url: Some("https://uza.uz/1".into()),
        record: Some("17".into()),
        origin: Some(Origin {
            root: "/корпус".into(),
            file: "а/б.json".into(),
            line: Some(3),
            part: Some("в#17".into()),
            reader: Some("json".into()),
            encoding: Some("windows-1251".into()),
            date_origin: Some("field date".into()),
            notes: vec!["2 bytes were replaced".into()],
        }),
        extra: extra.as_object().cloned().unwrap(),
        ..Release::new("1", "Встреча в Ташкенте", "Стороны обсудили вопросы. ".repeat(40))
    };
    assert!(release.date.is_some());
    assert_eq!(stored(&release), release);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_is_read_as_it_was_written(
        id in "(?s).{1,40}",
        (title, body) in any::<(String, String)>(),
        (year, month, day) in (-2000_i16..4000, 1_i8..=12, 1_i8..=31),
    ) {
        let release = Release { date: Date::new(year, month, day).ok(), ..Release::new(id, title, body) };
        prop_assert_eq!(stored(&release), release);
    }
}

#[test]
fn many_releases_and_little_memory_make_several_segments_and_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(folder.path()).unwrap();
    let means = WriterOptions { memory: 30_000_000, threads: 2 };
    let body = |number: usize| format!("Встреча {number} прошла в Ташкенте. ").repeat(40);
    let mut writer = index.writer_with(means).unwrap();
    for number in 0..20_000 {
        writer.add(&Release::new(number.to_string(), "О встрече", body(number))).unwrap();
    }
    writer.commit(&[]).unwrap();
    let searcher = index.searcher().unwrap();
    assert_eq!(searcher.releases(), 20_000);
    for number in [0, 1, 9_999, 19_999] {
        let answer = searcher.search(&Query::parse(&format!("встреча {number}")), &Options::default());
        assert_eq!(answer.unwrap().hits[0].release().unwrap().id, number.to_string());
    }
}

#[test]
fn a_release_that_changes_a_thousand_times_in_one_commit_is_there_once() {
    let index = Index::in_memory().unwrap();
    let mut writer = index.writer().unwrap();
    for number in 0..1_000 {
        let release = Release::new("1", format!("Выпуск {number}"), "Встреча прошла в Ташкенте.");
        writer.add(&release).unwrap();
    }
    writer.commit(&[]).unwrap();
    assert_eq!(held(&index), [("1".to_owned(), "Выпуск 999".to_owned())]);
}

#[test]
fn a_writer_that_is_dropped_leaves_the_index_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(folder.path()).unwrap();
    index.ingest([release(1, 0)]).unwrap();
    let mut writer = index.writer().unwrap();
    writer.add(&release(1, 1)).unwrap();
    writer.add(&release(2, 0)).unwrap();
    drop(writer);
    assert_eq!(held(&index), [("1".to_owned(), "Выпуск 0".to_owned())]);
    index.ingest([release(2, 1)]).unwrap();
    assert_eq!(held(&index).len(), 2);
}
