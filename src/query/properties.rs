//! Property tests: every text is a query, and every query parses back from its rendering.

use jiff::civil::date;
use proptest::prelude::*;

use super::{Expr, Field, Form, Query};
use crate::release::DateSpan;

/// Text of operators, words, and signs that resemble operators.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        " ",
        " ",
        " ",
        " ",
        "а",
        "б",
        "Ташкент",
        "И",
        "ИЛИ",
        "НЕ",
        "AND",
        "OR",
        "NOT",
        "&",
        "&&",
        "|",
        "(",
        ")",
        "(",
        ")",
        "\"",
        "«",
        "»",
        "„",
        "“",
        "”",
        "!",
        "=",
        "-",
        "–",
        "*",
        "?",
        "~",
        "~3",
        "^",
        "^2",
        "^0,5",
        "/",
        "/3",
        "/300",
        "5",
        "2024",
        "май 2024",
        "заголовок:",
        "Source:",
        "текст:",
        "дата:",
        "дата: 2024",
        "http://a.b/c?d=1",
        ",",
        ".",
        ":",
        "…",
        "№",
        "#",
        "В.",
        "#а",
        "+",
        "%",
        "'",
        "\u{301}",
        "\u{200B}",
        "\n",
        "..",
        ">",
        "[",
        "дипло*",
        "сл?во",
        "½",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn form() -> impl Strategy<Value = Form> {
    prop::sample::select(vec![Form::Any, Form::Exact])
}

fn leaf() -> impl Strategy<Value = Expr> {
    let text = || prop_oneof!["[а-яА-Я]{1,6}( [а-я]{1,4}){0,2}", noise(), "\\PC{0,8}"];
    let day = (1900_i16..2100, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| date(year, month, day));
    let year = (1900_i16..2100)
        .prop_map(|year| DateSpan { from: Some(date(year, 1, 1)), to: Some(date(year, 12, 31)) });
    let since = day.prop_map(|day| DateSpan { from: Some(day), to: None });
    prop_oneof![
        3 => (text(), form()).prop_map(|(text, form)| Expr::Word { text, form }),
        2 => (text(), form(), prop::option::of(0_u32..120))
            .prop_map(|(text, form, slop)| Expr::Phrase { text, form, slop }),
        1 => text().prop_map(Expr::Prefix),
        1 => text().prop_map(Expr::Pattern),
        1 => prop_oneof![year, since].prop_map(Expr::Date),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let fields = prop::sample::select(vec![Field::Title, Field::Body, Field::Source]);
    leaf().prop_recursive(5, 40, 4, move |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..4);
        let one = || inner.clone().prop_map(Box::new);
        let near =
            (one(), one(), 0_u32..120).prop_map(|(left, right, within)| Expr::Near { left, right, within });
        let words = ["а", "б", "И"].map(Expr::word);
        let word = || prop::sample::select(words.to_vec());
        let chain = (word(), word(), word())
            .prop_map(|(a, b, c)| Expr::All(vec![Expr::near(a, b.clone(), 2), Expr::near(b, c, 3)]));
        prop_oneof![
            list().prop_map(Expr::Should),
            list().prop_map(Expr::All),
            list().prop_map(Expr::Any),
            one().prop_map(Expr::Not),
            near,
            chain,
            (fields.clone(), one()).prop_map(|(field, expr)| Expr::InField { field, expr }),
            (-1_f32..200.0, one()).prop_map(|(factor, expr)| Expr::Boost { factor, expr }),
        ]
    })
}

/// Whether exclusions stand only where the language has a meaning for them, and no list is empty, of one element
/// or nested without need.
fn is_in_shape(expr: &Expr, may_exclude: bool) -> bool {
    let list = |items: &[Expr], may_exclude| {
        items.len() > 1 && items.iter().all(|item| is_in_shape(item, may_exclude))
    };
    match expr {
        Expr::Should(items) => {
            let excludes = |item: &Expr| matches!(item, Expr::Not(_));
            list(items, true)
                && items.iter().all(|item| match item {
                    Expr::Should(inner) => inner.iter().any(excludes),
                    _ => true,
                })
        }
        Expr::All(items) => list(items, true) && !items.iter().any(|item| matches!(item, Expr::All(_))),
        Expr::Any(items) => list(items, false) && !items.iter().any(|item| matches!(item, Expr::Any(_))),
        Expr::Not(inner) => may_exclude && is_in_shape(inner, false),
        Expr::Near { left, right, .. } => is_in_shape(left, false) && is_in_shape(right, false),
        Expr::InField { expr, .. } | Expr::Boost { expr, .. } => is_in_shape(expr, false),
        Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix(_) | Expr::Pattern(_) | Expr::Date(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_typed_query_reads_back_from_its_rendering(text in prop_oneof![noise(), "\\PC{0,40}", ".{0,40}"]) {
        let query = Query::parse(&text);
        let rendered = query.to_string();
        prop_assert_eq!(&Query::parse(&rendered), &query, "{} as {}", text, rendered);
        prop_assert!(query.is_empty() || is_in_shape(&query.expr, true), "{}: {:?}", text, query);
        prop_assert_eq!(&Query::from(query.expr.clone()), &query);
        prop_assert!(!query.explain().is_empty());
    }

    #[test]
    fn a_built_query_reads_back_from_its_rendering(expr in expr()) {
        let query = Query::from(expr);
        let rendered = query.to_string();
        prop_assert_eq!(&Query::parse(&rendered), &query, "{}", rendered);
        prop_assert!(query.is_empty() || is_in_shape(&query.expr, true), "{:?}", query);
        prop_assert!(Query::parse_strict(&rendered).is_ok(), "{:?}", Query::parse_strict(&rendered));
    }

    #[test]
    fn any_expression_renders_as_some_query(expr in expr()) {
        let _ = Query::parse(&Query { expr }.to_string());
    }

    #[test]
    fn plain_words_stay_words(text in noise()) {
        let query = Query::words(&text);
        let leaves = match &query.expr {
            Expr::Should(items) => items.as_slice(),
            expr => std::slice::from_ref(expr),
        };
        let plain = |leaf: &Expr| matches!(leaf, Expr::Word { .. } | Expr::Phrase { .. });
        prop_assert!(leaves.iter().all(plain), "{:?}", query);
        prop_assert_eq!(Query::parse(&query.to_string()), query);
    }
}

#[test]
fn alternatives_are_not_read_back_as_the_name_of_a_site() {
    for (text, rendered) in [
        ("мост река 3|Газета.ru", "(мост река 3 | Газета.ru)"),
        ("мост&&река&&3|В.май", "(мост & река & 3 | В.май)"),
        ("мост река|3|В.май 2024 год", "мост река | 3 | В.май 2024 год"),
    ] {
        let query = Query::parse(text);
        assert_eq!(query.to_string(), rendered, "{text}");
        assert_eq!(Query::parse(rendered), query, "{text}");
    }
}
