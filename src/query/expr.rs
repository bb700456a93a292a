//! The syntax tree of a query, as plain data.
//!
//! Any tree is valid; [`Query::from`](super::Query) normalizes it. A tree of any depth can be dropped without
//! recursion; cloning, comparing and printing a tree that is not part of a query recurse.

use std::mem;

use serde::Serialize;

use crate::release::DateSpan;

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// Clauses side by side, all optional. Releases that match all of them rank first.
    Should(Vec<Expr>),
    /// Clauses joined by `И`. All of them must match.
    All(Vec<Expr>),
    /// Clauses joined by `ИЛИ`. At least one of them must match.
    Any(Vec<Expr>),
    /// Must not match.
    Not(Box<Expr>),
    /// A word as typed. The analyzer can still split it into several tokens.
    Word {
        /// The word.
        text: String,
        /// Which forms match.
        form: Form,
    },
    /// Several words next to each other, or nearly so.
    Phrase {
        /// The words as typed.
        text: String,
        /// Which forms match.
        form: Form,
        /// The number of other words that may stand among the words, which then match in any order.
        /// `None`: no other words, and in the given order.
        slop: Option<u32>,
    },
    /// Two words or phrases with a distance of at most `within` words, in either order.
    Near {
        /// The first word or phrase.
        left: Box<Expr>,
        /// The second word or phrase.
        right: Box<Expr>,
        /// The distance in words. Neighbouring words have the distance 1.
        within: u32,
    },
    /// Surface forms with this prefix.
    Prefix(String),
    /// Surface forms that match this pattern, where `?` is one letter and `*` any number of letters.
    Pattern(String),
    /// Matches only in one field.
    InField {
        /// The field.
        field: Field,
        /// What must match there.
        expr: Box<Expr>,
    },
    /// Published within this span of days.
    Date(DateSpan),
    /// Counts for more or for less than the rest of the query.
    Boost {
        /// The factor, above 0 and at most 100.
        factor: f32,
        /// What it applies to.
        expr: Box<Expr>,
    },
}

/// Which forms of a word match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Every case, number and spelling.
    Any,
    /// Only the form as typed. Letter case does not matter, and ё is е.
    Exact,
}

/// A field of a release that a query can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The headline.
    Title,
    /// The text below the headline.
    Body,
    /// The publisher.
    Source,
}

impl Default for Expr {
    /// The empty expression.
    fn default() -> Self {
        Self::Should(Vec::new())
    }
}

impl Expr {
    /// Takes the parts of an expression out of it.
    pub(super) fn take_parts(&mut self) -> Vec<Self> {
        match self {
            Self::Should(parts) | Self::All(parts) | Self::Any(parts) => mem::take(parts),
            Self::Not(expr) | Self::InField { expr, .. } | Self::Boost { expr, .. } => vec![mem::take(expr)],
            Self::Near { left, right, .. } => vec![mem::take(left), mem::take(right)],
            Self::Word { .. } | Self::Phrase { .. } | Self::Prefix(_) | Self::Pattern(_) | Self::Date(_) => {
                Vec::new()
            }
        }
    }
}

impl Drop for Expr {
    /// Drops an expression part by part. The default would recurse and overflow the stack on a deep tree.
    fn drop(&mut self) {
        let mut pending = self.take_parts();
        while let Some(mut expr) = pending.pop() {
            pending.append(&mut expr.take_parts());
        }
    }
}
