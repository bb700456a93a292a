//! Decodes fast fields that a search reads for every document that it scores.
//!
//! Tantivy stores them bit-packed, and a call per value costs more than the value.

use tantivy::{
    DocId,
    columnar::{Column, ColumnIndex},
};

/// Values decoded at once.
const BATCH: usize = 1024;

/// The values of a column by document.
pub(super) fn decode_column<T, U>(column: &Column<T>, docs: DocId, value: impl Fn(Option<T>) -> U) -> Vec<U>
where
    T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static,
{
    if matches!(column.index, ColumnIndex::Full) {
        let mut decoded = vec![column.min_value(); docs as usize];
        column.values.get_range(0, &mut decoded);
        return decoded.into_iter().map(|found| value(Some(found))).collect();
    }
    let docs: Vec<DocId> = (0..docs).collect();
    let mut values = Vec::with_capacity(docs.len());
    let mut some = [None; BATCH];
    for docs in docs.chunks(BATCH) {
        let some = &mut some[..docs.len()];
        some.fill(None);
        column.first_vals(docs, some);
        values.extend(some.iter().map(|&found| value(found)));
    }
    values
}
