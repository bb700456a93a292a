//! Highlighting: the matches of a query in the titles and bodies of its hits, and the passages to show.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's.

mod bounds;
mod display_text;
mod hit_positions;
mod matched_tokens;
mod matches;
mod passages;
mod phrases;
mod snippet;
#[cfg(test)]
mod tests;

use std::io;

pub use self::snippet::{Fragment, Highlight, Snippet, SnippetOptions};
use self::{
    display_text::DisplayText,
    hit_positions::QueryPositions,
    matches::{KnownPositions, Matches, QueryMatcher, Subject},
    snippet::{highlights_in, snippet, sorted_words},
};
use super::{
    context::Context,
    plan::{Plan, Scope},
    postings::BoundWord,
};
use crate::{
    analysis::{DisplayEdits, TermCache},
    index::{Address, ReleaseView},
};

/// Buffers that are reused for one text after the other.
pub(crate) struct Buffers {
    pub forms: TermCache,
    matches: Matches,
    display: DisplayText,
}

impl Buffers {
    pub fn new(forms: TermCache) -> Self {
        Self { forms, matches: Matches::default(), display: DisplayText::default() }
    }
}

/// Highlights the hits of one search.
pub(crate) struct HitHighlighter<'q> {
    matcher: QueryMatcher<'q>,
    buffers: &'q mut Buffers,
    options: &'q SnippetOptions,
    /// None if the whole texts must be read.
    positions: Option<QueryPositions>,
}

impl<'q> HitHighlighter<'q> {
    /// A highlighter for hits at these addresses. `words` are the bound words of the clauses that make hits.
    pub fn new(
        context: &Context,
        (plan, words): (&'q Plan, &[&BoundWord]),
        hits: &[Address],
        (buffers, options): (&'q mut Buffers, &'q SnippetOptions),
    ) -> io::Result<Self> {
        let matcher = QueryMatcher::new(plan);
        let positions = QueryPositions::read(context, words, &matcher, hits)?;
        Ok(Self { matcher, buffers, options, positions })
    }

    /// The snippet of the hit at an index.
    pub fn body(&mut self, view: &ReleaseView, hit: usize) -> Snippet {
        let positions = self.positions.as_ref().map(|known| known.body(hit, view.checkpoints()));
        body_snippet(&self.matcher, self.buffers, (&view.body, view.display_edits()), positions, self.options)
    }

    /// The highlights in the title of the hit at an index.
    pub fn title(&mut self, view: &ReleaseView, hit: usize) -> Vec<Highlight> {
        let positions = self.positions.as_ref().map(|known| known.title(hit));
        title_highlights(&self.matcher, self.buffers, &view.title, positions)
    }
}

/// The highlights in a title, which is displayed as it is.
fn title_highlights(
    matcher: &QueryMatcher,
    buffers: &mut Buffers,
    title: &str,
    positions: Option<KnownPositions>,
) -> Vec<Highlight> {
    let Buffers { forms, matches, display } = buffers;
    display.lay_out(title, DisplayEdits::new(&[]));
    matcher.find(forms, matches, Subject { text: title, scope: Scope::Title, display, positions });
    highlights_in(display, &sorted_words(matches), &(0..display.len()))
}

/// The snippet of a body, which is displayed with these edits.
fn body_snippet(
    matcher: &QueryMatcher,
    buffers: &mut Buffers,
    (body, edits): (&str, DisplayEdits),
    positions: Option<KnownPositions>,
    options: &SnippetOptions,
) -> Snippet {
    let Buffers { forms, matches, display } = buffers;
    display.lay_out(body, edits);
    matcher.find(forms, matches, Subject { text: body, scope: Scope::Body, display, positions });
    snippet(display, matches, options)
}
