//! Bytes in any encoding to text.
//!
//! A byte order mark decides; then valid UTF-8 does, because text in another encoding is next to never valid
//! UTF-8, while declarations are often left over from another server. Everything else is weighed: a declared
//! charset counts only where the bytes make as much sense in it as in any other.

mod cyrillic;
mod wide;

use std::io::BufRead;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::Fault;
use wide::Wide;

/// Text may have one zero byte in this many. Compressed data has one in 256.
const TEXT_PER_ZERO: usize = 500;
/// The same for text without as many other control characters, such as a short file with a stray zero byte.
const CLEAN_TEXT_PER_ZERO: usize = 50;

/// Text and how it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub text: String,
    /// The name of the encoding, as the Encoding Standard spells it.
    pub encoding: &'static str,
    /// What was lost or decoded in another way than the rest, as sentences for people.
    pub notes: Vec<String>,
}

impl Decoded {
    fn new(text: impl Into<String>, encoding: &'static Encoding) -> Self {
        Self { text: text.into(), encoding: encoding.name(), notes: Vec::new() }
    }
}

/// The text in the bytes. Bytes that are no text are an error, with the reason.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> Result<Decoded, String> {
    if let Some(wide) = Wide::detect(bytes) {
        let (text, lost) = wide.decode(bytes);
        let notes =
            (lost > 0).then(|| format!("{lost} characters are not valid {} and were replaced", wide.name()));
        return Ok(Decoded { text, encoding: wide.name(), notes: notes.into_iter().collect() });
    }
    if is_binary(bytes) {
        return Err("looks binary: it has zero bytes; save it as UTF-8 text".to_owned());
    }
    Ok(decode_line(bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes), declared))
}

/// The text in bytes that are known to be text in which ASCII is ASCII, without a byte order mark.
pub(super) fn decode_line(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let mut decoded = unmarked(bytes, declared);
    let zeros = count_zeros(bytes);
    if zeros > 0 {
        decoded.text.retain(|c| c != '\0');
        decoded.notes.push(format!("{zeros} zero bytes were left out"));
    }
    decoded
}

/// The same; text in UTF-8 is not copied.
#[cfg_attr(not(feature = "json"), allow(dead_code))]
pub(super) fn decode_owned_line(bytes: Vec<u8>, declared: Option<&str>) -> Decoded {
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Decoded::new(text, UTF_8),
        Ok(text) => decode_line(text.as_bytes(), declared),
        Err(error) => decode_line(error.as_bytes(), declared),
    }
}

/// Whether bytes have too many zero bytes for text.
fn is_binary(bytes: &[u8]) -> bool {
    let zeros = count_zeros(bytes);
    let is_control = |byte: &&u8| byte.is_ascii_control() && !byte.is_ascii_whitespace() && **byte != 0;
    let is_clean = || bytes.iter().filter(is_control).count() <= zeros;
    zeros * TEXT_PER_ZERO > bytes.len() && !(zeros * CLEAN_TEXT_PER_ZERO <= bytes.len() && is_clean())
}

#[expect(clippy::naive_bytecount, reason = "of the beginning of a file")]
fn count_zeros(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == 0).count()
}

/// A stream of text whose lines are for [`decode_line`], and its encoding where that is UTF-16 or UTF-32.
pub(super) fn lines<'a>(
    mut stream: Box<dyn BufRead + 'a>,
) -> Result<(Box<dyn BufRead + 'a>, Option<&'static str>), Fault> {
    Ok(match Wide::detect(stream.fill_buf()?) {
        Some(wide) => (wide.stream(stream), Some(wide.name())),
        None => (stream, None),
    })
}

/// Decodes text in which ASCII is ASCII.
fn unmarked(bytes: &[u8], declared: Option<&str>) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded::new(text, UTF_8);
    }
    if is_mostly_utf8(bytes) {
        return mixed(bytes);
    }
    let encoding = single_byte(bytes, declared);
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    let mut decoded = Decoded::new(text, encoding);
    if lossy {
        let lost = decoded.text.matches(char::REPLACEMENT_CHARACTER).count();
        decoded.notes.push(format!("{lost} bytes are not valid {} and were replaced", encoding.name()));
    }
    decoded
}

fn single_byte(bytes: &[u8], declared: Option<&str>) -> &'static Encoding {
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    if let Some(encoding) = cyrillic::detect(bytes, declared) {
        return encoding;
    }
    let fits = |encoding: &&'static Encoding| {
        **encoding != *UTF_8 && encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    };
    // Servers declare Western European for want of a better idea.
    if let Some(encoding) = declared.filter(|encoding| *encoding != WINDOWS_1252).filter(fits) {
        return encoding;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether valid characters beyond ASCII outweigh the bytes that are not UTF-8. Characters that neither Russian
/// nor any European language has do not count: other encodings form them by chance.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let usual =
        |c: &char| matches!(c, '\u{A0}'..='\u{24F}' | '\u{400}'..='\u{52F}' | '\u{2010}'..='\u{2122}');
    let (mut valid, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(usual).count();
        broken += chunk.invalid().len();
    }
    valid * 3 >= broken && valid > 0
}

/// UTF-8 with broken bytes. What follows the first broken byte of a line is decoded in another encoding, where it
/// has none of the characters of UTF-8; otherwise each broken byte becomes U+FFFD.
fn mixed(bytes: &[u8]) -> Decoded {
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n').map(split_foreign);
    let foreign: Vec<u8> = lines().flat_map(|(_, foreign)| foreign).copied().collect();
    let other = single_byte(&foreign, None);
    let mut text = String::with_capacity(bytes.len());
    let mut lost = 0;
    for (own, foreign) in lines() {
        for chunk in own.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                lost += chunk.invalid().len();
            }
        }
        text.push_str(&other.decode_without_bom_handling(foreign).0);
    }
    let mut decoded = Decoded::new(text, UTF_8);
    if !foreign.is_empty() {
        let (count, name) = (foreign.len(), other.name());
        decoded.notes.push(format!("{count} bytes are not UTF-8 like the rest and were read as {name}"));
    }
    if lost > 0 {
        decoded.notes.push(format!("{lost} bytes are not valid UTF-8 and were replaced"));
    }
    decoded
}

/// Splits a line into its part in UTF-8 and its part in another encoding, which may be empty.
fn split_foreign(line: &[u8]) -> (&[u8], &[u8]) {
    let valid = line.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let (start, rest) = line.split_at_checked(valid).unwrap_or((line, &[]));
    let is_foreign = rest.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>() > 2
        && rest.utf8_chunks().all(|chunk| chunk.valid().is_ascii());
    if is_foreign { (start, rest) } else { (line, &[]) }
}

#[cfg(test)]
mod tests;
