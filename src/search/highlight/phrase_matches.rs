//! Matches phrases and proximity pairs on the tokens of a text.

use super::{
    matches::{Matches, PhraseMatch},
    term_table::Strength,
};

/// Words at fixed offsets, or within a window.
pub(super) struct PhrasePattern {
    /// Each word, by its index, with its offset from the first.
    pub slots: Vec<(u32, usize)>,
    /// How many other words may be among them. `None`: adjacent and in order.
    pub slop: Option<u32>,
}

/// An occurrence of a word: its position, its token and its strength.
type Occurrence = (u32, usize, Strength);

impl PhrasePattern {
    /// Whether function words between its words are left out. They are highlighted with the phrase.
    pub fn skips(&self) -> bool {
        let last = self.slots.last().map_or(0, |&(offset, _)| offset);
        self.slop.is_none() && last as usize + 1 != self.slots.len()
    }

    /// All matches of the phrase.
    pub fn find(&self, matches: &Matches) -> Vec<PhraseMatch> {
        let occurrences: Vec<Vec<Occurrence>> =
            self.slots.iter().map(|&(_, word)| certain(matches, word)).collect();
        match self.slop {
            None => self.in_order(matches, &occurrences),
            Some(slop) => sloppy(&occurrences, slop),
        }
    }

    fn in_order(&self, matches: &Matches, occurrences: &[Vec<Occurrence>]) -> Vec<PhraseMatch> {
        let Some(first) = occurrences.first() else { return Vec::new() };
        let found = first.iter().filter_map(|&(start, ..)| {
            let slots = self.slots.iter().zip(occurrences);
            let chosen: Option<Vec<Occurrence>> = slots
                .map(|(&(offset, _), of_word)| at_position(of_word, start.checked_add(offset)?))
                .collect();
            let mut chosen = chosen?;
            let strength = weakest(&chosen);
            self.add_skipped(matches, start, &mut chosen);
            Some(phrase_match(chosen, strength))
        });
        found.collect()
    }

    fn add_skipped(&self, matches: &Matches, start: u32, chosen: &mut Vec<Occurrence>) {
        if !self.skips() {
            return;
        }
        let last = self.slots.last().map_or(0, |&(offset, _)| offset);
        let from = matches.tokens.partition_point(|token| token.position < start);
        let inside = matches.tokens.iter().enumerate().skip(from);
        for (at, token) in inside.take_while(|(_, token)| token.position - start <= last) {
            if token.function && self.slots.iter().all(|&(offset, _)| offset != token.position - start) {
                chosen.push((token.position, at, Strength::Full));
            }
        }
    }
}

/// The occurrences that ranking counts as the word, one for each position.
fn certain(matches: &Matches, word: usize) -> Vec<Occurrence> {
    let occurrences = matches.by_word[word].iter().filter(|(_, strength)| *strength > Strength::Hint);
    let mut occurrences: Vec<Occurrence> =
        occurrences.map(|&(token, strength)| (matches.tokens[token].position, token, strength)).collect();
    occurrences.dedup_by_key(|(position, ..)| *position);
    occurrences
}

fn at_position(occurrences: &[Occurrence], position: u32) -> Option<Occurrence> {
    let at = occurrences.binary_search_by_key(&position, |&(position, ..)| position).ok()?;
    occurrences.get(at).copied()
}

/// Windows that have every word in any order, with at most `slop` others.
fn sloppy(occurrences: &[Vec<Occurrence>], slop: u32) -> Vec<PhraseMatch> {
    let others = u32::try_from(occurrences.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let span = others.saturating_add(slop);
    let mut next = vec![0_usize; occurrences.len()];
    let mut found = Vec::new();
    loop {
        let window: Option<Vec<Occurrence>> =
            occurrences.iter().zip(&next).map(|(of_word, &at)| of_word.get(at).copied()).collect();
        let Some(window) = window else { return found };
        let positions = || window.iter().map(|&(position, ..)| position).enumerate();
        let last = positions().map(|(_, position)| position).max();
        let first = positions().min_by_key(|&(_, position)| position);
        let (Some((word, first)), Some(last)) = (first, last) else { return found };
        if last - first <= span {
            let strength = weakest(&window);
            found.push(phrase_match(window, strength));
        }
        next[word] += 1;
    }
}

fn weakest(occurrences: &[Occurrence]) -> Strength {
    occurrences.iter().map(|&(_, _, strength)| strength).min().unwrap_or(Strength::Hint)
}

fn phrase_match(mut occurrences: Vec<Occurrence>, strength: Strength) -> PhraseMatch {
    occurrences.sort_unstable_by_key(|&(position, token, _)| (position, token));
    occurrences.dedup_by_key(|&mut (_, token, _)| token);
    let position = occurrences.first().map_or(0, |&(position, ..)| position);
    PhraseMatch { position, tokens: occurrences.iter().map(|&(_, token, _)| token).collect(), strength }
}

/// Pairs at most `within` words apart: each match of either side with the nearest of the other.
pub(super) fn near(left: &[PhraseMatch], right: &[PhraseMatch], within: u32) -> Vec<PhraseMatch> {
    let mut paired = vec![false; right.len()];
    let mut found = Vec::new();
    for one in left {
        if let Some((at, other)) = nearest(one, right, within) {
            paired[at] = true;
            found.push(pair(one, other));
        }
    }
    for (one, _) in right.iter().zip(paired).filter(|(_, paired)| !paired) {
        if let Some((_, other)) = nearest(one, left, within) {
            found.push(pair(one, other));
        }
    }
    found
}

fn nearest<'m>(
    one: &PhraseMatch,
    others: &'m [PhraseMatch],
    within: u32,
) -> Option<(usize, &'m PhraseMatch)> {
    let before = others.partition_point(|other| other.position < one.position);
    let behind = others.partition_point(|other| other.position <= one.position);
    let candidates = [before.checked_sub(1), Some(behind)];
    let candidates = candidates.into_iter().flatten().filter_map(|at| Some((at, others.get(at)?)));
    let distance = |other: &PhraseMatch| other.position.abs_diff(one.position);
    candidates.filter(|(_, other)| distance(other) <= within).min_by_key(|(_, other)| distance(other))
}

fn pair(one: &PhraseMatch, other: &PhraseMatch) -> PhraseMatch {
    let mut tokens = [&one.tokens[..], &other.tokens[..]].concat();
    tokens.sort_unstable();
    PhraseMatch {
        position: one.position.min(other.position),
        tokens,
        strength: one.strength.min(other.strength),
    }
}
