//! Builds queries by hand, for programs that know what they look for.
//!
//! Text given here is never read as operators.

use std::ops;

use super::{Expr, Field, Form, Query, limits::MAX_DISTANCE, normalize, word};

impl Query {
    /// Looks for the words of a text, each wanted, none of them read as an operator.
    ///
    /// ```
    /// # use vestnik::Query;
    /// assert_eq!(Query::words("Ташкент -5").to_string(), "Ташкент 5");
    /// assert_eq!(Query::words("ВОДА И ГАЗ").to_string(), "ВОДА \"И\" ГАЗ");
    /// ```
    pub fn words(text: &str) -> Self {
        Self { expr: normalize::should(text.split(word::is_space).map(Expr::word)) }
    }
}

impl Default for Query {
    /// The empty query.
    fn default() -> Self {
        Self { expr: Expr::Should(Vec::new()) }
    }
}

impl Expr {
    /// A word in every form; a phrase where the text has more words than one.
    pub fn word(text: &str) -> Self {
        normalize::plain(text, Form::Any, None)
    }

    /// Words in this order in every form; the same as [`Expr::word`].
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

    /// Words that begin so; the word itself where the text has less than two letters.
    pub fn prefix(text: &str) -> Self {
        normalize::prefix(text)
    }

    /// Words of this shape, `?` for one letter and `*` for any number.
    pub fn pattern(text: &str) -> Self {
        normalize::pattern(text)
    }

    /// Each is wanted; releases with all of them come first.
    pub fn should(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::should(items)
    }

    /// Each is required.
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::all(items)
    }

    /// One is enough. What is excluded among them is excluded beside the choice.
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        normalize::should(normalize::any_apart(items))
    }

    /// Two words or phrases at most `within` words apart, from 1 (next to each other) to 100.
    pub fn near(left: Self, right: Self, within: u32) -> Self {
        normalize::near(left, right, within)
    }

    /// A word or a phrase only in the form given; anything else stays as it is.
    #[must_use]
    pub fn exact(self) -> Self {
        match self {
            Self::Word { text, .. } => Self::Word { text, form: Form::Exact },
            Self::Phrase { text, slop, .. } => Self::Phrase { text, form: Form::Exact, slop },
            other => other,
        }
    }

    /// A phrase with its words in any order and at most `slop` others between them, 100 at most;
    /// anything else stays as it is.
    #[must_use]
    pub fn with_slop(self, slop: u32) -> Self {
        match self {
            Self::Phrase { text, form, .. } => {
                Self::Phrase { text, form, slop: Some(slop.min(MAX_DISTANCE)) }
            }
            other => other,
        }
    }

    /// Only in one part of the release.
    #[must_use]
    pub fn in_field(self, field: Field) -> Self {
        normalize::in_field(field, self)
    }

    /// Counts `factor` times as much, above 0 and at most 100; with another number, as much as before.
    #[must_use]
    pub fn boost(self, factor: f32) -> Self {
        normalize::boost(factor, self)
    }
}

impl ops::Not for Expr {
    type Output = Self;

    /// Must not be there.
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
