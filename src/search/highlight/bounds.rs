//! The bounds of a fragment around its core: sentence bounds if they fit, or else word bounds.
//!
//! A fragment contains its whole core, and cuts no other target if it can end before it.

use std::ops::Range;

use super::{display_text::DisplayText, passages::Target};

/// If the sentence of the core does not fit, one part in this many of the free room is before the core.
const BEFORE: usize = 3;

/// A fragment that ends with a sentence fills at least one part in this many of its room.
const FULL_ENOUGH: usize = 3;

/// The room of a fragment.
pub(super) struct Room {
    /// Its maximum length in characters.
    pub length: usize,
    /// Where it may be, in bytes.
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
    if display.fits(&(sentence..core.end), room.length) {
        return sentence;
    }
    let before = room.length.saturating_sub(display.chars(core)) / BEFORE;
    display.next_word(display.backward(core.start, before)).min(core.start)
}

/// Extends a fragment at the end of the text by whole sentences before it.
fn earlier(display: &DisplayText, mut start: usize, end: usize, room: &Room) -> usize {
    while start > room.within.start && start == display.sentence_start(start) {
        let sentence = display.sentence_start(start - 1);
        if sentence < room.within.start || !display.fits(&(sentence..end), room.length) {
            break;
        }
        start = sentence;
    }
    start
}

/// A start that cuts no target, at or before the core.
fn clear_start(display: &DisplayText, targets: &[Target], start: usize, core: usize) -> usize {
    let ends_before = |target: &&Target| start < target.end.byte && target.end.byte <= core;
    let mut cut: Vec<&Target> = targets.iter().filter(ends_before).collect();
    // In order of their ends, so that each is compared with the start after the earlier ones.
    cut.sort_unstable_by_key(|target| target.end);
    cut.into_iter().map(Target::bytes).fold(start, |start, target| {
        let is_cut = target.start < start && start < target.end;
        if is_cut { display.next_word(target.end).min(core) } else { start }
    })
}

/// The end of a fragment that contains `kept`.
fn end(display: &DisplayText, targets: &[Target], kept: &Range<usize>, room: &Room) -> usize {
    let last = display.forward(kept.start, room.length).min(room.within.end).max(kept.end);
    if last >= display.len() {
        return display.len();
    }
    let sentence = display.last_sentence_end(last);
    let is_full_enough = || display.chars(&(kept.start..sentence)) * FULL_ENOUGH >= room.length.max(1);
    if sentence >= kept.end && is_full_enough() {
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
    let before = targets.partition_point(|target| target.start.byte < end);
    let targets = targets.iter().take(before).rev().map(Target::bytes);
    targets.take_while(|target| target.start >= least).fold(end, |end, target| {
        let is_cut = target.start < end && end < target.end;
        if is_cut { display.last_word_end(target.start.saturating_sub(1)).max(least) } else { end }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{
            display_text::Offset,
            tests::{display, words},
        },
        *,
    };

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
            let words = words(&display);
            // Targets of one to three words, none over another.
            let (mut targets, mut picked) = (Vec::<Target>::new(), picked);
            picked.sort_unstable();
            for (first, count) in picked {
                let last = (first + count).min(words.len());
                let Some(words) = words.get(first..last).filter(|words| !words.is_empty()) else { continue };
                let [start, end] = [words[0].start, words[words.len() - 1].end];
                if targets.last().is_none_or(|target| target.end.byte < start) {
                    let offset = |byte| display.offset(Offset::default(), byte);
                    let [start, end, sentence] = [start, end, display.sentence_start(start)].map(offset);
                    targets.push(Target { start, end, clause: 0, sentence });
                }
            }
            for core in targets.iter().map(Target::bytes) {
                let room = Room { length: display.chars(&core) + spare, within: 0..display.len() };
                let range = fragment_around(&display, &targets, &core, &room);
                prop_assert!(range.start <= core.start && core.end <= range.end);
                prop_assert!(display.fits(&range, room.length));
                prop_assert!(words.iter().any(|word| word.start == range.start));
                prop_assert!(words.iter().any(|word| word.end == range.end));
                for other in &targets {
                    let apart = other.end.byte <= range.start || range.end <= other.start.byte;
                    prop_assert!(other.is_in(&range) || apart);
                }
            }
        }
    }
}
