//! What is found at the places that the index knows is all that reading a release finds.

use std::path::Path;

use proptest::prelude::*;

use crate::{
    Index, Query, Release,
    analysis::{Checkpoints, DisplayEdits, TermCache},
    corpus::Corpus,
    eval::Judgments,
    index::{Address, sync},
    search::{
        Options, Searcher,
        marks::{Passage, Reading, Sites, Wanted},
        page::{Page, Seat},
        plan::{Plan, Scope},
        snippet::laws::{QUERIES, texts},
    },
};

/// What is found, each with its clause and where its words stand.
fn finds(wanted: &Wanted, forms: &mut TermCache, text: Passage) -> Vec<(usize, Vec<Seat>)> {
    let mut reading = Reading::default();
    wanted.find(forms, &mut reading, text);
    let finds = reading.finds.iter();
    finds.map(|find| (find.clause, reading.seats(find).cloned().collect())).collect()
}

/// Holds against each other, for every release, what is found at its places and what in all of it.
/// Says whether there were places.
fn check(searcher: &Searcher, query: &str) -> bool {
    let snapshot = searcher.snapshot();
    let plan = Plan::new(&Query::parse(query), snapshot.index.analyzer());
    let job = searcher.job(&plan, &Options::default()).unwrap();
    let living = snapshot
        .segments
        .iter()
        .flat_map(|segment| segment.alive_docs().map(|doc| Address { segment: segment.ordinal, doc }));
    let addresses: Vec<Address> = living.collect();
    let wanted = Wanted::new(&plan);
    let Some(found) = searcher.sites(&plan, &job, &wanted, &addresses).unwrap() else { return false };
    let mut forms = snapshot.index.analyzer().term_cache();
    for (address, places) in addresses.into_iter().zip(&found.hits) {
        let whole = snapshot.whole(address).unwrap();
        let title = (&*whole.release.title, Scope::Title, places.title(), Checkpoints::new(&[]));
        let body = (&*whole.release.body, Scope::Body, places.body(), whole.landmarks());
        let seams = [DisplayEdits::new(&[]), whole.seams()];
        for ((text, scope, places, landmarks), seams) in [title, body].into_iter().zip(seams) {
            let (mut laid_out, with_words) = (Page::default(), Page::of(text, seams.clone()));
            laid_out.lay_out(text, seams);
            let sites = Sites { places, terms: &found.terms, landmarks };
            let everywhere = Passage { text, scope, page: &laid_out, sites: None };
            let expected = finds(&wanted, &mut forms, everywhere);
            for page in [&laid_out, &with_words] {
                let at_places = Passage { text, scope, page, sites: Some(sites.clone()) };
                assert_eq!(finds(&wanted, &mut forms, at_places), expected, "{query}: {text:?}");
            }
        }
    }
    true
}

/// The shipped releases in an index, and what is asked of them.
pub(in crate::search) fn shipped() -> (Index, Judgments) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let index = Index::in_memory().unwrap();
    let corpus = Corpus::open(std::slice::from_ref(&root), &[]).unwrap();
    sync(&index, &corpus, false, &mut |_, _| ()).unwrap();
    (index, Judgments::read(&root.join("judgments.toml")).unwrap())
}

#[test]
fn in_the_shipped_releases() {
    let (index, judgments) = shipped();
    let searcher = index.searcher().unwrap();
    // Once as the index knows them, then as they were noted.
    for _ in 0..2 {
        let with_places =
            judgments.queries().iter().filter(|judged| check(&searcher, &judged.query.text)).count();
        assert!(with_places > judgments.queries().len() / 2, "{with_places}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_any_releases(texts in prop::collection::vec((texts(), texts()), 1..4)) {
        let releases = (1..).zip(texts).map(|(id, (title, body))| Release::new(id.to_string(), title, body));
        let index = Index::in_memory().unwrap();
        index.ingest(releases).unwrap();
        let searcher = index.searcher().unwrap();
        // Once as the index knows them, then as they were noted.
        for query in QUERIES.iter().chain(QUERIES) {
            check(&searcher, query);
        }
    }
}
