//! Words hyphenated at the end of a line, as texts taken from PDF files and mail have them.

use super::{dictionary, normalize::normalized};

/// Whether two halves are one word: the dictionary lists them together, or lacks the first one.
///
/// A compound whose own hyphen stands at the end of the line, «нормативно-⏎правовой», is not one word: the
/// dictionary has its first half and not the whole. Without a dictionary nothing is one word.
pub(super) fn is_word_of_two_lines(before: &str, after: &str) -> bool {
    let Some(dictionary) = dictionary() else { return false };
    let (before, after) = (normalized(before), normalized(after));
    dictionary.is_known(&format!("{before}{after}")) || !dictionary.is_known(&before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_words_and_of_compounds() {
        for (before, after, expected) in [
            ("реаби", "литации", true),
            ("сотруд", "ничество", true),
            ("СОТРУД", "НИЧЕСТВА", true),
            ("мирзи", "ёева", true),
            ("видео", "конференция", true),
            ("нормативно", "правовой", false),
            ("что", "то", false),
            ("из", "за", false),
            ("научно", "технический", false),
        ] {
            assert_eq!(is_word_of_two_lines(before, after), expected, "{before}-{after}");
        }
    }
}
