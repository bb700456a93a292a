//! Builds the posting lists of one segment in memory.
//!
//! Tantivy's writer looks up and records every term of every word. Here a word is recorded as the number of its form,
//! four bytes, which stands for a list of terms. Several threads read the texts of a segment, each a batch of
//! documents at a time. When the segment is full, the positions of the words are grouped by form, and the posting
//! list of a term is merged from those of its forms.

mod doc_words;
mod groups;
mod segment_forms;
mod word_reader;

use std::io;

use self::groups::Groups;
pub(super) use self::{
    doc_words::{DocWords, Occurrence, for_each_doc},
    segment_forms::SegmentForms,
    word_reader::WordReader,
};
use crate::index::schema::SOURCE_PREFIX;

/// Visits the keys of all terms in the order of their bytes, each with its occurrences: those of all its forms.
///
/// All terms together have three times as many occurrences as there are words. Only those of one term are in
/// memory, next to those of the forms.
#[expect(clippy::stable_sort_primitive, reason = "a stable sort merges the runs of the forms")]
pub(super) fn for_each_term(
    words: &DocWords,
    forms: &SegmentForms,
    mut visit: impl FnMut(&[u8], &[Occurrence]) -> io::Result<()>,
) -> io::Result<()> {
    // Those of titles and bodies, followed by those of publishers.
    let mut counts = vec![0; 2 * forms.len()];
    words.each(forms.len(), |form, _| counts[form] += 1);
    let mut by_form = Groups::with_counts(counts);
    words.each(forms.len(), |form, occurrence| by_form.add(form, occurrence));
    let (terms, forms_of) = forms.sorted_terms();
    let (mut key, mut merged) = (Vec::new(), Vec::new());
    for (prefix, first) in [("", 0), (SOURCE_PREFIX, forms.len())] {
        for &(_, term, number) in &terms {
            let of_term = forms_of.get(number as usize);
            let of_form = |form: u32| by_form.get(first + form as usize);
            let occurrences = if let &[form] = of_term {
                of_form(form)
            } else {
                merged.clear();
                of_term.iter().for_each(|&form| merged.extend_from_slice(of_form(form)));
                merged.sort();
                &merged
            };
            if !occurrences.is_empty() {
                key.clear();
                key.extend_from_slice(prefix.as_bytes());
                key.extend_from_slice(term);
                visit(&key, occurrences)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::Analyzer;

    /// The posting lists as text, a term per line: «term doc:position,position doc:position».
    fn lists(words: &DocWords, forms: &SegmentForms) -> Vec<String> {
        let mut lines = Vec::new();
        let visited = for_each_term(words, forms, |term, places| {
            let mut line = str::from_utf8(term).unwrap().to_owned();
            for_each_doc(places, &mut Vec::new(), |release, positions| {
                let positions = positions.iter().scan(0, |at, delta| {
                    *at += delta;
                    Some(at.to_string())
                });
                line = format!("{line} {release}:{}", positions.collect::<Vec<_>>().join(","));
            });
            lines.push(line);
            Ok(())
        });
        visited.unwrap();
        lines
    }

    /// The words of these documents, each with title, body and source, in two batches.
    fn words(batches: [&[[&str; 3]]; 2], is_cleared: bool) -> (DocWords, SegmentForms) {
        let (mut words, forms) = (DocWords::default(), Mutex::default());
        let mut reader = WordReader::new(Analyzer::new().unwrap().term_cache(), &forms);
        for documents in batches {
            let mut batch = DocWords::default();
            for &texts in documents {
                reader.read(texts, &mut batch);
            }
            words.append(batch);
            if is_cleared {
                reader.forget();
            }
        }
        (words, forms.into_inner().unwrap())
    }

    #[test]
    fn terms_come_in_order_with_all_positions_of_their_forms() {
        let first = [["Дом мира", "В доме мир. Дома, домов", "ТАСС"], ["", "дом-музей", ""]];
        for is_cleared in [false, true] {
            let (words, forms) = words([&first, &[["", "Дом", "МИД и ТАСС"]]], is_cleared);
            let found = lists(&words, &forms);
            assert!(found.is_sorted());
            for expected in [
                "eдом 0:0 1:128 2:128",
                "eдоме 0:131",
                "lдом 0:0,131,133,134 1:128 2:128",
                "lмир 0:1,132",
                "eдоммузей 1:128",
                "eмузей 1:129",
                "|lТАСС 0:263 2:259",
            ] {
                assert!(found.iter().any(|line| line == expected), "{expected}: {found:#?}");
            }
            assert_eq!(words.lengths(), [[2, 5], [0, 2], [0, 1]]);
        }
    }
}
