//! The grammar: from tokens to an expression.
//!
//! ```text
//! list   = any*                    any   = all (ИЛИ all)*       all = unary (И unary)*
//! unary  = НЕ* item                item  = [field:] chain [^N]
//! chain  = leaf (/N leaf)* | '(' list ')'
//! ```
//!
//! Every token is read once. Brackets are at most 64 deep, which bounds the recursion.

mod brackets;
mod operators;
mod word_limit;

use std::{convert::Infallible, iter::Peekable, str::FromStr, vec::IntoIter};

use jiff::{Zoned, civil::Date};

use super::{
    Expr, Query,
    diagnostics::{Diagnostics, Note},
    lexer::Lexer,
    normalize, relative_date, site_name,
    token::{Kind, Operator, Token},
};
use crate::{error::Result, release::DateSpan};

impl Query {
    /// Parses a query. Any text is a query: an operator that makes no sense is a word or is ignored.
    ///
    /// Relative dates count from the current day of this machine; [`QueryParser`] can set another.
    ///
    /// ```
    /// # use vestnik::Query;
    /// assert_eq!(Query::parse("((Ташкент И \"").to_string(), "Ташкент \"И\"");
    /// assert!(Query::parse(" … ").is_empty());
    /// ```
    pub fn parse(text: &str) -> Self {
        QueryParser::new().parse(text).query
    }

    /// Parses a query and rejects the mistakes that [`Query::parse`] ignores.
    ///
    /// # Errors
    ///
    /// [`Error::Query`](crate::Error::Query) for the first mistake: a quotation mark or a bracket without its
    /// partner, an operator without an operand, an invalid date, a number out of range, too many words.
    ///
    /// ```
    /// # use vestnik::Query;
    /// let error = Query::parse_strict("встреча /500 Ташкент").unwrap_err();
    /// assert_eq!(error.to_string(), "query, character 9: a distance is a number from 1 to 100, as in /3");
    /// ```
    pub fn parse_strict(text: &str) -> Result<Self> {
        QueryParser::new().parse_strict(text)
    }

    /// Whether the query has no condition.
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::Should(items) if items.is_empty())
    }
}

impl FromStr for Query {
    type Err = Infallible;

    /// As [`Query::parse`].
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::parse(text))
    }
}

/// Parses queries, with settings and with notes about what was not understood.
///
/// ```
/// # use vestnik::{Date, query::QueryParser};
/// let parser = QueryParser::new().today(Date::constant(2024, 5, 13));
/// assert_eq!(parser.parse("выставка дата:вчера").query.to_string(), "выставка дата:2024-05-12");
///
/// let parsed = parser.parse("выставка дата:вчерашняя");
/// assert!(parsed.notes[0].to_string().starts_with("the date filter `дата:вчерашняя` was not understood"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct QueryParser {
    today: Option<Date>,
}

/// A query and notes about what was not understood in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The query.
    pub query: Query,
    /// What the user should know about it. At most five.
    pub notes: Vec<Note>,
}

impl QueryParser {
    /// A parser for which today is the current day of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the day that relative dates such as `дата:вчера` count from.
    #[must_use]
    pub fn today(mut self, day: Date) -> Self {
        self.today = Some(day);
        self
    }

    /// Parses a query like [`Query::parse`].
    pub fn parse(&self, text: &str) -> Parsed {
        let mut diagnostics = Diagnostics::default();
        let query = self.read(text, &mut diagnostics);
        Parsed { query, notes: diagnostics.into_notes() }
    }

    /// Parses a query like [`Query::parse_strict`].
    ///
    /// # Errors
    ///
    /// As [`Query::parse_strict`].
    pub fn parse_strict(&self, text: &str) -> Result<Query> {
        let mut diagnostics = Diagnostics::default();
        let query = self.read(text, &mut diagnostics);
        diagnostics.into_error().map_or(Ok(query), Err)
    }

    /// Reads days as `дата:` does: `2024`, `май 2024..июнь 2024`, `2019–2024`, `вчера`.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) if the text is no date.
    pub fn parse_days(&self, text: &str) -> Result<DateSpan> {
        relative_date::read(text, self.today.unwrap_or_else(|| Zoned::now().date()))
    }

    fn read(&self, text: &str, diagnostics: &mut Diagnostics) -> Query {
        let Some((headline, site)) = site_name::split(text) else {
            return Query { expr: self.expr(text, diagnostics) };
        };
        let (headline, site) = (self.expr(headline, diagnostics), self.expr(site, diagnostics));
        Query { expr: normalize::should(vec![headline, normalize::boost(site_name::WEIGHT, site)]) }
    }

    fn expr(&self, text: &str, diagnostics: &mut Diagnostics) -> Expr {
        let tokens = Lexer::new(text, self.today, diagnostics).tokens();
        let tokens = brackets::matched(tokens, diagnostics);
        let tokens = operators::resolve(tokens, diagnostics);
        let tokens = word_limit::truncated(tokens, diagnostics);
        let mut parser = Parser { tokens: tokens.into_iter().peekable(), diagnostics };
        parser.list()
    }
}

struct Parser<'a> {
    tokens: Peekable<IntoIter<Token>>,
    diagnostics: &'a mut Diagnostics,
}

impl Parser<'_> {
    fn next_if(&mut self, fits: impl Fn(&Kind) -> bool) -> Option<Token> {
        self.tokens.next_if(|token| fits(&token.kind))
    }

    fn list(&mut self) -> Expr {
        let mut items = Vec::new();
        while self.tokens.peek().is_some_and(|token| token.kind != Kind::Close) {
            self.any(&mut items);
        }
        normalize::should(items)
    }

    /// Adds a clause to a list of optional clauses, or several if a choice has exclusions.
    fn any(&mut self, to: &mut Vec<Expr>) {
        let first = self.all();
        let Some(or) = self.next_if(|kind| kind.is(Operator::Or)) else { return to.push(first) };
        let mut items = vec![first, self.all()];
        while self.next_if(|kind| kind.is(Operator::Or)).is_some() {
            items.push(self.all());
        }
        if items.iter().any(|item| matches!(item, Expr::Not(_))) {
            self.diagnostics
                .refuse(or.at, "an exclusion cannot be an alternative; write it outside of the alternatives");
        }
        to.append(&mut normalize::any_apart(items));
    }

    fn all(&mut self) -> Expr {
        let first = self.unary();
        if self.next_if(|kind| kind.is(Operator::And)).is_none() {
            return first;
        }
        let mut items = vec![first, self.unary()];
        while self.next_if(|kind| kind.is(Operator::And)).is_some() {
            items.push(self.unary());
        }
        normalize::all(items)
    }

    fn unary(&mut self) -> Expr {
        let mut negated = false;
        while self.next_if(|kind| kind.is(Operator::Not)).is_some() {
            negated = !negated;
        }
        let item = self.item();
        if negated { normalize::not(item) } else { item }
    }

    fn item(&mut self) -> Expr {
        let field = self.next_if(|kind| matches!(kind, Kind::Field { .. })).map(|token| token.kind);
        let mut item = self.chain();
        if let Some(Kind::Field { field, .. }) = field {
            item = normalize::in_field(field, item);
        }
        match self.next_if(|kind| matches!(kind, Kind::Boost(_))).map(|token| token.kind) {
            Some(Kind::Boost(factor)) => normalize::boost(factor, item),
            _ => item,
        }
    }

    /// A leaf, a group, or leaves with distances between them. Each distance applies to its two neighbours, and
    /// all of them must hold.
    fn chain(&mut self) -> Expr {
        let mut left = match self.tokens.next().map(|token| token.kind) {
            Some(Kind::Open) => return self.group(),
            Some(Kind::Leaf(leaf)) => leaf,
            // Does not occur after `operators::resolve`.
            _ => return Expr::Should(Vec::new()),
        };
        let mut pairs = Vec::new();
        while let Some(Kind::Near(within)) =
            self.next_if(|kind| matches!(kind, Kind::Near(_))).map(|token| token.kind)
        {
            let Some(Kind::Leaf(right)) = self.next_if(Kind::is_text).map(|token| token.kind) else { break };
            pairs.push(normalize::near(left, right.clone(), within));
            left = right;
        }
        if pairs.is_empty() { left } else { normalize::all(pairs) }
    }

    fn group(&mut self) -> Expr {
        let inner = self.list();
        self.next_if(|kind| *kind == Kind::Close);
        inner
    }
}
