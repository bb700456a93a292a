//! Properties of snippets of random texts and queries.

use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;

use super::{super::*, QUERIES, display, snippet_of, texts, title};

fn check_marks(text: &str, highlights: &[Highlight]) {
    let mut last = 0;
    for highlight in highlights {
        assert!(last <= highlight.start && highlight.start < highlight.end, "{highlights:?}");
        last = highlight.end;
        assert_eq!(text[..highlight.start].chars().count(), highlight.start_char);
        assert_eq!(text[..highlight.end].chars().count(), highlight.end_char);
        for bound in [highlight.start, highlight.end] {
            let parted = bound > 0
                && !text[..bound].ends_with(char::is_whitespace)
                && text[bound..].starts_with(is_combining_mark);
            assert!(!parted, "{text:?} at {bound}");
        }
    }
}

fn check(body: &str, query: &str, options: &SnippetOptions) {
    check_marks(body, &title(query, body));
    let snippet = snippet_of(query, body, options);
    let whole = display(body);
    let whole = whole.slice(&(0..whole.len()));
    let total: usize = snippet.fragments.iter().map(|fragment| fragment.text.chars().count()).sum();
    assert!(total <= options.length, "{snippet:?}");
    assert!(snippet.fragments.len() <= options.fragments);
    let mut at = 0;
    for fragment in &snippet.fragments {
        check_marks(&fragment.text, &fragment.highlights);
        assert_eq!(snippet.no_match, fragment.highlights.is_empty());
        assert!(
            !fragment.text.is_empty()
                && fragment.text.trim() == fragment.text
                && !fragment.text.contains("  ")
        );
        // It occurs in the text after the one before, and splits no combining sequence.
        let is_bound =
            |at: usize| at == 0 || whole[..at].ends_with(' ') || !whole[at..].starts_with(is_combining_mark);
        let mut places = whole.char_indices().map(|(place, _)| place).filter(|&place| place >= at);
        let found = places.find(|&place| {
            whole[place..].starts_with(&fragment.text)
                && is_bound(place)
                && is_bound(place + fragment.text.len())
        });
        assert!(found.is_some(), "{whole:?} {fragment:?}");
        at = found.unwrap_or(0) + fragment.text.len();
    }
    for pair in snippet.fragments.windows(2) {
        assert!(pair[0].truncated_end && pair[1].truncated_start);
    }
    if let (Some(first), Some(last)) = (snippet.fragments.first(), snippet.fragments.last()) {
        assert!(first.truncated_start || whole.starts_with(&first.text));
        assert!(last.truncated_end || whole.ends_with(&last.text));
    }
    let fits = whole.chars().count() <= options.length && options.fragments > 0;
    if fits && !whole.is_empty() && !snippet.no_match && snippet.fragments.len() == 1 {
        assert!(options.length < 3 || snippet.fragments[0].text == whole, "{whole:?} {snippet:?}");
    }
}

proptest! {
    #[test]
    fn of_any_text(
        body in texts(),
        query in prop::sample::select(QUERIES.to_vec()),
        fragments in 0_usize..5,
        length in 0_usize..200,
    ) {
        check(&body, query, &SnippetOptions { fragments, length });
    }

    #[test]
    fn of_any_characters(body in any::<String>(), query in "\\PC{0,20}", length in 0_usize..60) {
        check(&body, &query, &SnippetOptions { length, ..SnippetOptions::default() });
    }
}

#[test]
fn a_long_body_takes_no_longer_than_its_length() {
    for unit in [
        "Встреча в Ташкенте. ",
        "Ташкент,",
        "вода и газ, Ташкент\n\n",
        "Ташкент\u{301}",
        "а",
        "\u{301}",
        ". ",
    ] {
        let body = unit.repeat(1_000_000 / unit.len());
        for query in [
            "Ташкент вода",
            "\"встреча в Ташкенте\"",
            "\"Ташкент встреча\"~50",
            "встреча /1000 Ташкент",
            "Т*а*ш*к",
        ] {
            let begun = std::time::Instant::now();
            snippet_of(query, &body, &SnippetOptions::default());
            assert!(begun.elapsed().as_secs() < 10, "{unit} {query}: {:?}", begun.elapsed());
        }
    }
}
