//! A document under construction: paragraphs, headings and table rows, and what its metadata says.
//!
//! Every reader of documents fills one and turns it into a release in the same way: the headline is the first
//! heading, or else the first line, and the lines right below it may be header lines as in plain text.

use serde::{Deserialize, Serialize};

use super::{Details, Fault, Output, fields, text};

/// The longest line that is a headline, in characters; a longer first paragraph stays in the body as well.
const LONGEST_TITLE: usize = 400;
/// The longest text in bytes; the parts of a package together may hold gigabytes.
const LONGEST: usize = 64 << 20;
/// The memory of a paragraph in addition to its text.
const BLOCK_BYTES: usize = 40;
/// A heading behind this many paragraphs belongs to a section.
const TITLE_WITHIN: usize = 6;

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Text,
    /// A heading, or a paragraph in the style of a title.
    Heading,
    /// A line of a table, whose cells are separated by tabs.
    Row,
}

/// A document under construction.
#[derive(Debug, Default)]
pub(super) struct Document {
    blocks: Vec<(Kind, String)>,
    /// The title in the metadata, which is used only where the text confirms it or has no words.
    pub title: Option<String>,
    pub encoding: Option<&'static str>,
    pub notes: Vec<String>,
    bytes: usize,
    is_cut: bool,
}

impl Document {
    /// A document with this title in its metadata.
    pub fn titled(title: Option<String>) -> Self {
        Self { title, ..Self::default() }
    }

    /// Adds a paragraph; one without words is left out, and so is all that exceeds the longest text.
    pub fn push(&mut self, kind: Kind, text: &str) {
        let text = fields::body(text);
        if text.trim().is_empty() {
            return;
        }
        self.bytes += text.len() + BLOCK_BYTES;
        if self.bytes <= LONGEST {
            self.blocks.push((kind, text));
        } else if !self.is_cut {
            self.is_cut = true;
            self.notes.push(format!("has more than {} MB of text; what follows was left out", LONGEST >> 20));
        }
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The headline and the text below it, as a plain text file has them.
    pub fn plain(&self) -> String {
        let heading = self.blocks.iter().take(TITLE_WITHIN).position(|(kind, _)| *kind == Kind::Heading);
        let known = self.title.as_deref().and_then(fields::some_line);
        let first = self.blocks.first().map(|(_, text)| fields::one_line(text));
        let confirmed = known.clone().zip(first).and_then(|(title, first)| {
            let rest = first.strip_prefix(&title)?;
            (title.chars().count() > 3).then(|| (title, rest.trim_start_matches(['.', ' ']).to_owned()))
        });
        let mut text = String::new();
        let mut skipped = heading;
        match (heading, confirmed) {
            (Some(at), _) => text += &fields::one_line(&self.blocks[at].1),
            (None, Some((title, rest))) => {
                text = if rest.is_empty() { title } else { format!("{title}\n\n{rest}") };
                skipped = Some(0);
            }
            (None, None) => match self.blocks.first() {
                Some((Kind::Row, _)) | None => text += &known.unwrap_or_default(),
                Some((_, first)) if first.chars().count() > LONGEST_TITLE => {
                    text += &known.unwrap_or_default();
                }
                Some(_) => {}
            },
        }
        let mut row = false;
        for (at, (kind, block)) in self.blocks.iter().enumerate() {
            if skipped == Some(at) {
                continue;
            }
            if !text.is_empty() {
                text += if row && *kind == Kind::Row { "\n" } else { "\n\n" };
            }
            text += block;
            row = *kind == Kind::Row;
        }
        text
    }

    /// Hands the document to the output as one release.
    pub fn finish(self, name: &str, part: Option<String>, output: &mut Output<'_>) -> Result<(), Fault> {
        let release = text::release(&self.plain(), name).map_err(|_| "has no text in it; remove it")?;
        let Self { encoding, notes, .. } = self;
        output.release(release, Details { part, encoding, notes, ..Details::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks, the title in the metadata, and the text.
    type Row<'a> = (&'a [(Kind, &'a str)], Option<&'a str>, &'a str);

    #[test]
    fn the_headline_is_the_first_heading_or_line() {
        use Kind::{Heading, Row as Line, Text};
        let table: [Row<'_>; 8] = [
            (&[(Text, "Мир"), (Text, "Да")], None, "Мир\n\nДа"),
            (&[(Text, "13 мая"), (Heading, "Мир"), (Text, "Да")], None, "Мир\n\n13 мая\n\nДа"),
            (&[(Text, "Миру мир. Дома"), (Text, "Да")], Some("Миру мир"), "Миру мир\n\nДома\n\nДа"),
            (&[(Text, "Да"), (Text, "Нет")], Some("Документ1"), "Да\n\nНет"),
            (&[(Line, "1\t2"), (Line, "3\t4"), (Text, "Да")], Some("Мир"), "Мир\n\n1\t2\n3\t4\n\nДа"),
            (&[(Text, "  "), (Text, "Мир\u{a0}")], None, "Мир"),
            (&[], Some("Мир"), "Мир"),
            (&[], None, ""),
        ];
        for (blocks, title, expected) in table {
            let mut document = Document { title: title.map(str::to_owned), ..Document::default() };
            for (kind, text) in blocks {
                document.push(*kind, text);
            }
            assert_eq!(document.plain(), expected, "{blocks:?}");
        }
    }
}
