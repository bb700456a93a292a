//! Removes what no reader wants before a page is parsed: scripts, styles, comments, and the attributes of a tag
//! beyond a limit.
//!
//! A saved page of 10 MB is mostly scripts, and the tokenizer compares each attribute with all others of its tag.

use std::borrow::Cow;

/// How many attributes of a tag are kept.
const MOST_ATTRIBUTES: usize = 512;
/// The longest tag that is kept whole, in bytes: an image within a tag may be of any size.
const LONGEST_TAG: usize = 64 << 10;

/// The page without what is not wanted, and notes about cut tags.
pub(super) fn strip(page: &str) -> (Cow<'_, str>, Vec<String>) {
    let mut out = String::new();
    // Everything before this was copied or left out.
    let mut copied = 0;
    let (mut at, mut cut) = (0, 0);
    while let Some(start) = page.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
        let Some(rest) = page.get(start..) else { break };
        let (from, to) = match removal(rest, &mut cut) {
            Removal::None(length) => {
                at = start + length;
                continue;
            }
            Removal::Part(from, to) => (start + from, start + to),
        };
        out.push_str(page.get(copied..from).unwrap_or_default());
        (copied, at) = (to, to);
    }
    let notes =
        if cut == 0 { Vec::new() } else { vec![format!("{cut} tags with very many attributes were cut")] };
    if copied == 0 {
        return (Cow::Borrowed(page), notes);
    }
    out.push_str(page.get(copied..).unwrap_or_default());
    (Cow::Owned(out), notes)
}

enum Removal {
    /// Nothing in this many bytes.
    None(usize),
    /// The bytes from one place to another.
    Part(usize, usize),
}

/// What to remove of markup that starts with `<`.
fn removal(markup: &str, cut: &mut usize) -> Removal {
    if let Some(comment) = markup.strip_prefix("<!--") {
        // Without an end the parser takes all of the rest for a comment, and so does this.
        // `<!-->` and `<!--->` are whole comments.
        let end = if let Some(rest) = comment.strip_prefix('>').or(comment.strip_prefix("->")) {
            markup.len() - rest.len()
        } else {
            comment.find("-->").map_or(markup.len(), |end| "<!--".len() + end + "-->".len())
        };
        return Removal::Part(0, end);
    }
    for (name, close) in [("script", "</script"), ("style", "</style")] {
        if is_start(markup, name) {
            let (tag, ..) = tag(markup);
            let head = markup.get(..tag).unwrap_or(markup);
            let content = markup.get(tag..).unwrap_or_default();
            let end = find_ignoring_case(content, close).map_or(markup.len(), |end| tag + end);
            if head.contains("ld+json") {
                return Removal::None(end.max(1));
            }
            let behind = markup.get(end..).unwrap_or_default();
            let closing = behind.find('>').map_or(behind.len(), |end| end + 1);
            return Removal::Part(0, end + closing);
        }
    }
    let is_tag = markup.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
    if !is_tag {
        return Removal::None(1);
    }
    let (end, limit, many) = tag(markup);
    match limit {
        Some(limit) => {
            *cut += usize::from(many);
            // The closing bracket stays.
            Removal::Part(limit, end.saturating_sub(1).max(limit))
        }
        None => Removal::None(end),
    }
}

fn is_start(markup: &str, name: &str) -> bool {
    let inside = markup.get(1..=name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    inside && markup.as_bytes().get(name.len() + 1).is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// The length of the tag, where it goes beyond the limits, and whether that is for its attributes.
fn tag(markup: &str) -> (usize, Option<usize>, bool) {
    let mut quote = None;
    let (mut attributes, mut limit) = (0, None);
    let mut before = b' ';
    for (at, byte) in markup.bytes().enumerate().skip(1) {
        // Where an attribute ends here, the place behind it.
        let end = match (quote, byte) {
            (Some(open), byte) if byte == open => {
                quote = None;
                Some(at + 1)
            }
            (Some(_), _) => None,
            (None, b'>') => return (at + 1, limit, attributes > MOST_ATTRIBUTES),
            (None, b'"' | b'\'') if before == b'=' => {
                quote = Some(byte);
                None
            }
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'"' | b'\'') => Some(at),
            (None, _) => None,
        };
        attributes += usize::from(end.is_some());
        if limit.is_none() && (attributes > MOST_ATTRIBUTES || at > LONGEST_TAG) {
            limit = end;
        }
        // White space may stand between the sign and the value.
        before = if byte.is_ascii_whitespace() && before == b'=' { b'=' } else { byte };
    }
    (markup.len(), limit, attributes > MOST_ATTRIBUTES)
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find("</").map(|found| at + found) {
        if text.get(found..found + wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted)) {
            return Some(found);
        }
        at = found + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_styles_and_comments_are_removed() {
        let many = format!("<p {}>", "a ".repeat(10_000));
        let kept = format!("<p {}>", "a ".repeat(MOST_ATTRIBUTES - 2));
        let class = format!("<p class=\"{}\">Да", "a ".repeat(100_000));
        let long = format!("<img src=\"data:{}\" alt=x>да", "A".repeat(100_000));
        let table = [
            ("<p>Да</p>", "<p>Да</p>"),
            ("Да<script>if (a<b) '</p>'</SCRIPT >нет", "Данет"),
            ("<style>p{}</style><!-- <p> -->Да", "Да"),
            (
                "<script type='application/ld+json'>{\"a\":\"<b\"}</script>Да",
                "<script type='application/ld+json'>{\"a\":\"<b\"}</script>Да",
            ),
            ("Да<!-- без конца", "Да"),
            ("<!--[if !IE]><!-->Да<!--<![endif]--><!-->Нет", "ДаНет"),
            ("Да<script>без конца", "Да"),
            ("<scripts>Да</scripts>", "<scripts>Да</scripts>"),
            ("5 < 6 и 7 > 2", "5 < 6 и 7 > 2"),
            ("<a href='x>y' title=\"z>\">Да</a>", "<a href='x>y' title=\"z>\">Да</a>"),
            (kept.as_str(), kept.as_str()),
        ];
        for (page, expected) in table {
            assert_eq!(strip(page).0, expected, "{page}");
        }
        assert_eq!(strip(&class).0, class);
        assert!(strip(&many).0.len() < 1100 && strip(&many).1.len() == 1);
        assert!(strip(&long).0.ends_with(">да"), "{}", strip(&long).0.len());
    }
}
