//! The form tables of segments: each has a file with the analysed forms of its words.
//!
//! The format is that of `analysis::form_table`. The table of a merged segment has the forms of all segments merged into
//! it, also those of deleted documents.

use std::io::Write;

use tantivy::{
    HasLen, PluginMergeContext, PluginWriter, PluginWriterContext, Result, Segment, SegmentPlugin,
    SegmentReader, directory::TerminatingWrite, index::SegmentComponent,
};

use super::block_stats::StatsPlugin;
use crate::analysis::{FormTable, FormTableWriter};

/// The extension of the file.
const EXTENSION: &str = "forms";

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

/// Writes the tables of merged segments.
pub(super) struct FormsPlugin;

impl SegmentPlugin for FormsPlugin {
    fn extensions(&self) -> &[&str] {
        &[EXTENSION]
    }

    fn create_writer(&self, context: &PluginWriterContext) -> Result<Box<dyn PluginWriter>> {
        StatsPlugin.create_writer(context)
    }

    fn merge(&self, context: PluginMergeContext) -> Result<()> {
        let mut merged = FormTableWriter::default();
        for segment in context.readers {
            merged.add_table(&open(segment)?)?;
        }
        write(context.target_segment, merged)
    }
}
