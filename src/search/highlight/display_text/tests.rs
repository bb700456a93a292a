//! Tests of the displayed text, against a plain implementation.

use std::ops::Range;

use proptest::prelude::*;

use super::{characters::combines, text::DisplayText};
use crate::{
    analysis::{DisplayEdits, DisplayMap, is_ignorable},
    search::highlight::test_texts::texts,
};

pub fn display(text: &str) -> DisplayText {
    let mut display = DisplayText::default();
    display.lay_out(text, DisplayEdits::new(DisplayMap::of(text).written()));
    display
}

pub fn word_end(text: &DisplayText, at: usize) -> usize {
    text.whole_words(&text.span_of(&(at..at + 1))).end
}

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
        assert_eq!(display(text).as_str(), expected, "{text:?}");
    }
}

#[test]
fn spans_include_combining_marks() {
    let text = display("За\u{AD}мо\u{301}к  мой");
    let span = |origin: Range<usize>| text.slice(&text.span(&origin)).to_owned();
    assert_eq!(span(0..14), "Замо\u{301}к");
    assert_eq!(span(0..10), "Замо\u{301}");
    assert_eq!(span(16..22), "мой");
    assert_eq!(text.floor(4), 3);
}

#[test]
fn bounds_of_words_and_sentences() {
    let text = display("Да.  Так и есть.\n\nИ всё");
    assert_eq!(text.slice(&text.span_of(&(0..text.len()))), "Да. Так и есть. И всё");
    assert_eq!([text.word_start(5), word_end(&text, 5), text.next_word(5)], [4, 7, 8]);
    assert_eq!([text.last_word_end(7), text.last_word_end(6), text.last_word_end(99)], [7, 3, 21]);
    assert_eq!([text.sentence_start(3), text.sentence_start(4), text.sentence_start(20)], [0, 4, 16]);
    let ends = [text.last_sentence_end(2), text.last_sentence_end(3), text.last_sentence_end(15)];
    assert_eq!(ends, [0, 3, 15]);
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

proptest! {
    #[test]
    fn equals_the_reference(text in texts()) {
        let (shown, characters) = (display(&text), reference(&text));
        prop_assert_eq!(shown.as_str(), characters.iter().map(|&(_, c)| c).collect::<String>());
        prop_assert_eq!(shown.len(), characters.len());
        let combines = |at: usize| at > 0 && at < characters.len() && combines(characters[at - 1].1, characters[at].1);
        let floor = |at: usize| (0..=at).rev().find(|&at| !combines(at)).unwrap();
        let ceil = |at: usize| (at..).find(|&at| !combines(at)).unwrap();
        let is_word = |at: &usize| characters[*at].1 != ' ' && (*at == 0 || characters[at - 1].1 == ' ');
        let words: Vec<usize> = (0..characters.len()).filter(is_word).collect();
        for at in 0..characters.len() {
            prop_assert_eq!(shown.floor(at), floor(at));
            prop_assert_eq!(Some(shown.word_start(at)), words.iter().rfind(|&&word| word <= at).copied());
            let next = words.iter().find(|&&word| word >= at).copied();
            prop_assert_eq!(shown.next_word(at), next.unwrap_or(characters.len()));
            prop_assert_eq!(shown.slice(&shown.span_of(&(at..at + 1))), characters[at].1.to_string());
        }
        let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (at, &start) in bounds.iter().enumerate() {
            let end = bounds[(at + 3).min(bounds.len() - 1)];
            let index = |origin: usize| characters.iter().filter(|character| character.0 < origin).count();
            let (first, last) = (floor(index(start)), ceil(index(end)));
            prop_assert_eq!(shown.span(&(start..end)), shown.span_of(&(first..last.max(first))));
        }
    }
}
