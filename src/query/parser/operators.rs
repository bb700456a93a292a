//! Resolves operators without operands, so that the grammar accepts every sequence of tokens.
//!
//! An operator without an operand becomes a word if it is written in letters, and is dropped if it is a sign.
//! The same applies to a field name without a value, and to a distance or a boost without a word.

use crate::query::{
    Expr, Form,
    diagnostics::Diagnostics,
    token::{Kind, Operator, Token},
    word,
};

/// Keeps operators with operands, and turns the others into words or drops them.
pub(super) fn resolve(tokens: Vec<Token>, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let begins = begins(&tokens);
    let mut resolver = Resolver { kept: Vec::with_capacity(tokens.len()), after_operand: false, diagnostics };
    let mut rest = tokens.into_iter().enumerate().peekable();
    while let Some((place, token)) = rest.next() {
        let next = Next {
            begins: begins.get(place + 1).is_some_and(|&begins| begins),
            kind: rest.peek().map(|(_, next)| &next.kind),
        };
        resolver.take(token, &next);
    }
    resolver.kept
}

/// What comes after a token.
struct Next<'a> {
    /// Whether an operand begins there.
    begins: bool,
    kind: Option<&'a Kind>,
}

struct Resolver<'a> {
    kept: Vec<Token>,
    /// Whether the last token ends an operand.
    after_operand: bool,
    diagnostics: &'a mut Diagnostics,
}

/// For each token, whether an operand begins there, possibly after more operators.
fn begins(tokens: &[Token]) -> Vec<bool> {
    let mut begins = vec![false; tokens.len()];
    let mut later = false;
    for (token, begins) in tokens.iter().zip(&mut begins).rev() {
        later = match &token.kind {
            // In letters it becomes a word at worst.
            Kind::Leaf(_) | Kind::Open | Kind::Near(_) | Kind::Field { .. } => true,
            Kind::Operator { word, .. } => word.is_some() || later,
            Kind::Boost(_) => later,
            Kind::Close => false,
        };
        *begins = later;
    }
    begins
}

impl Resolver<'_> {
    fn take(&mut self, token: Token, next: &Next) {
        match &token.kind {
            Kind::Leaf(_) | Kind::Close => self.keep(token, true),
            Kind::Open => self.keep(token, false),
            Kind::Operator { operator, word } => {
                let holds = next.begins && (*operator == Operator::Not || self.after_operand);
                if holds {
                    return self.keep(token, false);
                }
                self.diagnostics.refuse(token.at, "this operator has no operand");
                if let Some(word) = word {
                    self.keep_word(token.at, word);
                }
            }
            Kind::Field { name, .. } => {
                if next.kind.is_some_and(is_value) {
                    return self.keep(token, false);
                }
                self.diagnostics.refuse(token.at, "this field has no word, phrase or group after it");
                self.keep_word(token.at, name);
            }
            Kind::Near(within) => self.take_distance(*within, token.at, next),
            Kind::Boost(_) => {
                let last = self.kept.last().map(|last| &last.kind);
                if last.is_some_and(|last| matches!(last, Kind::Leaf(_) | Kind::Close)) {
                    return self.keep(token, true);
                }
                self.diagnostics.refuse(token.at, "this weight follows no word, phrase or group");
            }
        }
    }

    fn take_distance(&mut self, within: u32, at: usize, next: &Next) {
        let after_text = self.kept.last().is_some_and(|last| last.kind.is_text());
        if after_text && next.kind.is_some_and(Kind::is_text) {
            return self.keep(Token { kind: Kind::Near(within), at }, false);
        }
        self.diagnostics.refuse(at, "a distance stands between two words or phrases");
        if !(self.after_operand && next.begins) {
            self.keep_word(at, &within.to_string());
        }
    }

    fn keep(&mut self, token: Token, ends_operand: bool) {
        self.kept.push(token);
        self.after_operand = ends_operand;
    }

    fn keep_word(&mut self, at: usize, text: &str) {
        if let Some(word) = word::text(text, Form::Any, None) {
            self.keep(Token { kind: Kind::Leaf(word), at }, true);
        }
    }
}

fn is_value(kind: &Kind) -> bool {
    matches!(kind, Kind::Open) || matches!(kind, Kind::Leaf(leaf) if !matches!(leaf, Expr::Date(_)))
}
