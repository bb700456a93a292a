//! OpenDocument texts (.odt, .ott, and the flat .fodt): OASIS OpenDocument 1.3.
//!
//! Reads the final text: tracked deletions, comments, hidden sections and paragraphs, headers and footers are left
//! out, and footnotes come behind the text.

use std::collections::HashSet;

use super::{
    Fault, Input, Output,
    document::{Document, Kind},
    flow::Flow,
    package::Package,
    xml::{Piece, Tag, Xml, element_text, xml_text},
};

/// The reader of OpenDocument texts.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    document(&bytes, input.options.limits.bytes)?.finish(&input.name, None, output)
}

/// The text of an OpenDocument text.
pub(super) fn document(bytes: &[u8], limit: u64) -> Result<Document, Fault> {
    let (content, meta, styles) = if bytes.starts_with(b"PK") {
        let mut package = Package::open(bytes, limit)?;
        let manifest = package.xml("META-INF/manifest.xml")?.unwrap_or_default();
        if manifest.contains("encryption-data") {
            return Err("is encrypted; save it without a password".into());
        }
        let content = package.xml("content.xml")?.ok_or("has no content.xml; save it again as .odt")?;
        let styles = package.xml("styles.xml")?.unwrap_or_default();
        (content, package.xml("meta.xml")?.unwrap_or_default(), styles)
    } else {
        let text = xml_text(bytes)?;
        (text.clone(), text, String::new())
    };
    let mut document = Document::titled(element_text(&meta, "title"));
    let mut reading = Reading { flow: Flow::new(), ..Reading::default() };
    reading.hidden_styles(&styles);
    reading.hidden_styles(&content);
    reading.text(&content);
    reading.flow.finish(&mut document);
    Ok(document)
}

#[derive(Debug, Default)]
struct Reading {
    flow: Flow,
    /// Styles whose text is not displayed.
    hidden: HashSet<String>,
    /// Styles that are a title's or build on one.
    titles: HashSet<String>,
    /// Levels of elements that are left out, from the outermost.
    skipped: usize,
    /// Paragraphs that are open, each with whether it is a heading. A note or a text box holds others.
    paragraphs: Vec<bool>,
    in_body: bool,
    /// A white space that has not been written yet, and whether text came before it.
    space: bool,
    written: bool,
}

/// Elements whose content is not the final text.
const LEFT_OUT: &str = "text:tracked-changes office:annotation text:note-citation text:ruby-text office:forms \
    text:hidden-text svg:title svg:desc";

impl Reading {
    fn hidden_styles(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        let mut style = String::new();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Start(tag) if tag.name() == "style:style" => {
                    style = tag.attribute("name").unwrap_or_default();
                    let parent = tag.attribute("parent-style-name").unwrap_or_default();
                    if style == "Title" || self.titles.contains(&parent) || parent == "Title" {
                        self.titles.insert(style.clone());
                    }
                }
                Piece::Start(tag)
                    if tag.local() == "text-properties"
                        && tag.attribute("display").as_deref() == Some("none") =>
                {
                    self.hidden.insert(style.clone());
                }
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Start(tag) if self.skipped > 0 || self.is_left_out(&tag) => self.skipped += 1,
                Piece::End(_) if self.skipped > 0 => self.skipped -= 1,
                Piece::Start(tag) => self.start(&tag),
                Piece::End(name) => self.end(&name),
                Piece::Text(text) if self.skipped == 0 && !self.paragraphs.is_empty() => self.write(&text),
                Piece::Text(_) => {}
            }
        }
    }

    fn is_left_out(&self, tag: &Tag<'_>) -> bool {
        if !self.in_body {
            return false;
        }
        let is = |name: &str, value: &str| tag.attribute(name).as_deref() == Some(value);
        LEFT_OUT.split(' ').any(|name| name == tag.name())
            || tag.local() == "section" && is("display", "none")
            || tag.local() == "hidden-paragraph" && is("is-hidden", "true")
            || ["p", "h", "span"].contains(&tag.local())
                && tag.attribute("style-name").is_some_and(|style| self.hidden.contains(&style))
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "office:text" => self.in_body = true,
            _ if !self.in_body => {}
            "text:p" | "text:h" => {
                let first = || tag.attribute("outline-level").is_none_or(|level| level == "1");
                let title = || tag.attribute("style-name").is_some_and(|style| self.titles.contains(&style));
                self.paragraphs.push(if tag.local() == "h" { first() } else { title() });
                (self.space, self.written) = (false, false);
            }
            "text:s" => {
                let count = tag.attribute("c").and_then(|count| count.parse::<usize>().ok());
                self.raw(&" ".repeat(count.unwrap_or(1).min(100)));
            }
            "text:tab" => self.raw("\t"),
            "text:line-break" => self.raw("\n"),
            "table:table" => self.flow.start_table(),
            "text:note-body" | "draw:text-box" => {
                self.flow.start_part();
                self.space = false;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if !self.in_body {
            return;
        }
        match name {
            "text" if self.paragraphs.is_empty() => self.in_body = false,
            "p" | "h" if !self.paragraphs.is_empty() => {
                let heading = self.paragraphs.pop().unwrap_or_default();
                self.flow.end_paragraph(if heading { Kind::Heading } else { Kind::Text });
                (self.space, self.written) = (false, true);
            }
            "table-cell" | "covered-table-cell" => self.flow.end_cell(),
            "table-row" => self.flow.end_row(),
            "table" => self.flow.end_table(),
            "note-body" => self.flow.end_note(),
            "text-box" => self.flow.end_box(),
            _ => {}
        }
    }

    /// White space in the file is one space between words (OpenDocument 1.3, part 3, 6.1.2).
    fn write(&mut self, text: &str) {
        for (at, word) in text.split([' ', '\t', '\n', '\r']).enumerate() {
            self.space |= at > 0;
            if !word.is_empty() {
                if std::mem::take(&mut self.space) && self.written {
                    self.flow.text(" ");
                }
                self.flow.text(word);
                self.written = true;
            }
        }
    }

    fn raw(&mut self, text: &str) {
        if std::mem::take(&mut self.space) && self.written {
            self.flow.text(" ");
        }
        self.flow.text(text);
        self.written = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_final_text_is_read() {
        let table = [
            ("<text:p>а <text:span> б</text:span><text:s text:c='2'/>в</text:p>", "а б  в"),
            ("<text:p>а</text:p><text:h text:outline-level='1'>Мир</text:h>", "Мир\n\nа"),
            ("<text:tracked-changes><text:p>х</text:p></text:tracked-changes><text:p>а</text:p>", "а"),
            ("<text:p>а<office:annotation><text:p>х</text:p></office:annotation>б</text:p>", "аб"),
            (
                "<text:p>а<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>с</text:p>\
                 </text:note-body></text:note> б</text:p><text:p>в</text:p>",
                "а б\n\nв\n\nс",
            ),
            (
                "<text:p>а<draw:frame><draw:text-box><text:p>б</text:p></draw:text-box></draw:frame>в</text:p>",
                "ав\n\nб",
            ),
            (
                "<text:p>а</text:p><table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>\
                 <table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>",
                "а\n\n1\t2",
            ),
            ("<text:p>а</text:p><text:section text:display='none'><text:p>х</text:p></text:section>", "а"),
            ("<text:p>а<text:span text:style-name='H'>х</text:span></text:p>", "а"),
            ("<text:p>а<text:tab/>б<text:line-break/>в</text:p>", "а\tб\nв"),
        ];
        for (body, expected) in table {
            let styles =
                "<style:style style:name='H'><style:text-properties text:display='none'/></style:style>";
            let flat = format!(
                "<office:document>{styles}<office:body><office:text>{body}</office:text></office:body></office:document>"
            );
            assert_eq!(document(flat.as_bytes(), 1 << 20).unwrap().plain(), expected, "{body}");
        }
    }
}
