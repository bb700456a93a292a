//! Rich Text Format (.rtf), after Microsoft's specification 1.9.1.
//!
//! A lexer over bytes and a stack of group states. Letters are decoded with the code page of their font, then of the
//! document; a document that declares windows-1252 while most of its letters are high bytes is read as windows-1251,
//! because Russian text is often declared wrongly. Deleted and hidden text, headers and footers are left out.

mod charset;
mod lexer;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

use super::{
    Fault, Input, Output,
    document::{Document, Kind},
    flow::Flow,
};
use charset::{Charset, charset, code_page, high_bytes_dominate, special};
use lexer::{Lexer, Token};

/// The reader of RTF.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    document(&bytes)?.finish(&input.name, None, output)
}

/// The text of an RTF document.
pub(super) fn document(bytes: &[u8]) -> Result<Document, Fault> {
    if !bytes.starts_with(b"{\\rtf") {
        return Err("does not start with {\\rtf; save it again as .rtf".into());
    }
    let mut reading = Reading::new(high_bytes_dominate(bytes));
    let mut lexer = Lexer { bytes, at: 0 };
    while let Some(token) = lexer.next() {
        reading.token(&token, &mut lexer);
    }
    reading.flush();
    let title = Some(reading.title.trim().to_owned()).filter(|title| !title.is_empty());
    let mut document = Document::titled(title);
    document.encoding = reading.decoded;
    if !reading.groups.is_empty() {
        document.note("ends within a group: the file is cut off");
    }
    if reading.table {
        reading.flow.end_table();
    }
    reading.flow.finish(&mut document);
    Ok(document)
}

/// Where text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Destination {
    #[default]
    Text,
    /// Nowhere: pictures, headers, field codes, tables of fonts and colours.
    Nowhere,
    Fonts,
    Title,
    /// A footnote or a text box, which is a separate part; its group ends the part.
    Note,
    TextBox,
}

#[derive(Clone, Copy, Debug, Default)]
struct Group {
    destination: Destination,
    /// The group that started the destination.
    outermost: bool,
    font: i32,
    /// How many characters follow a `\u` for readers that do not know it.
    fallback: u8,
    hidden: bool,
    deleted: bool,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of the format")]
struct Reading {
    flow: Flow,
    group: Group,
    groups: Vec<Group>,
    /// A `\*` was read: the next word is a destination that may be skipped.
    starred: bool,
    /// Fallback characters that are still to be skipped.
    skip: u8,
    page: &'static Encoding,
    mistaken: bool,
    fonts: HashMap<i32, Charset>,
    default_font: i32,
    bytes: Vec<u8>,
    units: Vec<u16>,
    title: String,
    table: bool,
    in_table: bool,
    heading: bool,
    decoded: Option<&'static str>,
}

/// Destinations whose text is not the document's.
const NOWHERE: &str = "colortbl stylesheet info header headerl headerr headerf footer footerl footerr footerf pict \
    objdata fldinst listtext pntext xe tc nonshppict shprslt filetbl revtbl annotation atnid \
    atnauthor bkmkstart bkmkend listtable listoverridetable themedata datastore nonesttables ftnsep \
    ftnsepc aftnsep upr sp";

impl Reading {
    fn new(mistaken: bool) -> Self {
        Self {
            flow: Flow::new(),
            group: Group { fallback: 1, font: -1, ..Group::default() },
            groups: Vec::new(),
            starred: false,
            skip: 0,
            page: if mistaken { WINDOWS_1251 } else { WINDOWS_1252 },
            mistaken,
            fonts: HashMap::new(),
            default_font: 0,
            bytes: Vec::new(),
            units: Vec::new(),
            title: String::new(),
            table: false,
            in_table: false,
            heading: false,
            decoded: None,
        }
    }

    fn token(&mut self, token: &Token<'_>, lexer: &mut Lexer<'_>) {
        match *token {
            Token::Open => {
                self.flush();
                (self.starred, self.skip) = (false, 0);
                self.groups.push(self.group);
                self.group.outermost = false;
            }
            Token::Close => self.close(),
            Token::Byte(_) if self.skip > 0 => self.skip -= 1,
            Token::Byte(byte) => {
                if !self.units.is_empty() {
                    self.flush();
                }
                self.bytes.push(byte);
            }
            Token::Symbol(symbol) => self.symbol(symbol),
            // The number is signed: letters from U+8000 are below zero.
            Token::Word("u", Some(unit)) => {
                self.flush_bytes();
                self.units.extend(u16::try_from(unit & 0xFFFF));
                self.skip = self.group.fallback;
            }
            Token::Word("bin", number) => {
                let length = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
                lexer.at = lexer.at.saturating_add(length).min(lexer.bytes.len());
            }
            Token::Word(word, number) => {
                if self.skip > 0 {
                    self.skip -= 1;
                    return;
                }
                self.flush();
                self.word(word, number);
                self.starred = false;
            }
        }
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        if self.group.outermost {
            match self.group.destination {
                Destination::Note => self.flow.end_note(),
                Destination::TextBox => self.flow.end_box(),
                _ => {}
            }
        }
        if let Some(outer) = self.groups.pop() {
            self.group = outer;
        }
    }

    fn symbol(&mut self, symbol: u8) {
        if symbol == b'*' {
            self.starred = true;
            return;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.flush();
        match symbol {
            b'\\' | b'{' | b'}' => self.bytes.push(symbol),
            b'~' => self.write("\u{a0}"),
            b'_' => self.write("\u{2011}"),
            b'\r' | b'\n' => self.word("par", None),
            b'\t' => self.write("\t"),
            _ => {}
        }
    }

    fn start(&mut self, destination: Destination) {
        self.group.destination = destination;
        self.group.outermost = true;
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        let on = number != Some(0);
        match word {
            "fonttbl" => self.start(Destination::Fonts),
            "title" if self.group.destination == Destination::Nowhere => self.start(Destination::Title),
            _ if matches!(self.group.destination, Destination::Nowhere | Destination::Title) => {}
            // What a starred group holds is shown only in these.
            "shpinst" => self.group.destination = Destination::Text,
            "footnote" => {
                self.flow.start_part();
                self.start(Destination::Note);
            }
            "shptxt" => {
                self.flow.start_part();
                self.start(Destination::TextBox);
            }
            _ if self.starred || NOWHERE.split(' ').any(|name| name == word) => {
                self.start(Destination::Nowhere);
            }
            "fcharset" => {
                let charset = number.map_or(Charset::Default, charset);
                self.fonts.insert(self.group.font, charset);
            }
            "cpg" => {
                if let Some(page) = number.and_then(code_page) {
                    self.fonts.insert(self.group.font, Charset::Page(page));
                }
            }
            "ansicpg" => {
                let page = number.and_then(code_page).unwrap_or(WINDOWS_1252);
                self.page = if page == WINDOWS_1252 && self.mistaken { WINDOWS_1251 } else { page };
            }
            "mac" => self.page = encoding_rs::MACINTOSH,
            "deff" => self.default_font = number.unwrap_or(0),
            "f" => self.group.font = number.unwrap_or(0),
            "plain" => {
                (self.group.font, self.group.hidden, self.group.deleted) = (-1, false, false);
            }
            "uc" => self.group.fallback = number.and_then(|count| count.try_into().ok()).unwrap_or(1),
            "v" => self.group.hidden = on,
            "deleted" => self.group.deleted = on,
            _ if self.group.destination == Destination::Fonts => {}
            "pard" => (self.in_table, self.heading) = (false, false),
            "intbl" => self.in_table = true,
            "outlinelevel" => self.heading = number == Some(0),
            "par" | "sect" | "page" => self.end_paragraph(),
            "cell" => {
                self.open_table();
                self.flow.end_cell();
            }
            "row" => {
                self.open_table();
                self.flow.end_row();
            }
            "nestcell" | "nestrow" => self.write(" "),
            _ => {
                if let Some(text) = special(word) {
                    self.write(text);
                }
            }
        }
    }

    fn open_table(&mut self) {
        if !self.table {
            self.flow.start_table();
            self.table = true;
        }
    }

    fn end_paragraph(&mut self) {
        if self.group.destination == Destination::Nowhere {
            return;
        }
        // A paragraph of a footnote or a text box says nothing of the table around it.
        if self.group.destination == Destination::Text {
            if self.in_table {
                self.open_table();
            } else if std::mem::take(&mut self.table) {
                self.flow.close_table();
            }
        }
        self.flow.end_paragraph(if self.heading { Kind::Heading } else { Kind::Text });
    }

    fn write(&mut self, text: &str) {
        self.flush();
        self.put(text);
    }

    fn put(&mut self, text: &str) {
        match self.group.destination {
            _ if self.group.hidden || self.group.deleted => {}
            Destination::Nowhere | Destination::Fonts => {}
            Destination::Title => self.title += text,
            Destination::Text | Destination::Note | Destination::TextBox => self.flow.text(text),
        }
    }

    fn flush(&mut self) {
        self.flush_bytes();
        if !self.units.is_empty() {
            let units = std::mem::take(&mut self.units);
            // Word writes the letters of symbol fonts in the private use area.
            let text: String = String::from_utf16_lossy(&units);
            self.put(&text.replace(|c| ('\u{F000}'..='\u{F0FF}').contains(&c), ""));
        }
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let font = if self.group.font < 0 { self.default_font } else { self.group.font };
        let page = match self.fonts.get(&font) {
            Some(Charset::Symbols) if !bytes.is_ascii() => return,
            Some(Charset::Page(page)) => page,
            _ => self.page,
        };
        if !bytes.is_ascii() && self.group.destination == Destination::Text {
            self.decoded = Some(page.name());
        }
        let text = page.decode_without_bom_handling(&bytes).0.into_owned();
        self.put(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_nothing_else_is_read() {
        let table = [
            (r"{\rtf1\ansi\ansicpg1251 \'cc\'e8\'f0\par \'c4\'e0\par}", "Мир\n\nДа"),
            (
                r"{\rtf1\ansi{\fonttbl{\f0\fcharset204 Times;}{\f1\fcharset0 A;}}\f0 \'cc\'e8\'f0 {\f1\'e9}}",
                "Мир é",
            ),
            (r"{\rtf1\uc1 \u1052?\u1080\'e8\u1088 r!}", "Мир!"),
            (r"{\rtf1\uc2 \u1052ab\u1080 cd{\uc0 \u1088}!}", "Мир!"),
            (r"{\rtf1 a{\v b}{\deleted c}\v d\v0 e\plain f}", "aef"),
            (r"{\rtf1{\info{\title T}{\author A}}{\header H\par}{\footer F}{\*\x y}a{\pict 00ff}}", "a"),
            (r"{\rtf1 a{\footnote \pard note\par} b\par c\par}", "a b\n\nc\n\nnote"),
            (r"{\rtf1 t\par\trowd\intbl 1\cell\intbl 2\cell\row\pard after\par}", "t\n\n1\t2\n\nafter"),
            (r"{\rtf1 a\emdash b\~c\_d\-e\tab f\line g}", "a—b\u{a0}c\u{2011}de\tf\ng"),
            (r"{\rtf1{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}}", "link"),
            (
                r"{\rtf1 a{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt box\par}}{\shprslt box}}b\par c}",
                "ab\n\nbox\n\nc",
            ),
            (r"{\rtf1 a\bin3 {}}b}", "ab"),
            (r"{\rtf1 {\upr{x}{\*\ud{y}}}a", "a"),
            // Cocoa ends paragraphs with an escaped line end.
            (
                "{\\rtf1\\uc0 \\u1052 \\u1080 \\u1088 \\~b.\\\nc \\{\\u1088 \\}\\\nd}",
                "Мир\u{a0}b.\n\nc {р}\n\nd",
            ),
        ];
        for (rtf, expected) in table {
            assert_eq!(document(rtf.as_bytes()).unwrap().plain(), expected, "{rtf}");
        }
    }

    #[test]
    fn russian_under_a_western_code_page_is_read() {
        let letters = r"\'cf\'f0\'e5\'f1\'f1-\'f1\'eb\'f3\'e6\'e1\'e0 \'f1\'ee\'ee\'e1\'f9\'e0\'e5\'f2 \'ee \'ec\'e8\'f0\'e5";
        let rtf = format!(r"{{\rtf1\ansi\ansicpg1252 {letters}}}");
        assert_eq!(document(rtf.as_bytes()).unwrap().plain(), "Пресс-служба сообщает о мире");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in r"(\\[a-z]{1,4}-?[0-9]{0,3} ?|[{}]|\\'[0-9a-f]{2}|\\[*~_]|[a-zа-я ]|\\u[0-9]{1,5}\?){0,40}") {
            let _ = document(format!("{{\\rtf1 {text}").as_bytes());
        }
    }
}
