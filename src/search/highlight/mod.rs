//! Highlighting: the matches of a query in the titles and bodies of its hits, and the passages to show.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's.

mod display_text;
mod hit_positions;
mod matched_tokens;
mod matches;
mod phrase_pattern;
#[cfg(test)]
mod property_tests;
mod snippet;
mod term_table;
#[cfg(test)]
mod test_texts;

pub(crate) use self::snippet::Buffers;
pub use self::snippet::{Fragment, Highlight, Snippet, SnippetOptions};
use self::{
    hit_positions::{QueryPositions, query_positions},
    matches::{KnownPositions, TermPosition},
    snippet::{Highlighter, Source},
};
use super::{context::Context, plan::Plan, postings::BoundWord};
use crate::{
    analysis::{Checkpoints, DisplayEdits},
    error::Result,
    index::{Address, LoadedRelease},
};

/// Highlights the hits of one search.
pub(crate) struct HitHighlighter<'q> {
    highlighter: Highlighter<'q>,
    buffers: &'q mut Buffers,
    options: &'q SnippetOptions,
    /// None if the whole texts must be read.
    positions: Option<QueryPositions>,
}

impl<'q> HitHighlighter<'q> {
    /// A highlighter for hits at these addresses. `words` are the bound words of the clauses that make hits, in the
    /// order of the plan.
    pub fn new(
        context: &Context,
        (plan, words): (&'q Plan, &[&BoundWord]),
        hits: &[Address],
        (buffers, options): (&'q mut Buffers, &'q SnippetOptions),
    ) -> Result<Self> {
        let highlighter = Highlighter::new(plan);
        let positions = query_positions(context, plan, words, &highlighter.matcher, hits)?;
        Ok(Self { highlighter, buffers, options, positions })
    }

    /// The snippet of the hit at an index.
    pub fn body(&mut self, stored: &LoadedRelease, hit: usize) -> Snippet {
        let positions = self.positions.as_ref();
        let positions = positions.map(|all| known(all, all.hits[hit].body(), stored.landmarks()));
        let source = Source { text: &stored.release.body, seams: stored.seams(), positions };
        self.highlighter.body(self.buffers, source, self.options)
    }

    /// The highlights in the title of the hit at an index.
    pub fn title(&mut self, stored: &LoadedRelease, hit: usize) -> Vec<Highlight> {
        let positions = self.positions.as_ref();
        let positions = positions.map(|all| known(all, all.hits[hit].title(), Checkpoints::new(&[])));
        let source = Source { text: &stored.release.title, seams: DisplayEdits::new(&[]), positions };
        self.highlighter.title(self.buffers, source)
    }
}

fn known<'s>(
    all: &'s QueryPositions,
    positions: &'s [TermPosition],
    landmarks: Checkpoints<'s>,
) -> KnownPositions<'s> {
    KnownPositions { positions, terms: &all.terms, landmarks }
}
