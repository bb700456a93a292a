//! The tokenizer: characters → lexemes.
//!
//! `scanner` finds words, compounds and addresses; `numbers` finds figures. Both look at characters only,
//! never at the dictionary, and run in time linear in the text.

mod numbers;
mod scanner;

pub(crate) use scanner::{Lexeme, LexemeKind, Scanner, Span};
