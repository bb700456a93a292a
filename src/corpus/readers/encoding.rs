//! Bytes to text, whatever encoding the bytes are in.
//!
//! The only place that knows encodings. Guessing is left to `chardetng`, which takes the letters of
//! the text into account; nothing here looks at what the text is.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// Text and how it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub text: String,
    /// The name of the encoding, as the Encoding Standard spells it.
    pub encoding: &'static str,
    /// What was lost, as sentences for people.
    pub notes: Vec<String>,
}

impl Decoded {
    fn new(text: impl Into<String>, encoding: &'static Encoding) -> Self {
        Self { text: text.into(), encoding: encoding.name(), notes: Vec::new() }
    }
}

/// The text in the bytes: by its byte order mark, as UTF-8 where it is valid, by the encoding that
/// the file declares, and at last by a guess for Russian.
///
/// Valid UTF-8 goes before a declaration because text in another encoding is next to never valid
/// UTF-8, while declarations are often left over from another server.
///
/// Bytes that are no text are an error, with the reason.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> Result<Decoded, String> {
    let mark = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    if let Some(encoding) = mark.filter(|encoding| *encoding != UTF_8) {
        return Ok(Decoded::new(encoding.decode_with_bom_removal(bytes).0, encoding));
    }
    if bytes.contains(&0) {
        return Err("looks binary: it has zero bytes; save it as UTF-8 text".to_owned());
    }
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded::new(text, UTF_8));
    }
    if let Some(text) = damaged_utf8(bytes) {
        return Ok(Decoded::new(text, UTF_8));
    }
    if let Some(decoded) = declared.and_then(|declared| as_declared(bytes, declared)) {
        return Ok(decoded);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"ru"), Utf8Detection::Deny);
    Ok(Decoded::new(guess.decode_without_bom_handling(bytes).0, guess))
}

/// UTF-8 with a few broken characters, which a guess would turn into nonsense from end to end.
fn damaged_utf8(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count();
    (broken * 20 <= beyond_ascii).then(|| text.into_owned())
}

fn as_declared(bytes: &[u8], declared: &str) -> Option<Decoded> {
    let encoding = Encoding::for_label(declared.as_bytes())?;
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(Decoded::new(text, encoding))
}

#[cfg(test)]
mod tests {
    use encoding_rs::{IBM866, ISO_8859_5, KOI8_R, WINDOWS_1251, X_MAC_CYRILLIC};

    use super::*;

    const TEXT: &str =
        "В Ташкенте обсудили опыт реинтеграции возвращенцев. Встреча прошла «в рабочем порядке».";

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn russian_is_read_in_every_encoding() {
        let plain = TEXT.replace(['«', '»'], "\"");
        let table = [
            (TEXT, TEXT.as_bytes().to_vec(), None),
            (TEXT, format!("\u{FEFF}{TEXT}").into_bytes(), None),
            (TEXT, utf16(TEXT, u16::to_le_bytes), None),
            (TEXT, utf16(TEXT, u16::to_be_bytes), Some("windows-1251")),
            (TEXT, WINDOWS_1251.encode(TEXT).0.into_owned(), None),
            (TEXT, WINDOWS_1251.encode(TEXT).0.into_owned(), Some("cp1251")),
            (TEXT, WINDOWS_1251.encode(TEXT).0.into_owned(), Some("utf-8")),
            (TEXT, WINDOWS_1251.encode(TEXT).0.into_owned(), Some("no such thing")),
            (TEXT, TEXT.as_bytes().to_vec(), Some("windows-1251")),
            (&plain, KOI8_R.encode(&plain).0.into_owned(), None),
            (&plain, KOI8_R.encode(&plain).0.into_owned(), Some("koi8-r")),
            (&plain, IBM866.encode(&plain).0.into_owned(), None),
            (&plain, ISO_8859_5.encode(&plain).0.into_owned(), None),
            // Never guessed, so the declaration is all there is.
            (TEXT, X_MAC_CYRILLIC.encode(TEXT).0.into_owned(), Some("x-mac-cyrillic")),
            ("Plain ASCII.", b"Plain ASCII.".to_vec(), Some("koi8-r")),
            ("", Vec::new(), None),
        ];
        for (number, (expected, bytes, declared)) in table.into_iter().enumerate() {
            assert_eq!(decode(&bytes, declared).unwrap().text, expected, "row {number}");
        }
    }

    #[test]
    fn one_broken_letter_costs_one_letter() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.pop();
        bytes.extend(b"\xD0 \xD0\xB9");
        let text = decode(&bytes, Some("windows-1251")).unwrap().text;
        assert!(text.starts_with("В Ташкенте обсудили") && text.ends_with("\u{FFFD} й"), "{text}");
    }

    #[test]
    fn binary_is_refused() {
        for bytes in [&b"PK\x03\x04\x00\x00"[..], b"\xEF\xBB\xBFa\x00b"] {
            assert!(decode(bytes, Some("utf-8")).unwrap_err().contains("looks binary"), "{bytes:?}");
        }
    }
}
