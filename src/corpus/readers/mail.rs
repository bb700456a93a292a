//! Mail: single messages (.eml, Maildir) after RFC 5322 and RFC 2045, and mailboxes.
//!
//! mail-parser takes the MIME structure apart. The text of a message is its plain part, or its HTML part where the
//! plain one is a stub; attachments go through the table of formats. Headers are decoded here, because programs cut
//! encoded words inside a letter.

mod mailbox;
mod words;

use mail_parser::{Message, MimeHeaders, PartType};

use super::{Details, Fault, Input, Output, encoding, fields, html, mime};
use crate::release::Release;
pub(super) use mailbox::{is_mailbox, read_mailbox};
use words::decoded_words;

/// Header names of which a message has at least two.
const HEADERS: &str = "from to subject date received message-id mime-version return-path delivered-to content-type \
    x-mailer reply-to";

/// The reader of messages.
pub(super) fn read(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let bytes = input.bytes()?;
    if !is_message(&bytes) {
        return Err("has no mail headers; it is no message".into());
    }
    let message = mime::parse(&bytes)?;
    let (release, notes) = release(&message);
    let attachments: Vec<_> = message.attachments().collect();
    match release {
        Some(release) => output.release(release, Details { notes, ..Details::default() })?,
        None if attachments.is_empty() => return Err("has neither a subject nor a text".into()),
        None => {}
    }
    for (number, attachment) in attachments.iter().enumerate() {
        input.check()?;
        let name = attachment.attachment_name().map(decoded_words).and_then(|name| fields::some_line(&name));
        let name = name.unwrap_or_else(|| match attachment.body {
            PartType::Message(_) => format!("attachment-{}.eml", number + 1),
            _ => format!("attachment-{}", number + 1),
        });
        let content = match &attachment.body {
            PartType::Message(inner) => inner.raw_message(),
            _ => attachment.contents(),
        };
        let mut part = input.part(&name, content.to_vec());
        part.mime = attachment
            .content_type()
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase());
        part.charset =
            attachment.content_type().and_then(|kind| kind.attribute("charset")).map(str::to_owned);
        // Text parts were decoded to UTF-8 with the message.
        if matches!(attachment.body, PartType::Text(_) | PartType::Html(_)) {
            part.charset = Some("utf-8".to_owned());
        }
        output.part(&name, part)?;
    }
    Ok(())
}

/// Whether content starts with the headers of a message.
pub(super) fn is_message(head: &[u8]) -> bool {
    let head = head.get(..16 << 10).unwrap_or(head);
    let head = head.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(head);
    let mut known = 0;
    for (number, line) in head.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_name = name.len() < line.len() && name.iter().all(u8::is_ascii_graphic);
        if !is_name && number == 0 {
            return false;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        known += u32::from(HEADERS.split(' ').any(|known| known == name));
    }
    known >= 2
}

/// The value of the first header of this name, with its continuation lines.
fn header(message: &[u8], name: &str) -> Option<String> {
    let mut value: Option<Vec<u8>> = None;
    for line in message.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        match &mut value {
            Some(value) if folded => value.extend_from_slice(line),
            Some(_) => break,
            None if line.is_empty() => return None,
            None => {
                let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
                if line[..colon].eq_ignore_ascii_case(name.as_bytes()) {
                    value = Some(line[colon + 1..].to_vec());
                }
            }
        }
    }
    // Old programs write headers in the bytes of their charset.
    value.and_then(|value| encoding::decode(&value, None).ok()).map(|decoded| decoded.text)
}

/// The release in a message, and notes on how it was read; none where it has neither a subject nor a text.
fn release(message: &Message<'_>) -> (Option<Release>, Vec<String>) {
    let raw = message.raw_message();
    let mut notes = Vec::new();
    let subject = header(raw, "subject").and_then(|subject| fields::some_line(&decoded_words(&subject)));
    let mut body = fields::body(&text(message, &mut notes));
    let title = subject.or_else(|| {
        let (title, rest) = fields::titled(&body)?;
        body = fields::body(&rest);
        Some(title)
    });
    let Some(title) = title else { return (None, notes) };
    let mut release = Release { title, body, ..Release::default() };
    release.source = sender(message);
    release.record = message.message_id().map(str::to_owned);
    if let Some(date) = message.date().filter(|date| date.is_valid()) {
        fields::date(&mut release, &format!("{:04}-{:02}-{:02}", date.year, date.month, date.day));
    }
    (Some(release), notes)
}

fn sender(message: &Message<'_>) -> Option<String> {
    let from = decoded_words(&header(message.raw_message(), "from")?);
    let Some((name, address)) = from.split_once('<') else {
        // The old form with the name in a comment: `press@mid.example (Press)`.
        let named = from.split_once('(').and_then(|(_, name)| fields::some_line(name.split(')').next()?));
        return named.or_else(|| fields::some_line(from.split(',').next()?));
    };
    let name = name.trim().trim_matches('"').trim();
    fields::some_line(if name.is_empty() { address.split('>').next()? } else { name })
}

/// The text of a message: of its plain parts, or of its HTML parts where those say much more.
fn text(message: &Message<'_>, notes: &mut Vec<String>) -> String {
    let mut plain = String::new();
    let mut marked = String::new();
    for part in message.text_bodies() {
        if let PartType::Text(_) = part.body {
            plain += &unflowed(part, &part_text(message, part, notes));
            plain.push('\n');
        }
    }
    for part in message.html_bodies() {
        if let PartType::Html(_) = part.body {
            marked += &html::fragment(&part_text(message, part, notes));
            marked.push_str("\n\n");
        }
    }
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    if letters(&plain) * 2 >= letters(&marked) { plain } else { marked }
}

/// The text of a part. mail-parser decodes a declared charset; where that gives broken letters, the bytes decide.
fn part_text(message: &Message<'_>, part: &mail_parser::MessagePart<'_>, notes: &mut Vec<String>) -> String {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else { return String::new() };
    let declared = part.content_type().and_then(|kind| kind.attribute("charset"));
    if declared.is_some() && !text.contains('\u{FFFD}') && !looks_garbled(text) {
        return text.clone().into_owned();
    }
    let Some(bytes) = message.raw_message().get(part.offset_body as usize..part.offset_end as usize) else {
        return text.clone().into_owned();
    };
    let bytes = match part.encoding {
        mail_parser::Encoding::Base64 => mail_parser::decoders::base64::base64_decode(bytes),
        mail_parser::Encoding::QuotedPrintable => {
            mail_parser::decoders::quoted_printable::quoted_printable_decode(bytes)
        }
        mail_parser::Encoding::None => Some(bytes.to_vec()),
    };
    match bytes.map(|bytes| encoding::decode(&bytes, declared)) {
        Some(Ok(decoded)) => {
            notes.extend(decoded.notes);
            decoded.text
        }
        _ => text.clone().into_owned(),
    }
}

/// Whether most letters are accented Latin ones, as when windows-1251 is read as Latin-1.
fn looks_garbled(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let accented = text.chars().filter(|c| ('\u{C0}'..='\u{FF}').contains(c)).count();
    letters > 20 && accented * 5 > letters * 3
}

/// Joins the lines of flowed text (RFC 3676): a line that ends in a space continues in the next one.
fn unflowed(part: &mail_parser::MessagePart<'_>, text: &str) -> String {
    let flowed = part.content_type().and_then(|kind| kind.attribute("format"));
    if flowed.is_none_or(|format| !format.eq_ignore_ascii_case("flowed")) {
        return text.to_owned();
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        joined += line;
        if !line.ends_with(' ') || line == "-- " {
            joined.push('\n');
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_known_by_their_headers() {
        let table: [(&[u8], bool); 6] = [
            (b"From: a@b\r\nSubject: c\r\n\r\ntext", true),
            (b"Received: from a\n by b\nDate: c\n\nFrom: d", true),
            (b"From: a@b\n\nSubject: c", false),
            ("Мир\nДата: 1\n".as_bytes(), false),
            (b"\x00\x01\x02", false),
            (b"", false),
        ];
        for (head, expected) in table {
            assert_eq!(is_message(head), expected, "{head:?}");
        }
        assert!(is_mailbox(b"From a@b Mon May 13\nFrom: a\nTo: b\n\n"));
        assert!(!is_mailbox(b"From the city\nof Tashkent"));
    }
}
