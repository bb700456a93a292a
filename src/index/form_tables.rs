//! The form tables of segments: each has a file with the analysed forms of its words.
//!
//! The format is that of `analysis::form_table`. The table of a merged segment has the forms of all segments merged into
//! it, also those of deleted documents.

use std::io::Write;

use tantivy::{HasLen, Result, Segment, SegmentReader, directory::TerminatingWrite, index::SegmentComponent};

use crate::analysis::{FormTable, FormTableWriter};

/// The extension of the file.
pub(super) const EXTENSION: &str = "forms";

/// Writes the table of a segment.
pub(super) fn write(segment: &Segment, table: FormTableWriter) -> Result<()> {
    let mut file = segment.open_write(SegmentComponent::Custom(EXTENSION.into()))?;
    file.write_all(&table.finish())?;
    Ok(file.terminate()?)
}

/// Opens the table of a segment. Reads its header.
pub(super) fn open(segment: &SegmentReader) -> Result<FormTable> {
    let file = segment.open_read(SegmentComponent::Custom(EXTENSION.into()))?;
    let length = file.len();
    let read =
        move |range, with: &mut dyn FnMut(&[u8])| file.read_bytes_slice(range).map(|bytes| with(&bytes));
    Ok(FormTable::open(length, Box::new(read))?)
}

/// Writes the table of a segment that others are merged into.
pub(super) fn merge(segments: &[SegmentReader], target: &Segment) -> Result<()> {
    let mut merged = FormTableWriter::default();
    for segment in segments {
        merged.add_table(&open(segment)?)?;
    }
    write(target, merged)
}
