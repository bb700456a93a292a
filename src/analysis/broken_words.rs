//! Words hyphenated at the end of a line, as texts taken from PDF files and mail have them.

use super::{dictionary, normalize::normalized};

/// Whether two halves are one word: the dictionary lists them together, or lacks both, as of a name.
///
/// A compound whose own hyphen stands at the end of the line, «нормативно-⏎правовой», is not one word: the
/// dictionary lists it with its hyphen, or at least one of its halves. If the dictionary is damaged, nothing is joined.
pub(super) fn is_word_of_two_lines(before: &str, after: &str) -> bool {
    let Ok(dictionary) = dictionary() else { return false };
    let (before, after) = (normalized(before), normalized(after));
    if dictionary.is_known(&format!("{before}-{after}")) {
        return false;
    }
    let has_half = || dictionary.is_known(&before) || dictionary.is_known(&after);
    dictionary.is_known(&format!("{before}{after}")) || !has_half()
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
            ("меж", "дународный", true),
            ("под", "писание", true),
            ("узбеки", "станский", true),
            ("нормативно", "правовой", false),
            ("что", "то", false),
            ("из", "за", false),
            ("научно", "технический", false),
            ("мини", "футбол", false),
            ("вице", "премьера", false),
            ("северо", "западный", false),
        ] {
            assert_eq!(is_word_of_two_lines(before, after), expected, "{before}-{after}");
        }
    }
}
