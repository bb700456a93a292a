//! The query language: what a person types, as plain data.
//!
//! Parsing never fails and never looks at an index or a dictionary; what the words mean is the
//! business of `search`. The same data can be built by hand, rendered as text and explained.

mod brackets;
mod build;
mod chunk;
mod days;
mod doubt;
mod explain;
mod lex;
mod parse;
mod quote;
mod render;
mod settle;
mod shape;
mod token;
mod word;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod noise;
#[cfg(test)]
mod table;

use serde::Serialize;

use crate::release::DateSpan;

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
/// let built = Query::from(Expr::wanted([
///     Expr::word("Ташкент").in_field(Field::Title),
///     Expr::any([Expr::word("переговоры"), Expr::word("встреча")]),
///     !Expr::word("футбол"),
/// ]));
/// assert_eq!(typed, built);
/// assert_eq!(built.to_string(), "заголовок:Ташкент переговоры | встреча -футбол");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Query {
    /// What is looked for.
    pub expr: Expr,
}

/// One thing looked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// Things side by side, each wanted: releases with all of them come first.
    Wanted(Vec<Expr>),
    /// Things joined by `И`: each is required.
    All(Vec<Expr>),
    /// Things joined by `ИЛИ`: one is enough.
    Any(Vec<Expr>),
    /// Must not be there.
    Not(Box<Expr>),
    /// A word as typed, which analysis may still take apart.
    Word {
        /// The word.
        text: String,
        /// In which forms it counts.
        form: Form,
    },
    /// Words in this order, next to each other or nearly so.
    Phrase {
        /// The words as typed.
        text: String,
        /// In which forms they count.
        form: Form,
        /// How many words may stand between them in all, in any order; `None` for none, in order.
        slop: Option<u32>,
    },
    /// Two things with at most `within` words from one to the other, in any order.
    Near {
        /// One of them: a word or a phrase.
        left: Box<Expr>,
        /// The other: a word or a phrase.
        right: Box<Expr>,
        /// The distance in words: 1 is next to each other.
        within: u32,
    },
    /// Surface forms that begin so.
    Prefix(String),
    /// Surface forms of this shape, `?` for one letter and `*` for any number.
    Pattern(String),
    /// Only in this part of the release.
    In {
        /// Which part.
        field: Field,
        /// What is looked for there.
        expr: Box<Expr>,
    },
    /// Published within these days.
    Dated(DateSpan),
    /// Counts for more (or less) than its neighbours.
    Weighted {
        /// The factor, above 0 and at most 100.
        weight: f32,
        /// What it holds for.
        expr: Box<Expr>,
    },
}

/// In which forms a word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// In every case, number and spelling.
    Any,
    /// Only as typed (letter case folded, ё as е).
    Exact,
}

/// A part of a release that a query can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The headline.
    Title,
    /// The text below it.
    Body,
    /// The publisher.
    Source,
}
