//! JSON: one release as an object, or several as a list or one after another.
//!
//! What is not quite JSON costs a character or a field (`repair`); which field holds what is up to the
//! [`FieldMapping`](super::FieldMapping) (`record`).

mod record;
mod repair;

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Details, Fault, FieldMapping, Input, Output};
use crate::release::Release;
pub(super) use record::record;

/// How many values a text can have. A parsed value takes up to 160 bytes of memory, in which 64 MB of short ones
/// would be several gigabytes.
const MAX_VALUES: usize = 700_000;

/// The reader of JSON files.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let decoded = input.text()?;
    let (values, mut notes) = values(&decoded.text)?;
    notes.splice(..0, decoded.notes);
    let several = values.len() > 1;
    for (index, value) in values.into_iter().enumerate() {
        input.check()?;
        let number = index + 1;
        let read = object(value).and_then(|object| record(object, &input.options.fields));
        match read {
            Ok(release) => {
                let name = || release.record.clone().unwrap_or_else(|| number.to_string());
                let (part, notes) = (several.then(name), notes.clone());
                let details = Details { part, encoding: Some(decoded.encoding), notes, ..Details::default() };
                output.release(release, details)?;
            }
            Err(Fault::Malformed { reason, .. }) if several => {
                output.failure(None, format!("record {number}: {reason}").into())?;
            }
            Err(Fault::Malformed { line, reason }) => {
                return Err(Fault::at_line(line.or_else(|| line_of(&decoded.text, &reason)), reason));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The release in the text of one object; the fault names the line within the text.
pub(super) fn release_with(text: &str, fields: &FieldMapping) -> Result<Release, Fault> {
    let (mut values, notes) = values(text)?;
    let value = match values.pop() {
        Some(value) if values.is_empty() => value,
        _ => return Err("holds several releases; put each on a separate line".into()),
    };
    let read = object(value).and_then(|object| record(object, fields));
    let mut release = read.map_err(|fault| match fault {
        Fault::Malformed { line: None, reason } => Fault::at_line(line_of(text, &reason), reason),
        fault => fault,
    })?;
    release.origin.get_or_insert_default().notes.extend(notes);
    Ok(release)
}

/// The values in a text: one, those of a list, or several one after another. What is not JSON is repaired.
fn values(text: &str) -> Result<(Vec<Value>, Vec<String>), Fault> {
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim().is_empty() {
        return Err("is empty: write an object with a \"title\" and a \"text\", or remove it".into());
    }
    if count_values(text) > MAX_VALUES {
        let reason = format!("has more than {MAX_VALUES} values; split it, or write one record a line");
        return Err(reason.into());
    }
    let parse = |text: &str| serde_json::Deserializer::from_str(text).into_iter::<Value>().collect();
    let parsed: Result<Vec<Value>, serde_json::Error> = parse(text);
    let (values, notes) = match parsed {
        Ok(values) => (values, Vec::new()),
        Err(error) => {
            let (repaired, notes) = repair::repair(text);
            match repaired {
                Cow::Owned(repaired) => (parse(&repaired).map_err(|_| fault(&error))?, notes),
                Cow::Borrowed(_) => return Err(fault(&error)),
            }
        }
    };
    match <[Value; 1]>::try_from(values) {
        Ok([Value::Array(items)]) if items.is_empty() => Err("holds an empty list; remove it".into()),
        Ok([Value::Array(items)]) => Ok((items, notes)),
        Ok([value]) => Ok((vec![value], notes)),
        Err(values) => Ok((values, notes)),
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
