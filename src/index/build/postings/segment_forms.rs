//! The word forms of a segment, numbered for all threads that read its texts, and their terms.

use tantivy_stacker::ArenaHashMap;

use super::groups::Groups;
use crate::analysis::{FormTableWriter, Term, TermListRef, TokenContext};

/// The first bytes, the key and the number of a term.
type NumberedTerm<'f> = (u128, &'f [u8], u32);

/// The forms of a segment. Two surfaces with the same terms, «Дом» and «дом», are one form.
#[derive(Default)]
pub(in crate::index::build) struct SegmentForms {
    /// The number of each term by its key. A segment has a million terms, most of them rare.
    terms: ArenaHashMap,
    /// The number of each form by the numbers of its terms.
    forms: ArenaHashMap,
    /// A buffer.
    form: Vec<u8>,
    /// The surfaces of all forms, for searches.
    pub table: FormTableWriter,
}

impl SegmentForms {
    /// The number of a form, given a surface in its context and its terms.
    pub fn intern(&mut self, surface: &str, context: TokenContext, form: TermListRef<'_>) -> u32 {
        self.table.add(surface, context, form);
        self.intern_keys(form.terms().map(Term::into_key))
    }

    /// The number of a form, given the keys of its terms.
    pub fn intern_keys(&mut self, keys: impl Iterator<Item = impl AsRef<str>>) -> u32 {
        self.form.clear();
        for key in keys {
            let number = number(&mut self.terms, key.as_ref().as_bytes());
            self.form.extend_from_slice(&number.to_ne_bytes());
        }
        number(&mut self.forms, &self.form)
    }

    /// The number of forms.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    /// All terms in the order of their bytes, and the forms that have each term, by its number.
    pub(super) fn sorted_terms(&self) -> (Vec<NumberedTerm<'_>>, Groups<u32>) {
        let mut counts = vec![0; self.terms.len()];
        self.forms.iter().for_each(|(form, _)| terms_of(form).for_each(|term| counts[term] += 1));
        let mut forms = Groups::with_counts(counts);
        for (form, number) in self.forms.iter() {
            terms_of(form).for_each(|term| forms.add(term, self.forms.read(number)));
        }
        // Most keys differ in their first sixteen bytes, which are compared as one number.
        let first_bytes = |key: &[u8]| {
            let mut first = [0; 16];
            let length = key.len().min(first.len());
            first[..length].copy_from_slice(&key[..length]);
            u128::from_be_bytes(first)
        };
        let keys = self.terms.iter().map(|(key, number)| (first_bytes(key), key, self.terms.read(number)));
        let mut keys: Vec<NumberedTerm> = keys.collect();
        keys.sort_unstable();
        (keys, forms)
    }

    /// Bytes of memory, now or while positions are grouped, which takes the keys and the terms of forms once more.
    pub fn memory(&self) -> usize {
        let sorted = self.terms.len() * size_of::<NumberedTerm>();
        self.terms.mem_usage() + sorted + 2 * self.forms.mem_usage() + self.table.memory()
    }
}

/// The numbers of a form's terms.
fn terms_of(form: &[u8]) -> impl Iterator<Item = usize> {
    form.as_chunks().0.iter().map(|&term| u32::from_ne_bytes(term) as usize)
}

/// The number of a key, a new one if the map does not have it. Keys are numbered from 0.
fn number(map: &mut ArenaHashMap, key: &[u8]) -> u32 {
    let mut number = u32::try_from(map.len()).unwrap_or(u32::MAX);
    map.mutate_or_create(key, |known| {
        number = known.unwrap_or(number);
        number
    });
    number
}
