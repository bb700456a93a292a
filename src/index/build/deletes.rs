//! What goes from an index with the next commit, and how the engine is told.
//!
//! The engine may run a deletion over segments that are added after it, so each names just what it means:
//! versions by the session that wrote them. Writes nothing.

use std::{collections::HashSet, ops::Bound};

use tantivy::{
    Term,
    query::{BooleanQuery, Occur, Query, RangeQuery, TermQuery, TermSetQuery},
    schema::IndexRecordOption,
};

use super::segment_writer::Session;
use crate::index::schema::Fields;

/// Releases that go, or whose new version comes.
#[derive(Default)]
pub(super) struct PendingDeletes {
    /// By id: every version that earlier sessions wrote.
    ids: Vec<String>,
    /// Versions that this session wrote, by id and digest.
    versions: HashSet<(String, u64)>,
}

impl PendingDeletes {
    /// Adds what earlier sessions wrote of a release.
    pub fn add(&mut self, id: &str) {
        self.ids.push(id.to_owned());
    }

    /// Adds a version of a release that this session wrote.
    pub fn add_version(&mut self, id: &str, digest: u64) {
        self.versions.insert((id.to_owned(), digest));
    }

    /// Whether this version was written in this session and goes.
    pub fn has_version(&self, id: &str, digest: u64) -> bool {
        !self.versions.is_empty() && self.versions.contains(&(id.to_owned(), digest))
    }

    /// What finds all of it, and nothing that this session or a later one writes besides.
    pub fn queries(&self, fields: Fields, session: Session) -> Vec<Box<dyn Query>> {
        let [this_writer, this_session] = session.names();
        let mut queries: Vec<Box<dyn Query>> = Vec::new();
        if !self.ids.is_empty() {
            let ids = || -> Box<dyn Query> {
                Box::new(TermSetQuery::new(self.ids.iter().map(|id| Term::from_field_text(fields.id, id))))
            };
            let earlier = (1..session.number).map(|number| {
                let [_, name] = Session { number, ..session }.names();
                Term::from_field_text(fields.session, &name)
            });
            let other_writers = term(Term::from_field_text(fields.session, &this_writer));
            queries.push(both((Occur::Must, ids()), (Occur::MustNot, other_writers)));
            queries.push(both((Occur::Must, ids()), (Occur::Must, Box::new(TermSetQuery::new(earlier)))));
        }
        for (id, digest) in &self.versions {
            let digest = Term::from_field_u64(fields.digest, *digest);
            let digest = RangeQuery::new(Bound::Included(digest.clone()), Bound::Included(digest));
            let id = term(Term::from_field_text(fields.id, id));
            let session = term(Term::from_field_text(fields.session, &this_session));
            let of_session = both((Occur::Must, id), (Occur::Must, session));
            queries.push(both((Occur::Must, of_session), (Occur::Must, Box::new(digest))));
        }
        queries
    }
}

fn term(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn both(one: (Occur, Box<dyn Query>), other: (Occur, Box<dyn Query>)) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(vec![one, other]))
}
