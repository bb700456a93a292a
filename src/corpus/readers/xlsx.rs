//! Spreadsheets (.xlsx, .xlsm): in each sheet a header row with the names of the fields, then one release a row.
//!
//! calamine reads the cells one at a time, so a sheet with a cell in its far corner costs one cell. The parts are
//! unpacked once beforehand under the limits of `package`, because calamine has none.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader as _, Xlsx};
use serde_json::Value;

use super::{Details, Fault, Input, Output, package::Package, table::Columns};

/// The number of rows from the top that may hold the header.
const HEADER_WITHIN: u32 = 20;

/// The reader of spreadsheets.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    check_sizes(&bytes, input)?;
    let broken = |error: calamine::XlsxError| {
        Fault::from(format!("is not a readable spreadsheet ({error}); save it again"))
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.as_ref())).map_err(broken)?;
    let names = book.sheet_names();
    let (mut tables, mut fault) = (0, None);
    for name in &names {
        let sheet = if names.len() > 1 { format!("{name}!") } else { String::new() };
        match read_sheet(&mut book, name, &sheet, input, output) {
            Ok(()) => tables += 1,
            Err(Fault::Cancelled) => return Err(Fault::Cancelled),
            // A workbook often has sheets of notes next to the one with the table.
            Err(other) => fault = fault.or(Some(other)),
        }
    }
    match (tables, fault) {
        (0, Some(fault)) => Err(fault),
        (0, None) => Err("has no sheets".into()),
        _ => Ok(()),
    }
}

/// Fails where a part unpacks to more than the limits allow.
fn check_sizes(bytes: &[u8], input: &Input<'_>) -> Result<(), Fault> {
    let mut package = Package::open(bytes, input.options.limits.bytes)?;
    for name in package.names() {
        input.check()?;
        if !name.starts_with("xl/media/") {
            package.part(&name)?;
        }
    }
    Ok(())
}

fn read_sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    sheet: &str,
    input: &Input<'_>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    let broken = |error: calamine::XlsxError| {
        Fault::from(format!("has a sheet {name:?} that cannot be read ({error})"))
    };
    let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
    let (mut row, mut at, mut columns) = (BTreeMap::new(), None, None);
    let mut count = 0_u32;
    loop {
        count += 1;
        if count.is_multiple_of(1000) {
            input.check()?;
        }
        let cell = cells.next_cell().map_err(broken)?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        if let Some(done) = at
            && place.is_none_or(|(next, _)| next != done)
        {
            end_row(&mut columns, std::mem::take(&mut row), done, sheet, input, output)?;
        }
        let (Some(cell), Some((next, column))) = (cell, place) else { break };
        at = Some(next);
        if let Some(value) = value(cell.get_value()) {
            row.insert(column, value);
        }
    }
    if columns.is_none() {
        return Err(format!("has no header row in sheet {name:?} with a column for a title or a text").into());
    }
    Ok(())
}

/// The header row, and the column of each of its cells.
type Header = Option<(Columns, Vec<u32>)>;

fn end_row(
    header: &mut Header,
    mut row: BTreeMap<u32, Value>,
    number: u32,
    sheet: &str,
    input: &Input<'_>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    if row.is_empty() {
        return Ok(());
    }
    let Some((columns, places)) = header else {
        let places: Vec<u32> = row.keys().copied().collect();
        let names =
            row.into_values().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match Columns::new(names.collect(), input) {
            Ok(columns) => *header = Some((columns, places)),
            // A title or a logo may stand above the table.
            Err(fault) if number >= HEADER_WITHIN => return Err(fault),
            Err(_) => {}
        }
        return Ok(());
    };
    let cells = places.iter().map(|place| row.remove(place).unwrap_or(Value::Null));
    let part = format!("{sheet}R{}", number + 1);
    let details = Details { line: Some(u64::from(number) + 1), ..Details::default() };
    columns.put(cells.collect::<Vec<_>>().into_iter(), part, details, output)
}

/// A cell as the value of a field; a date as text in ISO 8601.
fn value(cell: &DataRef<'_>) -> Option<Value> {
    Some(match cell {
        DataRef::Int(number) => Value::String(number.to_string()),
        // Numbers are floating-point in the file even where they are integers.
        DataRef::Float(number) => Value::String(number.to_string()),
        DataRef::SharedString(text) => Value::String((*text).to_owned()),
        DataRef::Bool(yes) => Value::Bool(*yes),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            Value::String(match (hour, minute, second) {
                (0, 0, 0) => day,
                _ => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
            })
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Value::String(text.clone())
        }
        DataRef::DateTime(_) | DataRef::Error(_) | DataRef::Empty => return None,
    })
}
