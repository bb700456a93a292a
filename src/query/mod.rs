//! The query language: what a person types, as plain data.
//!
//! `lexer` splits the text into tokens, `parser` builds an [`Expr`], `normalize` gives equal meanings one
//! form. Parsing never fails and uses neither an index nor a dictionary: `search` resolves the words.
//! The same data can be built by hand (`builder`), rendered as text (`display`) and explained.

mod builder;
mod diagnostics;
mod display;
mod explain;
mod expr;
mod lexer;
mod limits;
mod normalize;
mod parser;
mod relative_date;
mod token;
mod word;

#[cfg(test)]
mod adversarial;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod table;

use serde::Serialize;

pub use self::{
    diagnostics::Note,
    expr::{Expr, Field, Form},
    parser::{Parsed, QueryParser},
};

/// A query, understood.
///
/// Read from text by [`FromStr`](std::str::FromStr) or [`Query::parse`], where nothing is an error,
/// or by [`Query::parse_strict`]; built by hand with [`Query::words`] and the functions of [`Expr`];
/// rendered as text that reads back the same; explained in Russian by [`Query::explain`].
///
/// # The language
///
/// | written | looked for |
/// |---|---|
/// | `встреча Ташкент` | both words in every form; releases with all of them come first |
/// | `"встреча в Ташкенте"`, `«…»`, `„…“`, `“…”` | the phrase, in every form of its words |
/// | `"встреча Ташкент"~3` | the words in any order, at most 3 others between them |
/// | `встреча /3 Ташкент` | the two words or phrases within 3 words of each other |
/// | `!Ташкенте`, `=Ташкенте`, `!"в Ташкенте"` | only this form |
/// | `-футбол`, `НЕ футбол`, `NOT футбол` | releases without it |
/// | `узбекский\|казахский`, `ИЛИ`, `OR` | one is enough |
/// | `вода И энергия`, `AND`, `&`, `&&` | both are required |
/// | `дипло*`, `Мирзи?ев`, `Ш*кат` | words that begin so; words of this shape |
/// | `заголовок:визит`, `источник:УзА`, `текст:(вода энергия)` | only there; also `title:`, `source:`, `body:` |
/// | `дата:2024`, `дата: май 2024`, `date:2024-01..2024-06` | published in these days |
/// | `визит^3`, `"водная политика"^0.5` | counts for more or less, above 0 and at most 100 |
///
/// Operators in letters are in capitals. What binds tightest comes first: `/N`, a field's name, `^`,
/// `НЕ`, `И`, `ИЛИ`, standing side by side. So `а б|в` is `а (б|в)` as in Yandex, and `а|б И в` is
/// `а|(б И в)`. Round brackets group otherwise, to a depth of 64.
///
/// What only looks like an operator is text: a minus between spaces or before a bare number, `и/или`,
/// an address, an unknown name before a colon, the `?` at the end of a question. A prefix has two
/// letters at least; a pattern begins with one and has two.
///
/// ```
/// use vestnik::query::{Expr, Field, Query};
///
/// let typed = Query::parse("заголовок:Ташкент переговоры|встреча -футбол");
/// let built = Query::from(Expr::should([
///     Expr::word("Ташкент").in_field(Field::Title),
///     Expr::any([Expr::word("переговоры"), Expr::word("встреча")]),
///     !Expr::word("футбол"),
/// ]));
/// assert_eq!(typed, built);
/// assert_eq!(built.to_string(), "заголовок:Ташкент переговоры | встреча -футбол");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Query {
    pub(crate) expr: Expr,
}
