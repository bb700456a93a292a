//! Where a fragment begins and ends around what it must show: at sentences, or else at words.
//!
//! Never leaves out any of the core, never cuts through another target where it can stop before it.

use std::ops::Range;

use super::{super::page::Shown, window::Target};

/// Of the room that the core leaves, one part in so many goes before it where its sentence does not fit.
const BEFORE: usize = 3;

/// A fragment that ends with a sentence must fill one part in so many of its room, or it says too little.
const FULL_ENOUGH: usize = 3;

/// What a fragment may take.
pub(super) struct Room {
    /// How many characters.
    pub length: usize,
    /// Where they may be.
    pub within: Range<usize>,
}

/// The fragment around a core that is not longer than the room.
pub(super) fn stretch(shown: &Shown, targets: &[Target], core: &Range<usize>, room: &Room) -> Range<usize> {
    let start = start(shown, core, room);
    let end = end(shown, targets, &(start..core.end), room);
    let start = if end == shown.len() { earlier(shown, start, end, room) } else { start };
    clear_start(shown, targets, start, core.start)..end
}

/// The opening of a text; none where not even its first letter fits.
pub(super) fn open(shown: &Shown, length: usize) -> Option<Range<usize>> {
    let place = 0..end(shown, &[], &(0..0), &Room { length, within: 0..shown.len() });
    (!place.is_empty()).then_some(place)
}

fn start(shown: &Shown, core: &Range<usize>, room: &Room) -> usize {
    let sentence = shown.sentence_start(core.start).max(room.within.start).min(core.start);
    if core.end - sentence <= room.length {
        return sentence;
    }
    let before = room.length.saturating_sub(core.len()) / BEFORE;
    shown.next_word(core.start.saturating_sub(before)).min(core.start)
}

/// Where the text ends and room is left, whole sentences before the fragment take it.
fn earlier(shown: &Shown, mut start: usize, end: usize, room: &Room) -> usize {
    while start > room.within.start && start == shown.sentence_start(start) {
        let sentence = shown.sentence_start(start - 1);
        if sentence < room.within.start || end - sentence > room.length {
            break;
        }
        start = sentence;
    }
    start
}

/// A start that cuts no target, at or before the core's.
fn clear_start(shown: &Shown, targets: &[Target], start: usize, core: usize) -> usize {
    let mut cut: Vec<&Target> = targets.iter().filter(|target| is_cut(target, start..core)).collect();
    // In order of their ends, so that each is judged by the start that the earlier ones leave.
    cut.sort_unstable_by_key(|target| target.end);
    cut.into_iter().fold(start, |start, target| {
        let is_cut = target.start < start && start < target.end;
        if is_cut { shown.next_word(target.end).min(core) } else { start }
    })
}

/// Whether a target that ends before the core may be cut by a start between these places.
fn is_cut(target: &Target, starts: Range<usize>) -> bool {
    target.start < starts.end && starts.start < target.end && target.end <= starts.end
}

/// `kept` is what the fragment shows in any case.
fn end(shown: &Shown, targets: &[Target], kept: &Range<usize>, room: &Room) -> usize {
    let last = kept.start.saturating_add(room.length).min(room.within.end).max(kept.end);
    if last >= shown.len() {
        return shown.len();
    }
    let sentence = shown.last_sentence_end(last);
    if sentence >= kept.end && (sentence - kept.start.min(sentence)) * FULL_ENOUGH >= room.length.max(1) {
        return clear_end(shown, targets, sentence, kept.end);
    }
    let word = shown.last_word_end(last);
    if word > kept.start && word >= kept.end {
        return clear_end(shown, targets, word, kept.end);
    }
    // One word is longer than the room.
    if kept.is_empty() { shown.floor(last) } else { kept.end }
}

/// An end that cuts no target, if there is one behind what must be shown.
fn clear_end(shown: &Shown, targets: &[Target], end: usize, least: usize) -> usize {
    let before = targets.partition_point(|target| target.start < end);
    let targets = targets.iter().take(before).rev().take_while(|target| target.start >= least);
    targets.fold(end, |end, target| {
        let is_cut = target.start < end && end < target.end;
        if is_cut { shown.last_word_end(target.start.saturating_sub(1)).max(least) } else { end }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::page::tests::{tidy, word_end};

    proptest! {
        #[test]
        fn a_fragment_keeps_its_core_and_cuts_nothing(
            lengths in prop::collection::vec((1_usize..9, any::<bool>()), 1..60),
            picked in prop::collection::vec((0_usize..60, 1_usize..4), 1..20),
            spare in 0_usize..120,
        ) {
            let word = |&(length, ends): &(usize, bool)| "А".repeat(length) + if ends { "а. " } else { "а " };
            let text: String = lengths.iter().map(word).collect();
            let shown = tidy(&text);
            let words: Vec<usize> = (0..shown.len()).filter(|&at| shown.word_start(at) == at).collect();
            // Targets of one to three words, none over another.
            let mut targets: Vec<Target> = Vec::new();
            let mut picked = picked;
            picked.sort_unstable();
            for (first, count) in picked {
                let (Some(&start), last) = (words.get(first), (first + count - 1).min(words.len() - 1)) else { continue };
                if targets.last().is_none_or(|target| target.end < start) {
                    let sentence = shown.sentence_start(start);
                    targets.push(Target { start, end: word_end(&shown, words[last]), clause: 0, sentence });
                }
            }
            for target in &targets {
                let core = target.start..target.end;
                let room = Room { length: core.len() + spare, within: 0..shown.len() };
                let place = stretch(&shown, &targets, &core, &room);
                prop_assert!(place.start <= core.start && core.end <= place.end);
                prop_assert!(place.len() <= room.length);
                prop_assert_eq!(shown.word_start(place.start), place.start);
                prop_assert_eq!(shown.last_word_end(place.end), place.end);
                for other in &targets {
                    prop_assert!(other.is_in(&place) || other.end <= place.start || place.end <= other.start);
                }
            }
        }
    }
}
