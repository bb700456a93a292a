//! Takes MIME messages apart with mail-parser, for mail and saved web pages, within limits on their parts.
//!
//! mail-parser takes some 400 bytes of memory for a part and 10 KB for a message within a message, and drops nested
//! messages by recursion: 200,000 levels overflowed the stack. So headers that nobody reads are ignored, and a message
//! with more parts than any program writes is refused.

use mail_parser::{HeaderName, Message, MessageParser};

use super::Fault;

/// The most lines that may begin a part, a header or a message within a message.
const MOST_PARTS: usize = 100_000;
const MOST_HEADERS: usize = 300_000;
const MOST_MESSAGES: usize = 1_000;

/// The structure of a message.
pub(super) fn parse(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    let (mut parts, mut headers, mut messages) = (0, 0, 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        parts += usize::from(line.starts_with(b"--"));
        let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
        if name > 0 && line.get(name) == Some(&b':') {
            headers += 1;
        }
        messages += usize::from(holds_messages(line));
    }
    let table = [(parts, MOST_PARTS, "parts"), (headers, MOST_HEADERS, "headers")];
    for (count, most, what) in
        table.into_iter().chain([(messages, MOST_MESSAGES, "messages within messages")])
    {
        if count > most {
            return Err(format!("has more than {most} {what}; split it").into());
        }
    }
    let parser = MessageParser::new()
        .with_mime_headers()
        .header_date(HeaderName::Date)
        .header_id(HeaderName::MessageId)
        .header_raw(HeaderName::Other("Snapshot-Content-Location".into()))
        .default_header_ignore();
    parser.parse(bytes).ok_or_else(|| "is not a readable message; save it again".into())
}

/// Whether a line declares a part that is a message, or consists of messages (RFC 2046, 5.1.5 and 5.2).
fn holds_messages(line: &[u8]) -> bool {
    ["message/", "multipart/digest"]
        .iter()
        .any(|kind| line.windows(kind.len()).any(|window| window.eq_ignore_ascii_case(kind.as_bytes())))
}
