//! Joins the pages of a PDF: removes what repeats on every page and makes paragraphs of lines.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{super::document::Kind, hyphens};

/// How many lines at the top and at the bottom of a page can be a running header or footer.
const EDGE: usize = 3;
/// The share of pages that a line must be on to be a running header, in per cent.
const SHARE: usize = 60;

/// A line of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PageLine {
    pub text: String,
    /// The height of its baseline, upwards.
    pub y: f32,
    /// Where it ends at the right.
    pub end: f32,
    /// The size of its letters.
    pub size: f32,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PageBlock {
    kind: Kind,
    /// Known to be a running header or footer.
    running: bool,
    lines: Vec<PageLine>,
}

/// A page in reading order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Page(Vec<PageBlock>);

impl Page {
    pub fn push(&mut self, kind: Kind, running: bool, lines: impl Iterator<Item = PageLine>) {
        let lines: Vec<PageLine> = lines.filter(|line| !line.text.trim().is_empty()).collect();
        if !lines.is_empty() {
            self.0.push(PageBlock { kind, running, lines });
        }
    }

    /// The lines nearest to the top and to the bottom: block and line.
    fn edges(&self) -> Vec<(usize, usize)> {
        let lines = |block: usize| (0..self.0[block].lines.len()).map(move |line| (block, line));
        let mut all: Vec<(usize, usize)> = (0..self.0.len()).flat_map(lines).collect();
        all.sort_by(|a, b| self.line(*b).y.total_cmp(&self.line(*a).y));
        if all.len() > 2 * EDGE {
            all.drain(EDGE..all.len() - EDGE);
        }
        all
    }

    fn line(&self, (block, line): (usize, usize)) -> &PageLine {
        &self.0[block].lines[line]
    }
}

/// The paragraphs, headings and table rows of all pages.
pub(super) fn join(mut pages: Vec<Page>) -> Vec<(Kind, String)> {
    remove_running(&mut pages);
    let mut joined: Vec<(Kind, String)> = Vec::new();
    for page in pages {
        for block in page.0 {
            for text in paragraphs(&block) {
                match joined.last_mut() {
                    // A paragraph goes on behind the end of a column or a page.
                    Some((kind, last))
                        if *kind == Kind::Text && block.kind == Kind::Text && continues(last, &text) =>
                    {
                        hyphens::append(last, &text);
                    }
                    _ => joined.push((block.kind, text)),
                }
            }
        }
    }
    joined
}

/// The paragraphs in a block: a line that ends a sentence well before the right margin ends a paragraph.
fn paragraphs(block: &PageBlock) -> Vec<String> {
    let right = block.lines.iter().map(|line| line.end).fold(f32::MIN, f32::max);
    let mut paragraphs = vec![String::new()];
    let mut before: Option<&PageLine> = None;
    for line in &block.lines {
        let text = line.text.trim();
        let ended = before.is_some_and(|before| {
            let full = before.text.trim_end().ends_with(['.', '!', '?', '…', ':', ';', '»']);
            full && before.end < right - 3.0 * before.size
        });
        if ended && !text.starts_with(char::is_lowercase) {
            paragraphs.push(String::new());
        }
        if let Some(last) = paragraphs.last_mut() {
            hyphens::append(last, text);
        }
        before = Some(line);
    }
    paragraphs
}

/// Whether a paragraph is the rest of the one before it.
fn continues(before: &str, after: &str) -> bool {
    let open = before.chars().next_back().is_some_and(|c| !".!?…:;»\"”".contains(c));
    open && after.starts_with(char::is_lowercase)
}

/// Removes running headers and footers, and page numbers that stand alone.
fn remove_running(pages: &mut Vec<Page>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for page in pages.iter() {
        let mut masks: Vec<String> = page.edges().into_iter().map(|at| masked(&page.line(at).text)).collect();
        masks.sort();
        masks.dedup();
        for mask in masks {
            *seen.entry(mask).or_default() += 1;
        }
    }
    let least = (SHARE * pages.len()).div_ceil(100).max(2);
    for page in pages {
        let mut running = page.edges();
        running.retain(|at| {
            let text = &page.line(*at).text;
            seen.get(&masked(text)).copied().unwrap_or(0) >= least || is_page_number(text)
        });
        running.sort_unstable();
        for (block, line) in running.into_iter().rev() {
            page.0[block].lines.remove(line);
        }
        page.0.retain(|block| !block.running && !block.lines.is_empty());
    }
}

/// The line with every number replaced, so that the lines of different pages are equal.
fn masked(text: &str) -> String {
    let mut mask = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_numeric() {
            mask.push(c);
        } else if !mask.ends_with('0') {
            mask.push('0');
        }
    }
    mask
}

/// A bare number, perhaps between dashes or brackets, or with the word for a page.
fn is_page_number(text: &str) -> bool {
    let mask = masked(text).to_lowercase();
    let bare = mask.trim_matches(|c| "-–—[]()|/.".contains(c));
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    digits <= 8
        && ["0", "стр.0", "страница0", "страница0из0", "стр.0из0", "0из0", "0/0", "page0", "page0of0"]
            .contains(&bare)
        && (bare != "0" || digits <= 4)
}
