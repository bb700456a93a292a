//! Tests of highlighting: random texts and the queries that match in them.

mod display_text;
mod positions;
mod properties;
mod table;

use std::{ops::Range, sync::LazyLock};

use proptest::prelude::*;

use super::{
    Buffers, Highlight, Snippet, SnippetOptions, body_snippet, display_text::DisplayText,
    matches::QueryMatcher, title_highlights,
};
use crate::{
    analysis::{Analyzer, DisplayEdits, DisplayMap},
    query::Query,
    search::plan::Plan,
};

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

const QUERIES: &[&str] = &[
    "Ташкент встреча",
    "\"встреча в Ташкенте\"",
    "\"встреча Ташкент\"~3 вода",
    "встреча /4 Ташкент",
    "заголовок:Ташкент текст:вода",
    "Таш* в?да",
    "(вода|газ) И Ташкент",
    "нормативно-правовой акт",
    "не и в",
    "!Ташкенте -вода",
    "13.05.2024 ООН",
    "оон ташкентский",
    "Владимир Воронков",
    "\"замок и вода\"",
    "",
];

/// Texts of matching words, separators, and random characters.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "Ташкент", "в Ташкенте", "встреча", "Встреча в Ташкенте", "вода", "воду", "газ", "ООН", "13.05.2024",
            "нормативно-правовой", "Замо\u{301}к", "Та\u{AD}шкент", "водо\u{301}й", "правовой акт", "и", "не",
            "В. Воронков", "ташкентские", "Оон", "мид@uz.рф", "замок и вода",
        ]).prop_map(String::from),
        4 => prop::sample::select(vec![
            " ", ". ", "\n\n", "\n", "\u{A0}", ", ", "! ", "… ", "» ", "-", "\u{301}", "\u{200B}", "👨\u{200D}👩 ", ".",
        ]).prop_map(String::from),
        1 => "\\PC{0,8}",
        1 => "[а-яё]{1,12}",
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

pub fn display(text: &str) -> DisplayText {
    let mut display = DisplayText::default();
    display.lay_out(text, DisplayEdits::new(DisplayMap::of(text).written()));
    display
}

/// The words of a displayed text.
pub fn words(display: &DisplayText) -> Vec<Range<usize>> {
    let text = display.slice(&(0..display.len()));
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split(' ').map(|word| start(word)..start(word) + word.len()).collect()
}

fn plan(query: &str) -> Plan {
    Plan::new(&Query::parse(query), &mut ANALYZER.term_cache())
}

/// The snippet of a body without known positions.
fn snippet_of(query: &str, body: &str, options: &SnippetOptions) -> Snippet {
    let (plan, layout) = (plan(query), DisplayMap::of(body));
    let body = (body, DisplayEdits::new(layout.written()));
    let mut buffers = Buffers::new(ANALYZER.term_cache());
    body_snippet(&QueryMatcher::new(&plan), &mut buffers, body, None, options)
}

/// The highlights of a title without known positions.
fn title(query: &str, title: &str) -> Vec<Highlight> {
    let mut buffers = Buffers::new(ANALYZER.term_cache());
    title_highlights(&QueryMatcher::new(&plan(query)), &mut buffers, title, None)
}
