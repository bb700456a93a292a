//! Terms: what the index holds of a token, in three channels that share fields and positions.
//!
//! The key of a term is the letter of its channel followed by its text. One field of the index thus holds all
//! channels, and a phrase can mix them.

use std::fmt;

use serde::Serialize;
use smol_str::SmolStr;

/// The kind of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The form as written, in lower case, ё as е.
    Exact,
    /// A lemma that the form may belong to; in capitals, an abbreviation.
    Lemma,
    /// The Snowball stem, for words that the dictionary misjudges or lacks, and the first letters of a word.
    Stem,
}

impl Channel {
    /// The first letter of the channel's keys.
    pub const fn letter(self) -> char {
        match self {
            Self::Exact => 'e',
            Self::Lemma => 'l',
            Self::Stem => 's',
        }
    }
}

/// The rule or source that gave a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The form itself.
    Surface,
    /// The parts of a compound written together.
    Joined,
    /// The dictionary lists the form.
    Dictionary,
    /// The dictionary guessed from the ending.
    Guess,
    /// The form has the ending of a surname and may be a lemma itself.
    Surname,
    /// The first letter of a given name: «Владимир» as «В.».
    Initial,
    /// The place from which an adjective is derived: «пермский» as «Пермь».
    Place,
    /// Letters in capitals.
    Abbreviation,
    /// The month of a date in figures.
    Month,
    /// The word for a sign: «%» as «процент».
    Sign,
    /// The Snowball stemmer.
    Snowball,
    /// The first letters, which words of the same origin share: «финансирование» and «финансист». The term ends with
    /// [`Term::TRUNCATED`].
    Truncated,
    /// Letters of the other alphabet that look the same: «С-300» as «C-300».
    LookAlike,
    /// The Russian spelling of a word with letters that Russian lacks: «Тоқаев» as «Токаев». The term ends
    /// with [`Term::RESPELLED`].
    Respelled,
    /// A lemma that another one of the same form makes unlikely: «метан» as a form of «метать». The term ends
    /// with [`Term::UNLIKELY`].
    Unlikely,
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
            Self::Truncated => "truncated",
            Self::LookAlike => "look_alike",
            Self::Respelled => "respelled",
            Self::Unlikely => "unlikely",
        }
    }
}

/// A term: its channel, its text and the rule that gave it. Owns its text, or borrows it as `Term<&str>`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term<S = SmolStr> {
    key: S,
    rule: Rule,
}

impl Term {
    /// The longest text of a term in bytes. A longer one is cut and completed with a hash.
    pub const LONGEST: usize = 240;
    /// The last character of the lemmas and stems of a word's Russian spelling.
    pub const RESPELLED: char = '~';
    /// The last character of an unlikely lemma.
    pub const UNLIKELY: char = '?';
    /// The last character of the place of an adjective and of the initial of a given name.
    pub const RELATED: char = '+';
    /// The last character of the first letters of a word.
    pub const TRUNCATED: char = '-';
    /// The last characters of lemmas and stems that are looked up with and without them.
    pub(crate) const MARKS: [char; 3] = [Self::RESPELLED, Self::UNLIKELY, Self::RELATED];
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
    /// A term from its key.
    pub(super) fn from_key(key: S, rule: Rule) -> Self {
        Self { key, rule }
    }

    /// The term as the index holds it: the letter of the channel and the text.
    pub fn key(&self) -> &str {
        self.key.as_ref()
    }

    /// The key, with its full lifetime.
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

    /// The rule that gave it.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The same term with borrowed text.
    pub fn borrowed(&self) -> Term<&str> {
        Term { key: self.key(), rule: self.rule }
    }

    /// The same term with owned text.
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
