//! What is doubtful in a typed query: what a strict reading refuses and a lenient one passes over.
//!
//! Only the first doubt is kept; it decides nothing about how the query is understood.

use crate::error::Error;

/// The first doubt of a query, by its place in the text.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    first: Option<(usize, &'static str)>,
}

impl Diagnostics {
    /// Notes a doubt at a character, counted from 0.
    pub(super) fn note(&mut self, at: usize, reason: &'static str) {
        if self.first.is_none_or(|(first, _)| at < first) {
            self.first = Some((at, reason));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The error of a strict reading, if there was a doubt.
    pub(super) fn into_error(self) -> Option<Error> {
        let (at, reason) = self.first?;
        Some(Error::Query { at: at + 1, reason: reason.to_owned() })
    }
}
