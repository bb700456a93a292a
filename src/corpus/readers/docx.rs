//! Word documents (.docx, .docm): ECMA-376 WordprocessingML.
//!
//! Reads what Word shows as the final text: insertions without deletions, moved text at its new place, field
//! results without field codes, text boxes once, footnotes and endnotes behind the text. Hidden text, comments,
//! headers and footers are left out, as are the numbers of lists, which are not in the file as text.

use std::collections::HashSet;

use super::{
    Fault, Input, Output,
    document::{Document, Kind},
    flow::Flow,
    package::Package,
    xml::{Piece, Tag, Xml, element_text},
};

/// The reader of Word documents.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    document(&bytes, input.options.limits.bytes)?.finish(&input.name, None, output)
}

/// The text of a Word document.
pub(super) fn document(bytes: &[u8], limit: u64) -> Result<Document, Fault> {
    let mut package = Package::open(bytes, limit)?;
    let main = main_part(&mut package)?;
    let text = package.xml(&main)?.ok_or("has no main part; save it again as .docx")?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let styles = package.xml(&format!("{folder}/styles.xml"))?.unwrap_or_default();
    let mut document = Document::titled(title(&mut package)?);
    let mut reading = Reading { styles: Styles::of(&styles), flow: Flow::new(), ..Reading::default() };
    reading.text(&text);
    for (part, element) in [("footnotes", "footnote"), ("endnotes", "endnote")] {
        if let Some(text) = package.xml(&format!("{folder}/{part}.xml"))? {
            reading.notes(&text, element);
        }
    }
    if reading.chunks > 0 {
        document.note(format!("{} embedded documents are left out", reading.chunks));
    }
    reading.flow.finish(&mut document);
    Ok(document)
}

/// The name of the part with the text, as the package's relationships give it.
fn main_part(package: &mut Package<'_>) -> Result<String, Fault> {
    let relations = package.xml("_rels/.rels")?.unwrap_or_default();
    let mut xml = Xml::new(&relations);
    while let Some(piece) = xml.next() {
        if let Piece::Start(tag) = piece
            && tag.local() == "Relationship"
            && tag.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            && let Some(target) = tag.attribute("Target")
        {
            return Ok(target.trim_start_matches('/').to_owned());
        }
    }
    Ok("word/document.xml".to_owned())
}

/// The title in the core properties.
fn title(package: &mut Package<'_>) -> Result<Option<String>, Fault> {
    Ok(package.xml("docProps/core.xml")?.and_then(|text| element_text(&text, "title")))
}

/// What styles say about the text in them.
#[derive(Debug, Default)]
struct Styles {
    headings: HashSet<String>,
    hidden: HashSet<String>,
}

impl Styles {
    fn of(text: &str) -> Self {
        let mut styles = Self::default();
        let mut xml = Xml::new(text);
        let mut style = String::new();
        while let Some(piece) = xml.next() {
            let Piece::Start(tag) = piece else { continue };
            let value = || tag.attribute("val").unwrap_or_default();
            match tag.local() {
                "style" => style = tag.attribute("styleId").unwrap_or_default(),
                "name" => {
                    let name = value().to_lowercase();
                    if ["title", "heading 1", "заголовок 1", "название"].contains(&name.as_str())
                    {
                        styles.headings.insert(style.clone());
                    }
                }
                "outlineLvl" if value() == "0" => {
                    styles.headings.insert(style.clone());
                }
                "vanish" if !tag.is_off() && !style.is_empty() => {
                    styles.hidden.insert(style.clone());
                }
                _ => {}
            }
        }
        styles
    }
}

/// Reads the parts of a document into one flow.
#[derive(Debug, Default)]
struct Reading {
    styles: Styles,
    flow: Flow,
    /// The notes that the text refers to: `footnote` and its number.
    noted: HashSet<(String, String)>,
    state: State,
    /// The states that text boxes interrupt.
    outer: Vec<State>,
    /// Levels of elements that are left out, from the outermost.
    skipped: usize,
    chunks: usize,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of the format")]
struct State {
    heading: bool,
    /// Within the properties of a paragraph, whose run properties are those of its mark.
    in_properties: bool,
    hidden_paragraph: bool,
    hidden_run: bool,
    in_text: bool,
    /// For each open field, whether its code is being read and not yet its result.
    fields: Vec<bool>,
}

/// Elements whose content is not the final text.
const LEFT_OUT: &str = "del moveFrom Fallback instrText delText delInstrText rPrChange pPrChange rt sdtPr tblPrChange \
    sectPr";

impl Reading {
    fn text(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        while let Some(piece) = xml.next() {
            self.piece(piece);
        }
    }

    /// Reads the notes that the text refers to, each as a part.
    fn notes(&mut self, text: &str, element: &str) {
        let mut xml = Xml::new(text);
        let mut wanted = false;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Start(tag) if tag.local() == element => {
                    let number = tag.attribute("id").unwrap_or_default();
                    wanted = self.noted.contains(&(element.to_owned(), number));
                    if wanted {
                        self.flow.start_part();
                    }
                }
                Piece::End(name) if name == element => {
                    if wanted {
                        self.flow.end_note();
                    }
                    wanted = false;
                }
                piece if wanted => self.piece(piece),
                _ => {}
            }
        }
    }

    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Start(tag) if self.skipped > 0 || self.is_left_out(&tag) => self.skipped += 1,
            Piece::End(_) if self.skipped > 0 => self.skipped -= 1,
            Piece::Start(tag) => self.start(&tag),
            Piece::End(name) => self.end(&name),
            Piece::Text(text) if self.skipped == 0 && self.state.in_text => self.write(&text),
            Piece::Text(_) => {}
        }
    }

    fn is_left_out(&mut self, tag: &Tag<'_>) -> bool {
        // The mark of a deleted paragraph stands in the properties: the next paragraph continues this one.
        if self.state.in_properties && tag.local() == "del" {
            self.flow.continue_paragraph();
        }
        LEFT_OUT.split(' ').any(|name| name == tag.local())
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let value = || tag.attribute("val").unwrap_or_default();
        match tag.local() {
            "p" => {
                let fields = std::mem::take(&mut self.state.fields);
                self.state = State { fields, ..State::default() };
            }
            "pPr" => self.state.in_properties = true,
            "pStyle" => {
                let style = value();
                self.state.heading = self.styles.headings.contains(&style);
                self.state.hidden_paragraph = self.styles.hidden.contains(&style);
            }
            "outlineLvl" if self.state.in_properties => self.state.heading = value() == "0",
            "framePr" if tag.attribute("dropCap").is_some() => self.flow.continue_paragraph(),
            "r" => self.state.hidden_run = false,
            "rStyle" if !self.state.in_properties => {
                self.state.hidden_run = self.styles.hidden.contains(&value());
            }
            "vanish" if !self.state.in_properties => self.state.hidden_run = !tag.is_off(),
            "t" => self.state.in_text = true,
            "tab" if !self.state.in_properties => self.write("\t"),
            "br" | "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("\u{2011}"),
            "fldChar" => match tag.attribute("fldCharType").as_deref() {
                Some("begin") => self.state.fields.push(true),
                Some("separate") => {
                    if let Some(field) = self.state.fields.last_mut() {
                        *field = false;
                    }
                }
                _ => {
                    self.state.fields.pop();
                }
            },
            "footnoteReference" | "endnoteReference" => {
                let element = tag.local().trim_end_matches("Reference").to_owned();
                if self.is_shown() {
                    self.noted.insert((element, tag.attribute("id").unwrap_or_default()));
                }
            }
            "tbl" => self.flow.start_table(),
            "txbxContent" => {
                self.flow.start_part();
                self.outer.push(std::mem::take(&mut self.state));
            }
            "altChunk" => self.chunks += 1,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                let kind = if self.state.heading { Kind::Heading } else { Kind::Text };
                self.flow.end_paragraph(kind);
            }
            "pPr" => self.state.in_properties = false,
            "t" => self.state.in_text = false,
            "tc" => self.flow.end_cell(),
            "tr" => self.flow.end_row(),
            "tbl" => self.flow.end_table(),
            "txbxContent" => {
                self.flow.end_box();
                self.state = self.outer.pop().unwrap_or_default();
            }
            _ => {}
        }
    }

    fn is_shown(&self) -> bool {
        !self.state.hidden_run && !self.state.hidden_paragraph && !self.state.fields.contains(&true)
    }

    fn write(&mut self, text: &str) {
        if self.is_shown() {
            self.flow.text(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// The text of a document with this body, in which `[x]` stands for a run with the text x.
    fn shown(body: &str) -> String {
        let body = body.replace('[', "<w:r><w:t>").replace(']', "</w:t></w:r>");
        let notes = "<w:footnotes><w:footnote w:id='1'><w:p><w:r><w:t>Сноска</w:t></w:r></w:p></w:footnote>\
            <w:footnote w:id='2'><w:p><w:r><w:t>Ничья</w:t></w:r></w:p></w:footnote></w:footnotes>";
        let styles = "<w:styles><w:style w:styleId='1'><w:name w:val='heading 1'/></w:style>\
            <w:style w:styleId='h'><w:name w:val='Hidden'/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>";
        let main = format!("<w:document><w:body>{body}</w:body></w:document>");
        let bytes = package(&[
            ("word/document.xml", &main),
            ("word/footnotes.xml", notes),
            ("word/styles.xml", styles),
        ]);
        document(&bytes, 1 << 20).unwrap().plain()
    }

    #[test]
    fn the_final_text_is_read() {
        let table = [
            ("<w:p>[а]</w:p><w:p><w:pPr><w:pStyle w:val='1'/></w:pPr>[Мир]</w:p>", "Мир\n\nа"),
            ("<w:p>[а]<w:ins>[б]</w:ins><w:del><w:r><w:delText>в</w:delText></w:r></w:del>[г]</w:p>", "абг"),
            ("<w:p>[а]<w:moveFrom>[б]</w:moveFrom></w:p><w:p><w:moveTo>[б]</w:moveTo></w:p>", "а\n\nб"),
            ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>[а]</w:p><w:p>[б]</w:p><w:p>[в]</w:p>", "аб\n\nв"),
            ("<w:p>[а]<w:r><w:rPr><w:vanish/></w:rPr><w:t>б</w:t></w:r>[в]</w:p>", "ав"),
            ("<w:p>[а]<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>б</w:t></w:r></w:p>", "аб"),
            ("<w:p>[а]</w:p><w:p><w:pPr><w:pStyle w:val='h'/></w:pPr>[б]</w:p>", "а"),
            (
                "<w:p>[а]<w:r><w:footnoteReference w:id='1'/></w:r>[б]</w:p><w:p>[в]</w:p>",
                "аб\n\nв\n\nСноска",
            ),
            (
                "<w:p>[а]<mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent><w:p>[б]</w:p></w:txbxContent></wps:txbx>\
                 </mc:Choice><mc:Fallback><v:textbox><w:txbxContent><w:p>[б]</w:p></w:txbxContent></v:textbox></mc:Fallback>\
                 </mc:AlternateContent>[в]</w:p><w:p>[г]</w:p>",
                "ав\n\nб\n\nг",
            ),
            (
                "<w:p>[а]</w:p><w:tbl><w:tr><w:tc><w:p>[б]</w:p><w:p>[в]</w:p></w:tc><w:tc><w:p>[г]</w:p></w:tc></w:tr>\
                 <w:tr><w:tc><w:p/></w:tc><w:tc><w:p>[д]</w:p></w:tc></w:tr></w:tbl><w:p>[е]</w:p>",
                "а\n\nб в\tг\n\tд\n\nе",
            ),
            (
                "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>[x]<w:r>\
                 <w:fldChar w:fldCharType='separate'/></w:r>[5]<w:r><w:fldChar w:fldCharType='end'/></w:r>[а]</w:p>",
                "5а",
            ),
            (
                "<w:p><w:pPr><w:framePr w:dropCap='drop'/></w:pPr>[М]</w:p><w:p>[ир]</w:p><w:p>[да]</w:p>",
                "Мир\n\nда",
            ),
            (
                "<w:p><w:r><w:t>а</w:t><w:tab/><w:t>б</w:t><w:br/><w:t>в &amp; г</w:t></w:r></w:p>",
                "а\tб\nв & г",
            ),
            (
                "<w:p><w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>а</w:t></w:r></w:p>",
                "а",
            ),
        ];
        for (body, expected) in table {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_document_says_why() {
        let main = package(&[("a.txt", "")]);
        let table: [(&[u8], &str); 3] = [
            (b"PK\x03\x04", "not a complete zip file"),
            (&main, "has no main part"),
            (b"", "not a complete zip file"),
        ];
        for (bytes, expected) in table {
            let reason = document(bytes, 1 << 20).unwrap_err().reason();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}
