//! Matches phrases, and phrases near each other, on the tokens of a text.

use std::ops::Range;

use super::{display_text::DisplayText, matched_tokens::MatchedTokens, term_table::Strength};
use crate::search::positions::{FieldLimit, PhraseShape, Side};

/// A phrase with its different words, by their index.
pub(super) struct PhrasePattern {
    pub shape: PhraseShape,
    pub words: Vec<usize>,
    /// Whether the words must be in one sentence.
    pub in_sentence: bool,
}

/// The tokens of a match in order, and its strength.
pub(super) type Found = (Vec<usize>, Strength);

/// The occurrences of a word that ranking counts, one for each position.
struct Occurrences {
    positions: Vec<u32>,
    /// Their tokens.
    tokens: Vec<(usize, Strength)>,
}

impl Occurrences {
    fn of(tokens: &MatchedTokens, word: usize) -> Self {
        let mut found = Self { positions: Vec::new(), tokens: Vec::new() };
        for &(token, strength) in
            tokens.of_word(word).iter().filter(|(_, strength)| *strength > Strength::Hint)
        {
            let position = tokens.position(token);
            if found.positions.last() != Some(&position) {
                found.positions.push(position);
                found.tokens.push((token, strength));
            }
        }
        found
    }

    fn token_at(&self, position: u32) -> Option<(usize, Strength)> {
        self.tokens.get(self.positions.binary_search(&position).ok()?).copied()
    }
}

impl PhrasePattern {
    /// All matches of the phrase.
    pub fn find(&self, tokens: &MatchedTokens, display: &DisplayText) -> Vec<Found> {
        let (occurrences, windows) = self.windows(tokens, display);
        let lists: Vec<Vec<u32>> = occurrences.iter().map(|word| word.positions.clone()).collect();
        windows.iter().map(|window| self.tokens(window, &occurrences, &lists)).collect()
    }

    fn windows(&self, tokens: &MatchedTokens, display: &DisplayText) -> (Vec<Occurrences>, Vec<Range<u32>>) {
        let occurrences: Vec<Occurrences> =
            self.words.iter().map(|&word| Occurrences::of(tokens, word)).collect();
        let mut windows = Vec::new();
        let read = |word: usize, out: &mut Vec<u32>| out.extend_from_slice(&occurrences[word].positions);
        self.shape.find(FieldLimit::NONE, read, |window| windows.push(window));
        if self.in_sentence {
            let sentence = |position: u32| {
                let token = occurrences.iter().find_map(|word| word.token_at(position));
                token.map(|(token, _)| display.sentence_start(tokens.span(token).span.start))
            };
            windows.retain(|window| sentence(window.start) == sentence(window.end - 1));
        }
        (occurrences, windows)
    }

    fn tokens(&self, window: &Range<u32>, occurrences: &[Occurrences], lists: &[Vec<u32>]) -> Found {
        let assigned = self
            .shape
            .assign(window, lists)
            .into_iter()
            .filter_map(|(position, word)| occurrences[word].token_at(position));
        let (mut tokens, mut weakest) = (Vec::new(), Strength::Full);
        for (token, strength) in assigned {
            tokens.push(token);
            weakest = weakest.min(strength);
        }
        (tokens, weakest)
    }
}

/// The pairs of two phrases within a distance: each match of either with the nearest one of the other.
pub(super) fn pairs(
    left: &PhrasePattern,
    right: &PhrasePattern,
    within: u32,
    (tokens, display): (&MatchedTokens, &DisplayText),
) -> Vec<Found> {
    let patterns = [left, right];
    let found = patterns.map(|pattern| pattern.find(tokens, display));
    let starts = patterns.map(|pattern| {
        pattern.windows(tokens, display).1.iter().map(|window| window.start).collect::<Vec<u32>>()
    });
    let side = |which: usize| Side { starts: &starts[which], last: patterns[which].shape.last_offset() };
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for at in 0..starts[0].len() {
        let nearest = side(0).nearest(at, &side(1), within, FieldLimit::NONE);
        pairs.extend(nearest.map(|other| (at, other)));
    }
    for at in 0..starts[1].len() {
        let nearest = side(1).nearest(at, &side(0), within, FieldLimit::NONE);
        pairs.extend(nearest.map(|other| (other, at)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    let joined = |(left, right): (usize, usize)| {
        let (one, other) = (&found[0][left], &found[1][right]);
        let mut tokens = [&one.0[..], &other.0[..]].concat();
        tokens.sort_unstable();
        (tokens, one.1.min(other.1))
    };
    pairs.into_iter().map(joined).collect()
}
