//! The words of the command line. A query can begin with a minus: `vestnik search школа -банк`.
//!
//! In the commands that take text, a word with a minus is an option only if an option can look like it: `--`
//! and a Latin letter or digit, or `-` and letters of short options. All other words are text, also `-bank`.
//! They are hidden from the parser of options by a space before them, which `text` removes.

use std::{convert::Infallible, ffi::OsString};

/// The commands that take text.
const WITH_TEXT: [&str; 3] = ["search", "analyze", "show"];

/// The words of the command line, with text hidden from the parser of options.
pub fn read(short_options: &str) -> Vec<OsString> {
    hide_text(std::env::args_os(), short_options)
}

fn hide_text(words: impl Iterator<Item = OsString>, short_options: &str) -> Vec<OsString> {
    let (mut takes_text, mut all_text) = (None, false);
    let mut hide = |(position, word): (usize, OsString)| {
        let Some(text) = word.to_str() else { return word };
        if position == 0 || all_text {
            return word;
        }
        all_text = text == "--";
        if takes_text.is_none() && !text.starts_with('-') {
            takes_text = Some(WITH_TEXT.contains(&text));
        }
        let hidden = takes_text == Some(true) && !is_option(text, short_options);
        if hidden { format!(" {text}").into() } else { word }
    };
    words.enumerate().map(&mut hide).collect()
}

/// Whether a word is left to the parser of options. It does not mind words without a minus.
fn is_option(word: &str, short_options: &str) -> bool {
    match (word.strip_prefix("--"), word.strip_prefix('-')) {
        (Some(name), _) => name.is_empty() || name.starts_with(|c: char| c.is_ascii_alphanumeric()),
        (None, Some(letters)) => letters.chars().all(|letter| short_options.contains(letter)),
        (None, None) => true,
    }
}

/// Reads an argument that is text.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a parser of values")]
pub fn text(word: &str) -> Result<String, Infallible> {
    Ok(word.strip_prefix(' ').filter(|text| text.starts_with('-')).unwrap_or(word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_not_read_as_options() {
        let table = [
            ("search -банк", "search", " -банк"),
            ("search школа -bank", "search|школа", " -bank"),
            ("search --банк", "search", " --банк"),
            ("search -\"дорожная", "search", " -\"дорожная"),
            ("search -(а", "search", " -(а"),
            ("search -5", "search", " -5"),
            ("search -*ведение", "search", " -*ведение"),
            ("-q search -!карте", "-q|search", " -!карте"),
            ("search -q -vv -h", "search|-q|-vv|-h", ""),
            ("search --limit 5 --limit=5 --typo", "search|--limit|5|--limit=5|--typo", ""),
            ("search - --", "search|-|--", ""),
            ("search -- -банк -q", "search|--|-банк|-q", ""),
            ("show -дефис.txt", "show", " -дефис.txt"),
            ("index -дефис", "index|-дефис", ""),
        ];
        for (line, words, hidden) in table {
            let read = hide_text(format!("vestnik {line}").split(' ').map(OsString::from), "qvhV");
            let read: Vec<String> =
                read.into_iter().skip(1).map(|word| word.into_string().unwrap()).collect();
            let expected: Vec<&str> =
                words.split('|').chain(Some(hidden).filter(|text| !text.is_empty())).collect();
            assert_eq!(read, expected, "{line}");
            let typed: Vec<String> = read.iter().map(|word| text(word).unwrap()).collect();
            assert_eq!(typed.join(" "), line);
        }
    }
}
