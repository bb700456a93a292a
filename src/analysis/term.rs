//! Terms: what the index holds of a token, in three channels that share fields and positions.
//!
//! A term is written as one letter for its channel and then its text, so that one tantivy field
//! holds all three side by side and a phrase can mix them. Nothing here knows Russian.

use std::fmt;

use serde::Serialize;

/// Which view of a token a term gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The form as it stands, letter case folded, ё as е.
    Exact,
    /// A dictionary form that it may belong to; in capitals, an abbreviation.
    Lemma,
    /// Its Snowball stem, for what the dictionary misjudges or lacks.
    Stem,
}

impl Channel {
    /// The letter that opens the channel's terms in the index.
    pub const fn letter(self) -> char {
        match self {
            Self::Exact => 'e',
            Self::Lemma => 'l',
            Self::Stem => 's',
        }
    }
}

/// Which rule or source gave a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The form itself.
    Surface,
    /// The parts of a compound written together.
    Joined,
    /// The dictionary knows the form.
    Dictionary,
    /// The dictionary guessed from the ending.
    Guess,
    /// It has a surname's ending and may be its own dictionary form.
    Surname,
    /// A given name, by its first letter: «Владимир» as «В.».
    Initial,
    /// The place that an adjective is made from: «пермский» as «Пермь».
    Place,
    /// Letters in capitals.
    Abbreviation,
    /// The month of a date in figures.
    Month,
    /// A sign read as its word: «%» as «процент».
    Sign,
    /// The Snowball stemmer.
    Snowball,
}

impl Rule {
    /// The rule's name as `vestnik analyze` prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Surface => "surface",
            Self::Joined => "joined",
            Self::Dictionary => "dictionary",
            Self::Guess => "guess",
            Self::Surname => "surname",
            Self::Initial => "initial",
            Self::Place => "place",
            Self::Abbreviation => "abbreviation",
            Self::Month => "month",
            Self::Sign => "sign",
            Self::Snowball => "snowball",
        }
    }
}

/// One term: its channel, its text and where it came from. Owns its text, or borrows it as
/// `Term<&str>`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term<S = Box<str>> {
    key: S,
    rule: Rule,
}

impl Term {
    /// The longest text in bytes that a term holds as it is; a longer one is cut and hashed.
    pub const LONGEST: usize = 240;
}

/// Writes the key of a term: the channel's letter and the text.
pub(super) fn write_key(channel: Channel, text: &str, to: &mut String) {
    to.push(channel.letter());
    if text.len() <= Term::LONGEST {
        to.push_str(text);
    } else {
        let cut = text.floor_char_boundary(Term::LONGEST / 2);
        to.push_str(&text[..cut]);
        to.push('…');
        to.push_str(&blake3::hash(text.as_bytes()).to_hex()[..32]);
    }
}

impl<S: AsRef<str>> Term<S> {
    /// A term that lies somewhere as the index holds it.
    pub(super) fn from_key(key: S, rule: Rule) -> Self {
        Self { key, rule }
    }

    /// The term as the index holds it: the channel's letter and the text.
    pub fn key(&self) -> &str {
        self.key.as_ref()
    }

    /// The key itself, for as long as it lives.
    pub fn into_key(self) -> S {
        self.key
    }

    /// The text without the channel's letter.
    pub fn text(&self) -> &str {
        &self.key()[1..]
    }

    /// Its channel.
    pub fn channel(&self) -> Channel {
        match self.key().as_bytes() {
            [b'l', ..] => Channel::Lemma,
            [b's', ..] => Channel::Stem,
            _ => Channel::Exact,
        }
    }

    /// What gave it.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The same, borrowing its text.
    pub fn borrowed(&self) -> Term<&str> {
        Term { key: self.key(), rule: self.rule }
    }

    /// The same, owning its text.
    pub fn to_owned(&self) -> Term {
        Term { key: self.key().into(), rule: self.rule }
    }
}

impl<S: AsRef<str>> fmt::Debug for Term<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel().letter(), self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_any_length_keeps_its_identity() {
        let (long, other) = ("а".repeat(5_000), "а".repeat(5_001));
        let key = |text: &str| {
            let mut key = String::new();
            write_key(Channel::Exact, text, &mut key);
            key
        };
        assert!(key(&long).len() < 300);
        assert_eq!(key(&long), key(&long));
        assert_ne!(key(&long), key(&other));
        assert_eq!(Term::from_key(key("дом"), Rule::Surface).text(), "дом");
    }
}
