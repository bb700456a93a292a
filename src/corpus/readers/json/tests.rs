//! Records of every shape, and those that are none.

use std::{ops::ControlFlow, path::Path, sync::atomic::AtomicBool};

use super::*;
use crate::{
    corpus::readers::{Budget, ReadOptions, fields},
    error::Result,
};

#[test]
fn fields_find_their_place() {
    // Title, body, date, source, URL, own id, and what is left.
    let table = [
        (
            r#"{"title":"Встреча","text":"Один.\r\n\r\nДва. ","date":"2024-05-13","source":"МЧС","url":"https://m.example/1","id":"a1","tags":["мир"]}"#,
            "Встреча|Один.\n\nДва.|2024-05-13|МЧС|https://m.example/1|a1|{\"tags\":[\"мир\"]}",
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
        (r#"{"title":"Т","source":{"a":1},"id":true}"#, r#"Т||||||{"source":{"a":1},"id":true}"#),
        ("\u{feff}{\"title\":\"Т\"}\n", "Т||||||{}"),
        // HTML and entities in any field.
        (
            r#"{"title":"Мир &laquo;нам&raquo;","text":"<p>Один</p><p>Два</p>"}"#,
            "Мир «нам»|Один\n\nДва|||||{}",
        ),
        (r#"{"title":"<b>Т</b>","text":"a < b\nи c > d"}"#, "Т|a < b\nи c > d|||||{}"),
        (r#"{"title":"Т","text":"Один &mdash; раз\nДва"}"#, "Т|Один — раз\nДва|||||{}"),
        (r#"{"title":"Т","text":["Один","Два"]}"#, "Т|Один\n\nДва|||||{}"),
        (r#"{"title":"Т","text":5}"#, r#"Т||||||{"text":5}"#),
        // Other usual names, and nested ones.
        (
            r#"{"title":{"rendered":"Т"},"content":{"rendered":"<p>Один"},"link":"https://m.example/1","x":1}"#,
            r#"Т|Один|||https://m.example/1||{"x":1}"#,
        ),
        (
            r#"{"headline":"Т","articleBody":"Один","datePublished":"2024-05-13","publisher":{"name":"МИД"}}"#,
            "Т|Один|2024-05-13|МИД|||{}",
        ),
        // What is nearly JSON.
        (r#"{"title":"Т\ud83d","text":"Один","views":NaN,}"#, "Т\u{FFFD}|Один|||||{}"),
        ("{\"title\":\"Т\",\"text\":\"Один\nДва\"}", "Т|Один\nДва|||||{}"),
        (r#"[{"title":"Т"}]"#, "Т||||||{}"),
        (r#""{\"title\":\"Т\"}""#, "Т||||||{}"),
        (r#"{"Title":"Т","TEXT":"Один","ID":5}"#, "Т|Один||||5|{}"),
    ];
    for (text, expected) in table {
        let release =
            release_with(text, &FieldMapping::default()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let date = release.date.map(|date| date.to_string());
        let rest =
            [date, release.source, release.url, release.record].map(Option::unwrap_or_default).join("|");
        let extra = serde_json::to_string(&release.extra).unwrap();
        assert_eq!(format!("{}|{}|{rest}|{extra}", release.title, release.body), expected, "{text}");
    }
}

#[test]
fn fields_may_have_any_name() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mapping = FieldMapping {
        title: names(&["meta.name", "a.b"]),
        text: names(&["parts.1.t"]),
        ..FieldMapping::default()
    };
    let table = [
        (r#"{"meta":{"name":"Т"},"parts":[1,{"t":"Один"}]}"#, r#"Т|Один|{"parts":[1,{}]}"#),
        (r#"{"a.b":"Т","a":{"b":"У"},"title":"нет"}"#, r#"Т||{"a":{"b":"У"},"title":"нет"}"#),
        (r#"{"a":{"b":"У","c":2}}"#, r#"У||{"a":{"c":2}}"#),
    ];
    for (text, expected) in table {
        let release = release_with(text, &mapping).unwrap();
        let extra = serde_json::to_string(&release.extra).unwrap();
        assert_eq!(format!("{}|{}|{extra}", release.title, release.body), expected, "{text}");
    }
}

#[test]
fn faults_name_field_and_line() {
    let table = [
        ("", None, "is empty"),
        ("[]", None, "holds an empty list"),
        ("[{\"title\":\"Т\"},{\"title\":\"У\"}]", None, "several releases"),
        ("{\n\"id\":1,\n\"title\":5}", Some(3), "\"title\" is a number; it must be text in quotes"),
        ("{\"title\":\"\",\n\"text\":[1]}", Some(2), "\"text\" is a list"),
        ("{\"html\":{}}", Some(1), "\"html\" is an object"),
        ("{\"title\":\"\",\"text\":\" \"}", None, "neither a \"title\" nor a \"text\""),
        ("{\"html\":\"<p></p>\"}", None, "neither a \"title\" nor a \"text\""),
        ("{}", None, "neither a \"title\" nor a \"text\""),
        ("{\"title\":\"Т\"\n\"text\"1}", Some(2), "is not JSON: expected `,` or `}` at column 1"),
        ("title: Т", Some(1), "is not JSON: expected ident"),
        ("{\"title\":\"Т\",\"text\":\"По", None, "is not JSON: it ends within a record"),
        ("\"Т\"", None, "is text, not an object with a \"title\" and a \"text\""),
    ];
    for (text, line, reason) in table {
        let Err(Fault::Malformed { line: found, reason: why }) = release_with(text, &FieldMapping::default())
        else {
            panic!("{text}")
        };
        assert_eq!(found, line, "{text}");
        assert!(why.contains(reason), "{text}: {why}");
    }
}

#[test]
fn a_long_line_is_cut_at_a_sentence() {
    let sentence = "Сегодня в Ташкенте состоялась встреча сторон. ";
    let line = sentence.repeat(20);
    let mut notes = Vec::new();
    let (title, body) = fields::titled_noting(&line, &mut notes).unwrap();
    assert_eq!(title, sentence.trim());
    assert!(body.starts_with("Сегодня в Ташкенте") && body.len() > 1000);
    assert_eq!(notes.len(), 1);
}

#[test]
fn records_of_a_list_are_read_one_by_one() {
    let table: [(&str, &[&str]); 17] = [
        (r#"[{"title":"А"},{"title":"Б"}]"#, &["a.json#1 А", "a.json#2 Б"]),
        (r#"[{"title":"А"}]"#, &["a.json А"]),
        ("{\"title\":\"А\"}\n{\"title\":\"Б\"}", &["a.json#1 А", "a.json#2 Б"]),
        (
            r#"[{"id":"x","title":"[,"}, 5 ,{"title":"]"}]"#,
            &["a.json#x [,", "record 2: is a number", "a.json#3 ]"],
        ),
        // A repair of one record leaves the others as they are.
        (r#"[{"title":"А\ud83d"},{"title":"Б","text":1e999}]"#, &["a.json#1 А\u{FFFD} *", "a.json#2 Б *"]),
        (r#"[{"title":"А"},{"title":"Б","n":NaN},]"#, &["a.json#1 А *", "a.json#2 Б *"]),
        (r#"[{"title":"А"}] [{"title":"Б"}]"#, &["record 1: is a list", "record 2: is a list"]),
        (r#"[{"title":"А"},{"title":"Б"}"#, &["a.json#1 А *", "a.json#2 Б *"]),
        (r#"[{"title":"А"},{"title":"Б""#, &["a.json#1 А *", "a.json#2 Б *"]),
        // The rest of a string may still arrive.
        (r#"[{"title":"А"},{"title":"Б"#, &["a.json#1 А *", "record 2: is not JSON: it ends within"]),
        (r#"{"title":"А","te"#, &["is not JSON: it ends within"]),
        (r#"{"title":"А","text":"#, &["is not JSON: it ends within a record"]),
        (r#"{"title":"А","#, &["is not JSON: it ends within a record"]),
        (r#"{"title":"А""#, &["a.json А *"]),
        (r#"[{"title":"А"},{"title" "Б"}]"#, &["line 1: is not JSON: expected `:`"]),
        (r#"{"ok":true,"data":{"items":[{"title":"А"},{"title":"Б"}]}}"#, &["a.json#1 А *", "a.json#2 Б *"]),
        (r#""[{\"title\":\"А\"}]""#, &["a.json А"]),
    ];
    for (text, expected) in table {
        let (options, stop) = (ReadOptions::default(), AtomicBool::new(false));
        let budget = Budget::new(&options, &stop);
        let mut found = Vec::new();
        let mut sink = |item: Result<Release>| {
            found.push(match item {
                Ok(release) => {
                    let noted = if release.origin.unwrap().notes.is_empty() { "" } else { " *" };
                    format!("{} {}{noted}", release.id, release.title)
                }
                Err(error) => error.to_string(),
            });
            ControlFlow::Continue(())
        };
        let mut output = Output::new(Path::new("/c"), "a.json", &budget, &mut sink);
        let mut input = Input::file(Path::new("/c/a.json"), "a.json", text.as_bytes(), &options, &budget);
        let done = read(&mut input, &mut output);
        found.extend(done.err().map(|fault| match fault {
            Fault::Malformed { line: Some(line), reason } => format!("line {line}: {reason}"),
            fault => fault.reason(),
        }));
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        let agrees = found.iter().zip(expected).all(|(found, expected)| found.contains(expected));
        assert!(agrees, "{text}: {found:?}");
    }
}

#[test]
fn only_the_largest_record_counts_against_the_limit() {
    let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
    let table = [(MAX_VALUES - 10, true), (MAX_VALUES + 10, false)];
    for (count, fits) in table {
        let text = format!("{{\"title\":\"Т\",\"n\":{}}}", list(count));
        assert_eq!(parse(&text, &FieldMapping::default()).is_ok(), fits);
    }
    let records = Records::in_text(&list(MAX_VALUES + 10)).unwrap().count;
    assert_eq!(records, MAX_VALUES + 10);
}
