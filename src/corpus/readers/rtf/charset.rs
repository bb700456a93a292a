//! The code pages of fonts and documents, and characters that are written as words.

use encoding_rs::Encoding;

use super::lexer::{Lexer, Token};

#[derive(Clone, Copy, Debug)]
pub(super) enum Charset {
    /// That of the document.
    Default,
    /// Pictures instead of letters.
    Symbols,
    Page(&'static Encoding),
}

/// Characters that are written as words.
pub(super) fn special(word: &str) -> Option<&'static str> {
    Some(match word {
        "tab" => "\t",
        "line" | "softline" => "\n",
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => return None,
    })
}

/// The code page of a font's `\fcharset`.
pub(super) fn charset(number: i32) -> Charset {
    let page = match number {
        2 => return Charset::Symbols,
        77 => 10000,
        89 => 10007,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return Charset::Default,
    };
    code_page(page).map_or(Charset::Default, Charset::Page)
}

pub(super) fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        866 => "ibm866",
        874 => "windows-874",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        10000 => "macintosh",
        10007 => "x-mac-cyrillic",
        20866 => "koi8-r",
        21866 => "koi8-u",
        28595 => "iso-8859-5",
        65001 => "utf-8",
        1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// Whether most letters outside control words are bytes from 0xC0, as in Russian under any single-byte code page.
pub(super) fn high_bytes_dominate(bytes: &[u8]) -> bool {
    let mut lexer = Lexer { bytes, at: 0 };
    let (mut high, mut low) = (0_u64, 0_u64);
    while let Some(token) = lexer.next() {
        match token {
            Token::Byte(byte) if byte >= 0xC0 => high += 1,
            Token::Byte(byte) if byte.is_ascii_alphabetic() => low += 1,
            _ => {}
        }
    }
    high > 20 && high > low / 4
}
