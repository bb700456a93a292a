//! The running text of an office document: paragraphs, tables and text boxes that contain one another.
//!
//! Readers report starts and ends; the flow puts the text into a [`Document`] in reading order. A table row
//! becomes one line with tabs between its cells, a text box follows the paragraph that it is anchored in, and
//! notes come last.

use super::document::{Document, Kind};

/// Tables and text boxes nested deeper than this lose their structure, not their text.
const DEEPEST: usize = 32;

/// The text of a document as it is read.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The outermost part, then each text box or note within it.
    parts: Vec<Part>,
    /// Starts of tables and parts that were too deep to keep.
    beyond: usize,
    notes: Vec<(Kind, String)>,
}

/// A text box, a note or the main text.
#[derive(Debug, Default)]
struct Part {
    blocks: Vec<(Kind, String)>,
    /// What is anchored in the paragraph, to follow it.
    anchored: Vec<(Kind, String)>,
    paragraph: String,
    /// The paragraph that is being written goes on in the next one.
    continues: bool,
    /// The last paragraph went on.
    continued: bool,
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    cells: Vec<String>,
    cell: String,
}

impl Flow {
    pub fn new() -> Self {
        Self { parts: vec![Part::default()], ..Self::default() }
    }

    fn part(&mut self) -> Option<&mut Part> {
        self.parts.last_mut()
    }

    /// Adds text to the paragraph.
    pub fn text(&mut self, text: &str) {
        if let Some(part) = self.part() {
            part.paragraph += text;
        }
    }

    /// Ends the paragraph.
    pub fn end_paragraph(&mut self, kind: Kind) {
        let Some(part) = self.parts.last_mut() else { return };
        let text = std::mem::take(&mut part.paragraph);
        let mut blocks = vec![(kind, text)];
        blocks.append(&mut part.anchored);
        for (kind, text) in blocks {
            part.add(kind, text);
        }
        part.continued = std::mem::take(&mut part.continues);
    }

    /// The paragraph goes on in the next one: its mark was deleted, or it is a drop cap.
    pub fn continue_paragraph(&mut self) {
        if let Some(part) = self.part() {
            part.continues = true;
        }
    }

    pub fn start_table(&mut self) {
        match self.parts.last_mut() {
            Some(part) if part.tables.len() < DEEPEST => part.tables.push(Table::default()),
            _ => self.beyond += 1,
        }
    }

    pub fn end_cell(&mut self) {
        let Some(part) = self.parts.last_mut() else { return };
        part.flush();
        if let Some(table) = part.tables.last_mut() {
            let cell = std::mem::take(&mut table.cell);
            table.cells.push(cell);
        }
    }

    pub fn end_row(&mut self) {
        let Some(part) = self.parts.last_mut() else { return };
        part.flush();
        let Some(table) = part.tables.last_mut() else { return };
        let cell = std::mem::take(&mut table.cell);
        let mut cells = std::mem::take(&mut table.cells);
        if !cell.is_empty() {
            cells.push(cell);
        }
        let row = cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join("\t");
        let Some(own) = part.tables.pop() else { return };
        part.add(Kind::Row, row);
        part.tables.push(own);
    }

    pub fn end_table(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        self.end_row();
        if let Some(part) = self.part() {
            part.tables.pop();
        }
    }

    /// Ends a table that the paragraph being written already stands behind.
    pub fn close_table(&mut self) {
        let Some(part) = self.parts.last_mut() else { return };
        let paragraph = std::mem::take(&mut part.paragraph);
        let anchored = std::mem::take(&mut part.anchored);
        self.end_table();
        if let Some(part) = self.part() {
            (part.paragraph, part.anchored) = (paragraph, anchored);
        }
    }

    /// Starts a text box or a note, which interrupts the paragraph. True where it is too deep to be a part.
    pub fn start_part(&mut self) {
        if self.parts.len() < DEEPEST {
            self.parts.push(Part::default());
        } else {
            self.beyond += 1;
        }
    }

    /// Ends a text box.
    pub fn end_box(&mut self) {
        if let Some(blocks) = self.end_part()
            && let Some(part) = self.part()
        {
            part.anchored.extend(blocks);
        }
    }

    /// Ends a note, which comes behind the text.
    pub fn end_note(&mut self) {
        if let Some(blocks) = self.end_part() {
            self.notes.extend(blocks);
        }
    }

    fn end_part(&mut self) -> Option<Vec<(Kind, String)>> {
        if self.beyond > 0 {
            self.beyond -= 1;
            return None;
        }
        if self.parts.len() < 2 {
            return None;
        }
        self.parts.pop().map(Part::finish)
    }

    /// Puts the text into the document.
    pub fn finish(mut self, document: &mut Document) {
        while self.parts.len() > 1 {
            self.beyond = 0;
            self.end_box();
        }
        let blocks = self.parts.pop().map(Part::finish).unwrap_or_default();
        for (kind, text) in blocks.into_iter().chain(self.notes) {
            document.push(kind, &text);
        }
    }
}

impl Part {
    fn add(&mut self, kind: Kind, text: String) {
        if let Some(table) = self.tables.last_mut() {
            let text = text.trim();
            if !text.is_empty() {
                if !table.cell.is_empty() {
                    table.cell.push(' ');
                }
                table.cell.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
        } else if self.continued
            && let Some((_, last)) = self.blocks.last_mut()
        {
            *last += &text;
        } else {
            self.blocks.push((kind, text));
        }
        self.continued = false;
    }

    /// Ends a paragraph that has no end.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let mut blocks = Vec::new();
        if !text.is_empty() {
            blocks.push((Kind::Text, text));
        }
        blocks.append(&mut self.anchored);
        for (kind, text) in blocks {
            self.add(kind, text);
        }
    }

    fn finish(mut self) -> Vec<(Kind, String)> {
        self.flush();
        while let Some(mut table) = self.tables.pop() {
            table.cells.push(table.cell);
            self.add(Kind::Row, table.cells.join("\t"));
        }
        self.blocks
    }
}
