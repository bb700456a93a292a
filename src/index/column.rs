//! Decodes whole fast fields.
//!
//! Tantivy stores them bit-packed, and a call per value costs more than the value.

use std::io;

use tantivy::{
    DocId,
    columnar::{Column, ColumnIndex, StrColumn},
};

/// Values decoded at once.
const BATCH: usize = 1024;

/// The values of a column by document.
pub(super) fn decode_column<T, U>(column: &Column<T>, docs: DocId, value: impl Fn(Option<T>) -> U) -> Vec<U>
where
    T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static,
{
    let mut decoded = Vec::with_capacity(docs as usize);
    let is_full = matches!(column.index, ColumnIndex::Full);
    let (mut batch, mut ids, mut some) = ([column.min_value(); BATCH], [0; BATCH], [None; BATCH]);
    for start in (0..docs).step_by(BATCH) {
        let length = BATCH.min((docs - start) as usize);
        if is_full {
            column.values.get_range(start.into(), &mut batch[..length]);
            decoded.extend(batch[..length].iter().map(|&found| value(Some(found))));
        } else {
            (start..).zip(&mut ids).for_each(|(doc, id)| *id = doc);
            some.fill(None);
            column.first_vals(&ids[..length], &mut some[..length]);
            decoded.extend(some[..length].iter().map(|&found| value(found)));
        }
    }
    decoded
}

/// All values of a column of texts, by rank.
pub(super) fn all_values(column: &StrColumn) -> io::Result<Vec<String>> {
    let mut values = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        values.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    Ok(values)
}
