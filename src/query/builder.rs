//! Builds queries by hand, for programs that know what to search for.
//!
//! Text given here is never read as operators.

use std::ops;

use super::{Expr, Field, Form, Query, limits::MAX_DISTANCE, normalize, word};

impl Query {
    /// A query for the words of a text. All are optional, and none is read as an operator.
    ///
    /// ```
    /// # use vestnik::Query;
    /// assert_eq!(Query::words("Ташкент -5").to_string(), "Ташкент 5");
    /// assert_eq!(Query::words("ВОДА И ГАЗ").to_string(), "ВОДА \"И\" ГАЗ");
    /// ```
    pub fn words(text: &str) -> Self {
        Self { expr: normalize::should(text.split(word::is_space).map(Expr::word)) }
    }

    /// The expression that the query consists of.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The expression that the query consists of, for building a larger one.
    pub fn into_expr(self) -> Expr {
        self.expr
    }
}

impl Expr {
    /// A word in any form; a phrase if the text has several words.
    pub fn word(text: &str) -> Self {
        normalize::plain(text, Form::Any, None)
    }

    /// Words in this order in any form; the same as [`Expr::word`].
    ///
    /// ```
    /// # use vestnik::query::{Expr, Query};
    /// let phrase = Expr::phrase("водные ресурсы");
    /// assert_eq!(Query::from(phrase.clone()).to_string(), "\"водные ресурсы\"");
    /// assert_eq!(Query::from(phrase.with_slop(3)).to_string(), "\"водные ресурсы\"~3");
    /// ```
    pub fn phrase(text: &str) -> Self {
        Self::word(text)
    }

    /// Words with this prefix; the word itself if the text has less than two letters.
    pub fn prefix(text: &str) -> Self {
        normalize::prefix(text)
    }

    /// Words that match this pattern, where `?` is one letter and `*` any number of letters.
    pub fn pattern(text: &str) -> Self {
        normalize::pattern(text)
    }

    /// Optional clauses. Releases that match all of them rank first.
    pub fn should(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::should(items)
    }

    /// Required clauses.
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::all(items)
    }

    /// Alternatives. An exclusion among them excludes from the whole list.
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::should(normalize::any_apart(items))
    }

    /// Two words or phrases at most `within` words apart, from 1 (neighbours) to 100.
    pub fn near(left: Self, right: Self, within: u32) -> Self {
        normalize::near(left, right, within)
    }

    /// Restricts a word or a phrase to the form as typed. Other expressions stay as they are.
    #[must_use]
    pub fn exact(mut self) -> Self {
        if let Self::Word { form, .. } | Self::Phrase { form, .. } = &mut self {
            *form = Form::Exact;
        }
        self
    }

    /// Lets the words of a phrase match in any order with at most `slop` other words among them, 100 at most.
    /// Other expressions stay as they are.
    #[must_use]
    pub fn with_slop(mut self, words: u32) -> Self {
        if let Self::Phrase { slop, .. } = &mut self {
            *slop = Some(words.min(MAX_DISTANCE));
        }
        self
    }

    /// Restricts an expression to one field.
    #[must_use]
    pub fn in_field(self, field: Field) -> Self {
        normalize::in_field(field, self)
    }

    /// Multiplies the weight by `factor`, above 0 and at most 100. Another factor has no effect.
    #[must_use]
    pub fn boost(self, factor: f32) -> Self {
        normalize::boost(factor, self)
    }
}

impl ops::Not for Expr {
    type Output = Self;

    /// Excludes what matches.
    fn not(self) -> Self {
        normalize::not(self)
    }
}

impl From<&str> for Expr {
    /// As [`Expr::word`].
    fn from(text: &str) -> Self {
        Self::word(text)
    }
}
