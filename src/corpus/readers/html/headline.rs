//! The headline of a page.
//!
//! Most pages say their title twice: in the head, where sites add their name to it, and in a heading, of which
//! there may be several. A heading that the head confirms is the best; docs/formats.md has the measurement.

use std::collections::HashSet;

use scraper::ElementRef;

use super::{
    blocks::{self, Block, Blocks},
    metadata::Metadata,
    named,
};
use crate::corpus::readers::fields;

/// A heading shorter than this, in letters, may stand in a title by chance.
const SHORTEST: usize = 8;
/// A heading must make up this share of a title to be it.
const SMALLEST_SHARE: f32 = 0.3;
/// A heading shares this part of its words with the title where the two differ.
const SIMILAR: f32 = 0.5;
/// How many headings are looked at, and how many characters of a title.
const MOST_HEADINGS: usize = 200;
const LONGEST: usize = 400;
/// A headline that is not a heading is among this many blocks before the article, or its first ones.
const LINES_BEFORE: usize = 6;
const LINES_AFTER: usize = 3;
/// What sites put between a title and their name.
const SEPARATORS: [&str; 8] = [" | ", " – ", " - ", " — ", " :: ", " • ", " » ", " · "];

struct Heading<'a> {
    element: ElementRef<'a>,
    text: String,
    letters: String,
    is_top: bool,
    in_article: bool,
}

/// The headline, and the heading that it was taken from. `keep` marks the blocks of the article.
pub(super) fn find<'a>(
    root: ElementRef<'a>,
    metadata: &Metadata,
    page: &Blocks<'a>,
    keep: &[bool],
) -> Option<(String, Option<ElementRef<'a>>)> {
    let found = by_heading(root, metadata);
    let heading = found.as_ref().and_then(|(_, heading)| *heading);
    let title = repeated_title(page, keep, metadata, heading).map(|title| (title.to_owned(), None));
    title.or(found)
}

/// The title of the head without the name of the site, if a line directly before or at the start of the article
/// repeats it. It is the headline of pages whose only heading is the name of the site or that have no headings.
fn repeated_title<'m>(
    page: &Blocks<'_>,
    keep: &[bool],
    metadata: &'m Metadata,
    heading: Option<ElementRef<'_>>,
) -> Option<&'m str> {
    let title = metadata.titles().last()?;
    let own =
        SEPARATORS.iter().filter_map(|separator| title.split_once(separator)).map(|(own, _)| own.trim());
    let own = own.min_by_key(|own| own.len())?;
    let words = letters(own);
    if words.len() < SHORTEST || !words.contains(' ') {
        return None;
    }
    let first = keep.iter().position(|keep| *keep).unwrap_or_default();
    let element = |block: &Block| page.containers.get(block.container).map(|container| container.element);
    // A line before the heading is the name of the site.
    let heading = page.blocks.iter().position(|block| heading.is_some() && element(block) == heading);
    let start = first.saturating_sub(LINES_BEFORE).max(heading.map_or(0, |heading| heading + 1));
    let mut lines = page.blocks.iter().take(first + LINES_AFTER).skip(start);
    lines.any(|line| line.linked == 0 && letters(&line.text) == words).then_some(own)
}

/// The headline by headings and the head, and its heading.
fn by_heading<'a>(root: ElementRef<'a>, metadata: &Metadata) -> Option<(String, Option<ElementRef<'a>>)> {
    let site = metadata.site.as_deref().map(letters).unwrap_or_default();
    let headings = headings(root);
    let own = || headings.iter().filter(|heading| heading.letters != site);
    let titles: Vec<&str> = metadata.titles().collect();
    if let Some(heading) = confirmed(own(), &titles, metadata.shared_title.is_some()) {
        return Some((heading.text.clone(), Some(heading.element)));
    }
    // A heading that has the title in it has a kicker before it.
    for heading in &headings {
        let inside = |title: &&str| {
            let title = letters(title);
            title.len() >= SHORTEST
                && heading.letters.contains(&title)
                && title.len() * 5 >= heading.letters.len() * 2
        };
        if let Some(title) = titles.iter().map(|title| without_site(title)).find(inside) {
            // «Итоги года: встреча в Ташкенте» is one title.
            let before = heading.text.split_once(title).map_or("", |(before, _)| before.trim_end());
            let title = if before.ends_with([':', ',', '—']) { &heading.text } else { title };
            return Some((title.to_owned(), Some(heading.element)));
        }
    }
    let chosen = |heading: &Heading<'a>| Some((heading.text.clone(), Some(heading.element)));
    let in_article: Vec<&Heading<'_>> =
        own().filter(|heading| heading.is_top && heading.in_article).collect();
    let top: Vec<&Heading<'_>> = own().filter(|heading| heading.is_top).collect();
    for pool in [&in_article, &top] {
        let likeness = |heading: &&&Heading<'_>| {
            titles.iter().map(|title| overlap(&heading.text, title)).fold(0.0, f32::max)
        };
        let best = pool.iter().rev().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        if let Some(heading) = best.filter(|best| likeness(best) >= SIMILAR) {
            return chosen(heading);
        }
    }
    if let Some(heading) = in_article.first() {
        return chosen(heading);
    }
    match &top[..] {
        [heading] if heading.text.chars().count() >= 20 => return chosen(heading),
        _ => {}
    }
    if let Some(title) = titles.first() {
        return Some((without_site(title).to_owned(), None));
    }
    top.first()
        .copied()
        .or(headings.iter().find(|heading| heading.is_top))
        .or(headings.first())
        .and_then(chosen)
}

fn headings(root: ElementRef<'_>) -> Vec<Heading<'_>> {
    let mut headings = Vec::new();
    for (level, name) in [&["h1"], &["h2"], &["h3"]].into_iter().enumerate() {
        for element in named(root, name).take(MOST_HEADINGS) {
            let Some(text) = fields::some_line(&blocks::text(element, None)) else { continue };
            let mut above = element.ancestors().filter_map(ElementRef::wrap);
            let in_article = above.any(|element| matches!(element.value().name(), "article" | "main"));
            headings.push(Heading { element, letters: letters(&text), text, is_top: level == 0, in_article });
        }
    }
    headings
}

/// The heading that makes up most of a title of the head.
fn confirmed<'h, 'a>(
    headings: impl Iterator<Item = &'h Heading<'a>>,
    titles: &[&str],
    is_shared: bool,
) -> Option<&'h Heading<'a>> {
    let titles: Vec<String> = titles.iter().map(|title| letters(title)).collect();
    let mut best: Option<(f32, &Heading<'_>)> = None;
    for heading in headings.filter(|heading| !heading.letters.is_empty()) {
        for (index, title) in titles.iter().enumerate() {
            let starts = title.starts_with(&heading.letters);
            let inside = format!(" {title} ").contains(&format!(" {} ", heading.letters));
            if !inside || (heading.letters.len() < SHORTEST && !starts) {
                continue;
            }
            let mut share = heading.letters.len() as f32 / title.len().max(1) as f32;
            // The page's own title comes before the name of the site, and the title for sharing has no such name.
            let is_head = index + 1 == titles.len();
            share *= match (is_head, is_shared) {
                (true, false) if starts => 1.6,
                (true, true) => 0.8,
                _ => 1.0,
            };
            share *= if heading.is_top { 1.3 } else { 1.0 } * if heading.in_article { 1.1 } else { 1.0 };
            if best.is_none_or(|(most, _)| share > most) {
                best = Some((share, heading));
            }
        }
    }
    best.filter(|(share, _)| *share >= SMALLEST_SHARE).map(|(_, heading)| heading)
}

/// A title without the name of the site behind it.
fn without_site(title: &str) -> &str {
    for separator in SEPARATORS {
        if let Some((own, site)) = title.rsplit_once(separator) {
            let (own, length) = (own.trim(), |text: &str| text.trim().chars().count());
            if length(own) >= 12 && length(site) * 5 <= length(own) * 6 {
                return own;
            }
        }
    }
    title
}

/// The words of a title in lower case, without punctuation.
fn letters(text: &str) -> String {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    let words = text.get(..end).unwrap_or(text).split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The share of words that two titles have in common, of the words of the one with fewer.
fn overlap(first: &str, second: &str) -> f32 {
    let (first, second) = (letters(first), letters(second));
    let (first, second): (HashSet<&str>, HashSet<&str>) =
        (first.split(' ').collect(), second.split(' ').collect());
    first.intersection(&second).count() as f32 / first.len().min(second.len()).max(1) as f32
}
