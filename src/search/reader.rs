//! Reading the hits of one search: what each shows, and what to mark in it.
//!
//! Brings together what is stored of a release and where the index says that to look; what becomes of it is
//! the marker's business.

use super::{
    marks::{Passage, Site, Sites},
    plan::Scope,
    sites::Found,
    snippet::{Desk, Mark, Marker, Snippet, SnippetOptions},
};
use crate::{analysis::Landmarks, index::Whole};

/// What reads the hits of one search.
pub(super) struct Reader<'p> {
    pub marker: Marker<'p>,
    pub desk: &'p mut Desk,
    /// Where to look in each hit; none where the text itself must tell.
    pub sites: Option<Found>,
    /// How much of each to show.
    pub shown: &'p SnippetOptions,
}

impl Reader<'_> {
    /// What to show of the body of the release that stands so far behind the first hit.
    pub fn body(&mut self, whole: &Whole, at: usize) -> Snippet {
        let places = self.sites.as_ref().map(|found| sites(found, found.hits[at].body(), whole.landmarks()));
        let body = Passage { text: &whole.release.body, scope: Scope::Body, sites: places };
        self.marker.body(self.desk, body, whole.seams(), self.shown)
    }

    /// What to mark in its title.
    pub fn title(&mut self, whole: &Whole, at: usize) -> Vec<Mark> {
        let places =
            self.sites.as_ref().map(|found| sites(found, found.hits[at].title(), Landmarks::new(&[])));
        self.marker
            .title(self.desk, Passage { text: &whole.release.title, scope: Scope::Title, sites: places })
    }
}

fn sites<'s>(found: &'s Found, places: &'s [Site], landmarks: Landmarks<'s>) -> Sites<'s> {
    Sites { places, terms: &found.terms, landmarks }
}
