//! Table tests of the language: how each query is parsed and explained. The cases are in `tests/query_table.txt`.

use std::fmt::Write;

use super::{Expr, Field, Form, Query, QueryParser};
use crate::release::Date;

const TABLE: &str = include_str!("../../tests/query_table.txt");

/// The expression in the notation that the head of the table describes.
fn notation(expr: &Expr) -> String {
    let list = |sign: &str, items: &[Expr]| {
        let items = items.iter().fold(String::new(), |mut text, item| {
            write!(text, " {}", notation(item)).unwrap();
            text
        });
        format!("({sign}{items})")
    };
    let sign = |form: &Form| if *form == Form::Exact { "!" } else { "" };
    match expr {
        Expr::Should(items) => list("+", items),
        Expr::All(items) => list("&", items),
        Expr::Any(items) => list("|", items),
        Expr::Not(inner) => list("-", std::slice::from_ref(inner)),
        Expr::Word { text, form } => format!("{}{text}", sign(form)),
        Expr::Phrase { text, form, slop: None } => format!("{}«{text}»", sign(form)),
        Expr::Phrase { text, form, slop: Some(slop) } => format!("{}«{text}»~{slop}", sign(form)),
        Expr::Near { left, right, within } => format!("(/{within} {} {})", notation(left), notation(right)),
        Expr::Prefix(text) => format!("(prefix {text})"),
        Expr::Pattern(text) => format!("(pattern {text})"),
        Expr::InField { field, expr } => {
            let name = match field {
                Field::Title => "title",
                Field::Body => "body",
                Field::Source => "source",
            };
            list(name, std::slice::from_ref(expr))
        }
        Expr::Date(span) => format!("(date {span})"),
        Expr::Boost { factor, expr } => list(&format!("^{factor}"), std::slice::from_ref(expr)),
    }
}

#[test]
fn queries_are_understood_and_explained_as_the_table_says() {
    let parser = QueryParser::new().today(Date::constant(2024, 5, 13));
    let mut cases = 0;
    for (number, line) in TABLE.lines().enumerate().filter(|(_, line)| !line.starts_with("# ")) {
        let Some((text, expected)) = line.split_once(" ⇒ ") else {
            assert!(line.is_empty(), "line {}: no ⇒ in it", number + 1);
            continue;
        };
        let query = parser.parse(text).query;
        let understood = format!("{} ⇒ {}", notation(&query.expr), query.explain().replace('\n', " / "));
        assert_eq!(understood, expected, "line {}: {text}", number + 1);
        assert_eq!(Query::parse(&query.to_string()), query, "line {}: {text} as {query}", number + 1);
        cases += 1;
    }
    assert!(cases >= 150, "only {cases} cases were read");
}

#[test]
fn a_rendering_is_plain() {
    let table = [
        ("((вода)) ( газ )", "вода газ"),
        ("«вода и газ»  ~3 =свет", "\"вода и газ\" 3 !свет"),
        ("-(а /3 (б)) ИЛИ в", "в -(а б)"),
        ("НЕ (а /3 б /2 в)", "-а /3 б /2 в"),
        ("title:(а /3 б /2 в)", "заголовок:а /3 б /2 в"),
        ("((а|б) AND (в г))^2", "((а | б) & (в г))^2"),
        ("НЕ 5 not", "-(5) not"),
        ("«НЕ» \"дата:2024\" !\"И\"", "\"НЕ\" \"дата:2024\" !\"И\""),
        ("дата: май 2024", "дата:2024-05"),
        ("дата: май 2024 встреча", "дата:\"2024-05\" встреча"),
        ("встреча date:>2023", "встреча дата:2024.."),
        ("source:(УзА|Дунё)^0,5", "источник:(УзА | Дунё)^0.5"),
    ];
    for (text, rendered) in table {
        assert_eq!(Query::parse(text).to_string(), rendered, "{text}");
    }
}

#[test]
fn a_strict_reading_names_the_first_doubtful_character() {
    let table = [
        ("встреча \"в Ташкенте", 9, "quote"),
        ("«встреча", 1, "quote"),
        ("встреча \"\" Ташкент", 9, "between these quotes"),
        ("(вода И газ", 1, "bracket"),
        ("вода)", 5, "bracket"),
        ("вода ()", 6, "bracket"),
        ("И вода", 1, "operator"),
        ("вода ИЛИ", 6, "operator"),
        ("вода || | газ", 9, "operator"),
        ("вода НЕ", 6, "operator"),
        ("вода | -газ", 6, "exclusion"),
        ("вода /0 газ", 6, "distance"),
        ("вода /101 газ", 6, "distance"),
        ("вода /3", 6, "distance"),
        ("(вода|газ) /3 свет", 12, "distance"),
        ("вода^0", 5, "weight"),
        ("вода^101", 5, "weight"),
        ("вода^2^3", 7, "weight"),
        ("\"вода и газ\"~101", 13, "slop"),
        ("вода~2", 1, "phrase in quotes"),
        ("в*", 1, "two letters"),
        ("вода *к", 6, "two letters"),
        ("вода \"дорожн* карт*\"", 6, "between quotes"),
        ("заголовок: И", 1, "field"),
        ("заголовок:", 1, "field"),
        ("дата: вчерась", 1, "date"),
        ("вода дата:2024-13", 6, "date"),
        ("!(вода газ)", 1, "exact"),
    ];
    for (text, place, part) in table {
        match Query::parse_strict(text) {
            Err(crate::error::Error::Query { at, reason }) => {
                assert_eq!(at, place, "{text}: {reason}");
                assert!(reason.contains(part), "{text}: {reason}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_strict_reading_takes_what_is_written_as_the_language_wants() {
    let table = [
        "",
        "Кто приехал?",
        "Мирзиёев: итоги встречи",
        "температура -5 градусов",
        "https://example.org/12 и/или 24/7",
        "(вода|газ)^2 И \"новые сети\"~3 -!свет",
        "заголовок:(вода /3 газ) дата: май 2024",
        "Москва – Ташкент, «Узбекистон темир йуллари»",
    ];
    for text in table {
        assert_eq!(Query::parse_strict(text).unwrap(), Query::parse(text), "{text}");
    }
}
