//! MHTML (RFC 2557): a web page as browsers and Word save it in one file.
//!
//! mail-parser takes the MIME structure apart. The release is that of the page's own HTML; frames, images and styles
//! are left out, and so is the date, which is that of saving.

use std::borrow::Cow;

use mail_parser::{
    Encoding, HeaderName, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

use super::{Fault, Input, Output, html, mime};

/// How many bytes at the start may be headers.
const HEADERS: usize = 4096;

/// The reader of MHTML.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    let message = mime::parse(&bytes)?;
    let pages = || message.parts.iter().filter(|part| matches!(part.body, PartType::Html(_)));
    let address = message
        .header(HeaderName::Other("Snapshot-Content-Location".into()))
        .and_then(|value| value.as_text());
    let is_own = |part: &&MessagePart<'_>| address.is_some() && part.content_location() == address;
    let page =
        pages().find(is_own).or_else(|| pages().next()).ok_or("has no HTML part; save the page again")?;
    let raw = bytes.get(page.offset_body as usize..page.offset_end as usize).unwrap_or_default();
    // The bytes themselves, for declared charsets are weighed against them.
    let content = match page.encoding {
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::None => None,
    };
    let charset = page.content_type().and_then(|kind| kind.attribute("charset"));
    let (mut release, details) =
        html::decoded(content.map_or(Cow::Borrowed(raw), Cow::Owned), charset, input)?;
    let location = address.or_else(|| page.content_location()).filter(|url| url.starts_with("http"));
    release.url = release.url.or_else(|| location.map(str::to_owned));
    output.release(release, details)
}

/// Whether the content starts with the headers of a saved page and not of a message to somebody.
pub(super) fn is_mhtml(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head.get(..HEADERS).unwrap_or(head)).to_ascii_lowercase();
    let head = head.split("\n\n").next().unwrap_or_default().split("\r\n\r\n").next().unwrap_or_default();
    let has = |name: &str| head.starts_with(name) || head.contains(&format!("\n{name}"));
    has("content-type:")
        && head.contains("multipart/related")
        && has("mime-version:")
        && !has("to:")
        && !has("received:")
}

#[cfg(test)]
mod tests {
    use std::{ops::ControlFlow, path::Path, sync::atomic::AtomicBool};

    use super::*;
    use crate::{
        corpus::readers::{Budget, ReadOptions},
        release::Release,
    };

    fn read_one(content: &[u8]) -> Release {
        let (options, stop) = (ReadOptions::default(), AtomicBool::new(false));
        let budget = Budget::new(&options, &stop);
        let mut found = Vec::new();
        let mut sink = |release: crate::Result<Release>| {
            found.push(release.unwrap());
            ControlFlow::Continue(())
        };
        let mut output = Output::new(Path::new("/c"), "a.mht", &budget, &mut sink);
        let mut input = Input::file(Path::new("/c/a.mht"), "a.mht", content, &options, &budget);
        read(&mut input, &mut output).unwrap();
        found.remove(0)
    }

    #[test]
    fn saved_pages_are_read() {
        let page = "<html><head><title>Мир</title></head><body><h1>Мир</h1><p>Стороны договорились.</p></body></html>";
        let quoted =
            |bytes: &[u8]| bytes.iter().map(|byte| format!("={byte:02X}")).collect::<Vec<_>>().join("=\r\n");
        let chrome = format!(
            "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://m.example/2024/05/13/1\r\nSubject: x\r\n\
             Date: Mon, 1 Jan 2018 10:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\t\
             type=\"text/html\";\r\n\tboundary=\"b\"\r\n\r\n\r\n--b\r\nContent-Type: text/html\r\n\
             Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://m.example/2024/05/13/1\r\n\r\n\
             {}\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n",
            quoted(page.as_bytes())
        );
        let word = format!(
            "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html; charset=iso-8859-1\n\
             Content-Transfer-Encoding: quoted-printable\n\n{}\n--b--\n",
            quoted(&encoding_rs::WINDOWS_1251.encode(page).0)
        );
        let table = [(&chrome, "2024-05-13 UTF-8 https://m.example/2024/05/13/1"), (&word, " windows-1251 ")];
        for (content, expected) in table {
            assert!(is_mhtml(content.as_bytes()));
            let release = read_one(content.as_bytes());
            assert_eq!((release.title.as_str(), release.body.as_str()), ("Мир", "Стороны договорились."));
            let date = release.date.map(|date| date.to_string()).unwrap_or_default();
            let encoding = release.origin.unwrap().encoding.unwrap();
            assert_eq!(format!("{date} {encoding} {}", release.url.unwrap_or_default()), expected);
        }
        assert!(!is_mhtml(b"To: a@b\nMIME-Version: 1.0\nContent-Type: multipart/related\n\n"));
    }
}
