//! Highlighting: the matches of a query in the titles and bodies of its hits, and the passages to show.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's.

mod display_text;
mod hit_positions;
mod matches;
mod passages;
mod snippet;
#[cfg(test)]
mod tests;

use std::io;

pub use self::snippet::{Fragment, Highlight, Snippet, SnippetOptions};
use self::{
    display_text::DisplayText,
    hit_positions::HitPositions,
    matches::{QueryMatcher, Subject},
    snippet::{highlights, snippet},
};
use super::{
    context::Context,
    plan::{Plan, Scope},
    postings::BoundWord,
};
use crate::{
    analysis::{Checkpoints, DisplayEdits, TermCache},
    index::{Address, ReleaseView},
};

/// Highlights the hits of one search.
pub(crate) struct HitHighlighter<'q> {
    matcher: QueryMatcher<'q>,
    forms: &'q mut TermCache,
    options: &'q SnippetOptions,
    /// The positions in each hit. None if the whole texts must be read.
    positions: Option<Vec<HitPositions>>,
    /// Reused for one text after the other.
    display: DisplayText,
}

impl<'q> HitHighlighter<'q> {
    /// A highlighter for hits at these addresses. `words` are the bound words of the clauses that make hits.
    pub fn new(
        context: &Context,
        (plan, words): (&'q Plan, &[&BoundWord]),
        hits: &[Address],
        (forms, options): (&'q mut TermCache, &'q SnippetOptions),
    ) -> io::Result<Self> {
        let matcher = QueryMatcher::new(plan);
        let positions = HitPositions::read(context, words, &matcher, hits)?;
        Ok(Self { matcher, forms, options, positions, display: DisplayText::default() })
    }

    /// The snippet of the hit at an index.
    pub fn body(&mut self, view: &ReleaseView, hit: usize) -> Snippet {
        let Self { matcher, forms, options, positions, display } = self;
        display.lay_out(&view.body, view.display_edits());
        let positions = positions.as_ref().map(|hits| (&*hits[hit].body, view.checkpoints()));
        let body = Subject { text: &view.body, scope: Scope::Body, display, positions };
        snippet(&matcher.find(forms, &body), display, options)
    }

    /// The highlights in the title of the hit at an index. A title is displayed as it is.
    pub fn title(&mut self, view: &ReleaseView, hit: usize) -> Vec<Highlight> {
        let Self { matcher, forms, positions, display, .. } = self;
        display.lay_out(&view.title, DisplayEdits::new(&[]));
        let positions = positions.as_ref().map(|hits| (&*hits[hit].title, Checkpoints::new(&[])));
        let title = Subject { text: &view.title, scope: Scope::Title, display, positions };
        highlights(&matcher.find(forms, &title), display)
    }
}
