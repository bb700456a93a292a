//! The fields of a record, as a release.
//!
//! Text must be text: a number as a title is a mistake that is reported. What has no field in the
//! mapping stays in `extra` as it stands.

use std::borrow::Cow;

use serde_json::{Map, Value};

#[cfg(feature = "html")]
use crate::corpus::readers::html;
use crate::{
    corpus::readers::{Fault, FieldMapping, fields},
    release::Release,
};

/// The release in a record; what was lost of it is noted in its origin.
pub(in crate::corpus::readers) fn record(
    object: Map<String, Value>,
    names: &FieldMapping,
) -> Result<Release, Fault> {
    let mut record = Record { object, notes: Vec::new() };
    let title = record.text(&names.title).and_then(|title| fields::some_line(&record.markup(title)));
    let body = record
        .text(&names.text)
        .map(|text| fields::body(&record.markup(text)))
        .filter(|text| !text.is_empty());
    let (title, body) = match (title, body) {
        (Some(title), body) => (title, body.unwrap_or_default()),
        (None, Some(text)) => {
            let titled = fields::titled_noting(&text, &mut record.notes);
            titled.map(|(title, rest)| (title, fields::body(&rest))).ok_or_else(no_words)?
        }
        (None, None) => return Err(record.wrong_type(names).unwrap_or_else(no_words)),
    };
    let mut release = Release { title, body, ..Release::default() };
    release.record = record.scalar(&names.id);
    release.source = record.text(&names.source).and_then(|source| fields::some_line(&record.markup(source)));
    release.url = record.text(&names.url).and_then(|url| fields::some_line(&url));
    let date = record.scalar(&names.date);
    record
        .object
        .retain(|_, value| !value.is_null() && value.as_object().is_none_or(|object| !object.is_empty()));
    release.extra = record.object;
    if let Some(date) = date {
        fields::date(&mut release, &date);
    }
    fields::date_by_content(&mut release, None);
    release.origin.get_or_insert_default().notes.extend(record.notes);
    Ok(release)
}

struct Record {
    object: Map<String, Value>,
    notes: Vec<String>,
}

impl Record {
    /// The first text among fields of these names, which leaves the record; other values stay.
    fn text(&mut self, names: &[String]) -> Option<String> {
        let is_text = |value: &Value| match value {
            Value::String(_) => true,
            // A list of paragraphs.
            Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
            _ => false,
        };
        self.first(names, is_text)
    }

    /// The text of a field that holds HTML or entities; any other text as it is.
    #[cfg(feature = "html")]
    fn markup(&mut self, text: String) -> String {
        let (text, cut) = if text.contains('<') { html::limited(text) } else { (text, None) };
        self.notes.extend(cut);
        html::field(&text).unwrap_or(text)
    }

    #[cfg(not(feature = "html"))]
    #[expect(clippy::unused_self, reason = "pages are read with the feature `html`")]
    fn markup(&mut self, text: String) -> String {
        text
    }

    /// The first text or number.
    fn scalar(&mut self, names: &[String]) -> Option<String> {
        let text = self.first(names, |value| value.is_number() || value.is_string())?;
        Some(text.trim().to_owned())
    }

    fn first(&mut self, names: &[String], fits: impl Fn(&Value) -> bool) -> Option<String> {
        for name in names {
            let name = &*spelled(&self.object, name);
            if !find(&self.object, name).is_some_and(&fits) {
                continue;
            }
            let text = match take(&mut self.object, name) {
                Some(Value::String(text)) => text,
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Array(items)) => {
                    let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                    texts.join("\n\n")
                }
                _ => continue,
            };
            if !text.trim().is_empty() {
                return Some(text);
            }
        }
        None
    }

    /// The fault of a field for text that holds something else.
    fn wrong_type(&self, names: &FieldMapping) -> Option<Fault> {
        let mut names = names.title.iter().chain(&names.text);
        names.find_map(|name| {
            let value = find(&self.object, name).filter(|value| !value.is_null() && !value.is_string())?;
            Some(format!("{name:?} is {}; it must be text in quotes", kind(value)).into())
        })
    }
}

/// Whether an object has a field for a title or a text.
pub(super) fn is_record(object: &Map<String, Value>, names: &FieldMapping) -> bool {
    let mut names = names.title.iter().chain(&names.text);
    names.any(|name| find(object, &spelled(object, name)).is_some_and(|value| !value.is_object()))
}

/// The name of a field as the record spells it, which may be in other letter case.
fn spelled<'n>(object: &Map<String, Value>, name: &'n str) -> Cow<'n, str> {
    let is_same = |key: &&String| key.len() == name.len() && key.to_lowercase() == name.to_lowercase();
    if object.contains_key(name) {
        return Cow::Borrowed(name);
    }
    object.keys().find(is_same).map_or(Cow::Borrowed(name), |key| Cow::Owned(key.clone()))
}

/// The value at a path: the field of just this name, or fields and places in lists with dots between them.
fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (name, rest) = path.split_once('.')?;
    rest.split('.').try_fold(object.get(name)?, |value, name| match value {
        Value::Object(object) => object.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Removes the value at a path and returns it; a place in a list becomes null.
fn take(object: &mut Map<String, Value>, path: &str) -> Option<Value> {
    if let Some(value) = object.shift_remove(path) {
        return Some(value);
    }
    let (path, last) = path.rsplit_once('.')?;
    let mut names = path.split('.');
    let first = object.get_mut(names.next()?)?;
    let inner = names.try_fold(first, |value, name| match value {
        Value::Object(object) => object.get_mut(name),
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    })?;
    match inner {
        Value::Object(object) => object.shift_remove(last),
        Value::Array(items) => items.get_mut(last.parse::<usize>().ok()?).map(Value::take),
        _ => None,
    }
}

fn no_words() -> Fault {
    "has neither a \"title\" nor a \"text\" with words in it; give it one".into()
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
