//! Columns, column: what every search asks of every release that it looks at.
//!
//! The engine keeps them packed in bits, and a call for each value costs more than the value.

use tantivy::{DocId, columnar::Column};

/// How many values of a column are unpacked in one go.
const UNPACKED_AT_ONCE: usize = 1024;

/// The values of a column by release.
pub(super) fn decode_column<T, U>(column: &Column<T>, docs: DocId, value: impl Fn(Option<T>) -> U) -> Vec<U>
where
    T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static,
{
    let docs: Vec<DocId> = (0..docs).collect();
    let mut values = Vec::with_capacity(docs.len());
    let mut some = [None; UNPACKED_AT_ONCE];
    for docs in docs.chunks(UNPACKED_AT_ONCE) {
        let some = &mut some[..docs.len()];
        some.fill(None);
        column.first_vals(docs, some);
        values.extend(some.iter().map(|&found| value(found)));
    }
    values
}
