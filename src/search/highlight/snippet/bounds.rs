//! The bounds of a fragment around its core: sentence bounds if they fit, or else word bounds.
//!
//! A fragment contains its whole core, and cuts no other target if it can end before it.

use std::ops::Range;

use super::{super::display_text::DisplayText, passages::Target};

/// If the sentence of the core does not fit, one part in this many of the free room is before the core.
const BEFORE: usize = 3;

/// A fragment that ends with a sentence fills at least one part in this many of its room.
const FULL_ENOUGH: usize = 3;

/// The room of a fragment.
pub(super) struct Room {
    /// Its maximum length in characters.
    pub length: usize,
    /// Where it may be.
    pub within: Range<usize>,
}

/// The fragment around a core that fits in the room.
pub(super) fn fragment_around(
    display: &DisplayText,
    targets: &[Target],
    core: &Range<usize>,
    room: &Room,
) -> Range<usize> {
    let start = start(display, core, room);
    let end = end(display, targets, &(start..core.end), room);
    let start = if end == display.len() { earlier(display, start, end, room) } else { start };
    clear_start(display, targets, start, core.start)..end
}

/// The start of a text; none if not even its first letter fits.
pub(super) fn opening(display: &DisplayText, length: usize) -> Option<Range<usize>> {
    let range = 0..end(display, &[], &(0..0), &Room { length, within: 0..display.len() });
    (!range.is_empty()).then_some(range)
}

fn start(display: &DisplayText, core: &Range<usize>, room: &Room) -> usize {
    let sentence = display.sentence_start(core.start).max(room.within.start).min(core.start);
    if core.end - sentence <= room.length {
        return sentence;
    }
    let before = room.length.saturating_sub(core.len()) / BEFORE;
    display.next_word(core.start.saturating_sub(before)).min(core.start)
}

/// Extends a fragment at the end of the text by whole sentences before it.
fn earlier(display: &DisplayText, mut start: usize, end: usize, room: &Room) -> usize {
    while start > room.within.start && start == display.sentence_start(start) {
        let sentence = display.sentence_start(start - 1);
        if sentence < room.within.start || end - sentence > room.length {
            break;
        }
        start = sentence;
    }
    start
}

/// A start that cuts no target, at or before the core.
fn clear_start(display: &DisplayText, targets: &[Target], start: usize, core: usize) -> usize {
    let mut cut: Vec<&Target> = targets.iter().filter(|target| is_cut(target, start..core)).collect();
    // In order of their ends, so that each is compared with the start after the earlier ones.
    cut.sort_unstable_by_key(|target| target.end);
    cut.into_iter().fold(start, |start, target| {
        let is_cut = target.start < start && start < target.end;
        if is_cut { display.next_word(target.end).min(core) } else { start }
    })
}

/// Whether a target that ends before the core may be cut by a start in a range.
fn is_cut(target: &Target, starts: Range<usize>) -> bool {
    target.start < starts.end && starts.start < target.end && target.end <= starts.end
}

/// The end of a fragment that contains `kept`.
fn end(display: &DisplayText, targets: &[Target], kept: &Range<usize>, room: &Room) -> usize {
    let last = kept.start.saturating_add(room.length).min(room.within.end).max(kept.end);
    if last >= display.len() {
        return display.len();
    }
    let sentence = display.last_sentence_end(last);
    if sentence >= kept.end && (sentence - kept.start.min(sentence)) * FULL_ENOUGH >= room.length.max(1) {
        return clear_end(display, targets, sentence, kept.end);
    }
    let word = display.last_word_end(last);
    if word > kept.start && word >= kept.end {
        return clear_end(display, targets, word, kept.end);
    }
    // One word is longer than the room.
    if kept.is_empty() { display.floor(last) } else { kept.end }
}

/// An end that cuts no target, if there is one after `least`.
fn clear_end(display: &DisplayText, targets: &[Target], end: usize, least: usize) -> usize {
    let before = targets.partition_point(|target| target.start < end);
    let targets = targets.iter().take(before).rev().take_while(|target| target.start >= least);
    targets.fold(end, |end, target| {
        let is_cut = target.start < end && end < target.end;
        if is_cut { display.last_word_end(target.start.saturating_sub(1)).max(least) } else { end }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::highlight::display_text::tests::{display, word_end};

    proptest! {
        #[test]
        fn a_fragment_keeps_its_core_and_cuts_nothing(
            lengths in prop::collection::vec((1_usize..9, any::<bool>()), 1..60),
            picked in prop::collection::vec((0_usize..60, 1_usize..4), 1..20),
            spare in 0_usize..120,
        ) {
            let word = |&(length, ends): &(usize, bool)| "А".repeat(length) + if ends { "а. " } else { "а " };
            let text: String = lengths.iter().map(word).collect();
            let display = display(&text);
            let words: Vec<usize> = (0..display.len()).filter(|&at| display.word_start(at) == at).collect();
            // Targets of one to three words, none over another.
            let mut targets: Vec<Target> = Vec::new();
            let mut picked = picked;
            picked.sort_unstable();
            for (first, count) in picked {
                let (Some(&start), last) = (words.get(first), (first + count - 1).min(words.len() - 1)) else { continue };
                if targets.last().is_none_or(|target| target.end < start) {
                    let sentence = display.sentence_start(start);
                    targets.push(Target { start, end: word_end(&display, words[last]), clause: 0, sentence });
                }
            }
            for target in &targets {
                let core = target.start..target.end;
                let room = Room { length: core.len() + spare, within: 0..display.len() };
                let range = fragment_around(&display, &targets, &core, &room);
                prop_assert!(range.start <= core.start && core.end <= range.end);
                prop_assert!(range.len() <= room.length);
                prop_assert_eq!(display.word_start(range.start), range.start);
                prop_assert_eq!(display.last_word_end(range.end), range.end);
                for other in &targets {
                    prop_assert!(other.is_in(&range) || other.end <= range.start || range.end <= other.start);
                }
            }
        }
    }
}
