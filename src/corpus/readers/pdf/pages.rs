//! Joins the pages of a PDF: removes what repeats on every page and makes paragraphs of lines.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{super::document::Kind, hyphens};

/// How many lines at the top and at the bottom of a page can be a running header or footer.
const EDGE: usize = 3;
/// The share of pages that a line must be on to be a running header, in per cent.
const SHARE: usize = 60;

/// Letters smaller than this share of the usual ones are those of notes.
const SMALL: f32 = 0.92;
/// The longest running header of a document with one page, in characters.
const LONGEST_HEADER: usize = 60;

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

    /// Removes the numbers of notes at the bottom of the page, whose marks were removed from the text: `1` at the
    /// beginning of a line in smaller letters.
    pub fn drop_note_numbers(&mut self, marks: &[String]) {
        let usual = self.usual_size();
        let lines = self.0.iter_mut().flat_map(|block| &mut block.lines);
        let mut small: Vec<&mut PageLine> = lines.filter(|line| line.size < SMALL * usual).collect();
        for mark in marks {
            let numbered = |line: &&mut PageLine| {
                line.text
                    .strip_prefix(mark.as_str())
                    .is_some_and(|rest| rest.starts_with(char::is_whitespace))
            };
            if let Some(at) = small.iter().position(numbered) {
                let line = small.swap_remove(at);
                line.text = line.text[mark.len()..].trim_start().to_owned();
            }
        }
    }

    /// The size of most letters.
    fn usual_size(&self) -> f32 {
        let mut letters: Vec<(f32, usize)> = Vec::new();
        for line in self.0.iter().flat_map(|block| &block.lines) {
            match letters.iter_mut().find(|(size, _)| (size - line.size).abs() < 0.1) {
                Some((_, count)) => *count += line.text.len(),
                None => letters.push((line.size, line.text.len())),
            }
        }
        letters.into_iter().max_by_key(|(_, count)| *count).map_or(0.0, |(size, _)| size)
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

/// Removes the running header of a document with one page, which nothing repeats, and returns it.
///
/// A page with a page number has room for running lines. The header is then the topmost line, where it is short,
/// has neither digits nor the end of a sentence, is not larger than the text, and the headline follows. Without a page
/// number the line stays, because it may as well be the letterhead.
pub(super) fn drop_single_header(pages: &mut [Page]) -> Option<String> {
    let [page] = pages else { return None };
    let edges = page.edges();
    let has_number = edges.iter().rev().take(EDGE).any(|at| is_page_number(&page.line(*at).text));
    let (&top, &next) = (edges.first()?, edges.get(1)?);
    let (line, usual) = (page.line(top), page.usual_size());
    let text = line.text.trim();
    let is_label = text.chars().count() <= LONGEST_HEADER
        && !text.contains(|c: char| c.is_numeric())
        && !text.ends_with(['.', '!', '?', '…', ':', ',', '-']);
    let is_header = page.0[top.0].kind == Kind::Text && line.size <= 1.05 * usual;
    let before_headline = page.0[next.0].kind == Kind::Heading && page.line(next).size > 1.1 * usual;
    if !(has_number && is_label && is_header && before_headline) {
        return None;
    }
    let removed = page.0[top.0].lines.remove(top.1);
    page.0.retain(|block| !block.lines.is_empty());
    Some(removed.text.trim().to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The size and the text of each line.
    type Lines<'a> = &'a [(f32, &'a str)];

    /// A page of lines, from the top downwards.
    fn page(lines: Lines<'_>) -> Page {
        let mut page = Page::default();
        for (number, (size, text)) in lines.iter().enumerate() {
            let kind = if *size > 15.0 { Kind::Heading } else { Kind::Text };
            let (text, y) = ((*text).to_owned(), 800.0 - 20.0 * f32::from(u8::try_from(number).unwrap()));
            page.push(kind, false, std::iter::once(PageLine { text, y, end: 500.0, size: *size }));
        }
        page
    }

    #[test]
    fn a_single_page_loses_a_header_only_where_it_has_a_page_number() {
        let text = (12.0, "Стороны обсудили сотрудничество и договорились о встречах.");
        let (title, number) = ((17.0, "Встреча в Ташкенте"), (12.0, "Страница 1 из 1"));
        let table: [(Lines<'_>, Option<&str>); 7] = [
            (&[(12.0, "Пресс-служба · сводка"), title, text, number], Some("Пресс-служба · сводка")),
            (&[(12.0, "Пресс-служба · сводка"), title, text], None),
            (&[(12.0, "Ташкент, 13 мая 2024"), title, text, number], None),
            (&[(12.0, "Вводный текст, который стоит над заголовком."), title, text, number], None),
            (&[(14.0, "ПРЕСС-РЕЛИЗ"), title, text, number], None),
            (&[(12.0, "Пресс-служба · сводка"), text, text, number], None),
            (&[title, text, number], None),
        ];
        for (lines, expected) in table {
            let found = drop_single_header(&mut [page(lines)]);
            assert_eq!(found.as_deref(), expected, "{lines:?}");
        }
        let mut two = [page(&[(12.0, "Сводка"), title, text, number]), page(&[text, number])];
        assert_eq!(drop_single_header(&mut two), None);
    }

    #[test]
    fn numbers_of_notes_leave_with_their_marks() {
        let text = (12.0, "1 мая стороны обсудили сотрудничество и договорились о встречах.");
        let table = [
            (&["1"][..], (10.0, "1 Примечание редакции."), "Примечание редакции."),
            (&["2"], (10.0, "1 Примечание редакции."), "1 Примечание редакции."),
            (&["1"], (12.0, "1 Примечание редакции."), "1 Примечание редакции."),
            (&["1"], (10.0, "12 стран"), "12 стран"),
        ];
        for (marks, note, expected) in table {
            let mut page = page(&[text, note]);
            page.drop_note_numbers(&marks.iter().map(|mark| (*mark).to_owned()).collect::<Vec<_>>());
            let lines: Vec<&str> =
                page.0.iter().flat_map(|block| &block.lines).map(|line| &*line.text).collect();
            assert_eq!(lines, [text.1, expected], "{marks:?} {note:?}");
        }
    }
}
