//! What is highlighted in the titles and bodies of hits, and which fragments of the bodies are shown: the cases of
//! `highlight_table.txt`, whose first lines explain its notation, and properties on random texts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails may panic")]

use std::{collections::HashSet, time::Instant};

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;
use vestnik::{
    Analyzer, Index, Query, Release,
    analysis::{Channel, Term, Token},
    search::{Fragment, Highlight, Hit, Options, Snippet, SnippetOptions},
};

const TABLE: &str = include_str!("highlight_table.txt");

/// What an asterisk stands for.
const FILLER: &str = "Дальше идёт длинный текст о погоде, о людях, о странах, о дорогах и о домах, ни о чём.";

/// Characters that nobody sees, by the names that the table gives them.
const INVISIBLE: &[(&str, &str)] = &[
    ("<space>", " "),
    ("<tab>", "\t"),
    ("<line>", "\n"),
    ("<nbsp>", "\u{A0}"),
    ("<shy>", "\u{AD}"),
    ("<zwsp>", "\u{200B}"),
    ("<zwj>", "\u{200D}"),
    ("<nul>", "\0"),
    ("<bom>", "\u{FEFF}"),
];

/// The hit of a query in an index of one release, if it finds it.
fn hit(index: &Index, query: &str, options: SnippetOptions) -> Option<Hit> {
    let options = Options { snippets: Some(options), ..Options::default() };
    index.searcher().unwrap().search(&Query::parse(query), &options).unwrap().hits.pop()
}

/// An index of one release.
fn indexed(title: &str, body: &str) -> Index {
    let index = Index::in_memory().unwrap();
    index.ingest([Release { source: Some("УзА".into()), ..Release::new("1", title, body) }]).unwrap();
    index
}

fn bracketed(text: &str, highlights: &[Highlight]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for highlight in highlights {
        out.extend([&text[at..highlight.start], "[", &text[highlight.start..highlight.end], "]"]);
        at = highlight.end;
    }
    out + &text[at..]
}

/// A displayed body with the fragments of its snippet in braces, unless one fragment is all of it.
fn marked(body: &str, snippet: &Snippet) -> String {
    let (mut out, mut rest) = (String::new(), body);
    for fragment in &snippet.fragments {
        let (before, behind) =
            rest.split_once(&fragment.text).unwrap_or_else(|| panic!("{fragment:?} of {body}"));
        let is_cut = [!before.is_empty() || rest.len() < body.len(), !behind.is_empty()];
        assert_eq!(is_cut, [fragment.truncated_start, fragment.truncated_end], "{body}");
        let text = bracketed(&fragment.text, &fragment.highlights);
        out += &if is_cut == [false; 2] { text } else { format!("{before}{{{text}}}") };
        rest = behind;
    }
    out + rest
}

/// A text of the table without its marks.
fn unmarked(text: &str) -> String {
    text.replace(['[', ']', '{', '}'], "")
}

/// How a query shows a text differently than the table says.
fn complaint(query: &str, length: usize, text: &str) -> Option<String> {
    let mut text = text.replace('*', FILLER);
    for (name, character) in INVISIBLE {
        text = text.replace(name, character);
    }
    let (title, body) = text.split_once(" // ").unwrap_or(("", &text));
    let (body, displayed) = body.split_once(" →").unwrap_or((body, body));
    let displayed = displayed.trim();
    let options = SnippetOptions { length, ..SnippetOptions::default() };
    let Some(hit) = hit(&indexed(&unmarked(title), &unmarked(body)), query, options) else {
        return Some(format!("{query} does not find {text:?}"));
    };
    let snippet = hit.snippet.unwrap();
    let shown_title = bracketed(&unmarked(title), &hit.title_highlights);
    let shown = marked(&unmarked(displayed), &snippet);
    let is_shown = shown_title == title && shown == displayed && snippet.no_match != displayed.contains('[');
    (!is_shown).then(|| format!("{query} | {shown_title:?} // {shown:?}, no match: {}", snippet.no_match))
}

#[test]
fn hits_are_shown_as_the_table_says() {
    let (mut cases, mut complaints) = (0, Vec::new());
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = line.split(" | ").peekable();
        let query = columns.next().unwrap();
        let length = columns.peek().and_then(|column| column.parse().ok());
        columns.next_if(|_| length.is_some());
        let texts = columns.map(|text| (query, length.unwrap_or(300), text)).collect::<Vec<_>>();
        assert!(!texts.is_empty(), "no text: {line}");
        cases += texts.len();
        complaints
            .extend(texts.into_iter().filter_map(|(query, length, text)| complaint(query, length, text)));
    }
    assert!(
        complaints.is_empty(),
        "{} of {cases} texts are shown as:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// In one index with all bodies of the table, as several segments.
#[test]
fn each_hit_is_shown_as_if_it_were_alone() {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let texts = lines.flat_map(|line| line.split(" | ").skip(1)).map(unmarked).enumerate();
    let releases = texts.map(|(id, text)| Release::new(id.to_string(), "Вода в Ташкенте", text));
    let releases: Vec<Release> = releases.collect();
    let index = Index::in_memory().unwrap();
    for some in releases.chunks(40) {
        index.ingest(some.iter().cloned()).unwrap();
    }
    let query = "вода \"в Ташкенте\"";
    let options = Options { limit: releases.len(), ..Options::default() };
    let hits = index.searcher().unwrap().search(&Query::parse(query), &options).unwrap().hits;
    assert_eq!(hits.len(), releases.len());
    for found in hits {
        let Release { id, title, body, .. } = found.release().unwrap();
        let alone = hit(&indexed(title, body), query, SnippetOptions::default()).unwrap();
        assert_eq!(
            (&found.snippet, &found.title_highlights),
            (&alone.snippet, &alone.title_highlights),
            "{id} {body}"
        );
    }
}

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

/// Whether a token is a form of «вода».
fn is_water(token: &Token) -> bool {
    let is_lemma = |term: &Term| term.channel() == Channel::Lemma;
    token.terms.iter().any(|term| is_lemma(term) && term.text().trim_end_matches(Term::RESPELLED) == "вода")
}

#[test]
fn all_forms_of_a_word_are_highlighted() {
    let analyzer = Analyzer::new().unwrap();
    proptest!(|(text in texts())| {
        let tokens = analyzer.analyze(&text);
        let expected: Vec<&Token> = tokens.iter().filter(|token| is_water(token)).collect();
        let hit = hit(&indexed(&text, &text), "вода", SnippetOptions::default());
        let highlights = hit.map_or(Vec::new(), |hit| hit.title_highlights);
        // A text without the word may have hints at it.
        prop_assert!(expected.is_empty() || highlights.len() == expected.len(), "{highlights:?} {expected:?}");
        for (highlight, token) in highlights.iter().zip(expected) {
            prop_assert!(highlight.start <= token.start && token.end <= highlight.end, "{highlight:?} {token:?}");
        }
    });
}

proptest! {
    #[test]
    fn snippets_are_short_parts_of_the_text(
        body in prop_oneof![4 => texts(), 1 => any::<String>()],
        query in prop_oneof![4 => one_of(QUERIES, ';').prop_map(String::from), 1 => "\\PC{0,20}"],
        fragments in 0_usize..5,
        length in 0_usize..200,
    ) {
        // A word of the title makes it a hit, unless the query requires more.
        let (title, query) = (format!("{body}\nзаголовок"), format!("заголовок {query}"));
        let index = indexed(&title, &body);
        let shown = |options| hit(&index, &query, options);
        let Some(whole) = shown(SnippetOptions { fragments: 1, length: usize::MAX }) else { return Ok(()) };
        let whole = whole.snippet.unwrap().fragments.pop().map_or(String::new(), |fragment| fragment.text);
        let hit = shown(SnippetOptions { fragments, length }).unwrap();
        check_highlights(&title, &hit.title_highlights);
        let snippet = hit.snippet.unwrap();
        let total: usize = snippet.fragments.iter().map(|fragment| fragment.text.chars().count()).sum();
        prop_assert!(total <= length && snippet.fragments.len() <= fragments, "{snippet:?}");
        let (mut at, bounds) = (0, bounds(&whole));
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
        prop_assert!(is_whole || whole.chars().count() > length, "{whole:?} {snippet:?}");
    }
}

#[test]
fn only_data_without_spaces_is_cut_between_letters() {
    for (letters, length, expected) in [(1_000, 900, 4), (5_000, 1_500, 1_500)] {
        let index = indexed("", &format!("Вода {}", "a".repeat(letters)));
        let hit = hit(&index, "вода", SnippetOptions { fragments: 1, length }).unwrap();
        assert_eq!(hit.snippet.unwrap().fragments[0].text.chars().count(), expected, "{letters} {length}");
    }
}

#[test]
fn a_long_body_takes_no_longer_than_its_length() {
    let units = "Встреча в Ташкенте. |Ташкент,|вода и газ, Ташкент\n\n|Ташкент\u{301}|а|\u{301}|. ";
    let queries = r#"Ташкент вода;"встреча в Ташкенте";"Ташкент встреча"~50;встреча /1000 Ташкент;Т*а*ш*к"#;
    for unit in units.split('|') {
        let index = indexed("Заголовок", &unit.repeat(1_000_000 / unit.len()));
        for query in queries.split(';') {
            let begun = Instant::now();
            hit(&index, &format!("заголовок {query}"), SnippetOptions::default()).unwrap();
            assert!(begun.elapsed().as_secs() < 10, "{unit} {query}: {:?}", begun.elapsed());
        }
    }
}
