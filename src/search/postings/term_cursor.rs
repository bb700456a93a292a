//! The postings of one term in one segment, with separate frequencies in title and body.
//!
//! Finding the documents that have a term needs ids alone. The frequencies are decoded for scoring, and upper bounds
//! are known without decoding anything.

use std::{cell::Cell, io, ops::Range};

use tantivy::DocId;

use super::block_cursor::{BLOCK_LEN, BlockCursor, seek};
use crate::{
    index::{BlockStats, Norms, PostingList, Segment, decode_bound},
    query::Field,
    search::plan::WeightedTerm,
};

/// How often a document has a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frequency {
    pub title: u32,
    pub body: u32,
}

/// Which documents an upper bound holds for.
#[derive(Clone, Copy)]
pub(crate) enum Extent<'e> {
    /// All documents of a window.
    Window(&'e Range<DocId>),
    /// The documents from one on that are in the same blocks, decoding nothing. The cell holds where they end at the
    /// latest, and is set to where they do.
    Blocks(DocId, &'e Cell<DocId>),
}

/// The postings of one term in one segment.
pub(crate) struct TermCursor {
    scope: Option<Field>,
    /// The weight of an occurrence of this term.
    pub weight: f32,
    postings: BlockCursor,
    stats: BlockStats,
}

impl TermCursor {
    /// Opens the postings of a term; none if the segment does not have the term in this scope.
    pub fn open(
        segment: &Segment,
        (term, list): (&WeightedTerm, &PostingList),
        scope: Option<Field>,
    ) -> io::Result<Option<Self>> {
        if scope == Some(Field::Title) && !list.stats.has_titles() {
            return Ok(None);
        }
        Ok(Some(Self {
            scope,
            weight: term.weight,
            postings: BlockCursor::open(segment.posting_bytes(list)?, list.doc_freq())?,
            stats: list.stats.clone(),
        }))
    }

    /// How many documents have the term, including deleted ones.
    pub fn doc_freq(&self) -> u32 {
        self.postings.doc_freq()
    }

    /// Whether the documents that match cannot be known from the ids, since some have the term in another field only.
    fn needs_frequencies(&self) -> bool {
        match self.scope {
            None | Some(Field::Source) => false,
            Some(Field::Title) => true,
            Some(Field::Body) => self.stats.has_titles(),
        }
    }

    /// Visits the documents of a window, in order.
    pub fn each_doc(&mut self, window: &Range<DocId>, mut visit: impl FnMut(DocId)) {
        if self.needs_frequencies() {
            return self.each_block(window, |docs, bodies, titles| {
                // The scope is one of the two.
                docs.iter().zip(bodies).filter(|(_, body)| **body > 0).for_each(|(&doc, _)| visit(doc));
                titles.iter().for_each(|(at, _)| visit(docs[*at]));
            });
        }
        self.postings.each_block(window, |block| {
            let docs = block.docs();
            docs[within(docs, window)].iter().copied().for_each(&mut visit);
        });
    }

    /// Whether a window may have documents. Decodes their ids at most.
    pub fn has_any(&mut self, window: &Range<DocId>) -> bool {
        self.postings.seek_block(window.start);
        self.postings.last() < window.end || !within(self.postings.docs(), window).is_empty()
    }

    /// Visits those of some documents, in order, that match, by their index.
    pub fn find_docs(&mut self, docs: &[DocId], mut visit: impl FnMut(usize)) {
        if self.needs_frequencies() {
            return self.find_frequencies(docs, |at, _| visit(at));
        }
        self.postings.find_all(docs, |_, found| found.iter().for_each(|&(at, _)| visit(at)));
    }

    /// Visits those of some documents, in order, that match, by their index, with their frequencies.
    pub fn find_frequencies(&mut self, docs: &[DocId], mut visit: impl FnMut(usize, Frequency)) {
        let Self { scope, postings, stats, .. } = self;
        postings.find_all(docs, |block, found| {
            let mut titles = stats.titles(block.number());
            let (_, freqs) = block.postings();
            for &(at, posting) in found {
                if let Some(frequency) = Frequency::new(*scope, freqs[posting], titles.of(posting)) {
                    visit(at, frequency);
                }
            }
        });
    }

    /// Visits the blocks with postings in a window: their documents in it, the frequencies in the bodies of these, and the
    /// frequencies in titles, of which most are 0, by the index of the document. Frequencies out of scope are left out.
    pub fn each_block(
        &mut self,
        window: &Range<DocId>,
        mut visit: impl FnMut(&[DocId], &[u32], &[(usize, u32)]),
    ) {
        let Self { scope, postings, stats, .. } = self;
        let (mut bodies, mut titles) = (Vec::with_capacity(BLOCK_LEN), Vec::new());
        postings.each_block(window, |block| {
            let mut in_titles = stats.titles(block.number()).peekable();
            if *scope == Some(Field::Title) && in_titles.peek().is_none() {
                return;
            }
            let (docs, freqs) = block.postings();
            let part = within(docs, window);
            let in_part = in_titles.filter(|(at, _)| part.contains(at));
            titles.clear();
            titles.extend(in_part.map(|(at, title)| (at - part.start, title)));
            bodies.clear();
            bodies.extend_from_slice(&freqs[part.clone()]);
            titles.iter().for_each(|&(at, title)| bodies[at] = bodies[at].saturating_sub(title));
            match scope {
                Some(Field::Title) => bodies.fill(0),
                Some(Field::Body) => titles.clear(),
                None | Some(Field::Source) => {}
            }
            visit(&docs[part], &bodies, &titles);
        });
    }

    /// An upper bound of the normalised frequency in some documents; 0 for a window within a block that has no documents
    /// in it. Infinite for the last, partial block of a list, which has no stored bound.
    #[inline]
    pub fn frequency_bound(&mut self, extent: &Extent, norms: &Norms) -> f32 {
        if let Extent::Window(window) = extent
            && !self.has_any(window)
        {
            return 0.0;
        }
        let Self { postings, stats, .. } = self;
        let of_block =
            |block| stats.bound(block).map_or(f32::INFINITY, |code| decode_bound(code) * norms.growth);
        match extent {
            Extent::Blocks(doc, end) => {
                postings.seek_block(*doc);
                end.set(end.get().min(postings.last().saturating_add(1)));
                of_block(postings.number())
            }
            Extent::Window(window) => {
                let mut bound = 0.0_f32;
                postings.each_block_of(window, |number| bound = bound.max(of_block(number)));
                bound
            }
        }
    }
}

impl Frequency {
    /// The frequencies that count in a scope, given those in all its fields and in the title.
    pub fn new(scope: Option<Field>, all: u32, title: u32) -> Option<Self> {
        let body = all - title.min(all);
        match scope {
            None | Some(Field::Source) => Some(Self { title, body }),
            Some(Field::Title) => (title > 0).then_some(Self { title, body: 0 }),
            Some(Field::Body) => (body > 0).then_some(Self { title: 0, body }),
        }
    }

    /// The frequencies in title and body as weighted by the term.
    pub fn weighted(self, weight: f32) -> (f32, f32) {
        (self.title as f32 * weight, self.body as f32 * weight)
    }
}

/// Where in a block the documents of a window are.
fn within(docs: &[DocId], window: &Range<DocId>) -> Range<usize> {
    let from = seek(docs, 0, window.start);
    let is_inside = docs.last().is_some_and(|&last| last < window.end);
    let to = if is_inside { docs.len() } else { seek(docs, from, window.end) };
    from..to
}
