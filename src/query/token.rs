//! The tokens of a query, each with its place in the text.

use super::{Expr, Field};

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Its first character, counted from 0.
    pub(super) at: usize,
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A word, a phrase, a prefix, a pattern or a date: complete in itself.
    Leaf(Expr),
    /// `(`
    Open,
    /// `)`
    Close,
    /// An operator; `word` is its spelling if it is written in letters.
    Operator { operator: Operator, word: Option<String> },
    /// A field and its name as typed, without the colon.
    Field { field: Field, name: String },
    /// `/N`
    Near(u32),
    /// `^N`, directly after a clause.
    Boost(f32),
}

/// The operators between clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
}

impl Kind {
    /// Whether `/N` can stand next to the token.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Leaf(Expr::Word { .. } | Expr::Phrase { .. }))
    }

    pub(super) fn is(&self, wanted: Operator) -> bool {
        matches!(self, Self::Operator { operator, .. } if *operator == wanted)
    }
}
