//! HTML remnants in pasted queries: tags and character references.
//!
//! Handles what copied text contains, and does not parse HTML. Takes linear time.

use std::borrow::Cow;

/// A longer tag is text.
const LONGEST_TAG: usize = 200;
/// A longer reference is text.
const LONGEST_REFERENCE: usize = 8;

/// A text with its quotation marks for the references to them, and with spaces for tags and other references. The tags
/// of raised and lowered digits, «м<sup>2</sup>», are left to analysis.
pub(super) fn without_markup(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, markup) = rest.split_at(at);
        plain.push_str(before);
        let sign = markup.get(..1).unwrap_or_default();
        let (replacement, length) = reference(markup).or_else(|| tag(markup)).unwrap_or((sign, sign.len()));
        plain.push_str(replacement);
        rest = markup.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// What a character reference at the start of a text stands for, and its length.
fn reference(text: &str) -> Option<(&'static str, usize)> {
    let name = text.strip_prefix('&')?;
    let length = name.bytes().take(LONGEST_REFERENCE + 1).position(|byte| byte == b';')?;
    let name = name.get(..length)?;
    let is_name = |name: &str| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_name(name.strip_prefix('#').unwrap_or(name)) {
        return None;
    }
    let replacement = match name {
        "laquo" | "#171" => "«",
        "raquo" | "#187" => "»",
        "ldquo" | "#8220" => "“",
        "rdquo" | "#8221" => "”",
        "bdquo" | "#8222" => "„",
        "quot" | "#34" => "\"",
        "apos" | "#39" | "rsquo" | "#8217" => "’",
        "amp" | "#38" => "&",
        "shy" | "#173" => "",
        _ => " ",
    };
    Some((replacement, "&;".len() + length))
}

/// A space for a tag at the start of a text, and its length.
fn tag(text: &str) -> Option<(&'static str, usize)> {
    let inside = text.strip_prefix('<')?;
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let is_raised_or_lowered = name.starts_with("sup>") || name.starts_with("sub>");
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || is_raised_or_lowered {
        return None;
    }
    let end = inside.bytes().take(LONGEST_TAG).position(|byte| matches!(byte, b'<' | b'>'))?;
    let is_closed = inside.as_bytes().get(end) == Some(&b'>');
    // Between two signs of comparison, «a <b и c>», no word has a value.
    let has_words = name
        .get(..end - (inside.len() - name.len()))?
        .trim_end_matches('/')
        .trim()
        .contains(char::is_whitespace);
    let is_in_names =
        |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_' | ':' | '.');
    let has_values =
        inside.get(..end)?.split_once('=').is_some_and(|(names, _)| names.chars().all(is_in_names));
    (is_closed && (has_values || !has_words)).then_some((" ", "<>".len() + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remnants_of_pages_are_removed() {
        for (text, expected) in [
            ("<b>Встреча</b> в&nbsp;Ташкенте<br/>", " Встреча  в Ташкенте "),
            ("&laquo;Газпром&raquo; &mdash; новости", "«Газпром»   новости"),
            ("<a href=\"https://example.org/\">Итоги</a>", " Итоги "),
            ("AT&amp;T и AT&T", "AT&T и AT&T"),
            ("О&#39;Нил &#8220;да&#8221;", "О’Нил “да”"),
            ("вода & газ && свет; и", "вода & газ && свет; и"),
            ("м<sup>2</sup>", "м<sup>2</sup>"),
            ("<свет> a < b > c <", "<свет> a < b > c <"),
            ("0<a & b>/3 <a b> </p> <br />", "0<a & b>/3 <a b>    "),
            ("¹<a & -\"а=>^2\" <a & b=c>", "¹<a & -\"а=>^2\" <a & b=c>"),
            ("<b", "<b"),
            ("R&D;x &;", "R&D;x &;"),
            ("", ""),
        ] {
            assert_eq!(without_markup(text), expected, "{text}");
        }
    }
}
