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
