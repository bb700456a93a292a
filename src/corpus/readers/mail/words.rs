//! The encoded words of headers (RFC 2047).

use super::super::encoding;

/// A header with its encoded words (RFC 2047) as text. The bytes of neighbouring words in one charset are joined
/// before they are decoded.
pub(super) fn decoded_words(header: &str) -> String {
    let mut text = String::new();
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = header;
    while let Some((start, word, end)) = encoded_word(rest) {
        let between = &rest[..start];
        let joins = pending.as_ref().is_some_and(|(charset, _)| charset.eq_ignore_ascii_case(&word.0));
        if !(between.trim().is_empty() && pending.is_some()) {
            flush(&mut pending, &mut text);
            text += between;
        } else if !joins {
            flush(&mut pending, &mut text);
        }
        match &mut pending {
            Some((_, bytes)) => bytes.extend(word.1),
            None => pending = Some(word),
        }
        rest = &rest[end..];
    }
    flush(&mut pending, &mut text);
    text + rest
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, text: &mut String) {
    if let Some((charset, bytes)) = pending.take() {
        let charset = charset.split('*').next().unwrap_or_default().to_owned();
        match encoding::decode(&bytes, Some(&charset)) {
            Ok(decoded) => *text += &decoded.text,
            Err(_) => *text += &String::from_utf8_lossy(&bytes),
        }
    }
}

/// The first encoded word: where it starts, its charset and bytes, and where it ends.
fn encoded_word(text: &str) -> Option<(usize, (String, Vec<u8>), usize)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find("=?")?;
        let inner = &text[start + 2..];
        let mut parts = inner.splitn(3, '?');
        let (charset, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let length = rest.find("?=");
        let bytes = length.and_then(|length| match kind {
            "B" | "b" => mail_parser::decoders::base64::base64_decode(&rest.as_bytes()[..length]),
            "Q" | "q" => Some(unquoted(&rest[..length])),
            _ => None,
        });
        if let (Some(bytes), Some(length)) = (bytes, length) {
            let end = start + 2 + charset.len() + 1 + kind.len() + 1 + length + 2;
            return Some((start, (charset.to_owned(), bytes), end));
        }
        from = start + 2;
    }
}

/// The bytes of the Q encoding.
fn unquoted(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| byte == b'=');
        if let Some(coded) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            decoded.push(coded);
            at += 3;
        } else {
            decoded.push(if byte == b'_' { b' ' } else { byte });
            at += 1;
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encoded_words_are_decoded_together() {
        let table = [
            ("plain subject", "plain subject"),
            ("=?utf-8?B?0JzQuNGA?=", "Мир"),
            // The letter «и» is cut between two words.
            ("=?utf-8?Q?=D0=9C=D0?=\r\n =?utf-8?Q?=B8=D1=80?=", "Мир"),
            ("=?windows-1251?Q?=CC=E8=F0_=E4=EE=EC=F3?= (RIA)", "Мир дому (RIA)"),
            ("Re: =?koi8-r?B?7cnS?= =?utf-8?B?0JzQuNGA?=", "Re: МирМир"),
            ("=?utf-8?Q?=D0=9C?= и =?utf-8?Q?=D0=9C?=", "М и М"),
            ("=?utf-8?X?a?= =?", "=?utf-8?X?a?= =?"),
            ("a =?? b", "a =?? b"),
        ];
        for (header, expected) in table {
            assert_eq!(decoded_words(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_decoded(header in "[=?utfBQ8bq_A0-9и ]{0,60}") {
            decoded_words(&header);
        }
    }
}
