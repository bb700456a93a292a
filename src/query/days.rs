//! Finds the date after `дата:`, which may be several words long.
//!
//! Looks a fixed number of characters ahead; what those characters mean is known to `release`.

use super::{
    lex::Lexer,
    word::{is_quote, is_space},
};
use crate::release::DateSpan;

/// A date is looked for in at most so many words.
const DATE_WORDS: usize = 4;
/// And in at most so many characters, which keeps the search short.
const DATE_CHARS: usize = 48;

impl Lexer<'_> {
    /// The date after its name, in quotes, in brackets or as the longest run of words that is one,
    /// and the place after it.
    pub(super) fn date(&self) -> Option<(DateSpan, usize)> {
        let start = (self.at..).find(|&at| !self.char(at).is_some_and(is_space))?;
        let whole = |text: String, after| text.parse().ok().map(|span| (span, after));
        if let Some((text, after)) = self.quoted(start).filter(|&(_, after)| after - start <= DATE_CHARS) {
            return whole(text, after);
        }
        let window = (start..start + DATE_CHARS).map_while(|at| self.char(at));
        if self.char(start) == Some('(') {
            let close = start + window.into_iter().position(|c| c == ')')?;
            return whole(self.slice(start + 1, close), close + 1);
        }
        self.date_ends(start).into_iter().rev().find_map(|end| {
            let text = self.slice(start, end);
            let span = text.parse().or_else(|_| text.trim_end_matches(['.', '!', '?', ':']).parse());
            span.ok().map(|span| (span, end))
        })
    }

    /// Where a date that begins at `start` can end: after each of its first words.
    fn date_ends(&self, start: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut word = start;
        for at in start..=start + DATE_CHARS {
            let c = self.char(at);
            let stops = c.is_none_or(|c| is_quote(c) || "()[]{}|^,;".contains(c));
            if (stops || c.is_some_and(is_space)) && at > word {
                ends.push(at);
            }
            // A colon in a later word is another name's or a clock's.
            if stops || ends.len() == DATE_WORDS || (c == Some(':') && !ends.is_empty()) {
                break;
            }
            if c.is_some_and(is_space) {
                word = at + 1;
            }
        }
        ends
    }
}
