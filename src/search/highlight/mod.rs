//! Highlighting: the matches of a query in the titles and bodies of its hits, and the passages to show.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's.

mod display_text;
mod matches;
mod passages;
mod snippet;
#[cfg(test)]
mod tests;

use std::io;

pub use self::snippet::{Fragment, Highlight, Snippet, SnippetOptions};
use self::{
    display_text::DisplayText,
    matches::{MAX_TOKENS, QueryMatcher, Subject, WordMatch},
    snippet::{highlights, snippet},
};
use super::{
    context::Context,
    plan::{Plan, Scope},
    postings::{BoundTerm, BoundWord, PositionCursor},
    weights::MAX_EXPANSIONS,
};
use crate::{
    analysis::{Checkpoints, DisplayEdits, TermCache},
    index::{Address, POSITION_GAP, ReleaseView},
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

    /// The snippet of the hit at an index, and the highlights in its title, which is displayed as it is.
    pub fn hit(&mut self, view: &ReleaseView, hit: usize) -> (Snippet, Vec<Highlight>) {
        let Self { matcher, forms, options, positions, display } = self;
        let positions = positions.as_ref().map(|hits| &hits[hit]);
        let mut find = |display: &DisplayText, text, scope, positions| {
            matcher.find(forms, &Subject { text, scope, display, positions })
        };
        display.lay_out(&view.title, DisplayEdits::new(&[]));
        let known = positions.map(|hit| (&*hit.title, Checkpoints::new(&[])));
        let title = find(display, &view.title, Scope::Title, known);
        let title = highlights(&title, display, &(0..display.len()));
        display.lay_out(&view.body, view.display_edits());
        let known = positions.map(|hit| (&*hit.body, view.checkpoints()));
        (snippet(&find(display, &view.body, Scope::Body, known), display, options), title)
    }
}

/// Where the index has the words of a query in one hit, in order and without duplicates. Only the tokens there must be
/// read, not the whole texts.
#[derive(Clone, Debug, Default)]
struct HitPositions {
    title: Vec<(u32, WordMatch)>,
    body: Vec<(u32, WordMatch)>,
}

impl HitPositions {
    /// The positions of these words in each hit. None if the index does not know all of them.
    fn read(
        context: &Context,
        words: &[&BoundWord],
        matcher: &QueryMatcher,
        hits: &[Address],
    ) -> io::Result<Option<Vec<Self>>> {
        let words = words.iter().filter(|word| word.scope != Scope::Source);
        // A pattern that reaches the limit may have further forms, which are not bound.
        if words.clone().any(|word| word.is_pattern && word.terms().count() >= MAX_EXPANSIONS) {
            return Ok(None);
        }
        let mut terms: Vec<&BoundTerm> = words.flat_map(|word| word.terms().chain(word.unranked())).collect();
        terms.sort_unstable_by_key(|bound| &bound.term.key);
        terms.dedup_by_key(|bound| &bound.term.key);
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let (mut found, mut positions) = (vec![Self::default(); hits.len()], Vec::new());
        for bound in terms {
            let words = matcher.words_of(&bound.term.key);
            for hits in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
                let segment = context.snapshot.segment(hits[0].0.segment);
                let Some(list) = bound.list(segment).filter(|_| !words.is_empty()) else { continue };
                let mut cursor = PositionCursor::open(segment, list)?;
                for &(Address { doc, .. }, hit) in hits {
                    positions.clear();
                    cursor.read(doc, &mut positions);
                    let at = |&at: &u32| words.iter().map(move |&word| (at, word));
                    found[hit].body.extend(positions.iter().take(MAX_TOKENS).flat_map(at));
                }
            }
        }
        for (hit, found) in hits.iter().zip(&mut found) {
            found.split(context.snapshot.segment(hit.segment).title_words(hit.doc));
        }
        Ok(Some(found))
    }

    /// Sorts the positions, which are all in `body`, and splits them. In the index the body follows the title after a
    /// gap.
    fn split(&mut self, title_words: u32) {
        self.body.sort_unstable();
        self.body.dedup();
        let in_title = self.body.partition_point(|&(position, _)| position < title_words);
        self.title.extend(self.body.drain(..in_title));
        let body = title_words.saturating_add(POSITION_GAP);
        self.body.iter_mut().for_each(|(position, _)| *position = position.saturating_sub(body));
    }
}
