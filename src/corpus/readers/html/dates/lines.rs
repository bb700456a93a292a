//! The visible lines of a page and the place of the headline among them.

use std::collections::HashMap;

use scraper::{ElementRef, Node};

use super::frame::{self, Frame, is_outside};
use crate::release::{Date, DateContext, DateOrigin, find_date};

/// How far from the headline a date is looked for, in lines before and behind it, and the frame that it may
/// stand in there. The first of these windows that has dates decides.
const WINDOWS: [(usize, usize, Frame); 3] = [(3, 3, Frame::Aside), (4, 8, Frame::Own), (10, 30, Frame::Own)];
/// How many lines around the headline count as text that may be dated, where no line at it is.
const NEAR: usize = 20;
/// By how many lines a line with a class for dates counts as nearer.
const NEARER: usize = 4;
/// A longer line is not looked at beyond this, in bytes; its date stands at the beginning.
const LONGEST: usize = 1000;
/// How many elements deep a class for dates applies.
const DATED_DEPTH: u8 = 3;
/// An inline element of up to this length, in bytes, may show the date in a line of up to that length, which also
/// shows the author or the rubric.
const SHORT_INLINE: usize = 48;
const SHORT_LINE: usize = 120;
/// A heading shorter than this is not compared with the title, in characters.
const SHORTEST_TITLE: usize = 8;

const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "figcaption",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "details",
    "summary",
    "caption",
    "dialog",
];
/// Inline elements that set a date apart from the rest of its line.
const INLINE: [&str; 5] = ["abbr", "font", "small", "span", "time"];
const SKIPPED: [&str; 9] =
    ["script", "style", "template", "svg", "head", "iframe", "button", "option", "textarea"];

/// One visible line: the text between two breaks, or that of an inline element for dates.
struct Line {
    text: String,
    frame: Frame,
    dated: bool,
}

pub(super) struct Lines {
    /// Only lines with digits, and the headline; other lines are counted by `at`.
    lines: Vec<(usize, Line)>,
    headline: Option<usize>,
}

impl Lines {
    pub(super) fn of(root: ElementRef<'_>, titles: &[String]) -> Self {
        let headline = headline(root, titles);
        let around = headline.iter().flat_map(|heading| heading.ancestors()).filter_map(ElementRef::wrap);
        let mut walk = Walk { around: headline.into_iter().chain(around).collect(), ..Walk::default() };
        walk.element(root, Frame::Own, 0);
        walk.end(Frame::Own);
        Self { lines: walk.lines, headline: walk.headline }
    }

    /// The line at the headline that shows the date, where all lines there agree, and that date.
    pub(super) fn byline(&self, context: &DateContext) -> Option<(Date, &str)> {
        let headline = self.headline?;
        // The windows overlap.
        let mut known: HashMap<usize, Option<Date>> = HashMap::new();
        let dated = |(before, behind, frame): (usize, usize, Frame)| {
            let within = self.lines.iter().enumerate().filter(move |(_, (at, line))| {
                *at != headline && *at + before >= headline && *at <= headline + behind && line.frame <= frame
            });
            let dates = within.filter_map(|(number, (_, line))| {
                let date = known.entry(number).or_insert_with(|| {
                    let found = find_date(&[(DateOrigin::Byline, &line.text)], context).found?;
                    (found.origin == DateOrigin::Byline).then_some(found.date)
                });
                Some(((*date)?, line))
            });
            dates.collect::<Vec<(Date, &Line)>>()
        };
        let dates = WINDOWS.into_iter().map(dated).find(|dates| !dates.is_empty())?;
        let only = |fits: fn(&Line) -> bool| {
            let mut dates = dates.iter().filter(|(_, line)| fits(line));
            let (first, line) = dates.next()?;
            dates.all(|(date, _)| date == first).then_some((*first, line.text.as_str()))
        };
        only(|_| true).or_else(|| only(|line| line.frame == Frame::Own)).or_else(|| only(|line| line.dated))
    }

    /// Whether a line at the headline names this day as that of publication or of the last change.
    pub(super) fn show(&self, date: Date, context: &DateContext) -> bool {
        let headline = self.headline.unwrap_or(0);
        let near = self
            .lines
            .iter()
            .filter(|(at, line)| at.abs_diff(headline) <= NEAR && line.frame < Frame::Foreign);
        let mut dates =
            near.filter_map(|(_, line)| find_date(&[(DateOrigin::Text, &line.text)], context).found);
        dates.any(|found| found.date == date)
    }

    /// Lines that may date the page where nothing better does: labels, and lines near the headline or with a
    /// class for dates, the nearest first.
    pub(super) fn candidates(&self, context: &DateContext) -> impl Iterator<Item = &str> {
        let labels =
            self.lines.iter().filter(|(_, line)| line.frame < Frame::Foreign).filter_map(|(_, line)| {
                let found = find_date(&[(DateOrigin::Text, &line.text)], context).found?;
                (found.origin == DateOrigin::Label).then_some((found.date, line.text.as_str()))
            });
        let labels: Vec<(Date, &str)> = labels.collect();
        // Several labels with several dates are a list of texts.
        let label = labels.first().filter(|(first, _)| labels.iter().all(|(date, _)| date == first));
        let label = label.map(|(_, text)| *text);
        let headline = self.headline.unwrap_or(0);
        let near = self.lines.iter().filter(|(_, line)| line.frame == Frame::Own).filter_map(|(at, line)| {
            let distance = if *at >= headline { at - headline } else { (headline - at) * 3 };
            let near = distance <= NEAR || line.dated;
            near.then_some((distance + if line.dated { 0 } else { NEARER }, line.text.as_str()))
        });
        let mut near: Vec<(usize, &str)> = near.collect();
        near.sort_by_key(|(distance, _)| *distance);
        label.into_iter().chain(near.into_iter().map(|(_, text)| text))
    }
}

/// The heading that is the headline: the one that the page's titles contain, or else the first.
fn headline<'a>(root: ElementRef<'a>, titles: &[String]) -> Option<ElementRef<'a>> {
    let titles: Vec<String> = titles.iter().map(|title| letters(title)).collect();
    let mut headings: Vec<(ElementRef<'a>, String)> = Vec::new();
    for element in root.descendent_elements() {
        if matches!(element.value().name(), "h1" | "h2" | "h3" | "h4") {
            let text = letters(&element.text().collect::<String>());
            if !text.is_empty() {
                headings.push((element, text));
            }
        }
    }
    let top = |(element, _): &&(ElementRef<'a>, String)| element.value().name() == "h1";
    let matches = |(_, text): &&(ElementRef<'a>, String)| {
        let long = |text: &str| text.chars().count() >= SHORTEST_TITLE;
        long(text)
            && titles
                .iter()
                .any(|title| title.contains(text.as_str()) || long(title) && text.contains(title.as_str()))
    };
    let longest = || headings.iter().filter(matches).max_by_key(|(_, text)| text.len());
    // Some sites repeat the headline, invisibly, around their logo.
    let in_text = |(element, _): &&(ElementRef<'a>, String)| {
        let mut above = element.ancestors().filter_map(ElementRef::wrap);
        above.any(|element| matches!(element.value().name(), "article" | "main"))
    };
    let own = headings.iter().filter(matches).find(|heading| in_text(heading) && !is_outside(heading.0));
    let found = own.or_else(|| headings.iter().filter(matches).find(top)).or_else(longest);
    let found = found.or_else(|| headings.iter().filter(top).find(|(element, _)| !is_outside(*element)));
    found.or_else(|| headings.iter().find(top)).map(|(element, _)| *element)
}

/// The words of a title in lower case, without punctuation.
fn letters(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[derive(Default)]
struct Walk<'a> {
    lines: Vec<(usize, Line)>,
    /// How many lines there are so far.
    count: usize,
    line: String,
    dated: bool,
    /// Whether the line has the headline in it.
    headed: bool,
    inline: Vec<Line>,
    headline: Option<usize>,
    /// The headline and the elements around it.
    around: Vec<ElementRef<'a>>,
}

impl<'a> Walk<'a> {
    fn element(&mut self, element: ElementRef<'a>, frame: Frame, dated: u8) {
        let name = element.value().name();
        // The day of the last change is metadata, wherever a site displays it.
        if SKIPPED.contains(&name) || element.attr("itemprop") == Some("dateModified") {
            return;
        }
        let names = frame::names(element);
        // An element around the headline is around the text too, even if its names are those of a frame.
        let frame = if names.frame > frame && !self.around.contains(&element) { names.frame } else { frame };
        let dated = if names.dated { DATED_DEPTH } else { dated.saturating_sub(1) };
        let block = BLOCKS.contains(&name);
        if block {
            self.end(frame);
        }
        let start = self.line.len();
        let headed = self.around.first() == Some(&element);
        for child in element.children() {
            if let Node::Text(text) = child.value() {
                if text.chars().any(|c| !c.is_whitespace()) {
                    self.dated |= dated > 0;
                }
                self.line.push_str(text);
            } else if let Some(child) = ElementRef::wrap(child) {
                self.element(child, frame, dated);
            }
        }
        self.headed |= headed;
        if !block {
            let is_short = INLINE.contains(&name) && self.line.len().saturating_sub(start) <= SHORT_INLINE;
            if (names.dated || is_short)
                && let Some(text) = self.line.get(start..).and_then(one_line)
            {
                self.inline.push(Line { text, frame, dated: names.dated });
            }
            // Inline elements are often set apart by their style alone.
            if !matches!(name, "b" | "i" | "em" | "strong") {
                self.line.push(' ');
            }
        }
        if block {
            self.end(frame);
        }
    }

    /// Ends the line, which stands in this frame.
    fn end(&mut self, frame: Frame) {
        let line = one_line(&self.line).map(|text| Line { text, frame, dated: self.dated });
        let is_short = line.as_ref().is_some_and(|line| line.text.len() <= SHORT_LINE);
        let inline = self.inline.drain(..).filter(|inline| inline.dated || is_short);
        let is_line = line.is_some();
        // Inline elements stand in their line, and count as a line only where the rest of it went elsewhere.
        for line in line.into_iter().chain(inline) {
            if self.headed && self.headline.is_none() {
                self.headline = Some(self.count);
            }
            if line.text.bytes().any(|byte| byte.is_ascii_digit()) {
                self.lines.push((self.count, line));
            }
        }
        self.count += usize::from(is_line);
        self.line.clear();
        (self.dated, self.headed) = (false, false);
    }
}

/// The beginning of a text with single spaces; nothing where it has no words.
fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() > LONGEST {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    (!line.is_empty()).then_some(line)
}
