//! Normalization: expressions with the same meaning get the same form.
//!
//! Lists of one element collapse, nested lists flatten where that keeps the meaning, and double negations
//! cancel. An exclusion stands only at the root or in a list of optional or required clauses.

use std::mem;

use super::{
    Expr, Field, Form, Query,
    lexer::run,
    limits::{MAX_DISTANCE, MAX_NESTING, is_boost},
    token::Kind,
    word::{self, visible},
};

fn is_empty(expr: &Expr) -> bool {
    matches!(expr, Expr::Should(items) if items.is_empty())
}

fn is_not(expr: &Expr) -> bool {
    matches!(expr, Expr::Not(_))
}

/// The only element of a list, or the list made with `join`, or the empty expression.
fn collapsed(mut items: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    if items.len() > 1 {
        return join(items);
    }
    items.pop().unwrap_or_default()
}

/// Optional clauses. A list inside with an exclusion stays a list, because it excludes only from itself.
pub(super) fn should(items: impl IntoIterator<Item = Expr>) -> Expr {
    let mut flat = Vec::new();
    for mut item in items {
        match &mut item {
            Expr::Should(inner) if !inner.iter().any(is_not) => flat.append(inner),
            _ => flat.push(item),
        }
    }
    collapsed(flat, Expr::Should)
}

/// Clauses joined by `И`.
pub(super) fn all(items: impl IntoIterator<Item = Expr>) -> Expr {
    let mut flat = Vec::new();
    for mut item in items {
        match &mut item {
            Expr::All(inner) => flat.append(inner),
            item if is_empty(item) => {}
            _ => flat.push(item),
        }
    }
    collapsed(flat, Expr::All)
}

/// Clauses joined by `ИЛИ`, as elements of a list of optional clauses: first the choice, then what it
/// excludes, because «а или не б» nearly always means «а, but not б».
pub(super) fn any_apart(items: impl IntoIterator<Item = Expr>) -> Vec<Expr> {
    let mut flat = Vec::new();
    let mut excluded = Vec::new();
    for mut item in items {
        match &mut item {
            Expr::Any(inner) => flat.append(inner),
            Expr::Not(_) => excluded.push(item),
            item if is_empty(item) => {}
            _ => flat.push(item),
        }
    }
    let mut elements = vec![collapsed(flat, Expr::Any)];
    elements.append(&mut excluded);
    elements
}

/// An exclusion.
pub(super) fn not(mut expr: Expr) -> Expr {
    match &mut expr {
        Expr::Not(inner) => mem::take(inner),
        inner if is_empty(inner) => expr,
        _ => Expr::Not(Box::new(expr)),
    }
}

/// A clause that matches only in one field.
pub(super) fn in_field(field: Field, mut expr: Expr) -> Expr {
    match &mut expr {
        Expr::Not(inner) => not(in_field(field, mem::take(inner))),
        inner if is_empty(inner) => expr,
        _ => Expr::InField { field, expr: Box::new(expr) },
    }
}

/// A clause with another weight. Exclusions keep theirs, and so does a clause with an invalid factor.
pub(super) fn boost(factor: f32, expr: Expr) -> Expr {
    if is_not(&expr) || is_empty(&expr) || !is_boost(factor) {
        return expr;
    }
    Expr::Boost { factor, expr: Box::new(expr) }
}

/// Two words or phrases near each other. Anything else becomes a pair of required clauses.
pub(super) fn near(left: Expr, right: Expr, within: u32) -> Expr {
    let is_text = |expr: &Expr| matches!(expr, Expr::Word { .. } | Expr::Phrase { .. });
    if !is_text(&left) || !is_text(&right) {
        return all([left, right]);
    }
    let within = within.clamp(1, MAX_DISTANCE);
    Expr::Near { left: Box::new(left), right: Box::new(right), within }
}

/// A prefix, or the word where the text is too short for one.
pub(super) fn prefix(text: &str) -> Expr {
    wild(&format!("{}*", visible(text))).unwrap_or_else(|| plain(text, Form::Any, None))
}

/// A pattern, or the word where the text has no wildcards.
pub(super) fn pattern(text: &str) -> Expr {
    wild(&visible(text)).unwrap_or_else(|| plain(text, Form::Any, None))
}

/// What the text means when typed, if that is a prefix or a pattern.
fn wild(text: &str) -> Option<Expr> {
    match run::leaf(text, Form::Any).0? {
        Kind::Leaf(leaf @ (Expr::Prefix(_) | Expr::Pattern(_))) => Some(leaf),
        _ => None,
    }
}

/// A word, a phrase, or the empty expression for a text without words.
pub(super) fn plain(text: &str, form: Form, slop: Option<u32>) -> Expr {
    let slop = slop.map(|slop| slop.min(MAX_DISTANCE));
    word::text(text, form, slop).unwrap_or_default()
}

impl From<Expr> for Query {
    /// Normalizes an expression of any depth. The meaning stays, with one exception: parts nested deeper than
    /// 392 levels lose their operators and count as optional or excluded words.
    ///
    /// The query reads back from its rendering, except a span of days that ends before it begins and brackets
    /// nested more than 64 deep.
    fn from(expr: Expr) -> Self {
        Self { expr: normalized(expr, 0) }
    }
}

fn normalized(mut expr: Expr, depth: usize) -> Expr {
    if depth == MAX_NESTING {
        return flattened(expr);
    }
    let one = |expr: &mut Expr| normalized(mem::take(expr), depth + 1);
    let each = |items: &mut Vec<Expr>| {
        mem::take(items).into_iter().map(|item| normalized(item, depth + 1)).collect::<Vec<_>>()
    };
    match &mut expr {
        Expr::Should(items) => should(each(items)),
        Expr::All(items) => all(each(items)),
        Expr::Any(items) => should(any_apart(each(items))),
        Expr::Not(inner) => not(one(inner)),
        Expr::Near { left, right, within } => near(one(left), one(right), *within),
        Expr::InField { field, expr } => in_field(*field, one(expr)),
        Expr::Boost { factor, expr } => boost(*factor, one(expr)),
        Expr::Word { .. } | Expr::Phrase { .. } | Expr::Prefix(_) | Expr::Pattern(_) | Expr::Date(_) => {
            normalized_leaf(expr)
        }
    }
}

fn normalized_leaf(expr: Expr) -> Expr {
    match &expr {
        Expr::Word { text, form } => plain(text, *form, None),
        Expr::Phrase { text, form, slop } => plain(text, *form, *slop),
        Expr::Prefix(text) => prefix(text),
        Expr::Pattern(text) => pattern(text),
        _ => expr,
    }
}

/// The leaves of an expression as optional clauses, or as exclusions under an odd number of negations.
fn flattened(expr: Expr) -> Expr {
    let mut leaves = Vec::new();
    let mut pending = vec![(expr, false)];
    while let Some((mut expr, negated)) = pending.pop() {
        let negated = negated ^ is_not(&expr);
        let parts = expr.take_parts();
        if parts.is_empty() {
            let leaf = normalized_leaf(expr);
            leaves.push(if negated { not(leaf) } else { leaf });
        }
        pending.extend(parts.into_iter().rev().map(|part| (part, negated)));
    }
    should(leaves)
}
