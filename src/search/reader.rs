//! Reading the hits of one search: what each shows, and what to mark in it.
//!
//! Brings together what is stored of a release and where the index says that to look; what becomes of it is
//! the marker's business.

#[cfg(test)]
mod laws;

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use super::{
    known::Keepable,
    marks::{Site, Sites},
    page::Page,
    sites::Found,
    snippet::{Desk, Mark, Marker, Snippet, SnippetOptions, Subject},
};
use crate::{
    analysis::{Checkpoints, DisplayEdits},
    index::LoadedRelease,
};

/// What reads the hits of one search.
pub(super) struct Reader<'p> {
    pub marker: Marker<'p>,
    pub desk: &'p mut Desk,
    /// Where to look in each hit; none where the text itself must tell.
    pub sites: Option<Found>,
    /// How much of each to show.
    pub shown: &'p SnippetOptions,
}

/// A release that was read; one that is asked for again and again keeps its texts laid out.
pub(super) struct Opened {
    pub whole: LoadedRelease,
    /// Whether it was asked for again.
    again: AtomicBool,
    pages: OnceLock<Pages>,
}

struct Pages {
    title: Page,
    body: Page,
}

impl Reader<'_> {
    /// What to show of the body of the release that stands so far behind the first hit.
    pub fn body(&mut self, opened: &Opened, at: usize) -> Snippet {
        let Opened { whole, pages, .. } = opened;
        let sites = self.sites.as_ref().map(|found| sites(found, found.hits[at].body(), whole.landmarks()));
        let page = pages.get().map(|pages| &pages.body);
        let body = Subject { text: &whole.release.body, seams: whole.seams(), page, sites };
        self.marker.body(self.desk, body, self.shown)
    }

    /// What to mark in its title.
    pub fn title(&mut self, opened: &Opened, at: usize) -> Vec<Mark> {
        let Opened { whole, pages, .. } = opened;
        let sites =
            self.sites.as_ref().map(|found| sites(found, found.hits[at].title(), Checkpoints::new(&[])));
        let page = pages.get().map(|pages| &pages.title);
        self.marker.title(
            self.desk,
            Subject { text: &whole.release.title, seams: DisplayEdits::new(&[]), page, sites },
        )
    }
}

impl Opened {
    pub fn new(whole: LoadedRelease) -> Self {
        Self { whole, again: AtomicBool::new(false), pages: OnceLock::new() }
    }

    /// Takes note that it is asked for again. The second time its texts are laid out, which costs as much as
    /// some snippets. Says how many bytes more it takes now.
    pub fn meet_again(&self) -> usize {
        let mut more = 0;
        if self.pages.get().is_none() && self.again.swap(true, Ordering::Relaxed) {
            self.pages.get_or_init(|| {
                let title = Page::of(&self.whole.release.title, DisplayEdits::new(&[]));
                let pages = Pages { title, body: Page::of(&self.whole.release.body, self.whole.seams()) };
                more = pages.size();
                pages
            });
        }
        more
    }
}

impl Keepable for Opened {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.whole.size() + self.pages.get().map_or(0, Pages::size)
    }
}

impl Pages {
    fn size(&self) -> usize {
        self.title.size() + self.body.size()
    }
}

fn sites<'s>(found: &'s Found, places: &'s [Site], landmarks: Checkpoints<'s>) -> Sites<'s> {
    Sites { places, terms: &found.terms, landmarks }
}
