//! Tables as text (.csv, .tsv): a header row with the names of the fields, then one release a row.
//!
//! The delimiter (comma, semicolon, tab or bar) is found in the first lines. Columns are matched to the fields of a
//! release like the fields of a JSON record, and every other column stays in `extra`. Read row by row, so the file
//! may be of any size; a row has up to the limit on content.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::Encoding;
use serde_json::{Map, Value};

use super::{Details, Fault, FieldMapping, Input, Output, encoding, json};

/// The most columns of a table: as many as Excel has.
const MOST_COLUMNS: usize = 16_384;
/// The most delimiters of a row, within and between its cells; the parser takes eight bytes of memory for a cell.
const MOST_DELIMITERS: u64 = 8 << 20;
/// The buffer of a row with more bytes than this is not kept for the next one.
const LARGE_ROW: usize = 1 << 20;
/// Delimiters by how common they are.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The reader of tables.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let declared = input.charset.clone();
    let head = whole_lines(input.head()?).to_vec();
    if head.is_empty() {
        return Err("is empty".into());
    }
    let sample = encoding::decode(&head, declared.as_deref())?;
    let encoding = Encoding::for_label(sample.encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let delimiter = delimiter(&sample.text);
    let since = Rc::new(Cell::new((0, 0)));
    let limit = input.options.limits.bytes;
    // UTF-16 has no bytes that a table can be split at.
    let wide = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].contains(&encoding);
    let stream: Box<dyn BufRead + '_> =
        if wide { Box::new(io::Cursor::new(input.text()?.text.into_bytes())) } else { input.stream() };
    let encoding = if wide { encoding_rs::UTF_8 } else { encoding };
    let limited = Limited { stream, delimiter, since: Rc::clone(&since), limit };
    let mut table =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(limited);
    let (mut row, mut columns, mut lossy) = (ByteRecord::new(), None::<Columns>, 0_u64);
    loop {
        input.check()?;
        since.set((0, 0));
        match table.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(format!("cannot be read as a table ({error}); split the file").into()),
        }
        let line = row.position().map(csv::Position::line);
        if row.len() > MOST_COLUMNS {
            output.failure(line, format!("has more than {MOST_COLUMNS} cells in a row; split it").into())?;
            continue;
        }
        let (cells, broken) = decoded(&row, encoding);
        lossy += u64::from(broken);
        if row.as_slice().len() > LARGE_ROW {
            // A large row is in memory once: its cells, and then a release.
            row = ByteRecord::new();
        }
        let Some(columns) = &columns else {
            columns = Some(Columns::new(cells, input)?);
            continue;
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let mut notes = Vec::new();
        if cells.len() > columns.len() {
            notes.push(format!("the row has {} cells for {} columns", cells.len(), columns.len()));
        }
        let part = format!("L{}", line.unwrap_or_default());
        let details = Details { line, encoding: Some(sample.encoding), notes, ..Details::default() };
        columns.put(cells.into_iter().map(Value::String), part, details, output)?;
    }
    if lossy > 0 {
        tracing::info!(name = input.name, rows = lossy, "rows with broken letters");
    }
    match columns {
        Some(_) => Ok(()),
        None => Err("is empty".into()),
    }
}

/// The head without its last line, which may be cut.
fn whole_lines(head: &[u8]) -> &[u8] {
    let head = head.get(..super::input::HEAD).unwrap_or(head);
    head.iter().rposition(|byte| *byte == b'\n').map_or(head, |end| &head[..=end])
}

/// The delimiter that splits the first lines into the same number of columns.
fn delimiter(sample: &str) -> u8 {
    let columns = |delimiter: u8| {
        let mut table = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(sample.as_bytes());
        let widths: Vec<usize> = table.byte_records().take(20).flatten().map(|row| row.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == first).count();
        if first < 2 { 0 } else { same * 1000 / widths.len().max(1) * 100 + first.min(99) }
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| columns(*delimiter)).unwrap_or(b',')
}

fn decoded(row: &ByteRecord, encoding: &'static Encoding) -> (Vec<String>, bool) {
    let mut broken = false;
    let cells = row.iter().map(|cell| {
        let (text, lossy) = encoding.decode_without_bom_handling(cell);
        broken |= lossy;
        text.into_owned()
    });
    (cells.collect(), broken)
}

/// The header row of a table.
pub(super) struct Columns {
    names: Vec<String>,
    fields: FieldMapping,
}

impl Columns {
    /// The columns of a header row.
    ///
    /// # Errors
    ///
    /// If no column is known as a title or a text, so that no row can be a release.
    pub fn new(header: Vec<String>, input: &Input<'_>) -> Result<Self, Fault> {
        let fields = &input.options.fields;
        let mapped = [&fields.id, &fields.title, &fields.text, &fields.date, &fields.source, &fields.url];
        let known = |name: &str| mapped.iter().any(|names| names.iter().any(|known| known == name));
        let mut names: Vec<String> = Vec::new();
        for (at, name) in header.into_iter().enumerate() {
            let name = name.trim_start_matches('\u{FEFF}').trim().to_owned();
            let lower = name.to_lowercase();
            let name = if !known(&name) && known(&lower) { lower } else { name };
            let taken = name.is_empty() || names.contains(&name);
            names.push(if taken { format!("column {}", at + 1) } else { name });
        }
        if !names.iter().any(|name| fields.title.contains(name) || fields.text.contains(name)) {
            let columns = names.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(format!(
                "has no column for a title or a text in its first row ({columns}); name the columns under [fields]"
            )
            .into());
        }
        Ok(Self { names, fields: fields.clone() })
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Hands a row to the output as a release; a row without one is a separate failure.
    pub fn put(
        &self,
        cells: impl Iterator<Item = Value>,
        part: String,
        details: Details,
        output: &mut Output<'_>,
    ) -> Result<(), Fault> {
        let filled =
            |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
        let fields: Map<String, Value> =
            self.names.iter().cloned().zip(cells).filter(|(_, value)| filled(value)).collect();
        match json::record(fields, &self.fields) {
            Ok(release) => {
                let part = release.record.clone().unwrap_or(part);
                output.release(release, Details { part: Some(part), ..details })
            }
            Err(Fault::Malformed { reason, .. }) => {
                output.failure(details.line, format!("{part}: {reason}").into())
            }
            Err(fault) => Err(fault),
        }
    }
}

/// Fails when a row grows beyond a limit: a quote that is never closed makes the rest of a file one row.
struct Limited<R> {
    stream: R,
    delimiter: u8,
    /// Bytes and delimiters since the row began.
    since: Rc<Cell<(u64, u64)>>,
    limit: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.stream.read(buffer)?;
        let (bytes, delimiters) = self.since.get();
        let more = buffer.iter().take(size).filter(|byte| **byte == self.delimiter).count();
        let since = (bytes + size as u64, delimiters + more as u64);
        self.since.set(since);
        if since.1 > MOST_DELIMITERS {
            return Err(io::Error::other(format!("a row has more than {MOST_DELIMITERS} delimiters")));
        }
        if since.0 > self.limit {
            let limit = self.limit >> 20;
            return Err(io::Error::other(format!(
                "a row is longer than {limit} MB; is a quote never closed?"
            )));
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        let table = [
            ("title,text\nА,\"б; в; г\"\n", b','),
            ("title;text\nА, и Б;в, г\nВ;г\n", b';'),
            ("title\ttext\nА, Б\tв\n", b'\t'),
            ("title|text\nА|в\n", b'|'),
            ("title\nА\n", b','),
            ("", b','),
        ];
        for (sample, expected) in table {
            assert_eq!(delimiter(sample), expected, "{sample:?}");
        }
    }
}
