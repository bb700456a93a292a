//! Chooses the blocks of a page that are its article.
//!
//! Every block has a weight in characters: long sentences outside of links count for the article, short lines and
//! links against it, and the names of the elements around it shift the balance (`names`). The article is the
//! element whose subtree has the greatest weight once its own subtrees of negative weight are cut off: a maximum
//! weight subtree, which also finds an article that is split over several elements. The idea of weighing blocks
//! by length and link density is that of boilerpipe (Kohlschütter, Fankhauser, Nejdl, 2010), and that of a
//! maximal run of blocks is in Pasternack and Roth (2009). The weights were set on `shared/pages/chunk-pages`.

mod layout;
mod quality;

use self::quality::quality;
use super::{
    blocks::{Block, Blocks},
    names::{self, Names},
};

/// What a container costs, in characters: sidebars and boxes of a line or two do not pay for it.
const CONTAINER_COST: f32 = 65.0;
/// The same for a container of one line with a class or id.
const LINE_COST: f32 = 33.0;
/// What a container is credited with whose name says that it is the article.
const ARTICLE_CREDIT: f32 = 150.0;
/// The part of a negative weight that the element around it has to bear.
const INHERITED: f32 = 0.15;
/// No block weighs more than this many characters, and no block against the article more than the second.
const HEAVIEST: f32 = 400.0;
const HEAVIEST_AGAINST: f32 = 200.0;
/// A heading longer than this is a paragraph that looks like one.
const LONGEST_HEADING: usize = 110;
/// The names of an element that has more than this share of the page's text say nothing against it.
const DOMINANT: f32 = 0.5;
/// Where the article has less than this share of the page's good text, and less of it in characters, it is doubtful.
const DOUBTFUL: f32 = 0.25;
const DOUBTFUL_WEIGHT: f32 = 400.0;
/// If the page has this many times more text than such an article, all of its text is kept.
const MUCH_MORE: usize = 3;
/// Shorter lines are labels, in characters.
const SHORTEST_TEXT: usize = 20;
/// Names that speak more against a text than this mark menus, comments and asides.
const FOREIGN: f32 = -1.0;
/// How many blocks at most a heading stands before the text that it heads.
const HEADED_WITHIN: usize = 8;
/// By how much a card shifts the quality of its text. -2.0 loses 0.8 points of F1 on Readability's pages.
const CARD: f32 = -0.9;
/// The headline of an article stands in an element with at least this many characters of good text.
const LEAST_TEXT: f32 = 60.0;
/// How many blocks may stand between the headline and the article.
const LEAD_WITHIN: usize = 40;

/// What was chosen.
pub(super) struct Article {
    /// Whether each block is kept.
    pub keep: Vec<bool>,
    /// The share of the page's good text that is kept.
    pub share: f32,
    /// Whether the article could not be distinguished, so that all text outside of menus and links is kept.
    pub uncertain: bool,
}

/// The blocks of the article.
pub(super) fn choose(page: &Blocks<'_>) -> Article {
    let weighing = Weighing::of(page);
    let article = weighing.choose(true, None);
    if article.share < DOUBTFUL && article.share * at(&weighing.good, 0) < DOUBTFUL_WEIGHT {
        // A short article among cards of others, or above a long imprint.
        if let Some(around) = weighing.around_headline() {
            return weighing.choose(true, Some(around));
        }
        let again = weighing.choose(false, None);
        if again.share > 2.0 * article.share {
            return again;
        }
        let all = weighing.all_text();
        let chars = |keep: &[bool]| -> usize {
            page.blocks.iter().zip(keep).filter(|(_, keep)| **keep).map(|(block, _)| block.chars).sum()
        };
        if chars(&all) > MUCH_MORE * chars(&article.keep) {
            return Article { keep: all, uncertain: true, ..article };
        }
    }
    article
}

/// What is known of a page before names are taken into account.
struct Weighing<'p> {
    page: &'p Blocks<'p>,
    names: Vec<Names>,
    /// How good each block is by its own text: about -1.5 to 1.5.
    quality: Vec<f32>,
    /// The positive weights of blocks in each container, with all below it.
    good: Vec<f32>,
    /// How many blocks are in each container, with all below it.
    count: Vec<usize>,
    /// How many of its characters are in links.
    linked: Vec<f32>,
    /// Whether all blocks of a container are in one container below it.
    wrapper: Vec<bool>,
    /// Whether a container is one of several alike that hold paragraphs.
    section: Vec<bool>,
    /// Whether a container is one of several cards of other articles.
    card: Vec<bool>,
    /// Whether a container is a part of a table that is there for the layout.
    laid_out: Vec<bool>,
}

impl<'p> Weighing<'p> {
    fn of(page: &'p Blocks<'p>) -> Self {
        let names: Vec<Names> =
            page.containers.iter().map(|container| Names::of(container.element)).collect();
        let quality: Vec<f32> = page.blocks.iter().map(|block| quality(block, &names)).collect();
        let mut good = vec![0.0; names.len()];
        let mut linked = vec![0.0; names.len()];
        let mut count = vec![0; names.len()];
        for (block, quality) in page.blocks.iter().zip(&quality) {
            add(&mut good, block.container, weight(block, *quality, &names).max(0.0));
            add(&mut linked, block.container, block.linked as f32);
            if let Some(count) = count.get_mut(block.container) {
                *count += 1;
            }
        }
        let mut wrapper = vec![false; names.len()];
        for (index, container) in page.containers.iter().enumerate().skip(1).rev() {
            let (below, blocks) = (at(&good, index), count.get(index).copied().unwrap_or_default());
            add(&mut good, container.parent, below);
            let links = at(&linked, index);
            add(&mut linked, container.parent, links);
            if let Some(count) = count.get_mut(container.parent) {
                *count += blocks;
            }
        }
        for (index, container) in page.containers.iter().enumerate().skip(1) {
            if count.get(index).is_some_and(|blocks| *blocks > 0)
                && count.get(index) == count.get(container.parent)
            {
                wrapper.get_mut(container.parent).into_iter().for_each(|wrapper| *wrapper = true);
            }
        }
        let section = layout::sections(page, &names, &wrapper, (&good, &linked));
        let laid_out = layout::laid_out(page);
        let card = layout::cards(page, &good);
        Self { page, names, quality, good, count, linked, wrapper, section, card, laid_out }
    }

    /// Chooses the article: in the container with the greatest weight, or in a given one.
    fn choose(&self, by_names: bool, within: Option<usize>) -> Article {
        let (blocks, containers) = (&self.page.blocks, &self.page.containers);
        let shifts = self.shifts(by_names);
        let mut own = vec![0.0; containers.len()];
        let weights: Vec<f32> = blocks
            .iter()
            .zip(&self.quality)
            .map(|(block, quality)| {
                let shift = at(&shifts, block.container).clamp(-3.0, 0.6);
                let weight = weight(block, quality + shift, &self.names);
                add(&mut own, block.container, weight);
                weight
            })
            .collect();
        if by_names {
            self.charge_boilerplate(&mut own);
        }
        let total = self.subtrees(own);
        let by_total = |a: &usize, b: &usize| at(&total, *a).total_cmp(&at(&total, *b));
        let mut top = within.unwrap_or_else(|| (0..total.len()).rev().max_by(by_total).unwrap_or(0));
        // A paragraph is never all of an article: in a short one, the menu and the headline outweigh the other paragraphs.
        while let Some(container) =
            containers.get(top).filter(|container| container.element.value().name() == "p")
        {
            top = container.parent;
        }
        let mut keep: Vec<bool> = blocks
            .iter()
            .zip(&weights)
            .map(|(block, weight)| {
                self.is_kept(block.container, top, &total) && (block.container != top || *weight >= 0.0)
            })
            .collect();
        self.add_lead(&mut keep, &weights);
        self.drop_loose_headings(&mut keep);
        let kept: f32 = keep
            .iter()
            .zip(blocks.iter().zip(&self.quality))
            .filter(|(keep, _)| **keep)
            .map(|(_, (block, quality))| weight(block, *quality, &self.names).max(0.0))
            .sum();
        Article { keep, share: kept / at(&self.good, 0).max(1.0), uncertain: false }
    }

    /// All blocks but links, the shortest lines, and those in elements whose names speak against them.
    fn all_text(&self) -> Vec<bool> {
        let mut foreign = Vec::with_capacity(self.names.len());
        for (index, (names, container)) in self.names.iter().zip(&self.page.containers).enumerate() {
            let above = index > 0 && foreign.get(container.parent).is_some_and(|foreign| *foreign);
            foreign.push(above || names.against < FOREIGN);
        }
        let is_text = |block: &Block| {
            block.chars >= SHORTEST_TEXT
                && block.linked * 3 < block.chars
                && foreign.get(block.container).is_some_and(|foreign| !foreign)
                && !names::opens_boilerplate(&block.text)
        };
        self.page.blocks.iter().map(is_text).collect()
    }

    /// By how much the names around each container shift the quality of its blocks.
    fn shifts(&self, by_names: bool) -> Vec<f32> {
        let all = at(&self.good, 0).max(1.0);
        let mut shifts: Vec<f32> = Vec::with_capacity(self.names.len());
        for (index, (names, container)) in self.names.iter().zip(&self.page.containers).enumerate() {
            let above = if index == 0 { 0.0 } else { at(&shifts, container.parent) };
            if names.is_root {
                shifts.push(0.0);
                continue;
            }
            let share = at(&self.good, index) / all;
            let against = match names.against {
                _ if !by_names => 0.0,
                // Comments are often longer than the article.
                against if names.is_comments && share < 0.9 => against,
                against if share > DOMINANT || (share > DOMINANT / 2.0 && against > -1.4) => against * 0.0,
                against if share > 0.15 => against / 2.0,
                against => against,
            };
            let card = if self.card.get(index).is_some_and(|card| *card) { CARD } else { 0.0 };
            shifts.push(above + against + names.towards + card);
        }
        shifts
    }

    /// Charges the container of a line such as «Читайте также» for all that is in it.
    fn charge_boilerplate(&self, own: &mut [f32]) {
        let all = at(&self.good, 0);
        let count = |index: usize| self.count.get(index).copied().unwrap_or_default();
        let parent = |index: usize| self.page.containers.get(index).map_or(0, |container| container.parent);
        for block in self.page.blocks.iter().filter(|block| names::opens_boilerplate(&block.text)) {
            let mut index = block.container;
            while index > 0 && count(parent(index)) <= 2 {
                index = parent(index);
            }
            if index > 0 && at(&self.good, parent(index)) < 0.2 * all && count(parent(index)) < 60 {
                index = parent(index);
            }
            if at(&self.good, index) < 0.2 * all {
                add(own, index, -60.0 - 0.9 * at(&self.good, index));
            }
        }
    }

    /// The weight of each container with all below it, where subtrees of negative weight are cut off.
    fn subtrees(&self, own: Vec<f32>) -> Vec<f32> {
        let mut total = own;
        for (index, container) in self.page.containers.iter().enumerate().rev() {
            let (Some(names), Some(wrapper)) = (self.names.get(index), self.wrapper.get(index)) else {
                continue;
            };
            if names.is_article && at(&self.good, index) > 60.0 && at(&total, index) > 0.0 {
                add(&mut total, index, ARTICLE_CREDIT);
            }
            // A list or table without links belongs to the text.
            let is_box = names.is_box || (names.is_list && at(&self.linked, index) > 0.0);
            if is_box && !wrapper && !self.section.get(index).is_some_and(|section| *section) {
                let is_line = self.count.get(index).is_some_and(|blocks| *blocks == 1);
                // Editors write paragraphs as `div` elements without a class.
                let cost = match (is_line, names.is_plain) {
                    (true, true) => 0.0,
                    (true, false) => LINE_COST,
                    (false, _) => CONTAINER_COST,
                };
                add(&mut total, index, -cost);
            }
            let weight = at(&total, index);
            if index > 0 {
                add(&mut total, container.parent, if weight > 0.0 { weight } else { INHERITED * weight });
            }
        }
        total
    }

    /// Whether a container is in the chosen subtree and nothing between them is cut off. Rows, cells and items
    /// stay with their table or list.
    fn is_kept(&self, container: usize, top: usize, total: &[f32]) -> bool {
        let mut index = container;
        while index != top {
            let is_item = self.names.get(index).is_some_and(|names| names.is_item)
                && !self.laid_out.get(index).is_some_and(|laid_out| *laid_out);
            if index == 0 || (at(total, index) < 0.0 && !is_item) {
                return false;
            }
            index = self.page.containers.get(index).map_or(0, |container| container.parent);
        }
        true
    }

    /// The element around the only main heading that has text, unless that is all of the page's.
    fn around_headline(&self) -> Option<usize> {
        let is_headline =
            |block: &&Block| self.names.get(block.container).is_some_and(|names| names.heading == 1);
        let mut headlines = self.page.blocks.iter().filter(is_headline);
        let (headline, None) = (headlines.next()?, headlines.next()) else { return None };
        // The name of a site is short or links to its first page.
        if headline.chars < SHORTEST_TEXT || headline.linked > 0 {
            return None;
        }
        let mut around = headline.container;
        while at(&self.good, around) < LEAST_TEXT {
            if around == 0 {
                return None;
            }
            around = self.page.containers.get(around).map_or(0, |container| container.parent);
        }
        (at(&self.good, around) < DOMINANT * at(&self.good, 0)).then_some(around)
    }

    /// Keeps what stands between the headline and the article and reads like its first paragraph.
    fn add_lead(&self, keep: &mut [bool], weights: &[f32]) {
        let Some(first) = keep.iter().position(|keep| *keep) else { return };
        let is_headline =
            |block: &Block| self.names.get(block.container).is_some_and(|names| names.heading == 1);
        let blocks = &self.page.blocks;
        let Some(headline) = blocks.iter().take(first + 1).rposition(is_headline) else { return };
        if first - headline >= LEAD_WITHIN {
            return;
        }
        for index in headline + 1..first {
            let (Some(block), Some(keep)) = (blocks.get(index), keep.get_mut(index)) else { continue };
            *keep = at(weights, index) > 30.0
                && block.chars > 50
                && at(&self.quality, index) > 0.3
                && block.linked * 3 < block.chars
                && !names::opens_boilerplate(&block.text);
        }
    }

    /// Drops headings whose text is not kept.
    fn drop_loose_headings(&self, keep: &mut [bool]) {
        let parent = |index: usize| self.page.containers.get(index).map_or(0, |container| container.parent);
        // The next kept block in each container.
        let mut next: Vec<Option<usize>> = vec![None; self.page.containers.len()];
        for (index, block) in self.page.blocks.iter().enumerate().rev() {
            let Some(keep) = keep.get_mut(index).filter(|keep| **keep) else { continue };
            let heading = self.names.get(block.container).is_some_and(|names| names.heading > 0);
            let mut container = block.container;
            if heading && block.chars < LONGEST_HEADING {
                container = parent(container);
                while container > 0 && self.wrapper.get(container).is_some_and(|wrapper| *wrapper) {
                    container = parent(container);
                }
                let headed = next.get(container).copied().flatten();
                *keep = headed.is_some_and(|headed| headed - index <= HEADED_WITHIN);
                continue;
            }
            loop {
                next.get_mut(container).into_iter().for_each(|next| *next = Some(index));
                if container == 0 {
                    break;
                }
                container = parent(container);
            }
        }
    }
}

fn at(values: &[f32], index: usize) -> f32 {
    values.get(index).copied().unwrap_or_default()
}

fn add(values: &mut [f32], index: usize, value: f32) {
    if let Some(sum) = values.get_mut(index) {
        *sum += value;
    }
}

/// The weight of a block in characters; headings count only against the article.
fn weight(block: &Block, quality: f32, names: &[Names]) -> f32 {
    let chars = block.chars as f32;
    let quality = quality.clamp(-1.5, 1.0);
    let heading = names.get(block.container).map_or(0, |names| names.heading);
    let against = quality * (chars.min(HEAVIEST_AGAINST) + 25.0);
    if heading == 1 || (heading > 1 && block.chars < LONGEST_HEADING) {
        return if quality > 0.0 { 0.0 } else { 0.3 * against };
    }
    if quality > 0.0 { quality * chars.min(HEAVIEST) } else { against }
}
