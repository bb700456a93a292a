//! The postings of one term in one segment, in the fields that a word is looked for in, with the frequencies in
//! title and body told apart.
//!
//! A term has two cursors. Finding the documents that have it needs ids alone and runs ahead of scoring, which
//! decodes the frequencies of the few documents that may still be ranked.

use std::{io, ops::Range};

use tantivy::{DocId, TERMINATED, directory::OwnedBytes};

use super::{
    block_cursor::{BlockCursor, SkipCursor, seek},
    bound_word::{BoundTerm, field_of},
};
use crate::{
    index::{Norms, Segment, Zone, decode_bound},
    search::plan::Scope,
};

/// How often a document has a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frequency {
    pub title: u32,
    pub body: u32,
    /// In title and body, whether or not both count.
    pub all: u32,
}

/// The postings of one term in one segment.
pub(crate) struct TermCursor {
    scope: Scope,
    /// The weight of an occurrence of this term.
    pub weight: f32,
    ids: BlockCursor,
    postings: BlockCursor,
    /// The postings in titles, if `postings` counts titles and bodies together.
    title: Option<BlockCursor>,
    /// For upper bounds, which are asked for before anything is decoded.
    skips: SkipCursor,
    /// The codes of the upper bounds of full blocks; empty if the field has none.
    bounds: OwnedBytes,
    bound_of_tail: Option<f32>,
}

impl TermCursor {
    /// Opens the postings of a term; none if the segment does not have the term in this scope.
    pub fn open(segment: &Segment, term: &BoundTerm, scope: Scope) -> io::Result<Option<Self>> {
        let open = |field| {
            let list = term.postings(segment, field);
            list.map(|list| BlockCursor::open(segment.posting_list(field, list)?, list.doc_freq)).transpose()
        };
        let field = field_of(scope);
        let Some(postings) = open(field)? else { return Ok(None) };
        let title = if field == Zone::Text { open(Zone::Title)? } else { None };
        let list = if field == Zone::Text { term.postings(segment, field) } else { None };
        let bounds = list.and_then(|list| segment.bounds(list)).unwrap_or_else(OwnedBytes::empty);
        Ok(Some(Self {
            scope,
            weight: term.term.weight,
            ids: postings.clone(),
            skips: postings.skip_list().clone(),
            postings,
            title,
            bounds,
            bound_of_tail: None,
        }))
    }

    /// How many documents have the term, including deleted ones.
    pub fn doc_freq(&self) -> u32 {
        self.skips.doc_freq()
    }

    /// Whether the documents that match cannot be known from the ids, since some have the term in the title only.
    fn needs_frequencies(&self) -> bool {
        self.scope == Scope::Body && self.title.is_some()
    }

    /// Visits the documents of a window, in order.
    pub fn each_doc(&mut self, window: &Range<DocId>, mut visit: impl FnMut(DocId)) {
        if self.needs_frequencies() {
            return self.each_frequency(window, |doc, _| visit(doc));
        }
        self.ids.seek_block(window.start);
        loop {
            let last = self.ids.last();
            let docs = self.ids.docs();
            docs[within(docs, window)].iter().copied().for_each(&mut visit);
            if last >= window.end {
                return;
            }
            self.ids.next_block();
        }
    }

    /// Whether a document matches.
    #[inline]
    pub fn contains(&mut self, doc: DocId) -> bool {
        if self.needs_frequencies() { self.frequency(doc).is_some() } else { self.ids.find(doc).is_some() }
    }

    /// The frequencies in a document; none if it does not match.
    #[inline]
    pub fn frequency(&mut self, doc: DocId) -> Option<Frequency> {
        let all = self.postings.freq_of(doc)?;
        let title = self.title.as_mut().and_then(|title| title.freq_of(doc)).unwrap_or_default();
        Frequency::new(self.scope, all, title)
    }

    /// Visits the documents of a window, in order, with their frequencies.
    pub fn each_frequency(&mut self, window: &Range<DocId>, mut visit: impl FnMut(DocId, Frequency)) {
        let mut titles = Vec::new();
        self.each_title(window, |doc, freq| titles.push((doc, freq)));
        let (mut titles, scope) = (&titles[..], self.scope);
        self.each_block(window, |docs, freqs| {
            for (&doc, &all) in docs.iter().zip(freqs) {
                let title = match titles.split_first() {
                    Some((&(in_title, freq), rest)) if in_title == doc => {
                        titles = rest;
                        freq
                    }
                    _ => 0,
                };
                if let Some(frequency) = Frequency::new(scope, all, title) {
                    visit(doc, frequency);
                }
            }
        });
    }

    /// Visits the postings of a window, block by block: document ids and term frequencies in all fields of the
    /// scope.
    pub fn each_block(&mut self, window: &Range<DocId>, visit: impl FnMut(&[DocId], &[u32])) {
        each_block(&mut self.postings, window, visit);
    }

    /// Visits the postings of a window in titles, if these are kept apart.
    pub fn each_title(&mut self, window: &Range<DocId>, mut visit: impl FnMut(DocId, u32)) {
        let Some(title) = &mut self.title else { return };
        each_block(title, window, |docs, freqs| {
            docs.iter().zip(freqs).for_each(|(&doc, &freq)| visit(doc, freq));
        });
    }

    /// An upper bound of the normalised frequency in all documents of a window.
    pub fn frequency_bound(&mut self, window: &Range<DocId>, norms: &Norms) -> f32 {
        let (mut code, mut max_freq, mut has_tail) = (0, 0, false);
        let Self { skips, bounds, .. } = self;
        skips.each_between(window, |number, freq| match (bounds.get(number), freq) {
            (Some(&bound), _) => code = code.max(bound),
            (None, Some(freq)) => max_freq = max_freq.max(freq),
            (None, None) => has_tail = true,
        });
        let mut bound = if self.bounds.is_empty() { 0.0 } else { decode_bound(code) * norms.growth };
        if max_freq > 0 {
            bound = bound.max(Self::bound_of_freq(max_freq, norms));
        }
        if has_tail { bound.max(self.bound_of_tail(norms)) } else { bound }
    }

    /// The same for the documents of the block that has a document, or would have it.
    #[inline]
    pub fn frequency_bound_near(&mut self, doc: DocId, norms: &Norms) -> f32 {
        self.skips.seek(doc);
        let (number, max_freq) = self.skips.current();
        match (self.bounds.get(number), max_freq) {
            (Some(&code), _) => decode_bound(code) * norms.growth,
            (None, Some(freq)) => Self::bound_of_freq(freq, norms),
            (None, None) => self.bound_of_tail(norms),
        }
    }

    /// Where the block of the last bound ends.
    pub fn block_end(&self) -> DocId {
        self.skips.last().saturating_add(1)
    }

    /// Visits all blocks: the documents that each may have, and an upper bound of their normalised frequencies.
    pub fn each_block_bound(&mut self, norms: &Norms, mut visit: impl FnMut(Range<DocId>, f32)) {
        let mut start = 0;
        while start < TERMINATED {
            let bound = self.frequency_bound_near(start, norms);
            let end = self.block_end().min(TERMINATED);
            visit(start..end, bound);
            start = end;
        }
    }

    /// The bound of documents with this frequency or a lower one, whatever their lengths.
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
    fn bound_of_freq(freq: u32, norms: &Norms) -> f32 {
        freq as f32 * norms.greatest_share()
    }

    /// The bound of the documents of the last, partial block.
    fn bound_of_tail(&mut self, norms: &Norms) -> f32 {
        if let Some(bound) = self.bound_of_tail {
            return bound;
        }
        let (mut postings, mut titles) = (self.postings.clone(), self.title.clone());
        let mut bound = 0.0_f32;
        postings.seek_block(TERMINATED);
        let (docs, freqs) = postings.postings();
        for (&doc, &all) in docs.iter().zip(freqs) {
            let title = titles.as_mut().and_then(|titles| titles.freq_of(doc)).unwrap_or_default();
            // Phrases in the publisher's name may count as title.
            bound = bound.max(match Frequency::new(self.scope, all, title) {
                Some(_) if self.scope == Scope::Source => Self::bound_of_freq(all, norms),
                Some(frequency) => {
                    let (title, body) = frequency.weighted(1.0);
                    norms.normalised(doc, title, body)
                }
                None => 0.0,
            });
        }
        *self.bound_of_tail.insert(bound)
    }
}

impl Frequency {
    /// The frequencies that count in a scope, given those in all its fields and in the title.
    pub fn new(scope: Scope, all: u32, title: u32) -> Option<Self> {
        let body = all - title.min(all);
        match scope {
            Scope::Anywhere => Some(Self { title, body, all }),
            Scope::Title => Some(Self { title: all, body: 0, all }),
            Scope::Source => Some(Self { title: 0, body: all, all }),
            Scope::Body => (body > 0).then_some(Self { title: 0, body, all }),
        }
    }

    /// The frequencies in title and body as weighted by the term.
    #[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
    pub fn weighted(self, weight: f32) -> (f32, f32) {
        (self.title as f32 * weight, self.body as f32 * weight)
    }
}

fn each_block(cursor: &mut BlockCursor, window: &Range<DocId>, mut visit: impl FnMut(&[DocId], &[u32])) {
    cursor.seek_block(window.start);
    loop {
        let last = cursor.last();
        let (docs, freqs) = cursor.postings();
        let part = within(docs, window);
        visit(&docs[part.clone()], &freqs[part]);
        if last >= window.end {
            return;
        }
        cursor.next_block();
    }
}

/// Where in a block the documents of a window are.
fn within(docs: &[DocId], window: &Range<DocId>) -> Range<usize> {
    let from = seek(docs, 0, window.start);
    let is_inside = docs.last().is_some_and(|&last| last < window.end);
    let to = if is_inside { docs.len() } else { seek(docs, from, window.end) };
    from..to
}
