//! Builds the posting lists of one segment in memory.
//!
//! Tantivy's writer looks up and records every term of every word. Here a word is recorded as the number of its
//! surface form, four bytes. When the segment is full, the positions of the words are grouped by form, and the posting
//! list of a term is merged from those of its forms.

mod field_words;
mod groups;
mod occurrences;
mod segment_forms;

use self::{
    field_words::FieldWords,
    groups::Groups,
    occurrences::Occurrence,
    segment_forms::{NONE, SegmentForms},
};
pub(super) use self::{occurrences::Occurrences, segment_forms::SortedTerms};
use crate::{
    analysis::{Checkpoint, CheckpointWriter, PendingToken, Role, TermCache, TokenStream},
    index::segment_reader::Zone,
};

/// Words that are looked up together.
const LOOKUP_BATCH: usize = 64;

/// The words of a segment's documents, in the order of the texts.
pub(super) struct PostingsBuilder {
    forms: SegmentForms,
    text: FieldWords,
    source: FieldWords,
    buffers: LookupBuffers,
}

/// The next words of a text and the numbers of their forms. Kept between texts to reuse the memory.
#[derive(Default)]
struct LookupBuffers {
    steps: Vec<PendingToken>,
    forms: Vec<u32>,
}

/// The lengths of a release, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldLengths {
    pub title: u32,
    pub body: u32,
}

impl PostingsBuilder {
    pub fn new(term_cache: TermCache) -> Self {
        Self {
            forms: SegmentForms::new(term_cache),
            text: FieldWords::new(2),
            source: FieldWords::new(1),
            buffers: LookupBuffers::default(),
        }
    }

    /// Returns the term cache, for the next segment.
    pub fn into_term_cache(self) -> TermCache {
        self.forms.into_term_cache()
    }

    /// Adds the next document, and records the checkpoints of its body.
    pub fn add(
        &mut self,
        title: &str,
        body: &str,
        source: &str,
        checkpoints: &mut CheckpointWriter,
    ) -> FieldLengths {
        let Self { forms, text, source: sources, buffers } = self;
        let title = read(title, forms, text, buffers, |_| ());
        let body = read(body, forms, text, buffers, |checkpoint| checkpoints.pass(checkpoint));
        read(source, forms, sources, buffers, |_| ());
        FieldLengths { title, body }
    }

    /// Bytes of memory, now or while the positions are grouped.
    pub fn memory(&self) -> usize {
        let grouped = self.text.len().max(self.source.len()) * size_of::<Occurrence>();
        self.text.memory() + self.source.memory() + self.forms.memory() + grouped
    }

    /// The number of words in all fields.
    pub fn words(&self) -> usize {
        self.text.len() + self.source.len()
    }

    /// The lengths of all titles and of all bodies, in words.
    pub fn lengths(&self) -> [Vec<u32>; 2] {
        [0, 1].map(|text| self.text.lengths(text))
    }

    /// All terms in the order of their bytes.
    pub fn sorted_terms(&self) -> SortedTerms<'_> {
        self.forms.sorted_terms()
    }

    /// Visits the terms of a field in the order of their bytes, each with its occurrences: those of all its forms.
    ///
    /// All terms together have three times as many occurrences as there are words. Only those of one term are in
    /// memory, next to those of the forms.
    pub fn for_each_term<E>(
        &self,
        field: Zone,
        terms: &SortedTerms<'_>,
        mut visit: impl FnMut(&[u8], Occurrences<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let words = if field == Zone::Source { &self.source } else { &self.text };
        let mut counts = vec![0; self.forms.len()];
        words.each(|form, _| counts[form] += 1);
        let mut by_form = Groups::with_counts(counts);
        words.each(|form, occurrence| by_form.add(form, occurrence));
        let (mut merged, mut deltas) = (Vec::new(), Vec::new());
        for (key, forms) in terms.iter() {
            let occurrences = if let &[form] = forms {
                by_form.get(form as usize)
            } else {
                merged.clear();
                forms.iter().for_each(|&form| merged.extend_from_slice(by_form.get(form as usize)));
                // A stable sort merges the runs of the forms.
                merged.sort_by_key(|occurrence: &Occurrence| occurrence.key());
                &merged
            };
            if !occurrences.is_empty() {
                visit(key, Occurrences::new(occurrences, &mut deltas))?;
            }
        }
        Ok(())
    }
}

/// Records the words of a text and passes on their checkpoints; returns the number of positions.
fn read(
    text: &str,
    forms: &mut SegmentForms,
    words: &mut FieldWords,
    buffers: &mut LookupBuffers,
    mut pass: impl FnMut(Checkpoint),
) -> u32 {
    let mut tokens = TokenStream::new(text);
    let mut next = 0;
    loop {
        buffers.steps.clear();
        buffers.steps.extend(std::iter::from_fn(|| tokens.step()).take(LOOKUP_BATCH));
        if buffers.steps.is_empty() {
            words.end_text(next);
            return next;
        }
        // Lookups in a row let the processor wait for many cache misses at once.
        buffers.forms.clear();
        buffers.forms.extend(buffers.steps.iter().map(|step| forms.known(text, step)));
        for (step, &known) in buffers.steps.iter().zip(&buffers.forms) {
            let &PendingToken { position, span, role, context } = step;
            if role != Role::Part {
                pass(Checkpoint { position, byte: span.start });
            }
            let form = if known == NONE { forms.number(span.of(text), context) } else { known };
            words.push(form, position == next);
            next = position + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::Analyzer;

    /// The posting lists of a field as text, a term per line: «term doc:position,position doc:position».
    fn lists(postings: &PostingsBuilder, field: Zone) -> Vec<String> {
        let mut lines = Vec::new();
        let terms = postings.sorted_terms();
        let visited: Result<(), Infallible> = postings.for_each_term(field, &terms, |term, places| {
            let mut line = str::from_utf8(term).unwrap().to_owned();
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
        postings.forms.forget();
        postings.add("", "дом", "", &mut CheckpointWriter::default());
        let text = lists(&postings, Zone::Text);
        assert_eq!(text.len(), expected.len());
        assert!(text.iter().any(|line| line == "lдом 0:0,131,133,134 1:128 3:128"), "{text:#?}");
    }
}
