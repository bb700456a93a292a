//! Says in Russian how a query was understood, one line for each clause.
//!
//! Shows what groups with what; knows nothing of forms that a word has or of what an index holds.

use std::fmt::{self, Write};

use super::{Expr, Field, Form, Query};
use crate::release::{Date, DateSpan};

/// What each clause of a choice begins with.
const ONE_OF: &str = "одно из";

impl Query {
    /// How the query was understood, in Russian, one line for each thing looked for.
    ///
    /// ```
    /// # use vestnik::Query;
    /// assert_eq!(
    ///     Query::parse("вода|газ -футбол").explain(),
    ///     "желательно: хотя бы одно из [слово «вода» в любой форме; слово «газ» в любой форме]\n\
    ///      исключить: слово «футбол» в любой форме",
    /// );
    /// ```
    pub fn explain(&self) -> String {
        let (items, role) = match &self.expr {
            Expr::Should(items) if items.is_empty() => return "пустой запрос: искать нечего".to_owned(),
            Expr::Should(items) => (items.as_slice(), "желательно"),
            Expr::All(items) => (items.as_slice(), "обязательно"),
            Expr::Any(items) => (items.as_slice(), ONE_OF),
            expr => (std::slice::from_ref(expr), "искать"),
        };
        let mut lines = String::new();
        for item in items {
            if !lines.is_empty() {
                lines.push('\n');
            }
            // A `String` takes whatever is written into it.
            let _ = clause(&mut lines, item, role);
        }
        lines
    }
}

fn clause(f: &mut String, expr: &Expr, role: &str) -> fmt::Result {
    let (role, expr) = match expr {
        Expr::Not(inner) => {
            f.push_str("исключить: ");
            return describe_excluded(f, inner);
        }
        // Of several dates or sources one is enough, where they are joined so.
        expr if role != ONE_OF => condition(expr).map_or((role, expr), |condition| ("только", condition)),
        expr => (role, expr),
    };
    write!(f, "{role}: ")?;
    describe(f, expr)
}

/// What lets no other releases pass, whatever they say, and whatever weight was given to it.
fn condition(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Date(_) | Expr::InField { field: Field::Source, .. } => Some(expr),
        Expr::Boost { expr, .. } => condition(expr),
        _ => None,
    }
}

/// A release is excluded for any of the things that stand side by side.
fn describe_excluded(f: &mut String, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Should(items) => describe_list(f, "что-либо из", items),
        expr => describe(f, expr),
    }
}

fn describe(f: &mut String, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Should(items) => describe_list(f, "как можно больше из", items),
        Expr::All(items) => describe_list(f, "сразу всё из", items),
        Expr::Any(items) => describe_list(f, "хотя бы одно из", items),
        Expr::Not(inner) => {
            f.push_str("без: ");
            describe_excluded(f, inner)
        }
        Expr::Word { text, form: Form::Any } => write!(f, "слово «{text}» в любой форме"),
        Expr::Word { text, form: Form::Exact } => write!(f, "слово «{text}» только в этой форме"),
        Expr::Phrase { text, form, slop } => describe_phrase(f, text, *form, *slop),
        Expr::Near { left, right, within } => {
            describe(f, left)?;
            f.push_str(" и ");
            describe(f, right)?;
            write!(f, " в пределах {within} {} друг от друга", of_words(*within))
        }
        Expr::Prefix(text) => write!(f, "слова, начинающиеся на «{text}»"),
        Expr::Pattern(text) => {
            write!(f, "слова вида «{text}» (? — одна буква, * — сколько угодно букв)")
        }
        Expr::InField { field, expr } => {
            write!(f, "{}: ", place(*field))?;
            describe(f, expr)
        }
        Expr::Date(span) => describe_days(f, *span),
        Expr::Boost { factor, expr } => {
            write!(f, "с весом {factor}: ")?;
            describe(f, expr)
        }
    }
}

fn describe_list(f: &mut String, what: &str, items: &[Expr]) -> fmt::Result {
    write!(f, "{what} [")?;
    for (count, item) in items.iter().enumerate() {
        if count > 0 {
            f.push_str("; ");
        }
        describe(f, item)?;
    }
    f.push(']');
    Ok(())
}

fn describe_phrase(f: &mut String, text: &str, form: Form, slop: Option<u32>) -> fmt::Result {
    let forms = match form {
        Form::Any => "в любых формах",
        Form::Exact => "только в этих формах",
    };
    match slop {
        None => write!(f, "фраза «{text}» {forms}"),
        Some(0) => write!(f, "слова «{text}» {forms} и в любом порядке, без слов между ними"),
        Some(slop) => {
            let words = of_words(slop);
            write!(f, "слова «{text}» {forms} и в любом порядке, между ними не более {slop} {words}")
        }
    }
}

fn place(field: Field) -> &'static str {
    match field {
        Field::Title => "в заголовке",
        Field::Body => "в тексте",
        Field::Source => "в названии источника",
    }
}

fn describe_days(f: &mut String, span: DateSpan) -> fmt::Result {
    let day = |day: Date| format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year());
    match (span.from.map(day), span.to.map(day)) {
        (Some(from), Some(to)) if from == to => write!(f, "дата {from}"),
        (Some(from), Some(to)) => write!(f, "дата с {from} по {to}"),
        (Some(from), None) => write!(f, "дата с {from}"),
        (None, Some(to)) => write!(f, "дата по {to}"),
        (None, None) => write!(f, "любая дата"),
    }
}

/// «Слова» in the genitive that a number demands: 1 слова, 3 слов, 21 слова.
fn of_words(count: u32) -> &'static str {
    if count % 10 == 1 && count % 100 != 11 { "слова" } else { "слов" }
}
