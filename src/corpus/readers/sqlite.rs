//! SQLite databases (.sqlite, .db): a table or the rows of a query, one release a row.
//!
//! The project file names the query of a database; without one, the table with columns for a title and a text is
//! read. The file is opened for reading only, with limits on values and time, and nothing in its schema is trusted.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit, types::ValueRef};
use serde_json::Value;

use super::{Details, Fault, Input, Output, table::Columns};

/// How many instructions of SQLite's virtual machine run between two looks at the clock: a few milliseconds.
const STEPS_BETWEEN_CHECKS: i32 = 100_000;

/// What is read from a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseQuery {
    /// The name of the file, without folders.
    pub file: String,
    /// A query that returns one release a row, in columns that are named like the fields of a record.
    pub query: String,
}

/// The reader of SQLite databases.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let Some(path) = input.path() else {
        return Err("is a database within an archive; unpack it".into());
    };
    let mut database = open(path, input)?;
    let row_began =
        stop_long_rows(&mut database, input.options.limits.time).map_err(|error| refused(&error))?;
    let configured = input.options.databases.iter().find(|database| database.file == input.name);
    let query = match configured {
        Some(database) => database.query.clone(),
        None => guess(&database, input)?,
    };
    let mut statement = database.prepare(&query).map_err(|error| refused(&error))?;
    if !statement.readonly() {
        return Err("has a query that changes the database; give a SELECT".into());
    }
    let names = statement.column_names().map(str::to_owned).collect();
    let columns = Columns::new(names, input)?;
    let count = columns.len();
    let mut rows = statement.query([]).map_err(|error| refused(&error))?;
    let mut number = 0_u64;
    loop {
        input.check()?;
        *row_began.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let Some(row) = rows.next().map_err(|error| refused(&error))? else { return Ok(()) };
        number += 1;
        let cells: Vec<Value> = (0..count).map(|at| row.get_ref(at).map_or(Value::Null, value)).collect();
        columns.put(cells.into_iter(), format!("row {number}"), Details::default(), output)?;
    }
}

fn open(path: &Path, input: &Input<'_>) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(|error| refused(&error))?;
    let limit = i32::try_from(input.options.limits.bytes).unwrap_or(i32::MAX);
    let prepared = database
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, limit)
        .and_then(|_| database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true))
        .and_then(|_| database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false))
        .and_then(|_| database.pragma_update(None, "cell_size_check", true));
    prepared.map_err(|error| refused(&error))?;
    check_names(&database).map_err(|error| refused(&error))?;
    Ok(database)
}

/// Interrupts a row that takes longer than the time limit, as a recursive view without an end does. Returns when the row
/// began, for the caller to set.
fn stop_long_rows(database: &mut Connection, time: Duration) -> rusqlite::Result<Arc<Mutex<Instant>>> {
    let began = Arc::new(Mutex::new(Instant::now()));
    let since = Arc::clone(&began);
    let is_over = move || since.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > time;
    database.progress_handler(STEPS_BETWEEN_CHECKS, Some(is_over))?;
    Ok(began)
}

/// Fails where the schema is not UTF-8, because rusqlite panics on such names of columns.
fn check_names(database: &Connection) -> rusqlite::Result<()> {
    let mut statement = database.prepare("SELECT name, sql FROM sqlite_schema")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        row.get::<_, Option<String>>(0)?;
        row.get::<_, Option<String>>(1)?;
    }
    Ok(())
}

/// A query for the only table with columns for a title and a text.
fn guess(database: &Connection, input: &Input<'_>) -> Result<String, Fault> {
    let fields = &input.options.fields;
    let names =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = database.prepare(names).map_err(|error| refused(&error))?;
    let tables: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(|error| refused(&error))?;
    let mut found = Vec::new();
    for table in &tables {
        let query = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
        let Ok(statement) = database.prepare(&query) else { continue };
        let has = |names: &[String]| {
            statement.column_names().any(|column| names.iter().any(|name| name.eq_ignore_ascii_case(column)))
        };
        if has(&fields.title) && has(&fields.text) {
            found.push(query);
        }
    }
    match &found[..] {
        [query] => Ok(query.clone()),
        [] => Err(format!(
            "has no table with columns for a title and a text (tables: {}); give a query in vestnik.toml",
            tables.join(", ")
        )
        .into()),
        _ => Err("has several tables with a title and a text; give a query in vestnik.toml".into()),
    }
}

/// A value as that of a field. Binary values are left out.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => Value::String(String::from_utf8_lossy(text).into_owned()),
    }
}

fn refused(error: &rusqlite::Error) -> Fault {
    format!("cannot be read as a database ({error}); correct the query or copy the database again").into()
}
