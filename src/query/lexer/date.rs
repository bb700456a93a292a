//! The date after `дата:`, which can be several words long.
//!
//! Looks ahead a fixed number of characters.

use jiff::civil::Date;

use super::{chars::Chars, quotes::Quotes};
use crate::{
    error::Error,
    query::{
        relative_date,
        word::{is_quote, is_space},
    },
    release::DateSpan,
};

/// A date has at most this many words, as in `13 мая 2023 – 15 июня 2024`.
const MAX_WORDS: usize = 7;
/// A date has at most this many characters.
const MAX_CHARS: usize = 48;

/// Reads the date that begins at `at`: in quotes, in brackets, or as the longest run of words that is a
/// date. Returns it with the place after it.
pub(super) fn read(chars: &Chars, quotes: &Quotes, at: usize, today: Date) -> Option<(DateSpan, usize)> {
    let start = (at..).find(|&at| !chars.get(at).is_some_and(is_space))?;
    let whole = |text: String, after| relative_date::read(&text, today).ok().map(|span| (span, after));
    if let Some((text, after)) = quotes.quoted(chars, start).filter(|&(_, after)| after - start <= MAX_CHARS)
    {
        return whole(text, after);
    }
    if chars.get(start) == Some('(') {
        let close = start + chars.from(start).take(MAX_CHARS).position(|c| c == ')')?;
        return whole(chars.slice(start + 1, close), close + 1);
    }
    ends(chars, start).into_iter().rev().find_map(|end| {
        let text = chars.slice(start, end);
        let without_punctuation = text.trim_end_matches(['.', '!', '?', ':']);
        let span = relative_date::read(&text, today)
            .or_else(|_| relative_date::read(without_punctuation, today))
            .ok()?;
        Some((span, end))
    })
}

/// The text after `дата:` that is taken for a date that does not exist, and what is wrong with it. Without one, the
/// text up to the next space.
pub(super) fn refused(chars: &Chars, at: usize, today: Date) -> (String, Option<String>) {
    let spaces = chars.from(at).take_while(|&c| is_space(c)).count();
    let start = at + spaces;
    let wrong = ends(chars, start).into_iter().rev().find_map(|end| {
        let text = chars.slice(start, end);
        match relative_date::read(&text, today) {
            Err(Error::Value { reason, .. }) if !reason.starts_with("is not a date") => Some((text, reason)),
            _ => None,
        }
    });
    let word = || chars.from(start).take(MAX_CHARS).take_while(|&c| !is_space(c)).collect();
    wrong.map_or_else(|| (word(), None), |(text, reason)| (text, Some(reason)))
}

/// Where a date that begins at `start` can end: after each of its first words.
fn ends(chars: &Chars, start: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut word = start;
    for at in start..=start + MAX_CHARS {
        let c = chars.get(at);
        let stops = c.is_none_or(|c| is_quote(c) || "()[]{}|^,;".contains(c));
        if (stops || c.is_some_and(is_space)) && at > word {
            ends.push(at);
        }
        // A colon in a later word belongs to another field or to a time of day.
        if stops || ends.len() == MAX_WORDS || (c == Some(':') && !ends.is_empty()) {
            break;
        }
        if c.is_some_and(is_space) {
            word = at + 1;
        }
    }
    ends
}
