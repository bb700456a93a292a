//! Puts expressions together in the one shape that each meaning has.
//!
//! Lists of one collapse, lists flatten where that changes nothing, two negations cancel, and what
//! must not be there stands only at the root or in a list of wanted or required things.

use super::{
    Expr, Field, Form, Query,
    lexer::run,
    limits::{MAX_DISTANCE, is_boost},
    token::Kind,
    word::{self, visible},
};

fn is_empty(expr: &Expr) -> bool {
    matches!(expr, Expr::Should(items) if items.is_empty())
}

fn is_not(expr: &Expr) -> bool {
    matches!(expr, Expr::Not(_))
}

/// The only element of a list, or the list as `join` makes it, or nothing.
fn collapsed(mut items: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    if items.len() > 1 {
        return join(items);
    }
    items.pop().unwrap_or_else(|| Expr::Should(Vec::new()))
}

/// Things side by side. A list inside that excludes something stays: it excludes it only there.
pub(super) fn should(items: impl IntoIterator<Item = Expr>) -> Expr {
    let mut flat = Vec::new();
    for item in items {
        match item {
            Expr::Should(inner) if !inner.iter().any(is_not) => flat.extend(inner),
            item => flat.push(item),
        }
    }
    collapsed(flat, Expr::Should)
}

/// Things joined by `И`.
pub(super) fn all(items: impl IntoIterator<Item = Expr>) -> Expr {
    let mut flat = Vec::new();
    for item in items {
        match item {
            Expr::All(inner) => flat.extend(inner),
            item if is_empty(&item) => {}
            item => flat.push(item),
        }
    }
    collapsed(flat, Expr::All)
}

/// Things joined by `ИЛИ`, as elements of a list of wanted things: first the choice, then what was
/// excluded in it, since «а или не б» is nearly always meant as «а, but not б».
pub(super) fn any_apart(items: impl IntoIterator<Item = Expr>) -> Vec<Expr> {
    let mut flat = Vec::new();
    let mut excluded = Vec::new();
    for item in items {
        match item {
            Expr::Any(inner) => flat.extend(inner),
            item if is_not(&item) => excluded.push(item),
            item if is_empty(&item) => {}
            item => flat.push(item),
        }
    }
    let mut elements = vec![collapsed(flat, Expr::Any)];
    elements.append(&mut excluded);
    elements
}

/// Must not be there.
pub(super) fn not(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        expr if is_empty(&expr) => expr,
        expr => Expr::Not(Box::new(expr)),
    }
}

/// Only in one part of the release.
pub(super) fn in_field(field: Field, expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => not(in_field(field, *inner)),
        expr if is_empty(&expr) => expr,
        expr => Expr::InField { field, expr: Box::new(expr) },
    }
}

/// Counts for more or less; what is excluded or has no proper weight counts as it is.
pub(super) fn boost(factor: f32, expr: Expr) -> Expr {
    if is_not(&expr) || is_empty(&expr) || !is_boost(factor) {
        return expr;
    }
    Expr::Boost { factor, expr: Box::new(expr) }
}

/// Near each other; what is neither a word nor a phrase is only required.
pub(super) fn near(left: Expr, right: Expr, within: u32) -> Expr {
    let is_text = |expr: &Expr| matches!(expr, Expr::Word { .. } | Expr::Phrase { .. });
    if !is_text(&left) || !is_text(&right) {
        return all([left, right]);
    }
    let within = within.clamp(1, MAX_DISTANCE);
    Expr::Near { left: Box::new(left), right: Box::new(right), within }
}

/// Surface forms that begin so, or the word where that is too short.
pub(super) fn prefix(text: &str) -> Expr {
    wild(&format!("{}*", visible(text))).unwrap_or_else(|| plain(text, Form::Any, None))
}

/// Surface forms of this shape, or the word where it has no wildcards.
pub(super) fn pattern(text: &str) -> Expr {
    wild(&visible(text)).unwrap_or_else(|| plain(text, Form::Any, None))
}

/// What the text is when typed, where that is a prefix or a pattern.
fn wild(text: &str) -> Option<Expr> {
    match run::leaf(text, Form::Any).0? {
        Kind::Leaf(leaf @ (Expr::Prefix(_) | Expr::Pattern(_))) => Some(leaf),
        _ => None,
    }
}

/// A word, a phrase, or nothing where the text has no word.
pub(super) fn plain(text: &str, form: Form, slop: Option<u32>) -> Expr {
    let slop = slop.map(|slop| slop.min(MAX_DISTANCE));
    word::text(text, form, slop).unwrap_or_else(|| Expr::Should(Vec::new()))
}

impl From<Expr> for Query {
    /// Brings a hand-built expression into the shape that its rendering reads back as.
    ///
    /// The meaning stays. Only a span of days that ends before it begins and brackets more than 64
    /// deep have no rendering of their own.
    fn from(expr: Expr) -> Self {
        Self { expr: tidy(expr) }
    }
}

fn tidy(expr: Expr) -> Expr {
    let each = |items: Vec<Expr>| items.into_iter().map(tidy);
    match expr {
        Expr::Should(items) => should(each(items)),
        Expr::All(items) => all(each(items)),
        Expr::Any(items) => should(any_apart(each(items))),
        Expr::Not(inner) => not(tidy(*inner)),
        Expr::Word { text, form } => plain(&text, form, None),
        Expr::Phrase { text, form, slop } => plain(&text, form, slop),
        Expr::Near { left, right, within } => near(tidy(*left), tidy(*right), within),
        Expr::Prefix(text) => prefix(&text),
        Expr::Pattern(text) => pattern(&text),
        Expr::InField { field, expr } => in_field(field, tidy(*expr)),
        Expr::Date(span) => Expr::Date(span),
        Expr::Boost { factor, expr } => boost(factor, tidy(*expr)),
    }
}
