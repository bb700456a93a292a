//! The pieces that a typed query falls into, each with its place.
//!
//! Plain data; whether an operator holds where it stands is decided by the parser.

use super::{Expr, Field};

/// One piece of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Its first character, counted from 0.
    pub(super) at: usize,
}

/// What a piece of a query is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A word, a phrase, a prefix, a pattern or a date: complete in itself.
    Leaf(Expr),
    /// `(`
    Open,
    /// `)`
    Close,
    /// Joins or negates; `word` is its spelling where it is written in letters.
    Operator { operator: Operator, word: Option<String> },
    /// A field's name as written, colon left out, before what is looked for in it.
    Field { field: Field, name: String },
    /// `/N`
    Near(u32),
    /// `^N`, directly after something.
    Boost(f32),
}

/// An operator that joins or negates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
}

impl Kind {
    /// Whether `/N` may stand next to it.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Leaf(Expr::Word { .. } | Expr::Phrase { .. }))
    }

    pub(super) fn is(&self, wanted: Operator) -> bool {
        matches!(self, Self::Operator { operator, .. } if *operator == wanted)
    }
}
