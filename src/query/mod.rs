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
pub(crate) mod limits;
mod markup;
mod normalize;
mod parser;
mod relative_date;
mod site_name;
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

/// A parsed and normalized query.
///
/// [`Query::parse`] and [`FromStr`](std::str::FromStr) read any text without an error, [`Query::parse_strict`]
/// rejects mistakes, and [`QueryParser`] reports them. [`Query::words`] and the functions of [`Expr`] build a query
/// by hand. `Display` renders text that parses to the same query; [`Query::explain`] describes it in English.
///
/// # The language
///
/// | typed | matches |
/// |---|---|
/// | `встреча Ташкент` | both words in every form; releases with both come first |
/// | `"встреча в Ташкенте"`, `«…»`, `„…“`, `“…”` | the phrase, with each word in every form |
/// | `"встреча Ташкент"~3` | the words in any order, at most 3 others between them |
/// | `встреча /3 Ташкент` | the two words or phrases within 3 words of each other |
/// | `!Ташкенте`, `=Ташкенте`, `!"в Ташкенте"` | only this form |
/// | `-футбол`, `НЕ футбол`, `NOT футбол` | releases without it |
/// | `узбекский\|казахский`, `ИЛИ`, `OR` | at least one of them |
/// | `вода И энергия`, `AND`, `&`, `&&` | both are required |
/// | `дипло*`, `*ведение`, `*вед*`, `Мирзи?ев`, `Ш*кат` | words that match; `?` is one letter, `*` any number |
/// | `заголовок:визит`, `источник:УзА`, `текст:(вода энергия)` | only in that field; also `title:`, `source:`, `body:` |
/// | `дата:2024`, `дата: май 2024`, `date:2024-01..2024-06`, `дата:2019–2024` | published in these days |
/// | `дата:с мая 2024`, `дата:2024–`, `дата:до 2020`, `дата:>2023` | since, before or after a date; `до` excludes it |
/// | `дата:вчера`, `дата:неделя`, `дата:последние 3 месяца`, `дата:прошлый год` | the same, counted from today |
/// | `визит^3`, `"водная политика"^0.5` | counts for more or less, above 0 and at most 100 |
///
/// Operators that are words are written in capitals. From the tightest binding to the loosest, the operators are
/// `/N`, a field name, `^`, `НЕ`, `И`, `ИЛИ`, and no operator. So `а б|в` is `а (б|в)` as in Yandex, and
/// `а|б И в` is `а|(б И в)`. Round brackets group, to a depth of 64.
///
/// Text that only resembles an operator is text: a minus between spaces or before a number, `и/или`, an address,
/// an unknown name before a colon, the `?` at the end of a question. A prefix or a pattern has at least two letters.
/// Invisible characters and the tags and character references of HTML are ignored, and so are the stars of Markdown's
/// bold type. In a query in capitals, which has no small letter and a word of five letters or more, `И`, `ИЛИ` and
/// `НЕ` are words; write `&`, `|` and `-` there.
///
/// A query has at most 1,024 different words, 4,096 words in all, 16 wildcards and distances, and 64 dates. A
/// search uses 96 of the different words ([`MAX_WORDS`](crate::search::MAX_WORDS)). Parsing takes linear
/// time, about 0.1 s for a megabyte.
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
