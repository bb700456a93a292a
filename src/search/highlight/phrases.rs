//! Matches phrases, and phrases near each other, on the tokens of a text.

use super::{display_text::DisplayText, matched_tokens::MatchedTokens, matched_tokens::Strength};
use crate::search::{
    plan::Phrase,
    positions::{FieldLimit, PhraseShape, Side},
};

/// A match of a phrase.
pub(super) struct Found {
    /// The position where its window starts.
    start: u32,
    /// Its tokens, in order.
    pub tokens: Vec<usize>,
    /// The strength of its weakest word.
    pub strength: Strength,
}

/// All matches of a phrase of words, given by their indices.
pub(super) fn find_phrase(
    phrase: &Phrase<usize>,
    tokens: &MatchedTokens,
    display: &DisplayText,
) -> Vec<Found> {
    let (shape, words) =
        PhraseShape::new(phrase.slots.iter().copied(), phrase.slop, |one, other| one == other);
    // Hints never match a phrase.
    let counted = |&&(_, strength): &&(usize, Strength)| strength > Strength::Hint;
    // The tokens of each word, one for each position.
    let of_word = |&word: &usize| {
        let mut of_word: Vec<(usize, Strength)> =
            tokens.of_word(word).iter().filter(counted).copied().collect();
        of_word.dedup_by_key(|(token, _)| tokens.position(*token));
        of_word
    };
    let found: Vec<Vec<(usize, Strength)>> = words.iter().map(of_word).collect();
    let positions =
        found.iter().map(|of_word| of_word.iter().map(|&(token, _)| tokens.position(token)).collect());
    let positions: Vec<Vec<u32>> = positions.collect();
    let token_at =
        |word: usize, position: u32| positions[word].binary_search(&position).ok().map(|at| found[word][at]);
    let mut windows = Vec::new();
    let read = |word: usize, out: &mut Vec<u32>| out.extend_from_slice(&positions[word]);
    shape.find(FieldLimit::NONE, read, |window| windows.push(window));
    if phrase.in_sentence {
        let sentence = |position: u32| {
            let token = (0..words.len()).find_map(|word| token_at(word, position));
            token.map(|(token, _)| display.sentence_start(tokens.span(token).start))
        };
        windows.retain(|window| sentence(window.start) == sentence(window.end - 1));
    }
    let of_window = |window| {
        let assigned = shape.assign(&window, &positions).into_iter();
        let assigned = assigned.filter_map(|(position, word)| token_at(word, position));
        let (tokens, strengths): (Vec<usize>, Vec<Strength>) = assigned.unzip();
        let strength = strengths.into_iter().min().unwrap_or(Strength::Full);
        Found { start: window.start, tokens, strength }
    };
    windows.into_iter().map(of_window).collect()
}

/// The pairs of two phrases within a distance: each match of either with the nearest one of the other.
pub(super) fn find_pairs(
    phrases: [&Phrase<usize>; 2],
    within: u32,
    tokens: &MatchedTokens,
    display: &DisplayText,
) -> Vec<Found> {
    let found = phrases.map(|phrase| find_phrase(phrase, tokens, display));
    let starts = [0, 1].map(|side: usize| found[side].iter().map(|found| found.start).collect::<Vec<u32>>());
    let last = phrases.map(|phrase| phrase.slots.last().map_or(0, |(offset, _)| *offset));
    let side = |side: usize| Side { starts: &starts[side], last: last[side] };
    let mut pairs: Vec<[usize; 2]> = Vec::new();
    for (this, other) in [(0, 1), (1, 0)] {
        for at in 0..starts[this].len() {
            let nearest = side(this).nearest(at, &side(other), within, FieldLimit::NONE);
            pairs.extend(nearest.map(|nearest| if this == 0 { [at, nearest] } else { [nearest, at] }));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let joined = |[left, right]: [usize; 2]| {
        let (left, right) = (&found[0][left], &found[1][right]);
        let mut tokens = [&left.tokens[..], &right.tokens].concat();
        tokens.sort_unstable();
        Found { start: left.start.min(right.start), tokens, strength: left.strength.min(right.strength) }
    };
    pairs.into_iter().map(joined).collect()
}
