//! Mailboxes (.mbox, RFC 4155): messages one after another, read one at a time.

use std::io::BufRead;

use super::{
    super::{Fault, Input, Output},
    header, is_message,
};

/// The reader of mailboxes: messages one after another, each behind a line that starts with `From `.
pub(in super::super) fn read_mailbox(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    let limit = usize::try_from(input.options.limits.bytes).unwrap_or(usize::MAX);
    let mut stream = input.stream();
    let (mut message, mut number, mut over, mut blank) = (Vec::new(), 0_u64, false, true);
    let mut line = Vec::new();
    loop {
        line.clear();
        let size = read_line(&mut stream, &mut line, limit)?;
        if size == 0 || blank && line.starts_with(b"From ") {
            if number > 0 {
                hand_over(input, output, std::mem::take(&mut message), number, over)?;
            }
            if size == 0 {
                break;
            }
            input.check()?;
            (number, over) = (number + 1, false);
            blank = false;
            continue;
        }
        blank = line.iter().all(u8::is_ascii_whitespace);
        if number == 0 && !blank {
            return Err("does not start with a From line; it is no mailbox".into());
        }
        // A line that begins with From was quoted when the message was put into the mailbox.
        let quoted = line.iter().take_while(|byte| **byte == b'>').count();
        let line = if quoted > 0 && line[quoted..].starts_with(b"From ") { &line[1..] } else { &line[..] };
        if message.len() + line.len() > limit {
            over = true;
        } else {
            message.extend_from_slice(line);
        }
    }
    if number == 0 { Err("is empty".into()) } else { Ok(()) }
}

/// Reads a line with its end. Of a line longer than `limit` the rest is dropped, so that memory stays bounded.
fn read_line(stream: &mut dyn BufRead, line: &mut Vec<u8>, limit: usize) -> Result<usize, Fault> {
    let mut size = 0;
    loop {
        let buffer = stream.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let length = end.unwrap_or(buffer.len());
        if line.len() < limit {
            line.extend_from_slice(&buffer[..length.min(limit - line.len())]);
        }
        stream.consume(length);
        size += length;
        if end.is_some() || length == 0 {
            return Ok(size);
        }
    }
}

fn hand_over(
    input: &Input<'_>,
    output: &mut Output<'_>,
    message: Vec<u8>,
    number: u64,
    over: bool,
) -> Result<(), Fault> {
    if over {
        let limit = input.options.limits.bytes >> 20;
        return output
            .failure(None, format!("message {number} is larger than {limit} MB; raise the limit").into());
    }
    let id = header(&message, "message-id").map(|id| id.trim().trim_matches(['<', '>']).to_owned());
    let name = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("message {number}"));
    output.part(&name, input.part("message.eml", message))
}

/// Whether content starts like a mailbox.
pub(in super::super) fn is_mailbox(head: &[u8]) -> bool {
    let rest = head
        .strip_prefix(b"From ")
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\n').map(|at| &rest[at + 1..]));
    rest.is_some_and(is_message)
}
