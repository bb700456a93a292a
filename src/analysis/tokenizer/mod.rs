//! The tokenizer: characters → lexemes.
//!
//! `scanner` decides what begins at a character; `runs`, `compounds`, `addresses`, `numbers` and `phones` read
//! it. They look at characters; only a word hyphenated at the end of a line is looked up in the dictionary.
//! Time is linear in the length of the text.

mod addresses;
mod compounds;
mod numbers;
mod phones;
mod runs;
mod scanner;

pub(super) use scanner::examined;
pub(crate) use scanner::{Lexeme, LexemeKind, Scanner, Span};
