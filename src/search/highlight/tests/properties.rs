//! Properties of highlighting on random texts.

use std::collections::HashSet;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::analysis::{Term, Token};

const QUERIES: &str = r#"Ташкент встреча;"встреча в Ташкенте";"встреча Ташкент"~3 вода;встреча /4 Ташкент;Таш* в?да;
    заголовок:Ташкент текст:вода;(вода|газ) И Ташкент;нормативно-правовой акт;не и в;!Ташкенте -вода;13.05.2024 ООН;
    оон ташкентский;Владимир Воронков;"замок и вода";"#;

/// Pieces of texts: matching words, then separators.
const WORDS: &str = "Ташкент|в Ташкенте|встреча|Встреча в Ташкенте|вода|воду|газ|ООН|13.05.2024|\
    нормативно-правовой|Замо\u{301}к|Та\u{AD}шкент|водо\u{301}й|правовой акт|и|не|В. Воронков|ташкентские|Оон|\
    мид@uz.рф|замок и вода";
const SEPARATORS: &str = " |. |\n\n|\n|\u{A0}|, |! |… |» |-|\u{301}|\u{200B}|👨\u{200D}👩 |.";

fn one_of(all: &'static str, separator: char) -> impl Strategy<Value = &'static str> {
    prop::sample::select(all.split(separator).collect::<Vec<_>>())
}

/// Texts of words, separators and random characters.
fn texts() -> impl Strategy<Value = String> {
    let of = |pieces| one_of(pieces, '|').prop_map(String::from);
    let piece = prop_oneof![4 => of(WORDS), 4 => of(SEPARATORS), 1 => "\\PC{0,8}", 1 => "[а-яё]{1,12}"];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

/// Where a text may be split: next to spaces and at the bounds of grapheme clusters.
fn bounds(text: &str) -> HashSet<usize> {
    let spaces = text.match_indices(' ').flat_map(|(at, _)| [at, at + 1]);
    text.grapheme_indices(true).map(|(at, _)| at).chain(spaces).chain([text.len()]).collect()
}

fn check_highlights(text: &str, highlights: &[Highlight]) {
    let (mut last, bounds) = (0, bounds(text));
    for highlight in highlights {
        assert!(last <= highlight.start && highlight.start < highlight.end, "{highlights:?}");
        last = highlight.end;
        for (byte, char) in [(highlight.start, highlight.start_char), (highlight.end, highlight.end_char)] {
            assert_eq!(text[..byte].chars().count(), char);
            assert!(bounds.contains(&byte), "{text:?} at {byte}");
        }
    }
}

proptest! {
    #[test]
    fn all_forms_of_a_word_are_highlighted(text in texts()) {
        let (_, highlights) = highlighted(&indexed(&text, &text), "вода", &SnippetOptions::default());
        let tokens = ANALYZER.analyze(&text);
        let is_form = |term: &Term| term.key().trim_end_matches(Term::RESPELLED) == "lвода";
        let has_word = |token: &&Token| token.terms.iter().any(is_form);
        let expected: Vec<&Token> = tokens.iter().filter(has_word).collect();
        // A text without the word may have hints at it.
        prop_assert!(expected.is_empty() || highlights.len() == expected.len(), "{highlights:?} {expected:?}");
        for (highlight, token) in highlights.iter().zip(expected) {
            prop_assert!(highlight.start <= token.start && token.end <= highlight.end, "{highlight:?} {token:?}");
        }
    }

    #[test]
    fn snippets_are_short_parts_of_the_text(
        body in prop_oneof![4 => texts(), 1 => any::<String>()],
        query in prop_oneof![4 => one_of(QUERIES, ';').prop_map(String::from), 1 => "\\PC{0,20}"],
        fragments in 0_usize..5,
        length in 0_usize..200,
    ) {
        let options = SnippetOptions { fragments, length };
        let (snippet, highlights) = highlighted(&indexed(&body, &body), &query, &options);
        check_highlights(&body, &highlights);
        let display = display(&body);
        let whole = display.slice(&(0..display.len()));
        let total: usize = snippet.fragments.iter().map(|fragment| fragment.text.chars().count()).sum();
        prop_assert!(total <= options.length && snippet.fragments.len() <= options.fragments, "{snippet:?}");
        let (mut at, bounds) = (0, bounds(whole));
        for fragment in &snippet.fragments {
            let Fragment { text, highlights, truncated_start, truncated_end } = fragment;
            check_highlights(text, highlights);
            prop_assert_eq!(snippet.no_match, highlights.is_empty());
            prop_assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{text:?}");
            let is_bound = |at: usize| bounds.contains(&at);
            let is_here = |at: usize| whole[at..].starts_with(text) && is_bound(at) && is_bound(at + text.len());
            let start = (at..whole.len()).find(|&at| whole.is_char_boundary(at) && is_here(at)).unwrap();
            at = start + text.len();
            prop_assert!(*truncated_start || start == 0);
            prop_assert!(*truncated_end || whole.ends_with(text));
        }
        let is_whole = snippet.fragments.iter().all(|fragment| fragment.text == whole);
        prop_assert!(is_whole || whole.chars().count() > options.length, "{whole:?} {snippet:?}");
    }
}

#[test]
fn a_long_body_takes_no_longer_than_its_length() {
    let data = display(&"a".repeat(10_000));
    assert_eq!([data.word_start(5_000), data.word_end(5_001)], [5_000, 5_001]);
    let units = "Встреча в Ташкенте. |Ташкент,|вода и газ, Ташкент\n\n|Ташкент\u{301}|а|\u{301}|. ";
    let queries = r#"Ташкент вода;"встреча в Ташкенте";"Ташкент встреча"~50;встреча /1000 Ташкент;Т*а*ш*к"#;
    for unit in units.split('|') {
        let index = indexed("", &unit.repeat(1_000_000 / unit.len()));
        for query in queries.split(';') {
            let begun = std::time::Instant::now();
            highlighted(&index, query, &SnippetOptions::default());
            assert!(begun.elapsed().as_secs() < 10, "{unit} {query}: {:?}", begun.elapsed());
        }
    }
}
