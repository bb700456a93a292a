//! How much a block of a page reads like the text of an article.

use super::super::{
    blocks::Block,
    names::{self, Names},
};

/// The quality of a paragraph of an imprint, which says nothing about the text around it.
const IMPRINT: f32 = -0.05;

/// The quality of a block, by its element, length, end and links.
pub(super) fn quality(block: &Block, names: &[Names]) -> f32 {
    if names::is_imprint(&block.text) {
        return IMPRINT;
    }
    let (chars, linked) = (block.chars as f32, block.linked.min(block.chars) as f32);
    let links = linked / chars.max(1.0);
    let base = names.get(block.container).map_or(-0.55, |names| names.base);
    let end = block.text.trim_end_matches(['"', '”', '»', ')']);
    let sentence =
        end.ends_with(['.', '!', '?', '…', ':', ';', '。', '！', '？', '।']) || end.len() < block.text.len();
    let quality = base + (chars / 130.0).min(1.2) + if sentence { 0.35 } else { 0.0 };
    let quality = quality - if links > 0.3 { 2.4 * links } else { 0.6 * links };
    // Numbers and names in a table are short for a reason.
    let is_item = names.get(block.container).is_some_and(|names| names.is_item);
    if is_item && links < 0.1 { quality.max(0.1) } else { quality }
}
