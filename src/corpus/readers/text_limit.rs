//! Limits the text of a release, on which the memory to index it depends.
//!
//! Each byte of text takes three bytes while the release is stored. A word that occurs again takes four bytes, a new
//! one about 300: 57 MB of random letters took 1 GB, while 85 MB of speeches have 144,000 different words.

use std::collections::HashSet;

use crate::{analysis::TokenStream, release::Release};

/// The most different words of a release.
const MAX_WORDS: usize = 200_000;

/// Cuts the texts of a release where they exceed `bytes` or the limit of words; returns a note about what was cut.
pub(super) fn limit(bytes: u64, release: &mut Release) -> Option<String> {
    limit_to(usize::try_from(bytes).unwrap_or(usize::MAX), MAX_WORDS, release)
}

fn limit_to(bytes: usize, words: usize, release: &mut Release) -> Option<String> {
    let Release { title, source, body, .. } = release;
    let texts: Vec<&mut String> = [Some(title), source.as_mut(), Some(body)].into_iter().flatten().collect();
    let length: usize = texts.iter().map(|text| text.len()).sum();
    // A word and the space behind it have at least two bytes.
    if length <= bytes.min(2 * words) {
        return None;
    }
    let (ends, why) = ends(bytes, words, &texts);
    for (text, end) in texts.into_iter().zip(&ends) {
        text.truncate(*end);
        text.shrink_to_fit();
    }
    let cut = (length - ends.iter().sum::<usize>()).div_ceil(1 << 20);
    Some(format!("has more than {}; the {cut} MB behind them were left out", why?))
}

/// Where each text ends with the last word within both limits, and the limit that was exceeded.
fn ends(bytes: usize, words: usize, texts: &[&mut String]) -> (Vec<usize>, Option<String>) {
    let (mut ends, mut different) = (Vec::new(), HashSet::new());
    let (mut left, mut why) = (bytes, None);
    for text in texts {
        let mut tokens = TokenStream::new(text);
        let mut end = text.len();
        while let Some(token) = tokens.step() {
            let word = token.span.of(text);
            if token.span.end > left {
                why = Some(format!("{} MB of text", bytes >> 20));
                end = token.span.start;
            } else if different.len() == words && !different.contains(word) {
                why = Some(format!("{words} different words"));
                end = token.span.start;
            } else {
                different.insert(word);
                continue;
            }
            break;
        }
        left = left.saturating_sub(end);
        ends.push(end);
    }
    (ends, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exceeds_the_limits_is_left_out() {
        // The limits of bytes and words; title, source and body; the same afterwards.
        let table = [
            (99, 5, ["а б", "в", "г д а б в"], ["а б", "в", "г д а б в"]),
            (99, 4, ["а б", "в", "г а в д а"], ["а б", "в", "г а в "]),
            (99, 2, ["а б", "а в", "б г"], ["а б", "а ", "б "]),
            (99, 1, ["а б в г д", "", ""], ["а ", "", ""]),
            (12, 9, ["а б", "в", "г д"], ["а б", "в", "г д"]),
            (11, 9, ["а б", "в", "г дд"], ["а б", "в", "г "]),
            (4, 9, ["а б", "в", "г"], ["а ", "", ""]),
        ];
        for (bytes, words, [title, source, body], expected) in table {
            let source = Some(source.to_owned());
            let mut release =
                Release { title: title.to_owned(), source, body: body.to_owned(), ..Release::default() };
            let note = limit_to(bytes, words, &mut release);
            let texts = [release.title, release.source.unwrap_or_default(), release.body];
            assert_eq!(texts, expected, "{note:?}");
            assert_eq!(note.is_some(), texts != [title, &texts[1], body], "{note:?}");
        }
    }
}
