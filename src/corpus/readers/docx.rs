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
                    if ["title", "heading 1", "заголовок 1", "название"].contains(&name.as_str()) {
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
const LEFT_OUT: [&str; 12] = [
    "del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "rPrChange", "pPrChange", "rt", "sdtPr",
    "tblPrChange", "sectPr",
];

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
        LEFT_OUT.contains(&tag.local())
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
