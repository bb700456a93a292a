//! Highlighting: the matches of a query in the titles and bodies of its hits, and the passages to show.
//!
//! Returns plain text with ranges; markup, ellipses and colours are the caller's.

mod display_text;
mod matches;
mod passages;
mod snippet;

use std::io;

pub use self::snippet::{Fragment, Highlight, Snippet, SnippetOptions};
use self::{
    display_text::DisplayText,
    matches::{MAX_TOKENS, QueryMatcher, Subject, WordMatch},
    snippet::{highlights, snippet},
};
use super::{
    context::Context,
    plan::Clause,
    postings::{BoundWord, Position, PositionCursor, in_doc},
};
use crate::{
    analysis::{Checkpoints, DisplayEdits, TermCache},
    index::{Address, POSITION_GAP, ReleaseView},
    query::Field,
};

/// Highlights the hits of one search.
pub(crate) struct HitHighlighter<'q> {
    matcher: QueryMatcher<'q>,
    forms: &'q mut TermCache,
    options: &'q SnippetOptions,
    hits: Vec<HitPositions>,
    /// Reused for one text after the other.
    display: DisplayText,
}

/// Where the index has the words of a query in one hit, in order and without duplicates. Only the tokens there are read,
/// not the whole texts.
#[derive(Clone, Default)]
struct HitPositions {
    words: Vec<(u32, WordMatch)>,
    title_words: u32,
}

impl<'q> HitHighlighter<'q> {
    /// A highlighter for hits at these addresses.
    pub fn new(
        context: &Context,
        clauses: &'q [Clause<BoundWord>],
        hits: &[Address],
        (forms, options): (&'q mut TermCache, &'q SnippetOptions),
    ) -> io::Result<Self> {
        let matcher = QueryMatcher::new(clauses);
        let hits = HitPositions::read(context, &matcher, hits)?;
        Ok(Self { matcher, forms, options, hits, display: DisplayText::default() })
    }

    /// The snippet of the hit at an index, and the highlights in its title, which is displayed as it is.
    pub fn hit(&mut self, view: &ReleaseView, hit: usize) -> (Snippet, Vec<Highlight>) {
        let Self { matcher, forms, options, hits, display } = self;
        let HitPositions { words, title_words } = &hits[hit];
        // In the index the body follows the title after a gap.
        let (in_title, in_body) =
            words.split_at(words.partition_point(|(position, _)| position < title_words));
        display.lay_out(&view.title, DisplayEdits::new(&[]));
        let (text, field, checkpoints) = (&view.title, Field::Title, Checkpoints::new(&[]));
        let title = Subject { text, field, display, words: in_title, first: 0, checkpoints };
        let title = highlights(&matcher.find(forms, title), display, &(0..display.len()));
        display.lay_out(&view.body, DisplayEdits::new(view.display_map));
        let (text, field, checkpoints) = (&view.body, Field::Body, Checkpoints::new(view.checkpoints));
        let first = title_words + POSITION_GAP;
        let body = Subject { text, field, display, words: in_body, first, checkpoints };
        (snippet(&matcher.find(forms, body), display, options), title)
    }
}

impl HitPositions {
    /// The positions of a query's words in each hit.
    fn read(context: &Context, matcher: &QueryMatcher, hits: &[Address]) -> io::Result<Vec<Self>> {
        let mut order: Vec<(Address, usize)> = hits.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let (mut found, mut positions) = (vec![Self::default(); hits.len()], Vec::new());
        for hits in order.chunk_by(|one, other| one.0.segment == other.0.segment) {
            let segment = context.snapshot.segment(hits[0].0.segment);
            for (term, words) in matcher.by_term.values() {
                let Some(list) = term.list(segment) else { continue };
                let mut cursor = PositionCursor::open(segment, list)?;
                for &(Address { doc, .. }, hit) in hits {
                    positions.clear();
                    cursor.read(&[doc], &mut positions);
                    let at = |&at: &Position| words.iter().map(move |&word| (in_doc(at), word));
                    found[hit].words.extend(positions.iter().take(MAX_TOKENS).flat_map(at));
                }
            }
            for &(Address { doc, .. }, hit) in hits {
                found[hit].title_words = segment.title_words(doc);
                found[hit].words.sort_unstable();
                found[hit].words.dedup();
            }
        }
        Ok(found)
    }
}
