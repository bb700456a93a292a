//! Separates the parts of a page that belong to its text from those that frame it or belong to other texts.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use scraper::ElementRef;

/// Where in a page an element stands, judged by its name, class and id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frame {
    /// In the page's own text, as far as its names say.
    #[default]
    Own,
    /// In a sidebar, header or footer, which some sites put around the date too.
    Aside,
    /// In comments, related links or a quotation, whose dates are those of other texts.
    Foreign,
}

/// Parts of classes and ids of other texts.
const FOREIGN: [&str; 8] =
    ["comment", "kommentar", "related", "similar", "recommend", "disqus", "respond", "newsletter"];
/// Parts of classes and ids of the frame.
const ASIDE: [&str; 27] = [
    "sidebar",
    "footer",
    "widget",
    "recent",
    "teaser",
    "popular",
    "archive",
    "archiv",
    "promo",
    "latest",
    "calendar",
    "kalender",
    "termine",
    "event",
    "navigation",
    "menu",
    "breadcrumb",
    "author-bio",
    "more-news",
    "readmore",
    "cookie",
    "previous",
    "next",
    "pagination",
    "reviews",
    "trending",
    "sponsored",
];
/// Parts of classes and ids of lines that show the date.
const DATED: [&str; 13] = [
    "date",
    "datum",
    "data",
    "fecha",
    "time",
    "publish",
    "posted",
    "byline",
    "entry-meta",
    "post-meta",
    "created",
    "meta-info",
    "dateline",
];

/// What the names of an element say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) frame: Frame,
    /// Whether it seems to show a date.
    pub(super) dated: bool,
}

/// All the parts above, in one automaton: names of elements are most of what is read of a page.
static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let parts = FOREIGN.iter().chain(&ASIDE).chain(&DATED);
    AhoCorasick::builder().ascii_case_insensitive(true).build(parts).ok()
});

/// What the names of an element say about it.
pub(super) fn names(element: ElementRef<'_>) -> Names {
    let mut names = Names::default();
    match element.value().name() {
        "html" | "body" | "main" | "article" => return names,
        "nav" | "blockquote" => names.frame = Frame::Foreign,
        "footer" | "aside" | "dialog" | "select" => names.frame = Frame::Aside,
        "time" => names.dated = true,
        _ => {}
    }
    for value in [element.attr("class"), element.attr("id")].into_iter().flatten() {
        for found in PARTS.iter().flat_map(|parts| parts.find_overlapping_iter(value)) {
            let part = found.pattern().as_usize();
            if part < FOREIGN.len() {
                names.frame = Frame::Foreign;
            } else if part < FOREIGN.len() + ASIDE.len() {
                names.frame = names.frame.max(Frame::Aside);
            } else {
                names.dated = true;
            }
        }
    }
    names
}

/// Whether an element stands outside of the page's own text.
pub(super) fn is_outside(element: ElementRef<'_>) -> bool {
    let above = element.ancestors().filter_map(ElementRef::wrap);
    std::iter::once(element).chain(above).any(|element| names(element).frame > Frame::Own)
}
