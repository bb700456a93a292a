//! UTF-16 and UTF-32: recognises them without a byte order mark, and decodes them piece by piece.

use std::io::{self, BufRead, BufReader, Read};

/// An encoding whose units are wider than a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

use Wide::{Utf16Be, Utf16Le, Utf32Be, Utf32Le};

/// How many bytes of a text are looked at.
const SAMPLE: usize = 16 << 10;
/// How many bytes of a stream are decoded at a time.
const CHUNK: usize = 64 << 10;

impl Wide {
    /// The encoding of a text that starts like this: by its byte order mark, or because nearly all of its units
    /// are characters of Russian text.
    pub fn detect(head: &[u8]) -> Option<Self> {
        match head {
            [0xFF, 0xFE, 0, 0, ..] => return Some(Utf32Le),
            [0, 0, 0xFE, 0xFF, ..] => return Some(Utf32Be),
            [0xFF, 0xFE, ..] => return Some(Utf16Le),
            [0xFE, 0xFF, ..] => return Some(Utf16Be),
            _ => {}
        }
        // Russian in UTF-16 has 0x00 or 0x04 in every other byte, which no text in a single-byte encoding has.
        let sample = head.get(..SAMPLE).unwrap_or(head);
        if !sample.iter().any(|byte| matches!(byte, 0 | 4)) {
            return None;
        }
        [Utf32Le, Utf32Be, Utf16Le, Utf16Be].into_iter().find(|wide| wide.fits(sample))
    }

    pub fn name(self) -> &'static str {
        match self {
            Utf16Le => "UTF-16LE",
            Utf16Be => "UTF-16BE",
            Utf32Le => "UTF-32LE",
            Utf32Be => "UTF-32BE",
        }
    }

    fn width(self) -> usize {
        if matches!(self, Utf16Le | Utf16Be) { 2 } else { 4 }
    }

    fn unit(self, bytes: &[u8]) -> u32 {
        match (self, bytes) {
            (Utf16Le, [a, b]) => u16::from_le_bytes([*a, *b]).into(),
            (Utf16Be, [a, b]) => u16::from_be_bytes([*a, *b]).into(),
            (Utf32Le, [a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]),
            (Utf32Be, [a, b, c, d]) => u32::from_be_bytes([*a, *b, *c, *d]),
            _ => 0,
        }
    }

    fn fits(self, sample: &[u8]) -> bool {
        let units = sample.chunks_exact(self.width());
        let usual = |unit: u32| {
            matches!(
                char::from_u32(unit),
                Some(
                    '\t'
                    | '\n'
                    | '\r'
                    | ' '..='~'
                    | '\u{A0}'..='\u{FF}'
                    | '\u{400}'..='\u{52F}'
                    | '\u{2010}'..='\u{203A}'
                    | '\u{20BD}'
                    | '\u{2116}'
                    | '\u{FEFF}',
                )
            )
        };
        let count = units.len();
        let fitting = units.filter(|unit| usual(self.unit(unit))).count();
        count > 0 && fitting * 20 >= count * 19
    }

    /// The whole text, without its byte order mark, and how many units are no characters.
    pub fn decode(self, bytes: &[u8]) -> (String, usize) {
        let mut text = String::with_capacity(bytes.len());
        let lost = self.push(bytes, &mut text) + bytes.len() % self.width();
        let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
        (text, lost)
    }

    /// Appends whole units to a text.
    fn push(self, bytes: &[u8], text: &mut String) -> usize {
        let units = bytes.chunks_exact(self.width()).map(|unit| self.unit(unit));
        let mut lost = 0;
        let mut put = |c: Option<char>| {
            lost += usize::from(c.is_none());
            text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        };
        if self.width() == 4 {
            units.for_each(|unit| put(char::from_u32(unit)));
        } else {
            let units = units.filter_map(|unit| u16::try_from(unit).ok());
            char::decode_utf16(units).for_each(|c| put(c.ok()));
        }
        lost
    }

    /// The text of a stream as UTF-8.
    pub fn stream<'a>(self, stream: Box<dyn BufRead + 'a>) -> Box<dyn BufRead + 'a> {
        let decoding = Decoding { wide: self, stream, text: Vec::new(), at: 0 };
        Box::new(BufReader::with_capacity(CHUNK, decoding))
    }
}

/// Decodes a stream as it is read.
struct Decoding<'a> {
    wide: Wide,
    stream: Box<dyn BufRead + 'a>,
    /// Decoded text, and how much of it was handed on.
    text: Vec<u8>,
    at: usize,
}

impl Decoding<'_> {
    fn refill(&mut self) -> io::Result<()> {
        let width = self.wide.width();
        let mut bytes = Vec::with_capacity(CHUNK + width);
        self.stream.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)?;
        // A pair of surrogates must not be torn apart.
        let last = bytes.len().checked_sub(2).and_then(|at| bytes.get(at..)).map(|unit| self.wide.unit(unit));
        if width == 2 && bytes.len() == CHUNK && last.is_some_and(|unit| (0xD800..0xDC00).contains(&unit)) {
            self.stream.by_ref().take(2).read_to_end(&mut bytes)?;
        }
        let mut text = String::with_capacity(bytes.len());
        self.wide.push(&bytes, &mut text);
        (self.text, self.at) = (text.into_bytes(), 0);
        Ok(())
    }
}

impl Read for Decoding<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.refill()?;
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(rest);
        }
        self.at += count;
        Ok(count)
    }
}
