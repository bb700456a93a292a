//! JSON: one release as an object, or several as a list or one after another.
//!
//! What is not quite JSON costs a character or a field (`repair`); which field holds what is up to the
//! [`FieldMapping`](super::FieldMapping) (`record`).

mod record;
mod repair;

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use self::repair::Repaired;
use super::{Details, Fault, FieldMapping, Input, Output};
use crate::release::Release;
pub(super) use record::record;

/// How many values a record can have. A parsed value takes up to 160 bytes of memory, in which 64 MB of short ones
/// would be several gigabytes.
const MAX_VALUES: usize = 700_000;
/// How deep the list of records may be in an answer of a server.
const LIST_DEPTH: usize = 4;

/// The reader of JSON files. One record is parsed at a time, so that a list of any length needs the memory of its text
/// and of its largest record.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let decoded = input.text()?;
    let Records { text, count, notes, is_cut } = Records::in_text(&decoded.text)?;
    let notes = [decoded.notes, notes].concat();
    let list = if count == 1 { listed_in(&text, &input.options.fields) } else { None };
    if let Some((name, items)) = list {
        let note = format!("the records are those of the list {name:?}; its surroundings are left out");
        let notes = [notes, vec![note]].concat();
        return records(items, (&notes, decoded.encoding), input, output);
    }
    let mut number = 0;
    elements(&text, &mut |text| {
        input.check()?;
        number += 1;
        let is_cut = is_cut && number == count;
        match if is_cut { Err(cut_off()) } else { parse(text, &input.options.fields) } {
            Ok(mut release) => {
                release.origin.get_or_insert_default().notes.extend_from_slice(&notes);
                let name = || release.record.clone().unwrap_or_else(|| number.to_string());
                let (part, encoding) = ((count > 1).then(name), Some(decoded.encoding));
                output.release(release, Details { part, encoding, ..Details::default() })
            }
            Err(Fault::Malformed { reason, .. }) if count > 1 => {
                output.failure(None, format!("record {number}: {reason}").into())
            }
            Err(fault) => Err(located(fault, &decoded.text)),
        }
    })
}

/// The releases of a list of records in an answer of a server.
fn records(
    items: Vec<Value>,
    (notes, encoding): (&[String], &'static str),
    input: &mut Input<'_>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    for (index, item) in items.into_iter().enumerate() {
        input.check()?;
        match object(item).and_then(|object| record(object, &input.options.fields)) {
            Ok(mut release) => {
                release.origin.get_or_insert_default().notes.extend_from_slice(notes);
                let part = Some(release.record.clone().unwrap_or_else(|| (index + 1).to_string()));
                output.release(release, Details { part, encoding: Some(encoding), ..Details::default() })?;
            }
            Err(Fault::Malformed { reason, .. }) => {
                output.failure(None, format!("record {}: {reason}", index + 1).into())?;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The name and the items of the list of records in an answer of a server, `{"status": "ok", "items": [...]}`.
fn listed_in(text: &str, fields: &FieldMapping) -> Option<(String, Vec<Value>)> {
    if !text.trim_start().starts_with('{') || count_values(text) > MAX_VALUES {
        return None;
    }
    listed(&mut serde_json::from_str(text).ok()?, fields, LIST_DEPTH)
}

/// The longest list of records in an object that is no record.
fn listed(value: &mut Value, fields: &FieldMapping, depth: usize) -> Option<(String, Vec<Value>)> {
    let depth = depth.checked_sub(1)?;
    let Value::Object(object) = value else { return None };
    if record::is_record(object, fields) {
        return None;
    }
    let has_records = |value: &Value| {
        let records = |item: &Value| item.as_object().is_some_and(|item| record::is_record(item, fields));
        value.as_array().is_some_and(|items| items.iter().any(records))
    };
    let lists = object.iter().filter(|(_, value)| has_records(value));
    let longest = lists.max_by_key(|(_, value)| value.as_array().map_or(0, Vec::len));
    if let Some(name) = longest.map(|(name, _)| name.clone())
        && let Some(Value::Array(items)) = object.get_mut(&name)
    {
        return Some((name, std::mem::take(items)));
    }
    object.values_mut().find_map(|value| listed(value, fields, depth))
}

/// The release in the text of one object; the fault names the line within the text.
pub(super) fn release_with(text: &str, fields: &FieldMapping) -> Result<Release, Fault> {
    let records = Records::in_text(text)?;
    if records.is_cut {
        return Err(cut_off());
    }
    if records.count > 1 {
        return Err("holds several releases; put each on a separate line".into());
    }
    let mut release = Release::default();
    elements(&records.text, &mut |record| {
        release = parse(record, fields).map_err(|fault| located(fault, text))?;
        Ok(())
    })?;
    release.origin.get_or_insert_default().notes.extend(records.notes);
    Ok(release)
}

/// A text of one or more records.
struct Records<'t> {
    /// The text, repaired where it was nearly JSON.
    text: Cow<'t, str>,
    count: usize,
    /// What was repaired.
    notes: Vec<String>,
    is_cut: bool,
}

impl<'t> Records<'t> {
    /// The records in a text, which may be a string of JSON with JSON in it.
    fn in_text(text: &'t str) -> Result<Self, Fault> {
        let trimmed = text.trim_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
        let inner =
            if trimmed.starts_with('"') { serde_json::from_str::<String>(trimmed).ok() } else { None };
        match inner.filter(|inner| inner.trim_start().starts_with(['{', '['])) {
            Some(inner) => {
                let Records { text, count, notes, is_cut } = Records::checked(&inner)?;
                Ok(Self { text: text.into_owned().into(), count, notes, is_cut })
            }
            None => Self::checked(text),
        }
    }

    /// Checks that all of a text is JSON, without building values, and counts the records.
    fn checked(text: &'t str) -> Result<Self, Fault> {
        let text = text.trim_start_matches('\u{FEFF}');
        if text.trim().is_empty() {
            return Err("is empty: write an object with a \"title\" and a \"text\", or remove it".into());
        }
        let (text, notes, is_cut) = match syntax_error(text) {
            None => (Cow::Borrowed(text), Vec::new(), false),
            Some(error) => match repair::repair(text) {
                Some(Repaired { text, notes, is_cut }) if syntax_error(&text).is_none() => {
                    (text.into(), notes, is_cut)
                }
                _ => return Err(fault(&error)),
            },
        };
        let mut count = 0;
        elements(&text, &mut |_| {
            count += 1;
            Ok(())
        })?;
        if count == 0 {
            return Err("holds an empty list; remove it".into());
        }
        Ok(Self { text, count, notes, is_cut })
    }
}

fn syntax_error(text: &str) -> Option<serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.find_map(Result::err)
}

/// Visits the elements of a text that is one list, or else its values. The text is JSON.
fn elements(text: &str, visit: &mut dyn FnMut(&str) -> Result<(), Fault>) -> Result<(), Fault> {
    let (first, behind) = split_value(text.trim_start())?;
    let inner = first.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let mut rest = inner.filter(|_| behind.trim_start().is_empty()).unwrap_or(text);
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t', ',']);
        if rest.is_empty() {
            return Ok(());
        }
        let (value, behind) = split_value(rest)?;
        visit(value)?;
        rest = behind;
    }
}

/// The value at the start of a text, and what follows it.
fn split_value(text: &str) -> Result<(&str, &str), Fault> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next().transpose().map_err(|error| fault(&error))?;
    Ok(text.split_at_checked(values.byte_offset()).unwrap_or((text, "")))
}

/// The release in the text of a record.
fn parse(text: &str, fields: &FieldMapping) -> Result<Release, Fault> {
    if count_values(text) > MAX_VALUES {
        return Err(format!("has more than {MAX_VALUES} values; split it").into());
    }
    let (value, notes) = match serde_json::from_str(text) {
        Ok(value) => (value, Vec::new()),
        // Half of a surrogate pair, for instance.
        Err(error) => {
            let Repaired { text, notes, .. } = repair::repair(text).ok_or_else(|| fault(&error))?;
            (serde_json::from_str(&text).map_err(|_| fault(&error))?, notes)
        }
    };
    let mut release = record(object(value)?, fields)?;
    release.origin.get_or_insert_default().notes.extend(notes);
    Ok(release)
}

/// Names the line of a field that is at fault.
fn located(fault: Fault, text: &str) -> Fault {
    match fault {
        Fault::Malformed { line: None, reason } => Fault::at_line(line_of(text, &reason), reason),
        fault => fault,
    }
}

/// How many values the parsed JSON has at most: each follows a comma or an opening bracket.
fn count_values(text: &str) -> usize {
    let (mut values, mut in_string, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

fn object(value: Value) -> Result<Map<String, Value>, Fault> {
    match value {
        Value::Object(object) => Ok(object),
        value => {
            Err(format!("is {}, not an object with a \"title\" and a \"text\"", record::kind(&value)).into())
        }
    }
}

/// A record that ends before its values do is not read as far as it goes: its rest may arrive later, and what the index has
/// of it stays until then.
fn cut_off() -> Fault {
    "is not JSON: it ends within a record, as in a file that is cut off; copy the file again".into()
}

fn fault(error: &serde_json::Error) -> Fault {
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    Fault::at_line(line, format!("is not JSON: {reason} at column {}; correct it there", error.column()))
}

/// The line of the field that a reason names in quotes at its start.
fn line_of(text: &str, reason: &str) -> Option<u64> {
    let field = reason.strip_prefix('"')?.split('"').next()?;
    let at = text.find(&format!("\"{field}\""))?;
    let before = text.get(..at)?.matches('\n').count();
    u64::try_from(before).ok().map(|before| before + 1)
}

#[cfg(test)]
mod tests;
