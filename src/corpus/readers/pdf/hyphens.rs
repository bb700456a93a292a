//! Hyphens at the ends of lines: part of a compound, or put there by the typesetter.

use std::sync::OnceLock;

use rumorph::{Dictionary, Source};

/// Adds a line to a paragraph; a word that was broken at the line's end becomes one word again.
pub(super) fn append(paragraph: &mut String, line: &str) {
    if paragraph.is_empty() {
        paragraph.push_str(line);
        return;
    }
    let Some(kept) = broken(paragraph, line) else {
        paragraph.push(' ');
        paragraph.push_str(line);
        return;
    };
    let kept_length = paragraph.trim_end_matches(is_hyphen).trim_end().len();
    paragraph.truncate(kept_length);
    if kept {
        paragraph.push('-');
    }
    paragraph.push_str(line);
}

fn is_hyphen(c: char) -> bool {
    ['-', '\u{AD}', '\u{2010}', '\u{2011}'].contains(&c)
}

/// Whether the line begins with the rest of a word, and whether the hyphen belongs to that word.
fn broken(paragraph: &str, line: &str) -> Option<bool> {
    let hyphen = paragraph.chars().next_back().filter(|c| is_hyphen(*c))?;
    let before = paragraph.trim_end_matches(is_hyphen);
    let spaced = before.ends_with(' ');
    let left = last_word(before.trim_end())?;
    let first = line.chars().next()?;
    if hyphen == '\u{AD}' {
        return Some(false);
    }
    // pdfLaTeX leaves a space before the hyphen; elsewhere a hyphen behind a space is a dash.
    if spaced {
        let right = first_word(line);
        let rest = first.is_lowercase()
            && (is_listed(&format!("{left}{right}")) || !is_listed(left) || !is_listed(right));
        return rest.then_some(false);
    }
    if hyphen == '\u{2011}' || first.is_numeric() || left.chars().all(char::is_numeric) {
        return Some(true);
    }
    // «Ростов-» and «Дону» are the parts of a name; a typesetter breaks before a small letter.
    if first.is_uppercase() && left.chars().any(char::is_lowercase) {
        return Some(true);
    }
    first.is_alphabetic().then(|| is_compound(left, first_word(line)))
}

fn last_word(text: &str) -> Option<&str> {
    let start = text.rfind(|c: char| !c.is_alphanumeric() && !is_hyphen(c));
    let word = start.map_or(text, |at| text[at..].trim_start_matches(|c: char| !c.is_alphanumeric()));
    (!word.is_empty() && text.ends_with(char::is_alphanumeric)).then_some(word)
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !is_hyphen(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(is_hyphen)
}

/// Whether `left-right` is a word.
fn is_compound(left: &str, right: &str) -> bool {
    let known = is_listed;
    // Of words in both spellings («денежно-кредитной») the one with the hyphen is the usual one.
    if known(&format!("{left}-{right}")) {
        return true;
    }
    if known(&format!("{left}{right}")) {
        return false;
    }
    // The first part of a compound adjective is in no dictionary: «денежно-кредитной». Of a word that is in none
    // either, the rest is as a rule no word by itself.
    let last_part = left.rsplit(is_hyphen).next().unwrap_or(left);
    let first_part = last_part.ends_with(['о', 'е', 'О', 'Е']) || known(last_part);
    left.chars().count() > 3 && right.chars().count() > 4 && first_part && known(right)
}

/// Whether the dictionary lists a form. Without a dictionary every hyphen at a line's end is the typesetter's.
fn is_listed(word: &str) -> bool {
    static DICTIONARY: OnceLock<Option<Dictionary>> = OnceLock::new();
    let dictionary = DICTIONARY.get_or_init(|| Dictionary::bundled().ok());
    let analyses =
        dictionary.as_ref().map(|dictionary| dictionary.analyze(&word.to_lowercase())).unwrap_or_default();
    analyses.iter().any(|analysis| analysis.source == Source::Dictionary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_and_compounds_kept() {
        let table = [
            ("Стороны обсу-", "дили опыт", "Стороны обсудили опыт"),
            ("Стороны обсу -", "дили опыт", "Стороны обсудили опыт"),
            ("обсу\u{ad}", "дили", "обсудили"),
            ("социально-", "экономического развития", "социально-экономического развития"),
            ("денежно-", "кредитной политики", "денежно-кредитной политики"),
            ("ин-", "формационный", "информационный"),
            ("кто-", "нибудь.", "кто-нибудь."),
            ("из-", "за погоды", "из-за погоды"),
            ("в Ростове-", "на-Дону", "в Ростове-на-Дону"),
            ("в Нью-", "Йорке", "в Нью-Йорке"),
            ("Рахи-", "мовым", "Рахимовым"),
            ("в 2020-", "2024 годах", "в 2020-2024 годах"),
            ("пресс-", "служба", "пресс-служба"),
            ("пресс-служ-", "ба", "пресс-служба"),
            ("итог —", "победа", "итог — победа"),
            ("сказал -", "2024", "сказал - 2024"),
            ("Ташкент -", "столица", "Ташкент - столица"),
            ("Конец.", "Начало", "Конец. Начало"),
        ];
        for (paragraph, line, expected) in table {
            let mut joined = paragraph.to_owned();
            append(&mut joined, line);
            assert_eq!(joined, expected, "{paragraph} / {line}");
        }
    }
}
