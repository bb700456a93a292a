//! What the elements of a page are there for: chapters of one text, cards of other articles, and tables that only lay
//! the page out.

use std::collections::HashMap;

use super::{SHORTEST_TEXT, at};
use crate::corpus::readers::html::{
    blocks::{Block, Blocks},
    names::Names,
};

/// A section has at least one paragraph of about this many characters next to it.
const SECTION: f32 = 80.0;
/// As many elements of one kind that begin with a link are cards.
const CARDS: usize = 3;
/// Cards are no text of a page with at least this many characters of other good text.
const OTHER_TEXT: f32 = 300.0;
/// A cell with more characters than this has text, not data.
const LARGE_CELL: usize = 400;

/// Marks the containers that are one of several alike: editors of pages put each paragraph or chapter into an element
/// of the same kind. Boxes with links are no sections, neither are those next to none with a paragraph, nor are
/// comments, which begin with a name or a time.
pub(super) fn sections(
    page: &Blocks<'_>,
    names: &[Names],
    wrapper: &[bool],
    (good, linked): (&[f32], &[f32]),
) -> Vec<bool> {
    let containers = &page.containers;
    let mut first = vec![usize::MAX; containers.len()];
    for (at, block) in page.blocks.iter().enumerate().rev() {
        first.get_mut(block.container).into_iter().for_each(|first| *first = at);
    }
    // The element that holds nothing but this one, among whose siblings are those alike.
    let mut outermost: Vec<usize> = (0..containers.len()).collect();
    for (index, container) in containers.iter().enumerate().skip(1) {
        if wrapper.get(container.parent).is_some_and(|wrapper| *wrapper) && container.parent > 0 {
            outermost[index] = outermost[container.parent];
        }
    }
    for (index, container) in containers.iter().enumerate().skip(1).rev() {
        first[container.parent] = first[container.parent].min(first[index]);
    }
    let is_label = |block: &Block| {
        block.chars < SHORTEST_TEXT && names.get(block.container).is_some_and(|names| names.heading == 0)
    };
    let kind = |index: usize| {
        let container = containers.get(index)?;
        let element = container.element;
        let is_box = matches!(element.value().name(), "div" | "section") && at(linked, index) <= 0.0;
        let begins_with_label = page.blocks.get(first[index]).is_none_or(is_label);
        (is_box && !begins_with_label)
            .then(|| (container.parent, element.value().name(), element.attr("class")))
    };
    let mut paragraphs: HashMap<_, usize> = HashMap::new();
    for index in (1..containers.len()).filter(|index| outermost[*index] == *index) {
        if at(good, index) >= SECTION
            && let Some(kind) = kind(index)
        {
            *paragraphs.entry(kind).or_default() += 1;
        }
    }
    let is_section = |outermost: usize| {
        let alike = kind(outermost).and_then(|kind| paragraphs.get(&kind)).copied().unwrap_or_default();
        alike > usize::from(at(good, outermost) >= SECTION)
    };
    outermost.into_iter().map(is_section).collect()
}

/// Marks the cards of other articles: elements of one kind, each of which begins with a link.
///
/// The cards of a page that has little other text are its text.
pub(super) fn cards(page: &Blocks<'_>, good: &[f32]) -> Vec<bool> {
    let containers = &page.containers;
    let mut first = vec![usize::MAX; containers.len()];
    for (at, block) in page.blocks.iter().enumerate().rev() {
        first[block.container] = at;
    }
    for (index, container) in containers.iter().enumerate().skip(1).rev() {
        first[container.parent] = first[container.parent].min(first[index]);
    }
    let begins_with_link =
        |index: usize| page.blocks.get(first[index]).is_some_and(|block| 2 * block.linked > block.chars);
    let kind = |index: usize| {
        let container = containers.get(index).filter(|_| index > 0 && begins_with_link(index))?;
        let element = container.element;
        let is_box = matches!(element.value().name(), "div" | "article" | "section");
        is_box.then(|| (container.parent, element.value().name(), element.attr("class")))
    };
    let mut alike: HashMap<_, usize> = HashMap::new();
    for kind in (1..containers.len()).filter_map(kind) {
        *alike.entry(kind).or_default() += 1;
    }
    let is_card =
        |index: usize| kind(index).and_then(|kind| alike.get(&kind)).is_some_and(|count| *count >= CARDS);
    let mut cards: Vec<bool> = (0..containers.len()).map(is_card).collect();
    let mut in_cards = 0.0;
    let mut inside = vec![false; containers.len()];
    for (index, container) in containers.iter().enumerate().skip(1) {
        inside[index] = inside[container.parent] || cards[index];
        if cards[index] && !inside[container.parent] {
            in_cards += at(good, index);
        }
    }
    if at(good, 0) - in_cards < OTHER_TEXT {
        cards.fill(false);
    }
    cards
}

/// Marks the parts of tables with a cell that has several blocks and more text than one of figures or names.
pub(super) fn laid_out(page: &Blocks<'_>) -> Vec<bool> {
    let containers = &page.containers;
    let name = |index: usize| containers.get(index).map_or("", |container| container.element.value().name());
    let (mut cell, mut table) = (vec![0; containers.len()], vec![0; containers.len()]);
    for (index, container) in containers.iter().enumerate().skip(1) {
        cell[index] = if matches!(name(index), "td" | "th") { index } else { cell[container.parent] };
        table[index] = if name(index) == "table" { index } else { table[container.parent] };
    }
    let mut size = vec![(0, 0); containers.len()];
    for block in &page.blocks {
        let (blocks, chars) = &mut size[cell[block.container]];
        (*blocks, *chars) = (*blocks + 1, *chars + block.chars);
    }
    let mut laid_out = vec![false; containers.len()];
    for (index, (blocks, chars)) in size.into_iter().enumerate().skip(1) {
        if blocks > 2 && chars > LARGE_CELL {
            laid_out[table[index]] = true;
        }
    }
    let is_part = |index: usize| matches!(name(index), "td" | "th" | "tr" | "tbody" | "thead");
    (0..containers.len()).map(|index| is_part(index) && laid_out[table[index]]).collect()
}
