//! What is wrong with a typed query: what strict parsing refuses, and what the user should know in any case.

use std::fmt;

use super::limits::{MAX_COSTLY, MAX_DIFFERENT_WORDS, MAX_WORDS};
use crate::error::Error;

/// How many notes a query can have.
const MAX_NOTES: usize = 5;

/// Something about a query that the user should know, although the query can be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The text after `дата:` is no date, so both are searched as words.
    UnknownDate {
        /// The text, or its beginning.
        text: String,
        /// What is wrong with it, if it looks like a date.
        reason: Option<String>,
    },
    /// The query has more words than are searched.
    TooManyWords {
        /// How many words were ignored.
        ignored: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDate { text, reason: Some(reason) } => {
                write!(f, "the date filter `{text}` was not understood and is searched as words: {reason}")
            }
            Self::UnknownDate { text, reason: None } => write!(
                f,
                "the date filter `{text}` was not understood and is searched as words; write for example \
                 дата:2024, дата:2024-05-13, дата:2019–2024 or дата:вчера"
            ),
            Self::TooManyWords { ignored } => write!(
                f,
                "the last {ignored} words of the query were ignored; a query can have \
                 {MAX_DIFFERENT_WORDS} different words, {MAX_WORDS} in all, and {MAX_COSTLY} wildcards and distances"
            ),
        }
    }
}

/// Collects notes, and the first reason to refuse the query in strict parsing.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    refused: Option<(usize, &'static str)>,
    notes: Vec<Note>,
}

impl Diagnostics {
    /// Adds what strict parsing refuses, with its character counted from 0.
    pub(super) fn refuse(&mut self, at: usize, reason: &'static str) {
        if self.refused.is_none_or(|(first, _)| at < first) {
            self.refused = Some((at, reason));
        }
    }

    pub(super) fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.refused.is_none() && self.notes.is_empty()
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    /// The error of strict parsing: the first refused place in the query.
    pub(super) fn into_error(self) -> Option<Error> {
        let (at, reason) = self.refused?;
        Some(Error::Query { at: at + 1, reason: reason.to_owned() })
    }
}
