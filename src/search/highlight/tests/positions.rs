//! The matches found at the positions that the index knows are those found by reading the whole text.

use std::{ops::Range, path::Path};

use proptest::prelude::*;

use super::{
    super::{
        display_text::DisplayText,
        hit_positions::QueryPositions,
        matches::{Matches, QueryMatcher, Subject},
    },
    QUERIES, texts,
};
use crate::{
    Index, Query, Release,
    analysis::{DisplayEdits, TermCache},
    corpus::Corpus,
    eval::Judgments,
    index::{Address, ReleaseView, Snapshot, sync},
    search::{
        context::Context,
        plan::{Plan, Scope},
        postings::Binder,
        score::BoundNode,
        weights::Weights,
    },
};

/// The matches in a text, each with its clause and the spans of its words.
fn matches(
    matcher: &QueryMatcher,
    forms: &mut TermCache,
    subject: Subject,
) -> Vec<(usize, Vec<Range<usize>>)> {
    let mut found = Matches::default();
    matcher.find(forms, &mut found, subject);
    let matches = found.matches.iter();
    matches.map(|of| (of.clause, found.words(of).cloned().collect())).collect()
}

/// Compares the matches for every release. Returns whether the index knows all positions.
fn check(context: &Context, query: &str) -> bool {
    let snapshot = &context.snapshot;
    let plan = Plan::new(&Query::parse(query), &mut snapshot.index.analyzer().unwrap().term_cache());
    let content = plan.clauses.iter().filter(|clause| clause.role.makes_hit());
    let mut binder = Binder::new(context);
    let nodes: Vec<_> = content.map(|clause| BoundNode::bind(&mut binder, &clause.node).unwrap()).collect();
    let mut words = Vec::new();
    nodes.iter().for_each(|node| node.words(&mut words));
    words.iter().for_each(|word| word.bind_hints(context).unwrap());
    let segments = snapshot.segments.iter();
    let living = segments
        .flat_map(|segment| segment.alive_docs().map(|doc| Address { segment: segment.ordinal, doc }));
    let addresses: Vec<Address> = living.collect();
    let matcher = QueryMatcher::new(&plan);
    let Some(known) = QueryPositions::read(context, &words, &matcher, &addresses).unwrap() else {
        return false;
    };
    let mut forms = snapshot.index.analyzer().unwrap().term_cache();
    for (hit, address) in addresses.into_iter().enumerate() {
        let stored = snapshot.segment(address.segment).stored(address.doc).unwrap();
        let view = ReleaseView::read(&stored).unwrap();
        let title = (&*view.title, Scope::Title, DisplayEdits::new(&[]), known.title(hit));
        let positions = known.body(hit, view.checkpoints());
        let body = (&*view.body, Scope::Body, view.display_edits(), positions);
        for (text, scope, edits, positions) in [title, body] {
            let mut display = DisplayText::default();
            display.lay_out(text, edits);
            let subject = |positions| Subject { text, scope, display: &display, positions };
            let expected = matches(&matcher, &mut forms, subject(None));
            assert_eq!(
                matches(&matcher, &mut forms, subject(Some(positions))),
                expected,
                "{query}: {text:?}"
            );
        }
    }
    true
}

fn context(index: &Index) -> Context {
    Context::new(Snapshot::open(index).unwrap(), Weights::default())
}

#[test]
fn in_the_shipped_releases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let index = Index::in_memory().unwrap();
    let corpus = Corpus::open(std::slice::from_ref(&root), &[]).unwrap();
    sync(&index, &corpus, false, &mut |_, _| ()).unwrap();
    let judgments = Judgments::read(&root.join("judgments.toml")).unwrap();
    let context = context(&index);
    let queries = judgments.queries();
    let known = queries.iter().filter(|judged| check(&context, &judged.query.text)).count();
    assert!(known > queries.len() / 2, "{known}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_random_releases(texts in prop::collection::vec((texts(), texts()), 1..4)) {
        let releases = (1..).zip(texts).map(|(id, (title, body))| Release::new(id.to_string(), title, body));
        let index = Index::in_memory().unwrap();
        index.ingest(releases).unwrap();
        let context = context(&index);
        for query in QUERIES {
            check(&context, query);
        }
    }
}
