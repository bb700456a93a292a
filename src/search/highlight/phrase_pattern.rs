//! Matches phrases, and phrases near each other, on the tokens of a text.

use super::{display_text::DisplayText, matched_tokens::MatchedTokens, matched_tokens::Strength};
use crate::search::positions::{FieldLimit, PhraseShape, Side};

/// A phrase with its different words, by their index.
pub(super) struct PhrasePattern {
    pub shape: PhraseShape,
    pub words: Vec<usize>,
    /// Whether the words must be in one sentence.
    pub in_sentence: bool,
}

/// A match of a phrase.
pub(super) struct Found {
    /// The position where its window starts.
    start: u32,
    /// Its tokens, in order.
    pub tokens: Vec<usize>,
    /// The strength of its weakest word.
    pub strength: Strength,
}

impl PhrasePattern {
    /// All matches of the phrase.
    pub fn find(&self, tokens: &MatchedTokens, display: &DisplayText) -> Vec<Found> {
        // Hints never match a phrase.
        let counted = |&&(_, strength): &&(usize, Strength)| strength > Strength::Hint;
        // The tokens of each word, one for each position.
        let of_word = |&word: &usize| {
            let mut of_word: Vec<(usize, Strength)> =
                tokens.of_word(word).iter().filter(counted).copied().collect();
            of_word.dedup_by_key(|(token, _)| tokens.position(*token));
            of_word
        };
        let found: Vec<Vec<(usize, Strength)>> = self.words.iter().map(of_word).collect();
        let positions =
            found.iter().map(|of_word| of_word.iter().map(|&(token, _)| tokens.position(token)).collect());
        let positions: Vec<Vec<u32>> = positions.collect();
        let token_at = |word: usize, position: u32| {
            positions[word].binary_search(&position).ok().map(|at| found[word][at])
        };
        let mut windows = Vec::new();
        let read = |word: usize, out: &mut Vec<u32>| out.extend_from_slice(&positions[word]);
        self.shape.find(FieldLimit::NONE, read, |window| windows.push(window));
        if self.in_sentence {
            let sentence = |position: u32| {
                let token = (0..self.words.len()).find_map(|word| token_at(word, position));
                token.map(|(token, _)| display.sentence_start(tokens.span(token).start))
            };
            windows.retain(|window| sentence(window.start) == sentence(window.end - 1));
        }
        let of_window = |window| {
            let assigned = self.shape.assign(&window, &positions).into_iter();
            let assigned = assigned.filter_map(|(position, word)| token_at(word, position));
            let (tokens, strengths): (Vec<usize>, Vec<Strength>) = assigned.unzip();
            let strength = strengths.into_iter().min().unwrap_or(Strength::Full);
            Found { start: window.start, tokens, strength }
        };
        windows.into_iter().map(of_window).collect()
    }
}

/// The pairs of two phrases within a distance: each match of either with the nearest one of the other.
pub(super) fn pairs(
    patterns: &[PhrasePattern; 2],
    within: u32,
    tokens: &MatchedTokens,
    display: &DisplayText,
) -> Vec<Found> {
    let found = [0, 1].map(|side| patterns[side].find(tokens, display));
    let starts = [0, 1].map(|side: usize| found[side].iter().map(|found| found.start).collect::<Vec<u32>>());
    let side = |side: usize| Side { starts: &starts[side], last: patterns[side].shape.last_offset() };
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
