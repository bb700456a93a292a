//! One release as a JSON object.
//!
//! Text must be text: a title that is a number is a slip worth reporting, not a title. Whatever has
//! no field of its own is kept in `extra` as it stands.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use serde_json::{Map, Value};

#[cfg(feature = "html")]
use super::html;
use super::{Details, Fault, Input, Output, fields};
use crate::release::Release;

/// The fields that may hold the text, the first one with words in it before the others.
const TEXTS: [&str; 4] = ["text", "body", "content", "html"];
/// The fields that may hold the record's own id.
const IDS: [&str; 2] = ["_id", "id"];

/// The reader of JSON files.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let decoded = input.text()?;
    let release = release(&decoded.text)?;
    let details = Details { encoding: Some(decoded.encoding), notes: decoded.notes, ..Details::default() };
    output.release(release, details)
}

/// Reads the release in an object; the fault names the line within the text.
pub(super) fn release(text: &str) -> Result<Release, Fault> {
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim().is_empty() {
        return Err("is empty: write an object with a \"title\" and a \"text\", or remove it".into());
    }
    if text.trim_start().starts_with('[') {
        return Err("holds a list; put its releases one object a line into a .jsonl file".into());
    }
    let record: Record = serde_json::from_str(text).map_err(|error| fault(&error))?;
    record.release()
}

fn fault(error: &serde_json::Error) -> Fault {
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    if error.is_data() {
        return Fault::at_line(line, reason);
    }
    let column = error.column();
    let reason = match reason {
        "trailing characters" => {
            "has more than one object; put releases one a line into a .jsonl file".to_owned()
        }
        _ => format!("is not JSON: {reason} at column {column}; correct it there"),
    };
    Fault::at_line(line, reason)
}

/// An object as it stands, with the types of its text checked.
#[derive(Default)]
struct Record(Map<String, Value>);

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Fields)
    }
}

/// Reads field by field, so that an error is placed at the field's own line.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a \"title\" and a \"text\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Record, A::Error> {
        let mut record = Record::default();
        while let Some(field) = object.next_key::<String>()? {
            let value: Value = object.next_value()?;
            let of_text = field == "title" || TEXTS.contains(&field.as_str());
            if of_text && !matches!(value, Value::String(_) | Value::Null) {
                return Err(de::Error::custom(format_args!(
                    "{field:?} is {}; it must be text in quotes",
                    kind(&value)
                )));
            }
            record.0.insert(field, value);
        }
        Ok(record)
    }
}

impl Record {
    fn release(mut self) -> Result<Release, Fault> {
        let title = self.take_text("title").and_then(|title| fields::some_line(&title));
        let body = self.take_body();
        let mut release = match (title, body) {
            (Some(title), body) => Release { title, body: body.unwrap_or_default(), ..Release::default() },
            (None, Some(text)) => {
                let (title, rest) = fields::titled(&text).ok_or_else(no_words)?;
                Release { title, body: fields::body(&rest), ..Release::default() }
            }
            (None, None) => return Err(no_words()),
        };
        release.record = IDS.iter().find_map(|field| self.take_id(field));
        release.source = self.take_text("source").and_then(|source| fields::some_line(&source));
        release.url = self.take_text("url").and_then(|url| fields::some_line(&url));
        let date = self.take_date("date");
        release.extra = self.0;
        if let Some(date) = date {
            fields::date(&mut release, &date);
        }
        fields::date_by_content(&mut release, None);
        release.extra.retain(|_, value| !value.is_null());
        Ok(release)
    }

    /// The text of a field, which is gone from the record then; other values stay.
    fn take_text(&mut self, field: &str) -> Option<String> {
        if !self.0.get(field)?.is_string() {
            return None;
        }
        match self.0.shift_remove(field)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// A date as text or in Unix time.
    fn take_date(&mut self, field: &str) -> Option<String> {
        if self.0.get(field)?.is_number() {
            return self.0.shift_remove(field).map(|number| number.to_string());
        }
        self.take_text(field)
    }

    fn take_body(&mut self) -> Option<String> {
        TEXTS.iter().find_map(|field| {
            let text = self.take_text(field)?;
            let text = if *field == "html" { markup(&text) } else { fields::body(&text) };
            Some(text).filter(|text| !text.is_empty())
        })
    }

    fn take_id(&mut self, field: &str) -> Option<String> {
        if self.0.get(field)?.is_number() {
            return self.0.shift_remove(field).map(|number| number.to_string());
        }
        self.take_text(field).map(|id| id.trim().to_owned())
    }
}

#[cfg(feature = "html")]
fn markup(text: &str) -> String {
    html::fragment(text)
}

#[cfg(not(feature = "html"))]
fn markup(text: &str) -> String {
    fields::body(text)
}

fn no_words() -> Fault {
    "has neither a \"title\" nor a \"text\" with words in it; give it one".into()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_find_their_place() {
        // Title, body, date, source, URL, own id, and what is left.
        let table = [
            (
                r#"{"title":"Встреча","text":"Один.\r\n\r\nДва. ","date":"2024-05-13","source":"МЧС","url":"https://m.example/1","id":"a1","tags":["мир"]}"#,
                r#"Встреча|Один.

Два.|2024-05-13|МЧС|https://m.example/1|a1|{"tags":["мир"]}"#,
            ),
            (r#"{"_id":7,"text":"\nВстреча\n\nОдин."}"#, "Встреча|Один.||||7|{}"),
            (r#"{"_id":"a","id":"b","title":"Т"}"#, r#"Т|||||a|{"id":"b"}"#),
            (r#"{"title":" ","body":"Первая строка"}"#, "Первая строка||||||{}"),
            (r#"{"title":null,"content":"Первая\nВторая","text":""}"#, "Первая|Вторая|||||{}"),
            (r#"{"title":"Т","html":"<p>Один&nbsp;раз<p>Два"}"#, "Т|Один\u{a0}раз\n\nДва|||||{}"),
            (r#"{"html":"<h1>Т</h1><p>Один"}"#, "Т|Один|||||{}"),
            (r#"{"html":"<p>разметка","text":"текст","title":"Т"}"#, r#"Т|текст|||||{"html":"<p>разметка"}"#),
            (r#"{"title":"Т","date":null,"source":null,"id":null}"#, "Т||||||{}"),
            (r#"{"title":"Т","date":"вчера"}"#, r#"Т||||||{"date":"вчера"}"#),
            (r#"{"title":"Т","date":1715558400}"#, "Т||2024-05-13||||{}"),
            (r#"{"title":"Т","date":1715558400000}"#, "Т||2024-05-13||||{}"),
            (r#"{"title":"Т","date":17}"#, r#"Т||||||{"date":"17"}"#),
            (
                r#"{"title":"Т","url":"https://m.example/2024/05/13/a"}"#,
                "Т||2024-05-13||https://m.example/2024/05/13/a||{}",
            ),
            (
                r#"{"title":"Т","source":["МЧС","МИД"],"id":true}"#,
                r#"Т||||||{"source":["МЧС","МИД"],"id":true}"#,
            ),
            ("\u{feff}{\"title\":\"Т\"}\n", "Т||||||{}"),
        ];
        for (text, expected) in table {
            let release = release(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            let date = release.date.map(|date| date.to_string());
            let rest =
                [date, release.source, release.url, release.record].map(Option::unwrap_or_default).join("|");
            let extra = serde_json::to_string(&release.extra).unwrap();
            assert_eq!(format!("{}|{}|{rest}|{extra}", release.title, release.body), expected, "{text}");
        }
    }

    #[test]
    fn faults_name_field_and_line() {
        let table = [
            ("", None, "is empty"),
            (" [{\"title\":\"Т\"}]", None, "holds a list; put its releases"),
            ("{\n\"id\":1,\n\"title\":5}", Some(3), "\"title\" is a number; it must be text in quotes"),
            ("{\"title\":\"Т\",\n\"text\":[\"а\"]}", Some(2), "\"text\" is a list"),
            ("{\"html\":{}}", Some(1), "\"html\" is an object"),
            ("{\"title\":\"\",\"text\":\" \"}", None, "neither a \"title\" nor a \"text\""),
            ("{\"html\":\"<p></p>\"}", None, "neither a \"title\" nor a \"text\""),
            ("{}", None, "neither a \"title\" nor a \"text\""),
            ("{\"title\":\"Т\"\n\"text\":1}", Some(2), "is not JSON: expected `,` or `}` at column 1"),
            ("{\"title\":\"Т\"", Some(1), "is not JSON: EOF while parsing an object"),
            ("{\"title\":\"Т\"}\n{\"title\":\"У\"}", Some(2), "more than one object"),
            ("\"Т\"", Some(1), "expected an object with a \"title\" and a \"text\""),
        ];
        for (text, line, reason) in table {
            let Err(Fault::Malformed { line: found, reason: why }) = release(text) else { panic!("{text}") };
            assert_eq!(found, line, "{text}");
            assert!(why.contains(reason), "{text}: {why}");
        }
    }
}
