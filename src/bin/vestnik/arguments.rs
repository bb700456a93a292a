//! The words of the command line, of which a query may begin with a minus: `vestnik search -банк школа`.
//!
//! An option begins with a Latin letter or digit behind its minus; whatever else does is text, and is
//! hidden from the reader of options by a space before it.

use std::ffi::OsString;

const HIDDEN: &str = " -";

/// The words of the command line, those that begin with a minus and are no options hidden.
pub fn typed() -> Vec<OsString> {
    std::env::args_os().map(hidden).collect()
}

fn hidden(word: OsString) -> OsString {
    let behind = word.to_str().map(|text| text.trim_start_matches('-')).filter(|rest| !rest.is_empty());
    let is_text = behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    match word.to_str() {
        Some(text) if is_text && text.starts_with('-') => format!(" {text}").into(),
        _ => word,
    }
}

/// One text of several words, as they were typed.
pub fn joined(words: &[String]) -> String {
    let shown = |word: &String| match word.strip_prefix(' ') {
        Some(text) if word.starts_with(HIDDEN) => text.to_owned(),
        _ => word.clone(),
    };
    words.iter().map(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_options() {
        let table = [
            ("-банк", true),
            ("--банк", true),
            ("-\"дорожная карта\" школа", true),
            ("-(а б)", true),
            ("-!карте", true),
            ("-q", false),
            ("--limit", false),
            ("--limit=5", false),
            ("-5", false),
            ("-", false),
            ("--", false),
            ("банк -школа", false),
            ("", false),
        ];
        for (word, is_text) in table {
            let read = hidden(word.into()).into_string().unwrap();
            assert_eq!(read != word, is_text, "{word}");
            assert_eq!(joined(&[read, "слово".into()]), format!("{word} слово"));
        }
    }
}
