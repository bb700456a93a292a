//! XML as a stream of tags and text, for the readers of office documents, EPUB and feeds.
//!
//! Wraps quick-xml and forgives what real files get wrong: unmatched or unclosed tags, bare ampersands, HTML
//! entities. Entities that a document declares are not expanded, so expansion bombs and external entities have
//! no effect. Nothing here recurses: nesting costs one byte range per level.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    escape::{resolve_html5_entity, unescape_with},
    events::{BytesRef, BytesStart, Event},
};

use super::{Fault, encoding};

/// A piece of an XML document.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A start tag. An empty element gives a start and an end.
    Start(Tag<'a>),
    /// An end tag.
    End(String),
    /// Text, with entities resolved; one run of text may come in several pieces.
    Text(Cow<'a, str>),
}

/// A start tag.
#[derive(Debug)]
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// The name with its prefix.
    pub fn name(&self) -> &str {
        self.0.name().into_inner()
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of an attribute, by its name without a prefix.
    pub fn attribute(&self, local: &str) -> Option<String> {
        let mut attributes = self.0.html_attributes();
        let found = attributes.with_checks(false).flatten();
        let mut named = found.filter(|attribute| attribute.key.local_name().into_inner() == local);
        named.next().map(|attribute| unescaped(&attribute.value))
    }

    /// Whether an attribute has one of the values that switch a property off.
    pub fn is_off(&self) -> bool {
        self.attribute("val").is_some_and(|value| ["0", "false", "off", "none"].contains(&value.as_str()))
    }
}

/// Reads XML piece by piece.
pub(super) struct Xml<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Where in the text the reader began.
    start: usize,
    /// How often the reader had to resume behind broken markup.
    broken: u32,
}

/// After this many syntax errors the rest of the document is not read.
const MOST_BROKEN: u32 = 1000;

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, reader: reader(text), start: 0, broken: 0 }
    }

    /// How many syntax errors were skipped.
    pub fn broken(&self) -> u32 {
        self.broken
    }

    /// The next piece, or nothing at the end. Behind a syntax error, reading resumes at the next tag.
    pub fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(tag)) => return Some(Piece::Start(Tag(tag))),
                Ok(Event::End(tag)) => return Some(Piece::End(tag.local_name().into_inner().to_owned())),
                Ok(Event::Text(text)) => return Some(Piece::Text(text.xml10_content())),
                Ok(Event::CData(text)) => return Some(Piece::Text(text.into_inner())),
                Ok(Event::GeneralRef(name)) => return Some(Piece::Text(resolved(&name).into())),
                Ok(Event::Eof) => return None,
                Ok(_) => {}
                Err(_) => self.resume()?,
            }
        }
    }

    fn resume(&mut self) -> Option<()> {
        self.broken += 1;
        if self.broken > MOST_BROKEN {
            return None;
        }
        let error = usize::try_from(self.reader.error_position()).ok()?;
        let at = self.start + error + 1;
        let rest = self.text.as_bytes().get(at..)?;
        let next = at + rest.iter().position(|byte| *byte == b'<')?;
        self.start = next;
        self.reader = reader(self.text.get(next..)?);
        Some(())
    }
}

/// The text of the first element of this name.
pub(super) fn element_text(text: &str, local: &str) -> Option<String> {
    let mut xml = Xml::new(text);
    let mut found: Option<String> = None;
    while let Some(piece) = xml.next() {
        match (piece, &mut found) {
            (Piece::Start(tag), None) if tag.local() == local => found = Some(String::new()),
            (Piece::Text(text), Some(found)) => *found += &text,
            (Piece::End(name), Some(_)) if name == local => break,
            _ => {}
        }
    }
    found.filter(|text| !text.trim().is_empty())
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    reader
}

/// The text of an entity; one that is not known stays as it is written.
fn resolved(name: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = name.resolve_char_ref() {
        return letter.to_string();
    }
    let name = name.xml10_content();
    resolve_html5_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned)
}

fn unescaped(value: &str) -> String {
    unescape_with(value, resolve_html5_entity).map_or_else(|_| value.to_owned(), Cow::into_owned)
}

/// XML bytes as text, by the encoding that the XML declaration names.
pub(super) fn xml_text(bytes: &[u8]) -> Result<String, Fault> {
    Ok(encoding::decode(bytes, declared(bytes).as_deref())?.text)
}

/// The encoding in an XML declaration.
pub(super) fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes));
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    value[1..].split_once(quote).map(|(label, _)| label.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let mut xml = Xml::new(text);
        let mut shown = String::new();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Start(tag) => shown.extend(["<", tag.local(), ">"]),
                Piece::End(name) => shown.extend(["</", name.as_str(), ">"]),
                Piece::Text(text) => shown += &text,
            }
        }
        shown
    }

    #[test]
    fn broken_markup_costs_itself() {
        let table = [
            ("<a>б<w:c/>г</a>", "<a>б<c></c>г</a>"),
            ("<a>A &amp; B&#160;&laquo;в&raquo; &nosuch; R&D</a>", "<a>A & B\u{a0}«в» &nosuch; R&D</a>"),
            ("<a><![CDATA[<b>]]></a>", "<a><b></a>"),
            ("<a></b>x</a></a>", "<a></b>x</a></a>"),
            ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&x;</a>"),
            ("<a>1<b", "<a>1"),
            ("<a>1<!-- never closed", "<a>1"),
            ("<a>1<!x><b>2</b>", "<a>1<b>2</b>"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let text = "<a>".repeat(1_000_000);
        let mut xml = Xml::new(&text);
        assert_eq!(std::iter::from_fn(|| xml.next()).count(), 1_000_000);
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "[<>a/!\\[&;#x-]{0,60}") {
            shown(&text);
        }
    }
}
