//! Describes in English how a query was understood, one line per clause.
//!
//! Shows the structure of the query. It does not depend on a dictionary or an index.

use std::fmt::{self, Write};

use super::{Expr, Field, Form, Query};
use crate::release::{Date, DateSpan};

/// The label of the alternatives of a query that is one choice.
const ANY: &str = "any of";

impl Query {
    /// Describes how the query was understood, one line per clause.
    ///
    /// ```
    /// # use vestnik::Query;
    /// assert_eq!(
    ///     Query::parse("вода|газ -футбол").explain(),
    ///     "should match: at least one of [any form of «вода»; any form of «газ»]\n\
    ///      must not match: any form of «футбол»",
    /// );
    /// ```
    pub fn explain(&self) -> String {
        let (items, label) = match &self.expr {
            Expr::Should(items) if items.is_empty() => return "the query is empty".to_owned(),
            Expr::Should(items) => (items.as_slice(), "should match"),
            Expr::All(items) => (items.as_slice(), "must match"),
            Expr::Any(items) => (items.as_slice(), ANY),
            expr => (std::slice::from_ref(expr), "match"),
        };
        let mut lines = String::new();
        for item in items {
            if !lines.is_empty() {
                lines.push('\n');
            }
            // Writing to a string does not fail.
            let _ = clause(&mut lines, item, label);
        }
        lines
    }
}

fn clause(f: &mut String, expr: &Expr, label: &str) -> fmt::Result {
    let (label, expr) = match expr {
        Expr::Not(inner) => {
            f.push_str("must not match: ");
            return describe_excluded(f, inner);
        }
        // One date or source of several is enough if they are alternatives.
        expr if label != ANY => filter(expr).map_or((label, expr), |filter| ("only", filter)),
        expr => (label, expr),
    };
    write!(f, "{label}: ")?;
    describe(f, expr)
}

/// A clause that restricts the results without adding to the score; a boost has no effect on it.
fn filter(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Date(_) | Expr::InField { field: Field::Source, .. } => Some(expr),
        Expr::Boost { expr, .. } => filter(expr),
        _ => None,
    }
}

/// Excluded clauses side by side exclude each for itself.
fn describe_excluded(f: &mut String, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Should(items) => describe_list(f, "any of", items),
        expr => describe(f, expr),
    }
}

fn describe(f: &mut String, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Should(items) => describe_list(f, "as many as possible of", items),
        Expr::All(items) => describe_list(f, "all of", items),
        Expr::Any(items) => describe_list(f, "at least one of", items),
        Expr::Not(inner) => {
            f.push_str("not ");
            describe_excluded(f, inner)
        }
        Expr::Word { text, form: Form::Any } => write!(f, "any form of «{text}»"),
        Expr::Word { text, form: Form::Exact } => write!(f, "exactly «{text}»"),
        Expr::Phrase { text, form, slop } => describe_phrase(f, text, *form, *slop),
        Expr::Near { left, right, within } => {
            describe(f, left)?;
            f.push_str(" and ");
            describe(f, right)?;
            write!(f, " within {}", words(*within))
        }
        Expr::Prefix(text) => write!(f, "words that begin with «{text}»"),
        Expr::Pattern(text) => {
            write!(f, "words like «{text}» (? is one letter, * any number of letters)")
        }
        Expr::InField { field, expr } => {
            describe(f, expr)?;
            write!(f, " in the {}", name(*field))
        }
        Expr::Date(span) => describe_days(f, *span),
        Expr::Boost { factor, expr } => {
            describe(f, expr)?;
            write!(f, " (weight ×{factor})")
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
        Form::Any => "in any form",
        Form::Exact => "exactly",
    };
    match slop {
        None => write!(f, "the phrase «{text}» {forms}"),
        Some(0) => write!(f, "the words «{text}» {forms}, in any order, next to each other"),
        Some(slop) => {
            write!(f, "the words «{text}» {forms}, in any order, with at most {} between them", others(slop))
        }
    }
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::Body => "body",
        Field::Source => "source",
    }
}

fn describe_days(f: &mut String, span: DateSpan) -> fmt::Result {
    let day = |day: Date| day.to_string();
    match (span.from.map(day), span.to.map(day)) {
        (Some(from), Some(to)) if from == to => write!(f, "dated {from}"),
        (Some(from), Some(to)) => write!(f, "dated {from} to {to}"),
        (Some(from), None) => write!(f, "dated {from} or later"),
        (None, Some(to)) => write!(f, "dated {to} or earlier"),
        (None, None) => write!(f, "with any date"),
    }
}

fn words(count: u32) -> String {
    if count == 1 { "1 word".to_owned() } else { format!("{count} words") }
}

fn others(count: u32) -> String {
    if count == 1 { "1 other word".to_owned() } else { format!("{count} other words") }
}
