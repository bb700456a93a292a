//! How browsers lay out the elements of HTML: which are blocks, lines or cells, and which are not visible.

/// Elements whose content is not text that a visitor reads.
#[rustfmt::skip]
pub(super) fn is_invisible(name: &str) -> bool {
    matches!(
        name,
        "audio" | "canvas" | "datalist" | "embed" | "frame" | "frameset" | "head" | "iframe" | "link" |
        "map" | "math" | "meta" | "noembed" | "noframes" | "object" | "param" | "picture" | "rp" | "rt" |
        "script" | "source" | "style" | "svg" | "template" | "title" | "track" | "video"
    )
}

/// Controls and the frame of a page, which are read only where nothing else is there.
#[rustfmt::skip]
pub(super) fn is_control(name: &str) -> bool {
    matches!(
        name,
        "button" | "dialog" | "footer" | "input" | "label" | "menu" | "nav" | "option" | "select" |
        "textarea"
    )
}

/// Elements that stand as paragraphs.
#[rustfmt::skip]
pub(super) fn is_paragraph(name: &str) -> bool {
    matches!(
        name,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "details" |
        "dialog" | "dir" | "div" | "dl" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "h1" |
        "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "hr" | "html" | "legend" | "main" |
        "menu" | "nav" | "noscript" | "ol" | "p" | "pre" | "search" | "section" | "summary" | "table" | "ul"
    )
}

/// Elements that are displayed on separate lines.
#[rustfmt::skip]
pub(super) fn is_line(name: &str) -> bool {
    matches!(
        name,
        "dd" | "dt" | "li" | "tbody" | "tfoot" | "thead" | "tr"
    )
}

/// Elements that stand next to each other.
#[rustfmt::skip]
pub(super) fn is_cell(name: &str) -> bool {
    matches!(
        name,
        "td" | "th"
    )
}
