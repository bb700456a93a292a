//! Phrases and nearness in a text that was read: words by position, as the index counts them.
//!
//! Looks at positions only; which token mentions which word is settled before.

use super::{Met, Reading, Strength};

/// Words at their places.
pub(super) struct Order {
    /// Each word, by its number, with its place counted from the first one's.
    pub slots: Vec<(u32, usize)>,
    /// How many other words may stand among them; none: in order, side by side.
    pub slop: Option<u32>,
}

/// A mention of a slot's word: its position, its token, how sure it is.
type Mention = (u32, usize, Strength);

impl Order {
    /// Whether it leaves out words that stand inside it: function words, which belong to it all the same.
    pub fn skips(&self) -> bool {
        let last = self.slots.last().map_or(0, |&(place, _)| place);
        self.slop.is_none() && last as usize + 1 != self.slots.len()
    }

    /// Where the phrase stands whole.
    pub fn find(&self, reading: &Reading) -> Vec<Met> {
        let mentions: Vec<Vec<Mention>> = self.slots.iter().map(|&(_, word)| sure(reading, word)).collect();
        match self.slop {
            None => self.in_order(reading, &mentions),
            Some(slop) => loosely(&mentions, slop),
        }
    }

    fn in_order(&self, reading: &Reading, mentions: &[Vec<Mention>]) -> Vec<Met> {
        let Some(first) = mentions.first() else { return Vec::new() };
        let met = first.iter().filter_map(|&(start, ..)| {
            let slots = self.slots.iter().zip(mentions);
            let chosen: Option<Vec<Mention>> =
                slots.map(|(&(place, _), of_word)| at_position(of_word, start.checked_add(place)?)).collect();
            let mut chosen = chosen?;
            let strength = weakest(&chosen);
            self.add_skipped(reading, start, &mut chosen);
            Some(met(chosen, strength))
        });
        met.collect()
    }

    fn add_skipped(&self, reading: &Reading, start: u32, chosen: &mut Vec<Mention>) {
        if !self.skips() {
            return;
        }
        let last = self.slots.last().map_or(0, |&(place, _)| place);
        let from = reading.tokens.partition_point(|token| token.position < start);
        let inside = reading.tokens.iter().enumerate().skip(from);
        for (at, token) in inside.take_while(|(_, token)| token.position - start <= last) {
            if token.function && self.slots.iter().all(|&(place, _)| place != token.position - start) {
                chosen.push((token.position, at, Strength::Full));
            }
        }
    }
}

/// The mentions that the index counts as the word, one for a position.
fn sure(reading: &Reading, word: usize) -> Vec<Mention> {
    let mentions = reading.mentions[word].iter().filter(|(_, strength)| *strength > Strength::Hint);
    let mut mentions: Vec<Mention> =
        mentions.map(|&(token, strength)| (reading.tokens[token].position, token, strength)).collect();
    mentions.dedup_by_key(|(position, ..)| *position);
    mentions
}

fn at_position(mentions: &[Mention], position: u32) -> Option<Mention> {
    let at = mentions.binary_search_by_key(&position, |&(position, ..)| position).ok()?;
    mentions.get(at).copied()
}

/// Windows that hold every word in any order, with at most `slop` others.
fn loosely(mentions: &[Vec<Mention>], slop: u32) -> Vec<Met> {
    let others = u32::try_from(mentions.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let span = others.saturating_add(slop);
    let mut next = vec![0_usize; mentions.len()];
    let mut found = Vec::new();
    loop {
        let window: Option<Vec<Mention>> =
            mentions.iter().zip(&next).map(|(of_word, &at)| of_word.get(at).copied()).collect();
        let Some(window) = window else { return found };
        let positions = || window.iter().map(|&(position, ..)| position).enumerate();
        let last = positions().map(|(_, position)| position).max();
        let first = positions().min_by_key(|&(_, position)| position);
        let (Some((word, first)), Some(last)) = (first, last) else { return found };
        if last - first <= span {
            let strength = weakest(&window);
            found.push(met(window, strength));
        }
        next[word] += 1;
    }
}

fn weakest(mentions: &[Mention]) -> Strength {
    mentions.iter().map(|&(_, _, strength)| strength).min().unwrap_or(Strength::Hint)
}

fn met(mut mentions: Vec<Mention>, strength: Strength) -> Met {
    mentions.sort_unstable_by_key(|&(position, token, _)| (position, token));
    mentions.dedup_by_key(|&mut (_, token, _)| token);
    let position = mentions.first().map_or(0, |&(position, ..)| position);
    Met { position, words: mentions.iter().map(|&(_, token, _)| token).collect(), strength }
}

/// Pairs at most `within` words apart: each mention of either side with the nearest one of the other.
pub(super) fn near(left: &[Met], right: &[Met], within: u32) -> Vec<Met> {
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

fn nearest<'m>(one: &Met, others: &'m [Met], within: u32) -> Option<(usize, &'m Met)> {
    let before = others.partition_point(|other| other.position < one.position);
    let behind = others.partition_point(|other| other.position <= one.position);
    let candidates = [before.checked_sub(1), Some(behind)];
    let candidates = candidates.into_iter().flatten().filter_map(|at| Some((at, others.get(at)?)));
    let distance = |other: &Met| other.position.abs_diff(one.position);
    candidates.filter(|(_, other)| distance(other) <= within).min_by_key(|(_, other)| distance(other))
}

fn pair(one: &Met, other: &Met) -> Met {
    let mut words = [&one.words[..], &other.words[..]].concat();
    words.sort_unstable();
    Met { position: one.position.min(other.position), words, strength: one.strength.min(other.strength) }
}
