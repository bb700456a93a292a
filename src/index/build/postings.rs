//! Builds the posting lists of one segment in memory.
//!
//! Tantivy's writer looks up and records every term of every word. Here a word is recorded as the number of its form,
//! four bytes, which stands for a list of terms. Several threads read the texts of a segment, each a batch of
//! documents at a time. When the segment is full, the positions of the words are grouped by form, and the posting
//! list of a term is merged from those of its forms.

mod field_words;
mod groups;
mod occurrences;
mod segment_forms;
mod word_reader;

use std::io;

use self::{field_words::FieldWords, groups::Groups};
pub(super) use self::{
    occurrences::{Occurrence, for_each_doc},
    segment_forms::{SegmentForms, SortedTerms},
    word_reader::WordReader,
};
use crate::{
    analysis::CheckpointWriter,
    index::{norms::DocLengths, segment_reader::Zone},
};

/// The words of a batch of documents, in the order of the texts.
pub(super) struct BatchWords {
    text: FieldWords,
    source: FieldWords,
}

impl BatchWords {
    pub fn new() -> Self {
        Self { text: FieldWords::new(2), source: FieldWords::new(1) }
    }

    /// Adds the next document, and records the checkpoints of its body.
    pub fn add(
        &mut self,
        reader: &mut WordReader<'_>,
        [title, body, source]: [&str; 3],
        checkpoints: &mut CheckpointWriter,
    ) {
        reader.read(source, &mut self.source, |_| ());
        reader.read(title, &mut self.text, |_| ());
        reader.read(body, &mut self.text, |checkpoint| checkpoints.pass(checkpoint));
    }

    /// Bytes of memory, now or while the positions are grouped.
    pub fn memory(&self) -> usize {
        self.text.memory() + self.source.memory() + self.text.len() * size_of::<Occurrence>()
    }

    /// The number of words in all fields.
    pub fn count(&self) -> usize {
        self.text.len() + self.source.len()
    }
}

/// The words of all documents of a segment.
pub(super) struct SegmentWords {
    pub batches: Vec<BatchWords>,
    pub forms: SegmentForms,
}

impl SegmentWords {
    /// The number of words in all fields.
    pub fn count(&self) -> usize {
        self.batches.iter().map(BatchWords::count).sum()
    }

    /// The lengths of all documents.
    pub fn lengths(&self) -> Vec<DocLengths> {
        self.batches.iter().flat_map(|batch| batch.text.lengths()).collect()
    }

    /// Visits the terms of a field in the order of their bytes, each with its occurrences: those of all its forms.
    ///
    /// All terms together have three times as many occurrences as there are words. Only those of one term are in
    /// memory, next to those of the forms.
    #[expect(clippy::stable_sort_primitive, reason = "a stable sort merges the runs of the forms")]
    pub fn for_each_term(
        &self,
        field: Zone,
        terms: &SortedTerms<'_>,
        mut visit: impl FnMut(&[u8], &[Occurrence]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut counts = vec![0; self.forms.len()];
        self.each(field, |form, _| counts[form] += 1);
        let mut by_form = Groups::with_counts(counts);
        self.each(field, |form, occurrence| by_form.add(form, occurrence));
        let mut merged = Vec::new();
        for (key, forms) in terms.iter() {
            let occurrences = if let &[form] = forms {
                by_form.get(form as usize)
            } else {
                merged.clear();
                forms.iter().for_each(|&form| merged.extend_from_slice(by_form.get(form as usize)));
                merged.sort();
                &merged
            };
            if !occurrences.is_empty() {
                visit(key, occurrences)?;
            }
        }
        Ok(())
    }

    /// Visits the words of a field in order: the number of the form, and where it occurs.
    fn each(&self, field: Zone, mut visit: impl FnMut(usize, Occurrence)) {
        let mut doc = 0;
        for batch in &self.batches {
            let words = if field == Zone::Source { &batch.source } else { &batch.text };
            words.each(&mut doc, &mut visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::Analyzer;

    /// The posting lists of a field as text, a term per line: «term doc:position,position doc:position».
    fn lists(words: &SegmentWords, field: Zone) -> Vec<String> {
        let mut lines = Vec::new();
        let terms = words.forms.sorted_terms();
        let visited = words.for_each_term(field, &terms, |term, places| {
            let mut line = str::from_utf8(term).unwrap().to_owned();
            for_each_doc(places, &mut Vec::new(), |release, positions| {
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
        visited.unwrap();
        lines
    }

    /// The words of these documents, each with title, body and source, in two batches.
    fn words(first: &[[&str; 3]], second: &[[&str; 3]], is_cleared: bool) -> SegmentWords {
        let forms = Mutex::default();
        let mut reader = WordReader::new(Analyzer::new().unwrap().term_cache(), &forms);
        let batches = [first, second].map(|documents| {
            let mut batch = BatchWords::new();
            for &texts in documents {
                batch.add(&mut reader, texts, &mut CheckpointWriter::default());
            }
            if is_cleared {
                reader.forget();
            }
            batch
        });
        SegmentWords { batches: batches.into(), forms: forms.into_inner().unwrap() }
    }

    #[test]
    fn terms_come_in_order_with_all_positions_of_their_forms() {
        let first = [["Дом мира", "В доме мир. Дома, домов", "ТАСС"], ["", "дом-музей", ""]];
        for is_cleared in [false, true] {
            let words = words(&first, &[["", "Дом", "МИД и ТАСС"]], is_cleared);
            let text = lists(&words, Zone::Text);
            assert!(text.is_sorted());
            for expected in [
                "eдом 0:0 1:128 2:128",
                "eдоме 0:131",
                "lдом 0:0,131,133,134 1:128 2:128",
                "lмир 0:1,132",
                "eдоммузей 1:128",
                "eмузей 1:129",
            ] {
                assert!(text.iter().any(|line| line == expected), "{expected}: {text:#?}");
            }
            assert_eq!(words.lengths(), [[2, 5], [0, 2], [0, 1]]);
            let source = lists(&words, Zone::Source);
            assert!(source.iter().any(|line| line == "lТАСС 0:0 2:2"), "{source:#?}");
        }
    }
}
