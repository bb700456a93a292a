//! The displayed text is compared with a plain implementation.

use proptest::prelude::*;

use super::{super::display_text::combines, display, texts, words};
use crate::analysis::is_ignorable;

/// Whether an invisible character joins its neighbours to one picture.
fn joins_signs(last: char, c: char) -> bool {
    let is_sign = !last.is_alphanumeric() && !last.is_whitespace();
    is_sign && matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
}

#[test]
fn texts_are_laid_out() {
    for (text, expected) in [
        (" Слово \n\n\u{A0} дело\t", "Слово дело"),
        ("пра\u{AD}во\u{200B}та", "правота"),
        ("\u{FEFF}Начало", "Начало"),
        ("Замо\u{301}к", "Замо\u{301}к"),
        ("а\u{0}б", "а б"),
        ("да \u{200B} нет", "да нет"),
        ("👨\u{200D}👩 ❤\u{FE0F}", "👨\u{200D}👩 ❤\u{FE0F}"),
        ("сло\u{200D}во", "слово"),
        ("\u{AD}", ""),
        ("", ""),
    ] {
        let display = display(text);
        assert_eq!(display.slice(&(0..display.len())), expected, "{text:?}");
    }
}

#[test]
fn ranges_include_combining_marks() {
    let text = display("За\u{AD}мо\u{301}к  мой");
    for (origin, expected) in [(0..14, "Замо\u{301}к"), (0..10, "Замо\u{301}"), (16..22, "мой")] {
        assert_eq!(text.slice(&text.displayed(&origin)), expected, "{origin:?}");
    }
    assert_eq!(text.floor("Замо".len()), "Зам".len());
}

/// The parts of a text before the offsets that each function gives for an offset.
#[test]
fn bounds_of_words_and_sentences() {
    let text = display("Да.  Так и есть.\n\nИ всё");
    let before = |at: usize| text.slice(&(0..at));
    let at = |part: &str| part.len();
    for (found, expected) in [
        (text.word_start(at("Да. Та")), "Да. "),
        (text.whole_words(&(at("Да. Та")..at("Да. Так"))).end, "Да. Так"),
        (text.next_word(at("Да. Та")), "Да. Так "),
        (text.last_word_end(at("Да. Так")), "Да. Так"),
        (text.last_word_end(at("Да. Та")), "Да."),
        (text.last_word_end(999), "Да. Так и есть. И всё"),
        (text.sentence_start(at("Да.")), ""),
        (text.sentence_start(at("Да. ")), "Да. "),
        (text.sentence_start(at("Да. Так и есть. И вс")), "Да. Так и есть. "),
        (text.last_sentence_end(at("Да")), ""),
        (text.last_sentence_end(at("Да.")), "Да."),
        (text.last_sentence_end(at("Да. Так и есть.")), "Да. Так и есть."),
        (text.forward(at("Да"), 3), "Да. Т"),
        (text.forward(at("Да"), 0), "Да"),
        (text.forward(at("Да"), 99), "Да. Так и есть. И всё"),
        (text.backward(at("Да. Т"), 3), "Да"),
        (text.backward(at("Да"), 3), ""),
    ] {
        assert_eq!(before(found), expected);
    }
    let long = display(&"a".repeat(10_000));
    assert_eq!(long.whole_words(&(5_000..5_001)), 5_000..5_001);
    assert_eq!((long.last_word_end(5_000), long.next_word(5_000)), (0, long.len()));
}

/// A plain implementation: each displayed character with its origin.
fn reference(text: &str) -> Vec<(usize, char)> {
    let (mut characters, mut blank) = (Vec::new(), None);
    for (at, c) in text.char_indices() {
        let last = characters.last().map_or(' ', |&(_, last)| last);
        if c.is_whitespace() || c.is_control() {
            blank.get_or_insert(at);
        } else if !is_ignorable(c) || blank.is_none() && joins_signs(last, c) {
            let blank = blank.take().filter(|_| !characters.is_empty());
            characters.extend(blank.map(|at| (at, ' ')));
            characters.push((at, c));
        }
    }
    characters
}

/// The plain form of the offsets where a combining sequence starts.
fn sequence_starts(text: &str) -> Vec<usize> {
    let mut last = ' ';
    let starts = text.char_indices().filter(|&(_, c)| !combines(std::mem::replace(&mut last, c), c));
    starts.map(|(at, _)| at).chain([text.len()]).collect()
}

proptest! {
    #[test]
    fn equals_the_reference(text in texts()) {
        let (display, characters) = (display(&text), reference(&text));
        let shown = display.slice(&(0..display.len()));
        prop_assert_eq!(shown, characters.iter().map(|&(_, c)| c).collect::<String>());
        let starts = sequence_starts(shown);
        let floor = |at: usize| *starts.iter().rfind(|&&start| start <= at).unwrap();
        let ceil = |at: usize| *starts.iter().find(|&&start| start >= at).unwrap();
        let words = words(&display);
        for (at, _) in shown.char_indices() {
            prop_assert_eq!(display.floor(at), floor(at));
            prop_assert_eq!(display.word_start(at), words.iter().rfind(|word| word.start <= at).unwrap().start);
            let next = words.iter().find(|word| word.start >= at).map_or(shown.len(), |word| word.start);
            prop_assert_eq!(display.next_word(at), next);
            prop_assert_eq!(display.chars(&(0..at)), shown[..at].chars().count());
        }
        let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (at, &start) in bounds.iter().enumerate() {
            let end = bounds[(at + 3).min(bounds.len() - 1)];
            let displayed = |origin: usize| {
                characters.iter().filter(|character| character.0 < origin).map(|(_, c)| c.len_utf8()).sum()
            };
            let (first, last) = (floor(displayed(start)), ceil(displayed(end)));
            prop_assert_eq!(display.displayed(&(start..end)), first..last.max(first));
        }
    }
}
