//! The tokenizer: characters → lexemes.
//!
//! `scanner` finds words, compounds and addresses, `numbers` and `phones` find figures. They look at
//! characters; only a word hyphenated at the end of a line is looked up in the dictionary. Time is linear in
//! the length of the text.

mod numbers;
mod phones;
mod scanner;

pub(crate) use scanner::{Lexeme, LexemeKind, Scanner, Span};
