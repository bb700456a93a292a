//! Builds the posting lists of one segment in memory.
//!
//! Tantivy's writer looks up and records every term of every word. Here a word is recorded as the number of its
//! surface form, four bytes. When the segment is full, the positions of the words are distributed to the terms
//! of their forms.

mod chunked_vec;
mod distribution;
mod occurrences;
mod term_interner;

use std::ops::Range;

use self::{
    chunked_vec::ChunkedVec, distribution::TermBatch, occurrences::DocOffsets, term_interner::TermInterner,
};
pub(super) use self::{distribution::TermOrder, occurrences::Occurrences};
use crate::{
    analysis::{Checkpoint, CheckpointWriter, PendingToken, Role, TermCache, TokenContext, TokenStream},
    index::{
        schema::{POSITION_GAP, dictionary_key},
        segment_reader::Zone,
    },
};

/// Words that are looked up together.
const LOOKUP_BATCH: usize = 64;
/// Stands for a form that the segment does not contain yet.
const NONE: u32 = u32::MAX;

/// The words of a segment's documents, in the order of the texts.
pub(super) struct PostingsBuilder {
    forms: TermCache,
    /// How often the term cache had been cleared when `numbers` was started.
    restarts: u32,
    /// The number in this segment of each form in the term cache, by its number there.
    numbers: Vec<u32>,
    /// The terms of all forms, and the end of the terms of each form.
    terms: Vec<u32>,
    ends: Vec<usize>,
    names: TermInterner,
    /// The number of each word's form. The lowest bit says whether it follows the word before it or has the same
    /// position.
    text: ChunkedVec,
    source: ChunkedVec,
    releases: Vec<DocBounds>,
    buffers: LookupBuffers,
}

/// The next words of a text and the numbers of their forms. Kept between texts to reuse the memory.
#[derive(Default)]
struct LookupBuffers {
    steps: Vec<PendingToken>,
    forms: Vec<u32>,
}

/// The ends of a document's words in each field.
#[derive(Clone, Copy, Debug, Default)]
struct DocBounds {
    title: usize,
    body: usize,
    source: usize,
    /// Positions of the title, of title and body, and of the publisher.
    lengths: [u32; 3],
}

/// The lengths of a release, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldLengths {
    pub title: u32,
    pub body: u32,
}

impl PostingsBuilder {
    pub fn new(forms: TermCache) -> Self {
        Self {
            forms,
            restarts: 0,
            numbers: Vec::new(),
            terms: Vec::new(),
            ends: Vec::new(),
            names: TermInterner::default(),
            text: ChunkedVec::default(),
            source: ChunkedVec::default(),
            releases: Vec::new(),
            buffers: LookupBuffers::default(),
        }
    }

    /// Returns the term cache, for the next segment.
    pub fn into_term_cache(self) -> TermCache {
        self.forms
    }

    /// Adds the next document, and records the checkpoints of its body.
    ///
    /// The positions of body words follow those of the title after a gap, so that no phrase and no distance
    /// reaches from one into the other.
    pub fn add(
        &mut self,
        title: &str,
        body: &str,
        source: &str,
        landmarks: &mut CheckpointWriter,
    ) -> FieldLengths {
        let title = self.read(title, Zone::Text, |_| ());
        let title_end = self.text.len();
        let body = self.read(body, Zone::Text, |landmark| landmarks.pass(landmark));
        let source = self.read(source, Zone::Source, |_| ());
        self.releases.push(DocBounds {
            title: title_end,
            body: self.text.len(),
            source: self.source.len(),
            lengths: [title, title + POSITION_GAP + body, source],
        });
        FieldLengths { title, body }
    }

    /// Bytes of memory, now or while the positions are distributed.
    pub fn memory(&self) -> usize {
        let dealt = self.text.len().max(self.source.len());
        // Distributing counts and ranks terms and forms once more.
        let forms = self.numbers.capacity() + 3 * self.terms.capacity() + 4 * self.ends.capacity();
        let releases = self.releases.capacity() * size_of::<DocBounds>();
        let words = self.text.memory() + self.source.memory() + self.names.memory();
        words + (dealt + forms) * size_of::<u32>() + releases
    }

    /// The number of positions in all fields, at most: 32 bits number them.
    pub fn positions(&self) -> usize {
        self.text.len() + self.source.len() + self.releases.len() * POSITION_GAP as usize
    }

    /// Records the words of a text and passes on their checkpoints; returns the number of positions.
    fn read(&mut self, text: &str, field: Zone, mut pass: impl FnMut(Checkpoint)) -> u32 {
        let mut tokens = TokenStream::new(text);
        let mut next = 0;
        let LookupBuffers { mut steps, mut forms } = std::mem::take(&mut self.buffers);
        loop {
            steps.clear();
            steps.extend(std::iter::from_fn(|| tokens.step()).take(LOOKUP_BATCH));
            if steps.is_empty() {
                self.buffers = LookupBuffers { steps, forms };
                return next;
            }
            // Lookups in a row let the processor wait for many cache misses at once.
            forms.clear();
            forms.extend(steps.iter().map(|step| self.known(text, step)));
            for (&PendingToken { position, span, role, context }, &known) in steps.iter().zip(&forms) {
                if role != Role::Part {
                    pass(Checkpoint { position, byte: span.start });
                }
                let form = if known == NONE { self.number(span.of(text), context) } else { known };
                let words = if field == Zone::Source { &mut self.source } else { &mut self.text };
                words.push(form << 1 | u32::from(position == next));
                next = position + 1;
            }
        }
    }

    /// The number in this segment of a form, if it has one.
    fn known(&self, text: &str, step: &PendingToken) -> u32 {
        if self.forms.clears() != self.restarts {
            return NONE;
        }
        let found = self.forms.find_cached(step.span.of(text), step.context);
        found.and_then(|number| self.numbers.get(number as usize).copied()).unwrap_or(NONE)
    }

    /// The number in this segment of a form; a new one if it has none.
    fn number(&mut self, surface: &str, context: TokenContext) -> u32 {
        let Some(number) = self.forms.find(surface, context) else { return self.new_form(None) };
        let restarts = self.forms.clears();
        if restarts != self.restarts {
            self.restarts = restarts;
            self.numbers.clear();
        }
        let place = number as usize;
        if self.numbers.len() <= place {
            self.numbers.resize(place + 1, NONE);
        }
        if self.numbers[place] == NONE {
            self.numbers[place] = self.new_form(Some(number));
        }
        self.numbers[place]
    }

    /// Numbers a form that the term cache contains.
    fn new_form(&mut self, found: Option<u32>) -> u32 {
        let form = self.ends.len();
        for term in self.forms.form(found).terms() {
            self.terms.push(self.names.number(&dictionary_key(term.key())));
        }
        self.ends.push(self.terms.len());
        u32::try_from(form).unwrap_or(NONE >> 1)
    }

    /// All terms in the order of their bytes.
    pub fn order(&self) -> TermOrder<'_> {
        TermOrder::new(self.names.sorted(), &self.terms, &self.ends)
    }

    /// Visits the terms of a field in the order of their bytes, each with its occurrences.
    pub fn for_each_term<E>(
        &self,
        field: Zone,
        order: &TermOrder<'_>,
        mut visit: impl FnMut(&str, Occurrences<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (counts, doc_offsets) = self.count(field);
        let words = self.words(field);
        let mut batch = TermBatch::new(order, &counts, words.len());
        while batch.next() {
            for release in 0..self.releases.len() {
                for stretch in self.stretches(field, release) {
                    // One before the first position: the bit of the first word advances it.
                    let mut place = (doc_offsets.start(release) + stretch.first).wrapping_sub(1);
                    words.each(stretch.words, |word| {
                        place = place.wrapping_add(word & 1);
                        batch.add((word >> 1) as usize, place);
                    });
                }
            }
            batch.each(|term, places| visit(self.names.get(term), Occurrences::new(places, &doc_offsets)))?;
        }
        Ok(())
    }

    /// The number of words of each form in a field, and where the positions of each document start.
    fn count(&self, field: Zone) -> (Vec<u32>, DocOffsets) {
        let mut counts = vec![0; self.ends.len()];
        let mut doc_offsets = DocOffsets::default();
        for release in 0..self.releases.len() {
            doc_offsets.push(self.length(field, release));
            for stretch in self.stretches(field, release) {
                self.words(field).each(stretch.words, |word| counts[(word >> 1) as usize] += 1);
            }
        }
        doc_offsets.finish();
        (counts, doc_offsets)
    }

    /// The lengths of all titles and of all bodies, in words.
    pub fn lengths(&self) -> [Vec<u32>; 2] {
        let title = |doc: &DocBounds| doc.lengths[0];
        let body = |doc: &DocBounds| doc.lengths[1] - POSITION_GAP - doc.lengths[0];
        [self.releases.iter().map(title).collect(), self.releases.iter().map(body).collect()]
    }

    fn words(&self, field: Zone) -> &ChunkedVec {
        if field == Zone::Source { &self.source } else { &self.text }
    }

    fn length(&self, field: Zone, release: usize) -> u32 {
        self.releases[release].lengths[match field {
            Zone::Text => 1,
            Zone::Source => 2,
        }]
    }

    /// The ranges of words of a document in a field.
    fn stretches(&self, field: Zone, release: usize) -> impl Iterator<Item = Stretch> + use<> {
        let before = release.checked_sub(1).map_or_else(DocBounds::default, |before| self.releases[before]);
        let this = self.releases[release];
        let title = Stretch { words: before.body..this.title, first: 0 };
        let body = Stretch { words: this.title..this.body, first: this.lengths[0] + POSITION_GAP };
        let source = Stretch { words: before.source..this.source, first: 0 };
        let (one, other) = match field {
            Zone::Text => (title, Some(body)),
            Zone::Source => (source, None),
        };
        std::iter::once(one).chain(other)
    }
}

/// A range of words, and the position of the first one.
struct Stretch {
    words: Range<usize>,
    first: u32,
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::Analyzer;

    /// The posting lists of a field as text, a term per line: «term doc:position,position doc:position».
    fn lists(postings: &PostingsBuilder, field: Zone) -> Vec<String> {
        let mut lines = Vec::new();
        let order = postings.order();
        let visited: Result<(), Infallible> = postings.for_each_term(field, &order, |term, places| {
            let mut line = term.to_owned();
            places.for_each_doc(|release, positions| {
                let mut at = 0;
                let positions: Vec<String> = positions
                    .iter()
                    .map(|delta| {
                        at += delta;
                        at.to_string()
                    })
                    .collect();
                line = format!("{line} {release}:{}", positions.join(","));
            });
            lines.push(line);
            Ok(())
        });
        let Ok(()) = visited;
        lines
    }

    fn postings() -> PostingsBuilder {
        let mut postings = PostingsBuilder::new(Analyzer::new().unwrap().term_cache());
        let lengths =
            postings.add("Дом мира", "В доме мир. Дома, домов", "ТАСС", &mut CheckpointWriter::default());
        assert_eq!(lengths, FieldLengths { title: 2, body: 5 });
        postings.add("", "дом-музей", "", &mut CheckpointWriter::default());
        postings.add("", "", "МИД и ТАСС", &mut CheckpointWriter::default());
        postings
    }

    #[test]
    fn terms_come_in_order_with_all_positions_of_their_forms() {
        let postings = postings();
        let text = lists(&postings, Zone::Text);
        assert!(text.is_sorted());
        for expected in [
            "eдом 0:0 1:128",
            "eдоме 0:131",
            "lдом 0:0,131,133,134 1:128",
            "lмир 0:1,132",
            "eдоммузей 1:128",
            "eмузей 1:129",
        ] {
            assert!(text.iter().any(|line| line == expected), "{expected}: {text:#?}");
        }
        assert_eq!(postings.lengths(), [vec![2, 0, 0], vec![5, 2, 0]]);
        let source = lists(&postings, Zone::Source);
        assert!(source.iter().any(|line| line == "lТАСС 0:0 2:2"), "{source:#?}");
    }

    #[test]
    fn a_cleared_term_cache_changes_nothing() {
        let mut postings = postings();
        let expected = lists(&postings, Zone::Text);
        // As if the cache had been cleared: every form is looked up as a new one.
        postings.restarts += 7;
        postings.numbers.clear();
        postings.add("", "дом", "", &mut CheckpointWriter::default());
        let text = lists(&postings, Zone::Text);
        assert_eq!(text.len(), expected.len());
        assert!(text.iter().any(|line| line == "lдом 0:0,131,133,134 1:128 3:128"), "{text:#?}");
    }
}
